"""US-18A.4: the circuit breaker."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.breaker import BreakerState, CircuitBreaker, Pass
from wrldbldr.comfyui.errors import CircuitOpenError


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(clock)


@pytest.fixture
def open_breaker(breaker: CircuitBreaker) -> CircuitBreaker:
    fail(breaker, times=5)
    return breaker


def fail(breaker: CircuitBreaker, *, times: int) -> None:
    for _ in range(times):
        breaker.fail(breaker.admit())


def test_four_failures_in_a_row_leave_it_closed(breaker: CircuitBreaker) -> None:
    fail(breaker, times=4)
    breaker.check()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.consecutive_failures == 4


def test_after_five_failures_in_a_row_it_opens(breaker: CircuitBreaker, clock: FakeClock) -> None:
    fail(breaker, times=5)
    with pytest.raises(CircuitOpenError) as refused:
        breaker.check()
    assert breaker.state is BreakerState.OPEN
    assert (refused.value.until - clock.now()).total_seconds() == 60
    assert breaker.open_until == refused.value.until


def test_a_success_or_a_refusal_in_between_starts_the_count_anew(breaker: CircuitBreaker) -> None:
    fail(breaker, times=4)
    breaker.succeed(breaker.admit())
    fail(breaker, times=4)
    assert breaker.state is BreakerState.CLOSED


async def test_for_sixty_seconds_everything_is_rejected_at_once(open_breaker: CircuitBreaker, clock: FakeClock) -> None:
    await clock.advance(59.9)
    for _ in range(3):
        with pytest.raises(CircuitOpenError):
            open_breaker.check()


async def test_after_sixty_seconds_exactly_one_probe_is_let_through(
    open_breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await clock.advance(60)
    assert open_breaker.state is BreakerState.HALF_OPEN
    open_breaker.check()  # looking takes nothing

    open_breaker.admit()

    for _ in range(3):
        with pytest.raises(CircuitOpenError):
            open_breaker.admit()
    with pytest.raises(CircuitOpenError):
        open_breaker.check()


async def test_when_the_probe_succeeds_it_closes(open_breaker: CircuitBreaker, clock: FakeClock) -> None:
    await clock.advance(60)
    open_breaker.succeed(open_breaker.admit())
    assert open_breaker.state is BreakerState.CLOSED
    assert open_breaker.consecutive_failures == 0
    open_breaker.check()
    open_breaker.check()


async def test_when_the_probe_fails_it_stays_open_for_another_minute(
    open_breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await clock.advance(60)
    open_breaker.fail(open_breaker.admit())
    await clock.advance(59.9)
    with pytest.raises(CircuitOpenError):
        open_breaker.check()
    await clock.advance(0.1)
    open_breaker.check()


async def test_a_probe_that_is_given_up_makes_room_for_the_next(open_breaker: CircuitBreaker, clock: FakeClock) -> None:
    await clock.advance(60)
    open_breaker.abandon(open_breaker.admit())
    open_breaker.admit()


@pytest.mark.parametrize("tell", [CircuitBreaker.succeed, CircuitBreaker.fail, CircuitBreaker.abandon])
async def test_what_an_earlier_request_has_to_say_changes_nothing_while_it_is_open(
    breaker: CircuitBreaker, clock: FakeClock, tell: Callable[[CircuitBreaker, Pass], None]
) -> None:
    earlier = breaker.admit()
    fail(breaker, times=5)
    await clock.advance(30)
    tell(breaker, earlier)
    assert breaker.state is BreakerState.OPEN
    await clock.advance(30)
    probe = breaker.admit()
    tell(breaker, earlier)
    with pytest.raises(CircuitOpenError):  # the probe is still out
        breaker.admit()
    breaker.succeed(probe)
    assert breaker.state is BreakerState.CLOSED


def test_a_person_may_end_the_rest_early(open_breaker: CircuitBreaker) -> None:
    open_breaker.end_rest()
    assert open_breaker.state is BreakerState.HALF_OPEN
    open_breaker.admit()
    with pytest.raises(CircuitOpenError):
        open_breaker.admit()


class BreakerMachine(RuleBasedStateMachine):
    """Compares the breaker with the plainest model of it: a count, a time, and which request is the probe."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = CircuitBreaker(self.clock)
        self.failures = 0
        self.opened_at: float | None = None
        self.probe: Pass | None = None
        self.under_way: list[Pass] = []

    @rule(seconds=st.integers(0, 70))
    def time_passes(self, seconds: int) -> None:
        asyncio.run(self.clock.advance(seconds))

    @rule()
    def a_request_is_made(self) -> None:
        is_let_through = self.opened_at is None or (self.rest_is_over and self.probe is None)
        try:
            admitted = self.breaker.admit()
        except CircuitOpenError:
            assert not is_let_through
            return
        assert is_let_through
        self.under_way.append(admitted)
        if self.opened_at is not None:
            self.probe = admitted

    @rule(which=st.integers(0, 30), outcome=st.sampled_from(["succeed", "fail", "abandon"]))
    def a_request_ends(self, which: int, outcome: str) -> None:
        if not self.under_way:
            return
        ended = self.under_way.pop(which % len(self.under_way))
        is_probe = ended is self.probe
        is_heard = self.opened_at is None or is_probe
        if outcome == "succeed":
            self.breaker.succeed(ended)
            if is_heard:
                self.failures, self.opened_at, self.probe = 0, None, None
        elif outcome == "fail":
            self.breaker.fail(ended)
            if is_heard:
                self.failures += 1
                if is_probe or self.failures >= 5:
                    self.opened_at, self.probe = self.clock.monotonic(), None
        else:
            self.breaker.abandon(ended)
            if is_probe:
                self.probe = None

    @rule()
    def a_person_retries_now(self) -> None:
        self.breaker.end_rest()
        if self.opened_at is not None:
            self.opened_at = min(self.opened_at, self.clock.monotonic() - 60)

    @property
    def rest_is_over(self) -> bool:
        return self.opened_at is not None and self.clock.monotonic() >= self.opened_at + 60

    @invariant()
    def it_looks_as_it_behaves(self) -> None:
        if self.opened_at is None:
            assert self.breaker.state is BreakerState.CLOSED
            assert self.breaker.consecutive_failures == self.failures < 5
        elif self.rest_is_over:
            assert self.breaker.state is BreakerState.HALF_OPEN
            assert self.breaker.open_until is None
        else:
            assert self.breaker.state is BreakerState.OPEN
            assert self.breaker.open_until is not None


TestBreakerAgainstItsModel = BreakerMachine.TestCase
TestBreakerAgainstItsModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
