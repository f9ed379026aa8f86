"""US-18A.1: the cached health check, and the connection everyone watches."""

import logging

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.breaker import CircuitBreaker
from wrldbldr.comfyui.errors import (
    AuthenticationRequiredError,
    ComfyUIError,
    RequestTimeoutError,
    ServerFailedError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.health import Connection, ConnectionKind, ConnectionState, Health
from wrldbldr.kit.tasks import TaskNursery


class Probe:
    """Counts how often it is asked, and fails while `problem` is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.problem: ComfyUIError | None = None

    async def __call__(self) -> None:
        self.asked += 1
        if self.problem:
            raise self.problem


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker(clock)


@pytest.fixture
def health(probe: Probe, clock: FakeClock, breaker: CircuitBreaker) -> Health:
    return Health(probe, clock, breaker)


def kind(health: Health) -> ConnectionKind:
    return health.connection.current.kind


async def test_before_anyone_asked_nothing_is_known(health: Health) -> None:
    assert kind(health) is ConnectionKind.DISCONNECTED
    assert "not been asked" in health.connection.current.problem


async def test_a_healthy_answer_is_good_for_five_seconds(health: Health, probe: Probe, clock: FakeClock) -> None:
    await health.check()
    await clock.advance(4.9)
    await health.check()
    assert probe.asked == 1
    await clock.advance(0.1)
    await health.check()
    assert probe.asked == 2


async def test_an_unhealthy_answer_fails_at_once_and_is_cached_too(
    health: Health, probe: Probe, clock: FakeClock
) -> None:
    probe.problem = RequestTimeoutError(5)
    for _ in range(3):
        with pytest.raises(ServiceUnavailableError, match="takes too long"):
            await health.check()
    assert probe.asked == 1
    probe.problem = None
    await clock.advance(5)
    await health.check()
    assert kind(health) is ConnectionKind.CONNECTED


async def test_the_reason_is_kept_in_the_refusal(health: Health, probe: Probe) -> None:
    probe.problem = AuthenticationRequiredError(401)
    with pytest.raises(ServiceUnavailableError) as refused:
        await health.check()
    assert refused.value.title == "ComfyUI does not let us in"
    assert refused.value.details == {"Status": "401"}
    assert refused.value.status_code == 503


async def test_a_failed_health_check_is_logged_as_a_warning(
    health: Health, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    probe.problem = ServiceUnavailableError()
    with pytest.raises(ServiceUnavailableError):
        await health.check()
    assert ("wrldbldr.comfyui.health", logging.WARNING) in [(r.name, r.levelno) for r in caplog.records]


async def test_many_who_ask_at_once_cause_one_probe(clock: FakeClock) -> None:
    asked: list[int] = []

    async def slow() -> None:
        asked.append(1)
        await clock.sleep(1)

    health = Health(slow, clock, CircuitBreaker(clock))
    async with TaskNursery(clock) as nursery:
        for n in range(5):
            nursery.start(health.check(), name=f"asker {n}")
        await clock.advance(3)
    assert len(asked) == 1


async def test_a_request_that_was_answered_counts_as_a_look(health: Health, probe: Probe) -> None:
    health.learn(None)
    await health.check()
    assert probe.asked == 0
    assert kind(health) is ConnectionKind.CONNECTED


async def test_while_down_it_looks_every_five_seconds_and_while_up_every_fifteen(
    health: Health, probe: Probe, clock: FakeClock
) -> None:
    probe.problem = ServiceUnavailableError()
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.advance(10)
        assert probe.asked == 3
        assert health.connection.current.retry_at is not None
        assert (health.connection.current.retry_at - clock.now()).total_seconds() == 5
        probe.problem = None
        await clock.advance(5)
        assert probe.asked == 4
        assert kind(health) is ConnectionKind.CONNECTED
        await clock.advance(14.9)
        assert probe.asked == 4
        await clock.advance(0.1)
        assert probe.asked == 5


async def test_retry_now_looks_at_once_whatever_is_cached(health: Health, probe: Probe) -> None:
    probe.problem = ServiceUnavailableError()
    with pytest.raises(ServiceUnavailableError):
        await health.check()
    probe.problem = None
    state = await health.probe_now()
    assert probe.asked == 2
    assert state.kind is ConnectionKind.CONNECTED


async def test_retry_now_closes_an_open_circuit_if_the_server_answers(
    health: Health, breaker: CircuitBreaker, probe: Probe
) -> None:
    health.learn(None)
    trip(breaker)
    probe.problem = ServiceUnavailableError()
    assert (await health.probe_now()).kind is ConnectionKind.CIRCUIT_OPEN
    probe.problem = None
    assert await health.probe_now() == ConnectionState(ConnectionKind.CONNECTED)
    breaker.check()


async def test_failures_make_it_degraded_then_circuit_open_and_a_success_connected(
    health: Health, breaker: CircuitBreaker, clock: FakeClock
) -> None:
    health.learn(None)
    breaker.fail(breaker.admit())
    health.blame(ServerFailedError(500))
    assert health.connection.current == ConnectionState(ConnectionKind.DEGRADED, 1, problem=str(ServerFailedError(500)))
    trip(breaker)
    health.refresh()
    state = health.connection.current
    assert state.kind is ConnectionKind.CIRCUIT_OPEN
    assert state.until is not None
    assert (state.until - clock.now()).total_seconds() == 60
    assert state.retry_at == state.until
    await clock.advance(60)
    breaker.succeed(breaker.admit())
    health.learn(None)
    assert kind(health) is ConnectionKind.CONNECTED


async def test_a_failed_request_is_shown_for_a_minute_while_the_server_answers(
    health: Health, breaker: CircuitBreaker, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.settle()
        breaker.fail(breaker.admit())
        health.blame(ServerFailedError(500))
        await clock.advance(44)
        assert kind(health) is ConnectionKind.DEGRADED

        await clock.advance(31)

        assert kind(health) is ConnectionKind.CONNECTED
        assert breaker.consecutive_failures == 1  # still counted: the next four open it


async def test_after_its_rest_an_open_circuit_is_closed_by_one_probe_though_nothing_is_queued(
    health: Health, breaker: CircuitBreaker, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.advance(7)  # so that no regular look falls on the end of the rest
        trip(breaker)
        await clock.advance(59.9)
        assert kind(health) is ConnectionKind.CIRCUIT_OPEN
        await clock.advance(0.2)
        assert health.connection.current == ConnectionState(ConnectionKind.CONNECTED)


async def test_while_the_circuit_is_open_not_even_the_regular_looks_bother_the_server(
    health: Health, breaker: CircuitBreaker, probe: Probe, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.advance(7)
        trip(breaker)
        before = probe.asked
        await clock.advance(30)
        health.doubt()
        await clock.advance(29.9)
        assert probe.asked == before

        await clock.advance(0.1)

        assert probe.asked == before + 1


async def test_after_retry_now_the_regular_looks_go_on_as_often_as_ever(
    health: Health, breaker: CircuitBreaker, probe: Probe, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.settle()
        trip(breaker)
        await clock.advance(16)  # its rest is all that the watch waits for
        await health.probe_now()
        assert kind(health) is ConnectionKind.CONNECTED

        probe.problem = ServiceUnavailableError()
        await clock.advance(15)

        assert kind(health) is ConnectionKind.DISCONNECTED


async def test_while_somebody_else_is_the_probe_the_regular_looks_wait_for_what_comes_of_it(
    health: Health, breaker: CircuitBreaker, probe: Probe, clock: FakeClock
) -> None:
    trip(breaker)
    await clock.advance(60)
    admitted = breaker.admit()
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.advance(40)
        assert probe.asked == 0

        breaker.succeed(admitted)
        await clock.advance(15)

        assert probe.asked == 1


async def test_a_bug_in_the_probe_is_not_taken_for_an_unhealthy_server(clock: FakeClock) -> None:
    async def buggy() -> None:
        raise KeyError("a bug of ours")

    with pytest.raises(KeyError):
        await Health(buggy, clock, CircuitBreaker(clock)).check()


def test_each_edge_is_logged_once_and_equal_states_disturb_nobody(caplog: pytest.LogCaptureFixture) -> None:
    connection, seen = Connection(), list[ConnectionState]()
    unsubscribe = connection.subscribe(seen.append)
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.connection"):
        for _ in range(2):
            connection.become(ConnectionState(ConnectionKind.CONNECTED))
        for failures in (1, 2):
            connection.become(ConnectionState(ConnectionKind.DEGRADED, failures))
        for _ in range(3):
            connection.become(ConnectionState(ConnectionKind.DISCONNECTED, problem="down"))
        connection.become(ConnectionState(ConnectionKind.CIRCUIT_OPEN))
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "WARNING", "WARNING"]
    assert [state.kind.value for state in seen] == ["connected", "degraded", "degraded", "disconnected", "circuit_open"]
    unsubscribe()
    unsubscribe()
    connection.become(ConnectionState(ConnectionKind.CONNECTED))
    assert len(seen) == 5


def test_being_down_from_the_start_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    Connection().become(ConnectionState(ConnectionKind.DISCONNECTED, problem="refused"))
    assert caplog.messages == ["ComfyUI is disconnected: refused"]


def test_a_subscriber_that_fails_does_not_keep_the_others_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    connection, seen = Connection(), list[ConnectionState]()

    def broken(_: ConnectionState) -> None:
        raise ValueError("broken")

    connection.subscribe(broken)
    connection.subscribe(seen.append)
    connection.become(ConnectionState(ConnectionKind.CONNECTED))
    assert len(seen) == 1
    assert "A subscriber to ComfyUI's connection failed" in caplog.messages


def test_prompts_are_handed_over_only_to_a_server_that_answers_and_works() -> None:
    usable = {kind for kind in ConnectionKind if ConnectionState(kind).is_usable}
    answering = {kind for kind in ConnectionKind if ConnectionState(kind).is_answering}
    assert usable == {ConnectionKind.CONNECTED, ConnectionKind.DEGRADED}
    assert answering == {*usable, ConnectionKind.STUCK}


async def test_a_stuck_server_is_stuck_whatever_its_health_checks_say_until_that_is_taken_back(
    health: Health, caplog: pytest.LogCaptureFixture
) -> None:
    await health.check()
    health.connection.hold("Nothing moves.")
    health.blame(ServerFailedError(500))
    health.learn(None)
    assert health.connection.current == ConnectionState(ConnectionKind.STUCK, problem="Nothing moves.")
    assert [record.getMessage() for record in caplog.records] == ["ComfyUI is stuck: Nothing moves."]

    health.connection.hold("")

    assert kind(health) is ConnectionKind.CONNECTED


async def test_a_stuck_server_that_goes_away_is_disconnected_and_comes_back_fresh(health: Health) -> None:
    await health.check()
    health.connection.hold("Nothing moves.")

    health.learn(ServiceUnavailableError())
    assert kind(health) is ConnectionKind.DISCONNECTED
    health.learn(None)

    assert kind(health) is ConnectionKind.CONNECTED


async def test_a_stuck_server_whose_circuit_opens_says_so_and_is_still_stuck_after_it(
    health: Health, breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await health.check()
    health.connection.hold("Nothing moves.")
    trip(breaker)
    health.refresh()
    assert kind(health) is ConnectionKind.CIRCUIT_OPEN

    await clock.advance(60)
    health.refresh()

    assert kind(health) is ConnectionKind.STUCK


def trip(breaker: CircuitBreaker) -> None:
    while breaker.open_until is None:
        breaker.fail(breaker.admit())
