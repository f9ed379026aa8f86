"""How ComfyUI is, in words for the screens, and who it is that answers."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from wrldbldr.bus import SERVER_TOPIC, Bus
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.messages import Heard, Status
from wrldbldr.comfyui.port import SystemInfo
from wrldbldr.domain.account import Principal
from wrldbldr.domain.events import ComfyUIQueueChanged, ConnectionChanged
from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.services.comfyui_in_use import ComfyUIInUse
from wrldbldr.services.connection_history import ConnectionHistory

ASK_AGAIN_SECONDS = 15.0

MESSAGES = {
    ConnectionKind.CONNECTED: "ComfyUI is connected.",
    ConnectionKind.DEGRADED: "ComfyUI answers, but some requests failed. Batches go on; nothing to do yet.",
    ConnectionKind.DISCONNECTED: "ComfyUI does not answer. Check that it runs; your batches wait and nothing is lost.",
    ConnectionKind.CIRCUIT_OPEN: "ComfyUI failed several times in a row and is left alone for a moment. Check that it "
    "still runs; your batches wait and nothing is lost.",
    ConnectionKind.STUCK: "Look at its console and restart it; your batches wait and nothing is lost.",
}


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """One look at ComfyUI. `retry_in_seconds` counts down to the next try, at `retry_at`, while it is away.

    `problem` is what was found when it was asked, with what to do about it, for whoever looks after ComfyUI.
    `is_obstructed` when it answers, and still nothing can be handed over: `message` says why.
    `is_simulated` when a simulator answers, wherever it runs; `is_built_in` when it is the one we have started ourselves.
    """

    state: str
    message: str
    is_simulated: bool
    is_built_in: bool
    consecutive_failures: int
    open_until: datetime | None
    retry_in_seconds: int | None
    version: str
    devices: tuple[str, ...]
    url: str
    queue_remaining: int | None
    retry_at: datetime | None
    problem: str
    is_obstructed: bool

    @property
    def paints(self) -> bool:
        """Whether ComfyUI takes prompts."""
        return self.state in (ConnectionKind.CONNECTED, ConnectionKind.DEGRADED) and not self.is_obstructed


class ConnectionService:
    """Watches the connection and tells every screen when it changes."""

    def __init__(self, in_use: ComfyUIInUse, bus: Bus, clock: Clock, *, probe: Callable[[], Awaitable[object]]) -> None:
        self._in_use = in_use
        self._comfyui = in_use.comfyui
        self._probe = probe
        self._bus = bus
        self._clock = clock
        self._system: SystemInfo | None = None
        self._queue_remaining: int | None = None
        self._changed = asyncio.Event()
        self.history = ConnectionHistory(clock)
        in_use.comfyui.connection.subscribe(self._on_change)
        in_use.stream.subscribe(self._on_message)

    def status(self, _: Principal | None = None) -> ConnectionStatus:
        """How ComfyUI is now. There is nothing secret in it: the page for the first visit shows it too."""
        now = self._comfyui.connection.current
        waiting = (
            None if now.retry_at is None else max(0, math.ceil((now.retry_at - self._clock.now()).total_seconds()))
        )
        return ConnectionStatus(
            state=now.kind,
            message=_message(now),
            is_simulated=self._system is not None and self._system.simulated,
            is_built_in=self._in_use.is_built_in,
            consecutive_failures=now.consecutive_failures,
            open_until=now.until,
            retry_in_seconds=waiting,
            version="" if self._system is None else self._system.version,
            devices=() if self._system is None else self._system.devices,
            url=self._in_use.address.url,
            queue_remaining=self._queue_remaining if now.is_answering else None,
            retry_at=now.retry_at,
            problem=now.problem,
            is_obstructed=bool(now.obstacle),
        )

    async def retry_now(self, who: Principal) -> ConnectionStatus:
        """Ask ComfyUI at once, because a person wants to know; how it is after that."""
        await self._probe()
        return self.status(who)

    async def run(self) -> None:
        """Learn who answers whenever ComfyUI comes back, for ever."""
        while True:
            if self._system is None and self._comfyui.connection.current.is_usable:
                await self._learn()
            await wait_for_event(self._changed, self._clock, ASK_AGAIN_SECONDS)
            self._changed.clear()

    async def _learn(self) -> None:
        try:
            self._system = await self._comfyui.system()
        except ComfyUIError:
            return  # the connection's state says so already; we come back when it changes, or a little later
        self._publish()

    def _on_change(self, state: ConnectionState) -> None:
        if state.kind is ConnectionKind.DISCONNECTED:  # whoever answers next may be somebody else
            self._system = self._queue_remaining = None
        self.history.note(state.kind)
        self._changed.set()
        self._publish()

    def _on_message(self, message: Heard) -> None:
        if isinstance(message, Status) and message.queue_remaining != self._queue_remaining:
            self._queue_remaining = message.queue_remaining
            self._bus.publish(SERVER_TOPIC, ComfyUIQueueChanged())

    def _publish(self) -> None:
        status = self.status()
        self._bus.publish(SERVER_TOPIC, ConnectionChanged(status.state, status.message))


def _message(now: ConnectionState) -> str:
    if now.obstacle:
        return f"{now.obstacle} Your batches wait meanwhile; nothing is lost."
    return f"{now.problem} {MESSAGES[now.kind]}" if now.kind is ConnectionKind.STUCK else MESSAGES[now.kind]
