"""Stops asking a ComfyUI that keeps failing: five failures in a row, a minute of rest, one probe (US-18A.4)."""

from datetime import datetime, timedelta
from enum import StrEnum

from wrldbldr.comfyui.errors import CircuitOpenError
from wrldbldr.kit.clock import Clock

FAILURE_LIMIT = 5
REST_SECONDS = 60.0


class BreakerState(StrEnum):
    """Whether requests pass."""

    CLOSED = "closed"  # all pass
    OPEN = "open"  # none pass
    HALF_OPEN = "half_open"  # the rest is over: one probe passes and decides


class CircuitBreaker:
    """Whoever wants to send asks `check()`, then tells how it went: `succeed`, `fail` or `abandon`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._rest_ends: float | None = None  # monotonic; None while closed
        self._is_probing = False

    @property
    def state(self) -> BreakerState:
        """Where it stands now."""
        if self._rest_ends is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._rest_left > 0 and not self._is_probing else BreakerState.HALF_OPEN

    @property
    def consecutive_failures(self) -> int:
        """Failures since the last success."""
        return self._failures

    @property
    def open_until(self) -> datetime | None:
        """When the rest ends; None unless it is open."""
        if self.state is not BreakerState.OPEN:
            return None
        return self._clock.now() + timedelta(seconds=self._rest_left)

    def check(self) -> None:
        """Let the caller send, or raise CircuitOpenError. After the rest exactly one caller passes until it reports."""
        if self._rest_ends is None:
            return
        if self._is_probing or self._rest_left > 0:
            raise CircuitOpenError(self._clock.now() + timedelta(seconds=max(self._rest_left, 0)))
        self._is_probing = True

    def try_probe(self) -> bool:
        """Pass as the one probe, if the rest is over and nobody else is it."""
        if self.state is not BreakerState.HALF_OPEN or self._is_probing:
            return False
        self._is_probing = True
        return True

    def succeed(self) -> None:
        """The server answered, if only to refuse. What an open breaker hears from a request sent earlier is too late."""
        if self._rest_ends is not None and not self._is_probing:
            return
        self._failures, self._rest_ends, self._is_probing = 0, None, False

    def fail(self) -> None:
        """The server did not do its part."""
        if self._rest_ends is not None and not self._is_probing:
            return
        self._failures += 1
        if self._is_probing or self._failures >= FAILURE_LIMIT:
            self._rest_ends, self._is_probing = self._clock.monotonic() + REST_SECONDS, False

    def abandon(self) -> None:
        """The request was given up before its outcome was known: if it was the probe, the next caller may be it."""
        self._is_probing = False

    def reset(self) -> None:
        """Nothing is held against whoever is asked from now on: it is another server."""
        self._failures, self._rest_ends, self._is_probing = 0, None, False

    def end_rest(self) -> None:
        """A person asked to try again now: the next caller is the probe."""
        if self._rest_ends is not None:
            self._rest_ends = self._clock.monotonic()

    @property
    def _rest_left(self) -> float:
        return 0.0 if self._rest_ends is None else self._rest_ends - self._clock.monotonic()
