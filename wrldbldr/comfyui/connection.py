"""Whether ComfyUI can be used right now: one value that anyone may read or watch."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

logger = logging.getLogger(__name__)


class ConnectionKind(StrEnum):
    """How ComfyUI is, in one word."""

    CONNECTED = "connected"  # it answers
    DEGRADED = "degraded"  # it answers health checks, but the last requests failed
    DISCONNECTED = "disconnected"  # it does not answer, or nothing was heard of it yet
    CIRCUIT_OPEN = "circuit_open"  # too many requests failed: none is sent until `until`
    STUCK = "stuck"  # it answers, but what it has taken does not move: nothing more is handed over


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """One look at the connection. `retry_at` is when the next look is due; `problem` says what is wrong.

    `obstacle` is why nothing is handed over though it can be used.
    """

    kind: ConnectionKind
    consecutive_failures: int = 0
    until: datetime | None = None
    retry_at: datetime | None = None
    problem: str = ""
    obstacle: str = ""

    @property
    def is_usable(self) -> bool:
        """True while a prompt may be handed over."""
        return self.kind in (ConnectionKind.CONNECTED, ConnectionKind.DEGRADED)

    @property
    def is_answering(self) -> bool:
        """True while everything else may be asked of it: its queue, a history, to withdraw something."""
        return self.is_usable or self.kind is ConnectionKind.STUCK


Subscriber = Callable[[ConnectionState], None]
Unsubscribe = Callable[[], None]


class ConnectionView(Protocol):
    """What others see of the connection."""

    @property
    def current(self) -> ConnectionState:
        """The latest state."""
        ...

    def subscribe(self, subscriber: Subscriber) -> Unsubscribe:
        """Call `subscriber` with every new state, from now on. Returns what ends it."""
        ...

    def hold(self, reason: str) -> None:
        """Hand over nothing more, because ComfyUI is stuck for this reason; an empty one ends it."""
        ...

    def obstruct(self, obstacle: str) -> None:
        """Say that nothing can be handed over for this reason, whoever tries again; an empty one ends it."""
        ...


class Connection:
    """The observable itself: told by whoever talks to ComfyUI, logs an edge when the kind changes."""

    def __init__(self) -> None:
        self._current = ConnectionState(ConnectionKind.DISCONNECTED, problem="ComfyUI has not been asked yet.")
        self._answers = self._current
        self._hold = self._obstacle = ""
        self._subscribers: list[Subscriber] = []
        self._was_told = False

    @property
    def current(self) -> ConnectionState:
        """The latest state."""
        return self._current

    def subscribe(self, subscriber: Subscriber) -> Unsubscribe:
        """Call `subscriber` with every new state, from now on. Returns what ends it."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def become(self, state: ConnectionState) -> None:
        """Take `state` as the truth about its answers; an equal state disturbs nobody."""
        self._answers = state
        if state.kind is ConnectionKind.DISCONNECTED:
            self._hold = ""  # whoever comes back has been restarted, or is found stuck again at the next look
        if not state.is_usable:
            self._obstacle = ""
        self._settle()

    def hold(self, reason: str) -> None:
        """Say that it is stuck for this reason for as long as it answers; an empty one ends it."""
        self._hold = reason
        self._settle()

    def obstruct(self, obstacle: str) -> None:
        """Say that nothing can be handed over for this reason for as long as it answers; an empty one ends it."""
        self._obstacle = obstacle
        self._settle()

    def _settle(self) -> None:
        state = self._answers
        if self._hold and state.is_usable:
            state = replace(state, kind=ConnectionKind.STUCK, problem=self._hold)
        elif self._obstacle and state.is_usable:
            state = replace(state, kind=ConnectionKind.DEGRADED, problem=self._obstacle, obstacle=self._obstacle)
        if state == self._current:
            return
        before = (self._current.kind, self._current.obstacle) if self._was_told else None
        is_edge = (state.kind, state.obstacle) != before
        self._current, self._was_told = state, True
        if is_edge:
            _log_edge(state)
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(state)
            except Exception:
                logger.exception("A subscriber to ComfyUI's connection failed")


def _log_edge(state: ConnectionState) -> None:
    if state.kind is ConnectionKind.CONNECTED:
        logger.info("ComfyUI is connected")
    elif state.obstacle:
        logger.warning("The queue waits: %s", state.obstacle)
    elif state.kind is ConnectionKind.DEGRADED:
        logger.warning("ComfyUI is shaky: %d failures in a row", state.consecutive_failures)
    elif state.kind is ConnectionKind.CIRCUIT_OPEN:
        logger.warning("ComfyUI keeps failing: no request is sent until %s", state.until)
    elif state.kind is ConnectionKind.STUCK:
        logger.warning("ComfyUI is stuck: %s", state.problem)
    else:
        logger.warning("ComfyUI is disconnected: %s", state.problem)
