"""Runs one prompt after the other, node by node, and tells the world what ComfyUI would tell."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.simulator.calls import Call, Inputs, NodeInputError
from wrldbldr.simulator.config import SimulatorConfig
from wrldbldr.simulator.documents import Json, JsonObject
from wrldbldr.simulator.faults import Moment
from wrldbldr.simulator.graph import RunningOrder, as_link, class_of, inputs_of, signatures
from wrldbldr.simulator.history import HistoryEntry
from wrldbldr.simulator.progress import ProgressBoard, identity_of
from wrldbldr.simulator.queue import QueuedPrompt
from wrldbldr.simulator.received import Received
from wrldbldr.simulator.registry import NodeClass, Registry
from wrldbldr.simulator.sockets import SocketHub
from wrldbldr.simulator.storage import Storage
from wrldbldr.simulator.values import Blocked, Value

logger = logging.getLogger(__name__)

OOM_TIPS = (
    "This error means you ran out of memory on your GPU.\n\n"
    "TIPS: If the workflow worked before you might have accidentally set the batch_size to a large number."
)


class InterruptedPromptError(Exception):
    """Somebody interrupted the running prompt."""


class PromptLostError(BaseException):
    """A fault made the simulator forget the running prompt. No node may catch it, hence no Exception."""


@dataclass(frozen=True)
class Fate:
    """What may befall the process: given by whoever owns it."""

    strike: Callable[[Moment], Awaitable[None]]
    wedge: Callable[[], Awaitable[None]]
    die: Callable[[], None]


@dataclass(frozen=True)
class CachedNode:
    """What a node made, kept as long as the next prompt still has a node like it."""

    values: tuple[Value, ...]
    shown: JsonObject


@dataclass(frozen=True)
class Surroundings:
    """What every run of a prompt needs."""

    registry: Registry
    storage: Storage
    hub: SocketHub
    clock: Clock
    config: SimulatorConfig
    received: Received
    fate: Fate


class PromptExecutor:
    """Owns the cache and the interrupt flag; both outlive a prompt."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._cache: dict[str, CachedNode] = {}
        self._interrupted = asyncio.Event()
        self._forgets = False

    def interrupt(self) -> None:
        """Stop the running prompt between two steps. Without one, nothing: the next prompt lowers the flag."""
        self._interrupted.set()

    def forget_soon(self) -> None:
        """Start the next prompt without anything cached."""
        self._forgets = True

    async def run(self, prompt: QueuedPrompt) -> HistoryEntry:
        """Execute a prompt to its end, whatever that is."""
        self._interrupted.clear()
        if self._forgets:
            self._cache.clear()
            self._forgets = False
        hub = self._around.hub
        hub.running_client, hub.running_node = prompt.client_id, None
        entry = await PromptRun(prompt, self._around, self._cache, self._interrupted).to_the_end()
        hub.running_node = None
        return entry


class PromptRun:
    """One prompt being executed."""

    def __init__(
        self, prompt: QueuedPrompt, around: Surroundings, cache: dict[str, CachedNode], interrupted: asyncio.Event
    ) -> None:
        self._prompt = prompt
        self._around = around
        self._cache = cache
        self._interrupted = interrupted
        self._entry = HistoryEntry(prompt)
        self._board = ProgressBoard(prompt.prompt_id)
        self._signatures: dict[str, str] = {}
        self._executed: list[str] = []
        self._has_ticked = False

    async def to_the_end(self) -> HistoryEntry:
        """Run what is wanted and not cached."""
        prompt_id = self._prompt.prompt_id
        self._around.received.note_prompt(prompt_id)
        self._tell("execution_start", {"prompt_id": prompt_id})
        self._signatures = await asyncio.to_thread(signatures, self._prompt.graph, self._around.registry)
        for stale in self._cache.keys() - self._signatures.values():
            del self._cache[stale]
        cached: list[Json] = [node_id for node_id in self._prompt.graph if self._is_cached(node_id)]
        self._tell("execution_cached", {"nodes": cached, "prompt_id": prompt_id})
        order = RunningOrder(self._prompt.graph, self._around.registry, self._is_cached)
        for output in self._prompt.outputs:
            order.want(output)
        while (node_id := order.next()) is not None:
            if not await self._survives(node_id):
                return self._entry
            order.done(node_id)
        self._tell("execution_success", {"prompt_id": prompt_id})
        return self._entry

    async def pause(self, seconds: float) -> None:
        """Let `seconds` pass. Raises InterruptedPromptError when somebody interrupts meanwhile."""
        if self._has_ticked:
            await self._around.fate.strike(Moment.WHILE_EXECUTING)
        if await wait_for_event(self._interrupted, self._around.clock, seconds):
            raise InterruptedPromptError

    async def wedge(self) -> None:
        """The worker stops for good."""
        await self._around.fate.wedge()

    def die(self) -> None:
        """The process is gone."""
        self._around.fate.die()

    def progressed(self, node_id: str, value: int, total: int, preview_jpeg: bytes | None) -> None:
        """A node has done `value` of `total` steps."""
        self._has_ticked = True
        client, hub, prompt_id = self._prompt.client_id, self._around.hub, self._prompt.prompt_id
        self._board.advance(node_id, value, total)
        hub.send("progress_state", self._board.document(), client)
        metadata: JsonObject = {**identity_of(node_id), "prompt_id": prompt_id}
        is_new_form = hub.takes_metadata(client)
        if preview_jpeg is not None and is_new_form:
            hub.send_preview(preview_jpeg, metadata, client)
        hub.send("progress", {"value": value, "max": total, "prompt_id": prompt_id, "node": node_id}, client)
        if preview_jpeg is not None and not is_new_form:
            hub.send_preview(preview_jpeg, metadata, client)

    async def _survives(self, node_id: str) -> bool:
        """Run one node; False when the prompt ends with it, after telling why."""
        told: JsonObject = {
            "prompt_id": self._prompt.prompt_id,
            "node_id": node_id,
            "node_type": class_of(self._prompt.graph, node_id),
            "executed": [*self._executed],
        }
        inputs: dict[str, Value] = {}
        try:
            await self._run_node(node_id, inputs)
        except InterruptedPromptError:
            self._entry.succeeded = False
            self._tell("execution_interrupted", told, to_everybody=True)
        except Exception as error:  # noqa: BLE001  # whatever a node raises is the prompt's failure, never the server's
            logger.info("Node %s failed with %s", told["node_type"], type(error).__name__)
            self._entry.succeeded = False
            self._tell("execution_error", told | self._told_of(error, node_id, inputs))
        return self._entry.succeeded

    async def _run_node(self, node_id: str, inputs: dict[str, Value]) -> None:
        client, hub = self._prompt.client_id, self._around.hub
        cached = self._cache.get(self._signatures[node_id])
        if cached is not None:
            self._show(node_id, cached.shown, was_cached=True)
            self._finish(node_id)
            return
        node_class = self._class(node_id)
        self._board.start(node_id)
        hub.send("progress_state", self._board.document(), client)
        if client is not None:
            hub.running_node = node_id
            executing: JsonObject = {"node": node_id, "display_node": node_id, "prompt_id": self._prompt.prompt_id}
            hub.send("executing", executing, client)
        if node_class.is_output:
            await self._around.fate.strike(Moment.WHILE_EXECUTING)
        if self._interrupted.is_set():
            raise InterruptedPromptError
        inputs.update(self._gather(node_id))
        blocked = next((value for value in inputs.values() if isinstance(value, Blocked)), None)
        if blocked is not None:
            made = self._block(node_id, node_class, blocked)
        else:
            for name, value in inputs.items():
                self._around.received.note(self._prompt.prompt_id, node_id, name, value)
            result = await node_class.run(self._call(node_id, inputs))
            made = CachedNode(result.values, result.shown)
        self._cache[self._signatures[node_id]] = made
        self._show(node_id, made.shown)
        self._finish(node_id)
        self._executed.append(node_id)

    def _call(self, node_id: str, inputs: dict[str, Value]) -> Call:
        asked = self._prompt.extra_data.get("preview_method", "default")
        return Call(
            prompt_id=self._prompt.prompt_id,
            node_id=node_id,
            inputs=Inputs(inputs),
            prompt=self._prompt.graph,
            extra_data=self._prompt.extra_data,
            storage=self._around.storage,
            clock=self._around.clock,
            pacing=NodePacing(self, node_id),
            seconds_per_step=self._around.config.seconds_per_step,
            wants_previews=self._around.config.previews_by_default if asked == "default" else asked != "none",
        )

    def _gather(self, node_id: str) -> dict[str, Value]:
        known = {given.name for given in self._class(node_id).inputs}
        gathered: dict[str, Value] = {}
        for name, value in inputs_of(self._prompt.graph, node_id).items():
            link = as_link(value)
            if name not in known:
                continue
            if link is not None:
                gathered[name] = self._cache[self._signatures[link.source]].values[link.slot]
            elif isinstance(value, str | int | float):
                gathered[name] = value
            else:
                raise NodeInputError(f"{name} cannot be {value}")
        return gathered

    def _block(self, node_id: str, node_class: NodeClass, blocked: Blocked) -> CachedNode:
        if blocked.message is not None:
            told: JsonObject = {
                "prompt_id": self._prompt.prompt_id,
                "node_id": node_id,
                "node_type": node_class.name,
                "executed": [*self._executed],
                "exception_message": f"Execution Blocked: {blocked.message}",
                "exception_type": "ExecutionBlocked",
                "traceback": [],
                "current_inputs": [],
                "current_outputs": [],
            }
            self._around.hub.send("execution_error", told, self._prompt.client_id)
        return CachedNode(tuple(Blocked(None) for _ in node_class.outputs), {})

    def _show(self, node_id: str, shown: JsonObject, *, was_cached: bool = False) -> None:
        client = self._prompt.client_id
        if not shown and not was_cached:
            return
        if client is not None:
            told: JsonObject = {"node": node_id, "display_node": node_id, "output": shown or None}
            self._around.hub.send("executed", told | {"prompt_id": self._prompt.prompt_id}, client)
        if shown and (client is not None or not was_cached):  # ComfyUI 0.8.0 forgets cached output when nobody listens
            self._entry.outputs[node_id] = shown
            self._entry.meta[node_id] = {
                "node_id": node_id, "display_node": node_id, "parent_node": None, "real_node_id": node_id,
            }  # fmt: skip

    def _finish(self, node_id: str) -> None:
        self._board.finish(node_id)
        self._around.hub.send("progress_state", self._board.document(), self._prompt.client_id)

    def _is_cached(self, node_id: str) -> bool:
        return self._signatures.get(node_id) in self._cache

    def _told_of(self, error: Exception, node_id: str, inputs: dict[str, Value]) -> JsonObject:
        kind, lines = type(error), traceback.format_tb(error.__traceback__)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        tips = OOM_TIPS if isinstance(error, MemoryError) else ""
        given: dict[str, Json] = {name: [_formatted(value)] for name, value in inputs.items()}
        if any(hidden.category == "hidden" for hidden in self._class(node_id).inputs):
            given |= {"prompt": [str(self._prompt.graph)], "extra_pnginfo": [None]}
        return {
            "exception_message": f"{error}\n{tips}",
            "exception_type": name,
            "traceback": [*lines],
            "current_inputs": given,
            "current_outputs": [*self._prompt.graph],
        }

    def _class(self, node_id: str) -> NodeClass:
        return self._around.registry[class_of(self._prompt.graph, node_id)]

    def _tell(self, event: str, data: JsonObject, *, to_everybody: bool = False) -> None:
        stamped: JsonObject = {**data, "timestamp": int(self._around.clock.now().timestamp() * 1000)}
        self._entry.messages.append((event, stamped))
        if self._prompt.client_id is not None or to_everybody:
            self._around.hub.send(event, stamped, self._prompt.client_id)


class NodePacing:
    """Lends a prompt's run to one of its nodes."""

    def __init__(self, run: PromptRun, node_id: str) -> None:
        self._run = run
        self._node_id = node_id
        self.pause = run.pause
        self.wedge = run.wedge
        self.die = run.die

    def tick(self, value: int, total: int, preview_jpeg: bytes | None) -> None:
        """See `Pacing.tick`."""
        self._run.progressed(self._node_id, value, total, preview_jpeg)


def _formatted(value: Value) -> Json:
    return value if isinstance(value, str | int | float) else str(value)
