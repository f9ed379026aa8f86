"""Following one prompt on ComfyUI to its end: the websocket for speed, queue and history for the truth."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.hearsay import Hearsay
from wrldbldr.comfyui.inbox import Inbox
from wrldbldr.comfyui.messages import Finished as FinishedMessage
from wrldbldr.comfyui.messages import Heard, Preview, Reconnected
from wrldbldr.comfyui.port import ComfyUI, History, MessageStream
from wrldbldr.comfyui.progress import PromptProgress
from wrldbldr.comfyui.reconcile import Finished, Gone, Pending, Running, Whereabouts, whereabouts
from wrldbldr.comfyui.stall import Watchdog
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import Clock, attending, wait_for_event

POLL_SECONDS = 3.0
POLL_SECONDS_WITHOUT_SOCKET = 1.0
AWAY = "waiting for ComfyUI"
RECONSIDERED_SECONDS = 1.0  # after that long new settings apply to whoever rests
MUTE_SECONDS = 10.0  # and twice as long each time that opening it anew has changed nothing
HISTORY_WAITS_SECONDS = (0.0, 0.05, 0.2, 0.5)  # "done" may be said a moment before the history can be read


@dataclass(frozen=True, slots=True)
class Witness:
    """Who wants to know what a prompt does. `is_wanted` is asked whenever somebody may have withdrawn it."""

    on_progress: Callable[[PromptProgress], None]
    on_preview: Callable[[Preview], None]
    on_waiting: Callable[[str], None]
    is_wanted: Callable[[], Awaitable[bool]]


class Withdrawn(Exception):  # noqa: N818 - it is no error: somebody cancelled
    """The prompt was withdrawn while it was followed. `is_off` when ComfyUI is known to be rid of it."""

    def __init__(self, *, is_off: bool) -> None:
        super().__init__()
        self.is_off = is_off


@dataclass(frozen=True, slots=True)
class Lookout:
    """From where prompts are followed: ComfyUI, what it says of its own accord, and who notices when it is stuck.

    `config` is asked whenever it matters how patient to be.
    """

    comfyui: ComfyUI
    stream: MessageStream
    watchdog: Watchdog
    clock: Clock
    config: Callable[[], ComfyUIConfig]


class PromptWatch:
    """Follows one prompt. Enter it before the prompt is handed over: a quick one ends before the answer is read."""

    def __init__(self, lookout: Lookout, prompt_id: UUID, graph: Graph, on_end: Callable[[], None]) -> None:
        """`on_end` is called as soon as ComfyUI says that it is done with the prompt, before anybody knows how it went."""
        self._on_end = on_end
        self._comfyui = lookout.comfyui
        self._stream = lookout.stream
        self._watchdog = lookout.watchdog
        self._clock = lookout.clock
        self._prompt_id = prompt_id
        self._progress = PromptProgress(prompt_id, graph)
        self._hearsay = Hearsay(prompt_id)
        self._inbox = Inbox()
        self._stirred = asyncio.Event()
        self._nudged = asyncio.Event()
        self._is_said_to_wait = False
        self._is_withdrawing = False
        self._heard_at = self._clock.monotonic()
        self._mute_seconds = MUTE_SECONDS

    def __enter__(self) -> Self:
        self._watchdog.follow(self._prompt_id)
        self._unsubscribe = self._stream.subscribe(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._unsubscribe()
        self._watchdog.leave(self._prompt_id)

    def nudge(self) -> None:
        """Look up at once: somebody may have withdrawn the prompt."""
        self._nudged.set()
        self._stirred.set()

    async def follow(self, witness: Witness, *, is_certain: bool) -> History | Gone:
        """Wait for the end, however long it takes. Raises Withdrawn when it is no longer wanted.

        `is_certain` is False when nobody knows whether ComfyUI has the prompt: then it is looked for first. While
        ComfyUI cannot be reached nothing is concluded; it is asked again when it answers.
        """
        if not is_certain and (ended := await self._look(witness)) is not None:
            return ended
        look_at = self._clock.monotonic() + self._poll_seconds
        while True:
            await wait_for_event(self._stirred, self._clock, max(0.0, look_at - self._clock.monotonic()))
            self._stirred.clear()
            messages = self._inbox.take()
            is_due = self._clock.monotonic() >= look_at  # nudges may come faster than looks are due, and delay none
            if self._nudged.is_set() or is_due:
                self._nudged.clear()
                await self._require_wanted(witness)
            ended = None
            if messages:
                ended = await self._read(messages, witness)
            elif is_due:
                ended = await self._look(witness)
            if ended is not None:
                return ended
            if messages or is_due:
                look_at = self._clock.monotonic() + self._poll_seconds

    async def rest(self, witness: Witness, until: Callable[[], float]) -> None:
        """Wait until that moment of the clock, which is asked for again and again. Raises Withdrawn when nobody wants it."""
        self._say_waiting(witness, AWAY)
        await attending(self._nudged, lambda: self._require_wanted(witness), self._rest(until))

    async def _rest(self, until: Callable[[], float]) -> None:
        while (left := until() - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left, RECONSIDERED_SECONDS))

    async def _require_wanted(self, witness: Witness) -> None:
        """Take the prompt off ComfyUI when nobody wants it. While that cannot be reached, the dispatcher does so later."""
        if await witness.is_wanted():
            return
        self._is_withdrawing = True
        if not self._comfyui.connection.current.is_answering:
            raise Withdrawn(is_off=False)
        try:
            await self._comfyui.cancel(self._prompt_id)
        except ComfyUIError as error:
            raise Withdrawn(is_off=False) from error
        raise Withdrawn(is_off=True)

    @property
    def _poll_seconds(self) -> float:
        return POLL_SECONDS if self._stream.is_connected else POLL_SECONDS_WITHOUT_SOCKET

    def _hear(self, message: Heard) -> None:
        """Runs inside the socket's loop: keep what is ours, and wake whoever follows."""
        if not isinstance(message, Reconnected):
            if getattr(message, "prompt_id", None) != self._prompt_id:
                return
            self._mute_seconds = MUTE_SECONDS
            self._watchdog.hear(self._prompt_id)
        self._heard_at = self._clock.monotonic()
        self._inbox.put(message)
        self._stirred.set()
        if isinstance(message, FinishedMessage) and not self._is_withdrawing:  # an interrupt may be on its way
            self._on_end()

    async def _read(self, messages: list[Heard], witness: Witness) -> History | Gone | None:
        for message in messages:
            self._hearsay.hear(message)
        previews = [message for message in messages if isinstance(message, Preview)]
        changes = [
            self._progress.hear(message) for message in messages
        ]  # every message, not only up to the first change
        is_alive = any(not isinstance(message, Reconnected) for message in messages)
        if any(changes) or (is_alive and self._is_said_to_wait):
            self._say_progress(witness)
        if previews:
            witness.on_preview(previews[-1])
        if any(isinstance(message, FinishedMessage) for message in messages):
            return await self._history()
        if any(isinstance(message, Reconnected) for message in messages):
            return await self._look(witness)
        return None

    async def _look(self, witness: Witness) -> History | Gone | None:
        """Ask queue and history, which may take as long as all retries do: whoever withdraws the prompt does not wait.

        None while it is on its way, or while nobody answers.
        """
        return await attending(self._nudged, lambda: self._require_wanted(witness), self._ask(witness))

    async def _ask(self, witness: Witness) -> History | Gone | None:
        dog = self._watchdog
        try:
            found = await whereabouts(self._comfyui, self._prompt_id, self._clock, ours=dog.ours, saw=dog.look)
        except ComfyUIError:
            dog.lose_sight()
            self._say_waiting(witness, AWAY)
            return None
        match found:
            case Finished(history):
                return self._hearsay.explain(history)
            case Gone():  # a prompt that it finished, and forgot: its pictures lie there all the same
                return self._hearsay.history() or found
            case _ if dog.stall is not None:
                self._say_waiting(witness, dog.stall.phase)
            case Pending(ahead) if ahead:
                self._say_waiting(witness, f"{ahead} other job{'s are' if ahead > 1 else ' is'} ahead on this ComfyUI")
            case _:
                self._say_progress(witness)
        await self._unmute(found)
        return None

    def _say_waiting(self, witness: Witness, phase: str) -> None:
        self._is_said_to_wait = True
        witness.on_waiting(phase)

    def _say_progress(self, witness: Witness) -> None:
        self._is_said_to_wait = False
        witness.on_progress(self._progress)

    async def _unmute(self, found: Whereabouts) -> None:
        """A socket that says nothing about a running prompt has gone mute: another connection took its name."""
        is_mute = self._clock.monotonic() - self._heard_at > self._mute_seconds
        if isinstance(found, Running) and self._stream.is_connected and is_mute:
            self._heard_at = self._clock.monotonic()
            self._mute_seconds *= 2
            await self._stream.reconnect()

    async def _history(self) -> History | None:
        for seconds in HISTORY_WAITS_SECONDS:
            await self._clock.sleep(seconds)
            try:
                history = await self._comfyui.history(self._prompt_id)
            except ComfyUIError:
                return None
            if history is not None:
                return self._hearsay.explain(history)
        return None
