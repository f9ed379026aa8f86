"""US-18A.4: the circuit breaker."""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.breaker import BreakerState, CircuitBreaker
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
        breaker.check()
        breaker.fail()


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
    breaker.succeed()
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

    open_breaker.check()

    for _ in range(3):
        with pytest.raises(CircuitOpenError):
            open_breaker.check()


async def test_when_the_probe_succeeds_it_closes(open_breaker: CircuitBreaker, clock: FakeClock) -> None:
    await clock.advance(60)
    open_breaker.check()
    open_breaker.succeed()
    assert open_breaker.state is BreakerState.CLOSED
    assert open_breaker.consecutive_failures == 0
    open_breaker.check()
    open_breaker.check()


async def test_when_the_probe_fails_it_stays_open_for_another_minute(
    open_breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await clock.advance(60)
    open_breaker.check()
    open_breaker.fail()
    await clock.advance(59.9)
    with pytest.raises(CircuitOpenError):
        open_breaker.check()
    await clock.advance(0.1)
    open_breaker.check()


async def test_a_probe_that_is_given_up_makes_room_for_the_next(open_breaker: CircuitBreaker, clock: FakeClock) -> None:
    await clock.advance(60)
    open_breaker.check()
    open_breaker.abandon()
    open_breaker.check()


async def test_what_an_open_breaker_hears_from_earlier_requests_changes_nothing(
    open_breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await clock.advance(30)
    open_breaker.succeed()
    open_breaker.fail()
    assert open_breaker.state is BreakerState.OPEN
    await clock.advance(30)
    assert open_breaker.state is BreakerState.HALF_OPEN


def test_a_person_may_end_the_rest_early(open_breaker: CircuitBreaker) -> None:
    open_breaker.end_rest()
    assert open_breaker.state is BreakerState.HALF_OPEN
    open_breaker.check()
    with pytest.raises(CircuitOpenError):
        open_breaker.check()


class BreakerMachine(RuleBasedStateMachine):
    """Compares the breaker with the plainest model of it: a count, a time, and whether a probe is out."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = CircuitBreaker(self.clock)
        self.failures = 0
        self.opened_at: float | None = None
        self.probe_is_out = False

    @rule(seconds=st.integers(0, 70))
    def time_passes(self, seconds: int) -> None:
        asyncio.run(self.clock.advance(seconds))

    @rule(outcome=st.sampled_from(["succeed", "fail", "abandon", "stay out"]))
    def a_request_is_made(self, outcome: str) -> None:
        is_let_through = self.opened_at is None or (self.rest_is_over and not self.probe_is_out)
        try:
            self.breaker.check()
        except CircuitOpenError:
            assert not is_let_through
            return
        assert is_let_through
        self.probe_is_out = self.opened_at is not None
        self.outcome(outcome)

    @rule(outcome=st.sampled_from(["succeed", "fail"]))
    def an_earlier_request_ends(self, outcome: str) -> None:
        self.outcome(outcome)

    def outcome(self, outcome: str) -> None:
        is_heard = self.opened_at is None or self.probe_is_out
        if outcome == "succeed":
            self.breaker.succeed()
            if is_heard:
                self.failures, self.opened_at, self.probe_is_out = 0, None, False
        elif outcome == "fail":
            self.breaker.fail()
            if is_heard:
                self.failures += 1
                if self.probe_is_out or self.failures >= 5:
                    self.opened_at, self.probe_is_out = self.clock.monotonic(), False
        elif outcome == "abandon":
            self.breaker.abandon()
            self.probe_is_out = False

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
