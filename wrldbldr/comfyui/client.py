"""The ComfyUI port over HTTP, behind its guards: cached health, circuit breaker, retry (each attempt has its time limit)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast
from uuid import UUID

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.breaker import CircuitBreaker, Pass
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState, ConnectionView
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    AuthenticationRequiredError,
    ComfyUIError,
    ConnectionLostError,
    MaxRetriesExceededError,
    NotComfyUIError,
    PictureBrokenError,
    PromptRefusedError,
    RefusalReason,
    RequestTimeoutError,
    ServerFailedError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.health import Health
from wrldbldr.comfyui.history import parse_history
from wrldbldr.comfyui.pictures import checked_picture
from wrldbldr.comfyui.port import Accepted, Graph, History, NodeCatalogue, PictureRef, QueueSnapshot, SystemInfo
from wrldbldr.comfyui.port import parse_catalogue as parse_classes
from wrldbldr.comfyui.queue import number_of, parse_queue
from wrldbldr.comfyui.refusal import refusal_of
from wrldbldr.comfyui.retry import with_retry
from wrldbldr.comfyui.system import parse_system
from wrldbldr.comfyui.transport import Transport, json_object, maybe_json_object
from wrldbldr.domain.comfyui_config import HEALTH_TIMEOUT_SECONDS, ComfyUIConfig
from wrldbldr.kit.clock import Clock, wait_for_event

logger = logging.getLogger(__name__)

CATALOGUE_TIMEOUT_SECONDS = 60
MAY_BE_OUTAGES = (
    AuthenticationRequiredError,
    MaxRetriesExceededError,
    NotComfyUIError,
    PictureBrokenError,  # a web page may be in its place, as in that of everything
    UnexpectedAnswerError,
)
UPLOAD_FOLDER = "wrldbldr"

T = TypeVar("T")


class ComfyUIClient:
    """One ComfyUI server at a time. `config` is asked at every call, so that new settings apply at once (US-18A.3)."""

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        client_id: UUID,
        clock: Clock,
        config: Callable[[], ComfyUIConfig] = ComfyUIConfig,
    ) -> None:
        self._http = Transport(settings)
        self._client_id = client_id
        self._clock = clock
        self._config = config
        self._breaker = CircuitBreaker(clock)
        self.health = Health(self._ask_system, clock, self._breaker)
        self._system: SystemInfo | None = None
        self._catalogue: NodeCatalogue | None = None
        self._reading_catalogue = asyncio.Lock()
        self._was_usable = False
        self._returns = 0  # how often the server could be used again
        self._stirred = asyncio.Event()  # set, and replaced, for whoever waits between two tries
        self.health.connection.subscribe(self._forget_server)

    @property
    def connection(self) -> ConnectionView:
        """Whether the server can be used; observable."""
        return self.health.connection

    async def aclose(self) -> None:
        """Close every connection to the server."""
        await self._http.aclose()

    async def move_to(self, settings: ConnectionSettings) -> None:
        """Talk to another server from now on. Nothing known of the old one is held for or against the new one.

        Requests under way end as if their connection had broken. Returns when the new server was asked who it is.
        """
        old, self._http = self._http, Transport(settings)
        self._breaker.reset()
        self.health.learn(ServiceUnavailableError(title="ComfyUI's address was changed", advice="It is being asked."))
        await old.aclose()
        await self.health.probe_now()

    def reconsider(self) -> None:
        """Other settings are in force: whoever waits between two tries waits as long as they say (US-18A.3)."""
        self._stirred.set()
        self._stirred = asyncio.Event()

    async def system(self) -> SystemInfo:
        """Who is there; remembered until a disconnection. Asked once, unguarded: this is what guards the rest.

        Raises NotComfyUIError when it is something else.
        """
        return self._system or await self._ask_system()

    async def catalogue(self, refresh: bool = False) -> NodeCatalogue:
        """The node classes of the server; remembered until `refresh`, a refusal, or a disconnection."""
        async with self._reading_catalogue:
            while self._catalogue is None or refresh:
                asked = self._http
                raw = await self._guarded(lambda: self._get("/object_info", CATALOGUE_TIMEOUT_SECONDS), "the node list")
                parsed = await asyncio.to_thread(parse_classes, raw)  # tens of MB with many custom nodes
                if asked is self._http:
                    self._catalogue, refresh = parsed, False
            return self._catalogue

    async def queue_prompt(self, graph: Graph, prompt_id: UUID, previews: bool = True) -> Accepted:
        """Hand over `graph` to be run as `prompt_id`; see the port for what it raises and what each means."""
        self._breaker.check()  # not even the health check bothers a server that is left alone
        await self.health.check()
        try:
            asking = self._guarded(lambda: self._post_prompt(graph, prompt_id, previews), "handing over a prompt")
            accepted, node_errors = await self._unless_away(asking, AuthenticationRequiredError)
        except PromptRefusedError:
            self._catalogue = None  # what it lists may be the reason
            raise
        if accepted.prompt_id != prompt_id:
            await self._withdraw_renamed(accepted.prompt_id)
            raise _outdated()
        if node_errors:
            await self._withdraw(prompt_id)
            raise refusal_of({"node_errors": node_errors}, graph, self._catalogue)
        return accepted

    async def queue(self) -> QueueSnapshot:
        """What runs and waits on the server now."""
        return await self._guarded(self._get_queue, "the queue")

    async def history(self, prompt_id: UUID) -> History | None:
        """How a prompt ended, or None while it has not, and when the server does not know it."""
        path = f"/history/{prompt_id}"
        entries = await self._guarded(lambda: self._get(path, self._history_seconds), "the history")
        entry = entries.get(str(prompt_id))
        return parse_history(prompt_id, cast(dict[str, object], entry)) if isinstance(entry, dict) else None

    async def fetch_picture(self, ref: PictureRef) -> bytes:
        """The whole file. Raises PictureBrokenError when it is gone, cut short, or not a picture."""
        asking = self._guarded(lambda: self._get_picture(ref), "a picture")
        return await self._unless_away(asking, *MAY_BE_OUTAGES)

    async def cancel(self, prompt_id: UUID) -> None:
        """Withdraw a prompt of ours. Interrupts only what the queue says is ours: old servers would stop anyone's."""
        await self._post("/queue", {"delete": [str(prompt_id)]}, "cancelling")
        await self._guarded(lambda: self._interrupt(prompt_id), "interrupting")

    async def forget(self, *prompt_ids: UUID) -> None:
        """Delete the history entries of prompts of ours."""
        await self._post("/history", {"delete": [str(prompt_id) for prompt_id in prompt_ids]}, "tidying the history")

    async def upload_picture(self, name: str, content: bytes) -> str:
        """Store a picture under `name` in our corner of the input folder. Returns what a LoadImage node takes."""
        asking = self._guarded(lambda: self._upload(name, content), "uploading a picture")
        answer = await self._unless_away(asking, *MAY_BE_OUTAGES)
        stored, folder = answer.get("name"), answer.get("subfolder")
        if not isinstance(stored, str):
            raise NotComfyUIError("It did not say under which name it stored the picture.")
        return f"{folder}/{stored}" if folder else stored

    async def _ask_system(self) -> SystemInfo:
        asked = self._http
        system = parse_system(await self._get("/system_stats", HEALTH_TIMEOUT_SECONDS))
        if asked is self._http:
            self._system = system
        return system

    async def _get(self, path: str, timeout_seconds: float) -> dict[str, object]:
        return await self._http.get_json(path, timeout_seconds=timeout_seconds, what=path.split("/")[1])

    async def _get_queue(self) -> QueueSnapshot:
        return parse_queue(await self._get("/queue", self._history_seconds))

    async def _post(self, path: str, body: dict[str, object], what: str) -> None:
        await self._guarded(lambda: self._post_once(path, body, what), what)

    async def _post_once(self, path: str, body: dict[str, object], what: str) -> None:
        answer = await self._http.post_json(path, body, timeout_seconds=self._history_seconds, what=what)
        if answer.status == 404:
            raise NotComfyUIError("The page does not exist there (404).")

    async def _interrupt(self, prompt_id: UUID) -> None:
        """Once, and only if it runs: asked anew before each try, because another's may run by then."""
        if (await self._get_queue()).is_running(prompt_id):
            await self._post_once("/interrupt", {"prompt_id": str(prompt_id)}, "interrupting")

    async def _post_prompt(self, graph: Graph, prompt_id: UUID, previews: bool) -> tuple[Accepted, object]:
        """Once. `number` is never sent: two prompts with the same one kill the server's worker thread."""
        body: dict[str, object] = {
            "prompt": graph,
            "prompt_id": str(prompt_id),
            "client_id": str(self._client_id),
            "extra_data": {"preview_method": "auto" if previews else "none"},
        }
        try:
            answer = await self._http.post_json(
                "/prompt", body, timeout_seconds=self._config().queue_timeout_seconds, what="a prompt"
            )
            refused = maybe_json_object(answer) if answer.status == 400 else None
            if refused is not None:
                raise refusal_of(refused, graph, self._catalogue)
            taken = json_object(answer)
        except (RequestTimeoutError, ServerFailedError, ConnectionLostError, UnexpectedAnswerError) as error:
            raise AnswerLostError(error) from error
        return _accepted(taken), taken.get("node_errors")

    async def _get_picture(self, ref: PictureRef) -> bytes:
        params = {"filename": ref.filename, "subfolder": ref.subfolder, "type": ref.type}
        seconds = self._config().image_timeout_seconds
        answer = await self._http.get_file("/view", params=params, timeout_seconds=seconds, what="a picture")
        if answer.status != 200:
            raise PictureBrokenError(ref.filename, "ComfyUI no longer has it.", is_missing=answer.status == 404)
        return checked_picture(ref.filename, answer)

    async def _upload(self, name: str, content: bytes) -> dict[str, object]:
        answer = await self._http.post_file(
            "/upload/image",
            fields={"type": "input", "subfolder": UPLOAD_FOLDER, "overwrite": "true"},
            file=(name, content),
            timeout_seconds=self._config().image_timeout_seconds,
            what="an upload",
        )
        return json_object(answer)

    async def _withdraw_renamed(self, prompt_id: UUID) -> None:
        """Take back what was taken under another id than ours; what somebody else has handed in is not ours to take."""
        try:
            is_ours = (await self.queue()).is_of(self._client_id, prompt_id)
        except ComfyUIError as error:
            logger.warning("A prompt that goes under another id could not be withdrawn: %s", error.title)
            return
        if is_ours:
            await self._withdraw(prompt_id)

    async def _withdraw(self, prompt_id: UUID) -> None:
        """Take back a prompt that should not run; the refusal that follows matters more than whether this works."""
        try:
            await self.cancel(prompt_id)
        except ComfyUIError as error:
            logger.warning("A refused prompt could not be withdrawn: %s", error.title)

    async def _unless_away(self, asking: Awaitable[T], *which: type[ComfyUIError]) -> T:
        """One of `which` is raised as it is only if ComfyUI is well: what befalls everything is no fault of one request.

        Raises CircuitOpenError or ServiceUnavailableError otherwise.
        """
        try:
            return await asking
        except which:
            self._breaker.check()
            self.health.doubt()
            await self.health.check()
            raise

    async def _guarded(self, attempt: Callable[[], Awaitable[T]], what: str) -> T:
        return await with_retry(lambda: self._watched(attempt), config=self._config, pause=self._pause, what=what)

    async def _pause(self, seconds: Callable[[], float]) -> None:
        """Between two tries, as long as the settings say; over at once when ComfyUI, which was away, is back."""
        began, returns, left = self._clock.monotonic(), self._returns, seconds()
        while left > 0 and await wait_for_event(self._stirred, self._clock, left) and self._returns == returns:
            left = began + seconds() - self._clock.monotonic()

    async def _watched(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """One attempt, let through by the breaker, which is told how it went, unless we have moved meanwhile."""
        admitted = self._breaker.admit()
        asked = self._http
        try:
            result = await attempt()
        except ComfyUIError as error:
            if asked is self._http:
                self._tell_failure(admitted, error)
            raise
        except BaseException:
            self._breaker.abandon(admitted)
            raise
        if asked is self._http:
            self._tell_success(admitted)
        return result

    def _tell_success(self, admitted: Pass) -> None:
        self._breaker.succeed(admitted)
        self.health.learn(None)

    def _tell_failure(self, admitted: Pass, error: ComfyUIError) -> None:
        """A refusal proves the server alive; a transient failure counts; one that cannot be reached is down.

        Who lets nobody in, or sends something else than a picture, may do so to everybody: it is asked for its health.
        """
        if isinstance(error, ServiceUnavailableError):
            self._breaker.fail(admitted)
            self.health.learn(error)
        elif error.is_transient or isinstance(error, AnswerLostError | NotComfyUIError):
            self._breaker.fail(admitted)
            self.health.blame(error)
        elif isinstance(error, AuthenticationRequiredError | PictureBrokenError | UnexpectedAnswerError):
            self._breaker.succeed(admitted)
            self.health.refresh()
            if self.connection.current.is_answering:
                self.health.doubt()
        else:
            self._tell_success(admitted)

    def _forget_server(self, state: ConnectionState) -> None:
        """Whoever comes back may be another one, with other nodes and models."""
        if state.kind is ConnectionKind.DISCONNECTED:
            self._system = self._catalogue = None
        elif state.is_usable and not self._was_usable:
            self._returns += 1
            self.reconsider()
        self._was_usable = state.is_usable

    @property
    def _history_seconds(self) -> int:
        return self._config().history_timeout_seconds


def _accepted(answer: dict[str, object]) -> Accepted:
    """What the server says it took; an id that is not even a UUID cannot be ours either."""
    try:
        taken = UUID(str(answer.get("prompt_id")))
    except ValueError:
        raise _outdated() from None
    return Accepted(taken, number_of(answer.get("number")))


def _outdated() -> PromptRefusedError:
    return PromptRefusedError(
        RefusalReason.OUTDATED_SERVER,
        "This ComfyUI is too old",
        "It does not keep the number we give a prompt. Update ComfyUI to version 0.3.45 or later.",
    )
