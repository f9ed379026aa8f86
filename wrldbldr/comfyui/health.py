"""Knows whether ComfyUI answers, asks no more often than needed, and tells everyone when that changes (US-18A.1)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from wrldbldr.comfyui.breaker import BreakerState, CircuitBreaker
from wrldbldr.comfyui.connection import Connection, ConnectionKind, ConnectionState, ConnectionView
from wrldbldr.comfyui.errors import ComfyUIError, ServiceUnavailableError
from wrldbldr.kit.clock import Clock, wait_for_event

__all__ = ["Connection", "ConnectionKind", "ConnectionState", "ConnectionView", "Health"]

logger = logging.getLogger(__name__)

CACHE_SECONDS = 5.0
PROBE_SECONDS_DOWN = 5.0
PROBE_SECONDS_UP = 15.0
SHAKY_SECONDS = 60.0  # a failed request is worth showing this long, if nothing was asked of it since

Probe = Callable[[], Awaitable[object]]


class Health:
    """The last word on whether ComfyUI answers. `probe` asks it once and raises ComfyUIError when it does not."""

    def __init__(self, probe: Probe, clock: Clock, breaker: CircuitBreaker) -> None:
        self.connection = Connection()
        self._probe = probe
        self._clock = clock
        self._breaker = breaker
        self._asking = asyncio.Lock()
        self._known_at: float | None = None
        self._problem: ComfyUIError | None = None
        self._last_failure: ComfyUIError | None = None
        self._last_failed_at: float | None = None
        self._next_probe_at: datetime | None = None
        self._woken = asyncio.Event()

    async def check(self) -> None:
        """Raise ServiceUnavailableError unless ComfyUI answers, or did within the last five seconds."""
        async with self._asking:
            if not self._is_fresh:
                await self._ask()
                if self._problem is not None:
                    logger.warning("ComfyUI's health check failed: %s", self._problem.title)
        if self._problem is not None:
            raise ServiceUnavailableError.because(self._problem) from self._problem

    async def probe_now(self) -> ConnectionState:
        """Ask at once because a person wants to know ("Retry Now"); when it answers, an open circuit may be probed."""
        async with self._asking:
            self._breaker.end_rest()
            await self._ask()
        self._woken.set()  # the next regular look is due at another time than it was
        return self.connection.current

    async def watch(self) -> None:
        """Ask for ever: every 5 s while it is down, every 15 s while it is up, at once when there is doubt.

        While the circuit is open it is left alone: the next look is the probe that ends its rest,
        unless somebody else is that.
        """
        while True:
            async with self._asking:
                if self._is_due:
                    await self._ask()
            delay = self._seconds_to_next_probe()
            self._next_probe_at = self._clock.now() + timedelta(seconds=delay)
            self.refresh()
            await wait_for_event(self._woken, self._clock, delay)
            self._woken.clear()

    def doubt(self) -> None:
        """Something hints that it is gone: what is known is no longer fresh, and it is asked at once."""
        if self._known_at is not None:
            self._known_at -= CACHE_SECONDS
        self._woken.set()

    def learn(self, problem: ComfyUIError | None) -> None:
        """A request has shown how the server is: `problem` when it cannot be reached, None when it answered."""
        self._known_at, self._problem = self._clock.monotonic(), problem
        if problem is not None:
            self._last_failed_at = self._known_at
        self.refresh()

    def blame(self, failure: ComfyUIError) -> None:
        """A request failed though the server can be reached: worth a word while the connection is shaky."""
        self._last_failure, self._last_failed_at = failure, self._clock.monotonic()
        self.refresh()

    def refresh(self) -> None:
        """Work out the connection's state anew, after the breaker or the health has changed."""
        self.connection.become(self._state())

    @property
    def _is_fresh(self) -> bool:
        return self._known_at is not None and self._clock.monotonic() - self._known_at < CACHE_SECONDS

    @property
    def _is_due(self) -> bool:
        is_closed = self._breaker.state is BreakerState.CLOSED
        return not self._is_fresh if is_closed else self._breaker.lets_through

    @property
    def _failed_lately(self) -> bool:
        return self._last_failed_at is not None and self._clock.monotonic() - self._last_failed_at < SHAKY_SECONDS

    async def _ask(self) -> None:
        """Once. When the breaker's rest is over this is its one probe, which closes it or has it rest again (US-18A.4)."""
        admitted = self._breaker.try_probe()
        try:
            await self._probe()
        except ComfyUIError as error:
            if admitted:
                self._breaker.fail(admitted)
            self.learn(error)
        except BaseException:
            if admitted:
                self._breaker.abandon(admitted)
            raise
        else:
            if admitted:
                self._breaker.succeed(admitted)
            self.learn(None)

    def _seconds_to_next_probe(self) -> float:
        until = self._breaker.open_until
        if until is not None:
            return (until - self._clock.now()).total_seconds()
        return PROBE_SECONDS_UP if self._problem is None else PROBE_SECONDS_DOWN

    def _state(self) -> ConnectionState:
        failures = self._breaker.consecutive_failures
        problem = str(self._problem) if self._problem else ""
        until = self._breaker.open_until
        if until is not None:
            problem = problem or self._last_words()
            return ConnectionState(ConnectionKind.CIRCUIT_OPEN, failures, until, until, problem)
        if self._problem or (self._known_at is None and not failures):
            problem = problem or "ComfyUI has not been asked yet."
            return ConnectionState(ConnectionKind.DISCONNECTED, failures, None, self._next_probe_at, problem)
        if (failures and self._failed_lately) or self._breaker.state is not BreakerState.CLOSED:
            return ConnectionState(ConnectionKind.DEGRADED, failures, problem=self._last_words())
        return ConnectionState(ConnectionKind.CONNECTED)

    def _last_words(self) -> str:
        return str(self._last_failure) if self._last_failure else "Some requests to ComfyUI failed."
