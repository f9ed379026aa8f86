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


class Pass:
    """Leave to send one request, told apart from every other one by identity."""

    __slots__ = ()


class CircuitBreaker:
    """Whoever wants to send asks `admit()`, then tells with the pass how it went: `succeed`, `fail` or `abandon`.

    While it is open only its probe is heard: what a request that was sent earlier has to say comes too late.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._rest_ends: float | None = None  # monotonic; None while closed
        self._probe: Pass | None = None  # out now; only while open

    @property
    def state(self) -> BreakerState:
        """Where it stands now."""
        if self._rest_ends is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._rest_left > 0 and self._probe is None else BreakerState.HALF_OPEN

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

    @property
    def lets_through(self) -> bool:
        """Whether a request could be sent now, if only as the probe."""
        return self._rest_ends is None or (self._probe is None and self._rest_left <= 0)

    def check(self) -> None:
        """Raise CircuitOpenError where `admit` would."""
        if not self.lets_through:
            raise CircuitOpenError(self._clock.now() + timedelta(seconds=max(self._rest_left, 0)))

    def admit(self) -> Pass:
        """Let the caller send, or raise CircuitOpenError. After the rest exactly one passes until it reports."""
        self.check()
        admitted = Pass()
        if self._rest_ends is not None:
            self._probe = admitted
        return admitted

    def try_probe(self) -> Pass | None:
        """Pass as the one probe, if the rest is over and nobody else is it."""
        return self.admit() if self._rest_ends is not None and self.lets_through else None

    def succeed(self, admitted: Pass) -> None:
        """The server answered, if only to refuse."""
        if self._rest_ends is None or admitted is self._probe:
            self.reset()

    def fail(self, admitted: Pass) -> None:
        """The server did not do its part."""
        if self._rest_ends is not None and admitted is not self._probe:
            return
        self._failures += 1
        if admitted is self._probe or self._failures >= FAILURE_LIMIT:
            self._rest_ends, self._probe = self._clock.monotonic() + REST_SECONDS, None

    def abandon(self, admitted: Pass) -> None:
        """The request was given up before its outcome was known: if it was the probe, the next caller may be it."""
        if admitted is self._probe:
            self._probe = None

    def reset(self) -> None:
        """Nothing is held against whoever is asked from now on."""
        self._failures, self._rest_ends, self._probe = 0, None, None

    def end_rest(self) -> None:
        """A person asked to try again now: the next caller is the probe."""
        if self._rest_ends is not None:
            self._rest_ends = self._clock.monotonic()

    @property
    def _rest_left(self) -> float:
        return 0.0 if self._rest_ends is None else self._rest_ends - self._clock.monotonic()
