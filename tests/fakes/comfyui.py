"""A ComfyUI in memory that does what a test tells it: it takes prompts, and the test says what becomes of them."""

import asyncio
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from PIL import Image

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.connection import Connection, ConnectionKind, ConnectionState
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    ComfyUIError,
    PictureBrokenError,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.messages import (
    ExecutionFault,
    ExecutionStarted,
    Failed,
    Finished,
    Heard,
    Interrupted,
    NodeExecuting,
    NodesCached,
    Preview,
    Progressed,
    Reconnected,
    Succeeded,
)
from wrldbldr.comfyui.port import (
    Accepted,
    Graph,
    History,
    Listener,
    NodeCatalogue,
    Outcome,
    PictureRef,
    QueuedPrompt,
    QueueSnapshot,
    SystemInfo,
    Unsubscribe,
    parse_catalogue,
)

OBJECT_INFO: dict[str, object] = {
    "CheckpointLoaderSimple": {
        "input": {"required": {"ckpt_name": [["tiny.safetensors", "big.safetensors"], {}]}},
        "output": ["MODEL", "CLIP", "VAE"],
    },
    "CLIPTextEncode": {
        "input": {"required": {"text": ["STRING", {"multiline": True}], "clip": ["CLIP"]}},
        "output": ["CONDITIONING"],
    },
    "EmptyLatentImage": {
        "input": {
            "required": {
                "width": ["INT", {"default": 512, "min": 16, "max": 16384, "step": 8}],
                "height": ["INT", {"default": 512, "min": 16, "max": 16384, "step": 8}],
                "batch_size": ["INT", {"default": 1, "min": 1, "max": 4096}],
            }
        },
        "output": ["LATENT"],
    },
    "KSampler": {
        "input": {
            "required": {
                "model": ["MODEL"],
                "seed": ["INT", {"default": 0, "min": 0, "max": 2**64 - 1, "control_after_generate": True}],
                "steps": ["INT", {"default": 20, "min": 1, "max": 10000}],
                "cfg": ["FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0}],
                "sampler_name": [["euler", "dpmpp_2m"], {}],
                "scheduler": ["COMBO", {"options": ["normal", "karras"]}],
                "positive": ["CONDITIONING"],
                "negative": ["CONDITIONING"],
                "latent_image": ["LATENT"],
                "denoise": ["FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0}],
            }
        },
        "output": ["LATENT"],
    },
    "VAEDecode": {"input": {"required": {"samples": ["LATENT"], "vae": ["VAE"]}}, "output": ["IMAGE"]},
    "LoadImage": {
        "input": {"required": {"image": [["example.png"], {"image_upload": True}]}},
        "output": ["IMAGE", "MASK"],
    },
    "EmptyImage": {"input": {"required": {"width": ["INT", {}], "height": ["INT", {}]}}, "output": ["IMAGE"]},
    "SaveImage": {
        "input": {"required": {"images": ["IMAGE"], "filename_prefix": ["STRING", {}]}},
        "output": [],
        "output_node": True,
    },
}
CATALOGUE = parse_catalogue(OBJECT_INFO)


def tiny_png(colour: tuple[int, int, int] = (90, 60, 140)) -> bytes:
    """A real picture of 8 by 8 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Submission:
    """A prompt as it was handed over."""

    prompt_id: UUID
    graph: Graph
    previews: bool


@dataclass
class FakeStream:
    """The websocket's stand-in: `tell` says something to every listener, unless it is disconnected or mute."""

    is_connected: bool = True
    is_mute: bool = False
    reconnects: int = 0
    listeners: list[Listener] = field(default_factory=list[Listener])
    moves: list[ConnectionSettings] = field(default_factory=list[ConnectionSettings])

    def subscribe(self, listener: Listener) -> Unsubscribe:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def reconnect(self) -> None:
        self.reconnects += 1
        self.open()

    async def move_to(self, settings: ConnectionSettings) -> None:
        self.moves.append(settings)
        self.open()

    def open(self) -> None:
        """Open again: messages flow, and listeners hear Reconnected."""
        self.is_connected, self.is_mute = True, False
        self.tell(Reconnected())

    def close(self) -> None:
        """Lose the connection: nothing is heard until `open`."""
        self.is_connected = False

    def tell(self, message: Heard) -> None:
        if self.is_connected and not self.is_mute:
            for listener in tuple(self.listeners):
                listener(message)


class FakeComfyUI:
    """Implements the port. Prompts wait until the test calls `start`, then `step`, then an ending."""

    def __init__(self, *, catalogue: NodeCatalogue = CATALOGUE) -> None:
        self.connection = Connection()
        self.connection.become(ConnectionState(ConnectionKind.CONNECTED))
        self.stream = FakeStream()
        self.submissions: list[Submission] = []
        self.cancelled: list[UUID] = []
        self.forgotten: list[UUID] = []
        self.uploads: dict[str, bytes] = {}
        self.is_interruptible = True
        self.moves: list[ConnectionSettings] = []
        self.is_closed = False
        self._catalogue = self._fresh = catalogue
        self._running: str | None = None
        self._pending: list[str] = []
        self._histories: dict[UUID, History] = {}
        self._files: dict[PictureRef, bytes] = {}
        self._faults: dict[str, list[ComfyUIError]] = defaultdict(list)
        self._lost_answers: list[bool] = []
        self._number = 0
        self._is_down = False
        self.catalogue_reads = 0
        self.reconsidered = 0
        self._is_hanging = False

    # -- what a test reads and does

    @property
    def running(self) -> UUID | None:
        """The prompt being executed, if it is one of ours."""
        return UUID(self._running) if self._running and not self._running.startswith("foreign") else None

    @property
    def graphs(self) -> list[Graph]:
        """Every graph handed over, in order."""
        return [submission.graph for submission in self.submissions]

    def fail_next(self, method: str, *errors: ComfyUIError) -> None:
        """The next calls of `method` ("queue_prompt", "history" …) raise these, one each."""
        self._faults[method].extend(errors)

    def lose_next_answer(self, *, but_take_it: bool) -> None:
        """The next prompt's answer is lost; the prompt is in the queue all the same, or not."""
        self._lost_answers.append(but_take_it)

    def hang(self) -> None:
        """From now on its queue is asked for in vain, as with a client that tries again and again."""
        self._is_hanging = True

    def go_down(self) -> None:
        """Nothing answers until `come_back`."""
        self._is_down = True
        self.stream.close()
        self.connection.become(ConnectionState(ConnectionKind.DISCONNECTED, problem="ComfyUI cannot be reached."))

    def come_back(self, *, restarted: bool = False) -> None:
        """It answers again; a restart has lost queue and history."""
        self._is_down = False
        if restarted:
            self._running, self._pending, self._histories, self._number = None, [], {}, 0
        self.connection.become(ConnectionState(ConnectionKind.CONNECTED))
        self.stream.open()

    def add_foreign(self, *, running: bool = False) -> None:
        """Somebody else's prompt."""
        prompt_id = f"foreign-{uuid4()}"
        if running:
            self._running = prompt_id
        else:
            self._pending.append(prompt_id)

    def end_foreign(self) -> None:
        """The foreign prompt that was running is done."""
        self._running = None

    def start(self, *, cached: Sequence[str] = ()) -> UUID:
        """The first waiting prompt begins. Returns its id."""
        assert self._running is None, "something is running already"
        self._running = self._pending.pop(0)
        prompt_id = UUID(self._running)
        self.stream.tell(ExecutionStarted(prompt_id=prompt_id))
        self.stream.tell(NodesCached(prompt_id=prompt_id, nodes=tuple(cached)))
        return prompt_id

    def enter_node(self, node: str) -> None:
        """The running prompt comes to a node."""
        self.stream.tell(NodeExecuting(prompt_id=self.running, node=node))

    def step(self, value: int, of: int, *, node: str | None = None) -> None:
        """The running prompt's sampler makes a step; without `node`, the first node with a latent image."""
        prompt_id = self._running_id()
        name = node or self._sampler_of(prompt_id)
        self.stream.tell(Progressed(prompt_id=prompt_id, node=name, value=value, maximum=of))

    def preview(self, content: bytes = b"\xff\xd8\xff preview", *, says_whose: bool = True) -> None:
        """A picture of the work in progress."""
        prompt_id = self._running_id() if says_whose else None
        self.stream.tell(Preview(content=content, mime_type="image/jpeg", prompt_id=prompt_id))

    def finish(self, pictures: int | Sequence[bytes] = 1) -> None:
        """The running prompt ends well, with so many pictures, or these."""
        contents = (
            [tiny_png((40 * n % 256, 60, 140)) for n in range(pictures)] if isinstance(pictures, int) else pictures
        )
        prompt_id = self._running_id()
        refs = tuple(PictureRef(f"{prompt_id}_{n:05}_.png", "wrldbldr") for n in range(len(contents)))
        self._files.update(zip(refs, contents, strict=True))
        self._end(History(prompt_id, Outcome.SUCCEEDED, refs), Succeeded(prompt_id=prompt_id))

    def fail(self, message: str = "deliberate failure", *, exception_type: str = "ValueError", node: str = "3") -> None:
        """The running prompt's node raises."""
        prompt_id = self._running_id()
        words = {
            "node_id": node,
            "node_type": "KSampler",
            "exception_type": exception_type,
            "exception_message": message,
        }
        fault = ExecutionFault.model_validate(words)
        self._end(
            History(prompt_id, Outcome.FAILED, fault=fault),
            Failed.model_validate({**words, "prompt_id": prompt_id}),
        )

    def interrupt(self) -> None:
        """Somebody stops the running prompt."""
        prompt_id = self._running_id()
        self._end(History(prompt_id, Outcome.INTERRUPTED), Interrupted(prompt_id=prompt_id))

    def vanish(self, prompt_id: UUID) -> None:
        """The prompt is gone without a trace, as after a crash or somebody's "clear queue"."""
        if self._running == str(prompt_id):
            self._running = None
        self._pending = [waiting for waiting in self._pending if waiting != str(prompt_id)]
        self._histories.pop(prompt_id, None)

    def offer(self, catalogue: NodeCatalogue, *, is_noticed: bool = True) -> None:
        """Somebody installs nodes and models, or removes some; unnoticed, whoever remembers the list has to ask anew."""
        self._fresh = catalogue
        if is_noticed:
            self._catalogue = catalogue

    def delete_files(self) -> None:
        """Every finished picture is gone from the server's disk."""
        self._files.clear()

    # -- the port

    async def system(self) -> SystemInfo:
        self._answer("system")
        return SystemInfo(version="0.8.0", devices=("cpu",))

    async def catalogue(self, refresh: bool = False) -> NodeCatalogue:
        self._answer("catalogue")
        self.catalogue_reads += 1
        if refresh:
            self._catalogue = self._fresh
        return self._catalogue

    async def queue_prompt(self, graph: Graph, prompt_id: UUID, previews: bool = True) -> Accepted:
        self._answer("queue_prompt")
        is_lost = bool(self._lost_answers)
        if is_lost and not self._lost_answers.pop(0):
            raise AnswerLostError(RequestTimeoutError(30))
        self.submissions.append(Submission(prompt_id, graph, previews))
        self._pending.append(str(prompt_id))
        self._number += 1
        if is_lost:
            raise AnswerLostError(RequestTimeoutError(30))
        return Accepted(prompt_id, self._number)

    async def queue(self) -> QueueSnapshot:
        if self._is_hanging:
            await asyncio.Event().wait()
        self._answer("queue")
        running = (QueuedPrompt(self._running, 0),) if self._running else ()
        return QueueSnapshot(running, tuple(QueuedPrompt(prompt_id, n) for n, prompt_id in enumerate(self._pending, 1)))

    async def history(self, prompt_id: UUID) -> History | None:
        self._answer("history")
        return self._histories.get(prompt_id)

    async def fetch_picture(self, ref: PictureRef) -> bytes:
        self._answer("fetch_picture")
        if ref not in self._files:
            raise PictureBrokenError(ref.filename, "ComfyUI no longer has it.", is_missing=True)
        return self._files[ref]

    async def cancel(self, prompt_id: UUID) -> None:
        self._answer("cancel")
        self.cancelled.append(prompt_id)
        self._pending = [waiting for waiting in self._pending if waiting != str(prompt_id)]
        if self._running == str(prompt_id) and self.is_interruptible:
            self.interrupt()

    async def forget(self, *prompt_ids: UUID) -> None:
        self._answer("forget")
        self.forgotten += prompt_ids
        for prompt_id in prompt_ids:
            self._histories.pop(prompt_id, None)

    async def upload_picture(self, name: str, content: bytes) -> str:
        self._answer("upload_picture")
        self.uploads[name] = content
        return f"wrldbldr/{name}"

    async def move_to(self, settings: ConnectionSettings) -> None:
        self.moves.append(settings)
        self.connection.become(ConnectionState(ConnectionKind.DISCONNECTED, problem="It is being asked."))
        self.come_back(restarted=True)

    def reconsider(self) -> None:
        self.reconsidered += 1

    async def aclose(self) -> None:
        self.is_closed = True

    # -- within

    def _answer(self, method: str) -> None:
        if self._is_down:
            raise ServiceUnavailableError("Connection refused")
        if self._faults[method]:
            raise self._faults[method].pop(0)

    def _end(self, history: History, ending: Heard) -> None:
        self._histories[history.prompt_id] = history
        self._running = None
        self.stream.tell(ending)
        self.stream.tell(Finished(prompt_id=history.prompt_id))

    def _running_id(self) -> UUID:
        assert self.running is not None, "no prompt of ours is running"
        return self.running

    def _sampler_of(self, prompt_id: UUID) -> str:
        graph = next(submission.graph for submission in reversed(self.submissions) if submission.prompt_id == prompt_id)
        samplers = (node_id for node_id, node in graph.items() if "latent_image" in node["inputs"])
        return next(samplers, next(iter(graph)))
