"""When the guards of Phase 18A let a request out, counted by the server it goes to; time is moved by hand."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest

from tests.comfyui.graphs import model_free
from tests.fakes.clock import FakeClock
from tests.fakes.loop_time import LoopTime
from tests.fakes.simulator import SimulatorServer, Tally
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    CircuitOpenError,
    ComfyUIError,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.simulator.faults import Action, Rule

CALLERS = 20
PATIENCE_SECONDS = 60.0
REAL_TIME = SystemClock()

Ask = Callable[[ComfyUIClient], Awaitable[object]]


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
async def client(server: SimulatorServer, clock: FakeClock) -> AsyncIterator[ComfyUIClient]:
    client = ComfyUIClient(
        connection_settings(server.url),
        client_id=uuid4(),
        clock=clock,
        config=lambda: ComfyUIConfig(max_retries=1, base_delay_seconds=1),
    )
    yield client
    await client.aclose()


@pytest.fixture
def health_checks(server: SimulatorServer) -> Tally:
    return server.tally("/system_stats")


async def until(is_so: Callable[[], bool]) -> None:
    """Wait in real time for what comes over a socket."""
    deadline = REAL_TIME.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert REAL_TIME.monotonic() < deadline, "it did not come to that in time"
        await REAL_TIME.sleep(0.002)


async def hand_over(client: ComfyUIClient) -> object:
    return await client.queue_prompt(model_free(), uuid4())


async def read_queue(client: ComfyUIClient) -> object:
    return await client.queue()


async def outcome(client: ComfyUIClient, ask: Ask) -> ComfyUIError | None:
    """The error a request ends with, or None when it is answered."""
    try:
        await ask(client)
    except ComfyUIError as error:
        return error
    return None


class Crowd:
    """Many who ask at once, and what each of them is told."""

    def __init__(self, client: ComfyUIClient, ask: Ask, tasks: asyncio.TaskGroup) -> None:
        self._asking = [tasks.create_task(outcome(client, ask)) for _ in range(CALLERS)]

    @property
    def told(self) -> int:
        """How many were told anything."""
        return sum(task.done() for task in self._asking)

    @property
    def rejected(self) -> int:
        """How many were told that the circuit is open."""
        return sum(task.done() and isinstance(task.result(), CircuitOpenError) for task in self._asking)

    @property
    def answered(self) -> int:
        return sum(task.done() and task.result() is None for task in self._asking)


async def trip(client: ComfyUIClient, server: SimulatorServer) -> None:
    """Five failures in a row."""
    lost = server.spoil(Rule(Action.STATUS, method="POST", path="/prompt", status=500))
    for _ in range(5):
        assert isinstance(await outcome(client, hand_over), AnswerLostError)
    assert lost.count == 5
    server.faults.clear()
    assert client.connection.current.kind is ConnectionKind.CIRCUIT_OPEN


async def test_us_18a_1_a_good_health_check_before_a_prompt_is_good_for_five_seconds(
    client: ComfyUIClient, health_checks: Tally, clock: FakeClock
) -> None:
    counts: list[int] = []
    for seconds in (0, 0, 4, 5, 0):
        await clock.advance(seconds)
        await hand_over(client)
        counts.append(health_checks.count)

    assert counts == [1, 1, 1, 2, 2]


async def test_us_18a_1_a_bad_one_is_too_and_nothing_is_handed_over_meanwhile(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock
) -> None:
    checks, handed_over = server.spoil(Rule(Action.STATUS, path="/system_stats")), server.tally("/prompt", "POST")
    counts: list[int] = []
    for seconds in (0, 0, 4, 1):
        await clock.advance(seconds)
        assert isinstance(await outcome(client, hand_over), ServiceUnavailableError)
        counts.append(checks.count)

    assert counts == [1, 1, 1, 2]
    assert handed_over.count == 0


async def test_us_18a_1_prompts_handed_over_at_once_share_one_health_check(
    client: ComfyUIClient, server: SimulatorServer, health_checks: Tally
) -> None:
    async with asyncio.TaskGroup() as tasks:
        crowd = Crowd(client, hand_over, tasks)

    assert (crowd.answered, health_checks.count) == (CALLERS, 1)


async def test_us_18a_5_a_health_check_that_hangs_is_given_up_after_five_seconds(
    client: ComfyUIClient,
    server: SimulatorServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hanging, handed_over = server.spoil(Rule(Action.HANG, path="/system_stats")), server.tally("/prompt", "POST")
    time = LoopTime(monkeypatch)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(outcome(client, hand_over))
        await until(lambda: hanging.count == 1)
        began = time.now()
        await time.advance(4.5)
        assert not asking.done()
        await time.advance(0.6)
        await until(asking.done)
        assert time.now() - began < 6

    error = asking.result()
    assert isinstance(error, ServiceUnavailableError)
    assert isinstance(error.__cause__, RequestTimeoutError)
    assert handed_over.count == 0
    said = [record for record in caplog.records if record.name == "wrldbldr.comfyui.health"]
    assert [(record.levelno, record.getMessage().split(":")[0]) for record in said][:1] == [
        (logging.WARNING, "ComfyUI's health check failed")
    ]


async def test_us_18a_4_for_a_minute_an_open_circuit_lets_nothing_out(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(client.health.watch(), name="watch")
        await until(lambda: client.connection.current.kind is ConnectionKind.CONNECTED)
        await trip(client, server)
        anything = server.tally("*", "*")

        for seconds in (0, 30, 29):
            await clock.advance(seconds)
            for ask in (read_queue, hand_over):
                assert isinstance(await outcome(client, ask), CircuitOpenError)
        await REAL_TIME.sleep(0.1)  # for what was sent to arrive

        assert anything.count == 0


async def test_us_18a_4_after_the_rest_one_of_many_callers_is_the_probe_and_its_answer_lets_all_in(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock
) -> None:
    await trip(client, server)
    await clock.advance(60)
    probes = server.spoil(Rule(Action.HANG, path="/queue"))
    async with asyncio.TaskGroup() as tasks:
        crowd = Crowd(client, read_queue, tasks)
        await until(lambda: crowd.rejected == CALLERS - 1 and probes.count > 0)
        assert (probes.count, crowd.answered) == (1, 0)
        server.faults.clear()  # which answers it
        probes = server.tally("/queue")

    assert crowd.answered == 1
    assert client.connection.current.kind is ConnectionKind.CONNECTED
    async with asyncio.TaskGroup() as tasks:
        crowd = Crowd(client, read_queue, tasks)
    assert (crowd.answered, probes.count) == (CALLERS, CALLERS)


@pytest.mark.parametrize(("ask", "page"), [(read_queue, "/queue"), (hand_over, "/system_stats")])
async def test_us_18a_4_a_probe_that_fails_means_another_minute_of_rest_for_everybody(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock, ask: Ask, page: str
) -> None:
    await trip(client, server)
    probes, handed_over = server.spoil(Rule(Action.STATUS, path=page, status=500)), server.tally("/prompt", "POST")
    counts: list[int] = []
    for at in (60, 119, 120, 179, 180):
        await clock.advance(at - clock.monotonic())
        slept = len(clock.sleeps)
        async with asyncio.TaskGroup() as tasks:
            crowd = Crowd(client, ask, tasks)
            await until(lambda crowd=crowd, slept=slept: crowd.told + len(clock.sleeps) - slept == CALLERS)
            await clock.advance(1)  # a probe is a request like any other: it would be tried again
        assert crowd.answered == 0
        counts.append(probes.count)

    assert (counts, handed_over.count) == ([1, 1, 2, 2, 3], 0)


async def test_us_18a_4_retry_now_is_the_probe_too(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock
) -> None:
    await trip(client, server)
    server.spoil(Rule(Action.STATUS, path="/system_stats"))
    assert (await client.health.probe_now()).kind is ConnectionKind.CIRCUIT_OPEN
    assert isinstance(await outcome(client, hand_over), CircuitOpenError)
    await clock.advance(59)
    assert isinstance(await outcome(client, hand_over), CircuitOpenError)

    server.faults.clear()
    assert (await client.health.probe_now()).kind is ConnectionKind.CONNECTED

    assert await outcome(client, hand_over) is None


async def test_us_18a_4_an_earlier_request_that_is_given_up_lets_no_second_probe_out(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock
) -> None:
    async def read_history(client: ComfyUIClient) -> object:
        return await client.history(uuid4())

    earlier_ones = server.spoil(Rule(Action.HANG, path="/history/*"))
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        earlier = tasks.create_task(outcome(client, read_history))
        await until(lambda: earlier_ones.count == 1)
        lost = server.spoil(Rule(Action.STATUS, method="POST", path="/prompt", status=500))
        for _ in range(5):
            await outcome(client, hand_over)
        assert lost.count == 5
        await clock.advance(60)
        probes = server.spoil(Rule(Action.HANG, path="/queue"))
        probe = tasks.create_task(outcome(client, read_queue))
        await until(lambda: probes.count == 1)

        earlier.cancel()
        await asyncio.wait([earlier])

        assert isinstance(await outcome(client, read_queue), CircuitOpenError)
        assert probes.count == 1
        server.faults.clear()
    assert probe.result() is None


async def test_us_18a_2_a_request_is_given_up_at_error_when_the_circuit_opens_before_its_next_try(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.spoil(Rule(Action.STATUS, method="POST", path="/prompt", status=500))
    for _ in range(4):
        await outcome(client, hand_over)
    fifth = server.spoil(Rule(Action.STATUS, path="/queue", status=500))
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(outcome(client, read_queue))
            await until(lambda: client.connection.current.kind is ConnectionKind.CIRCUIT_OPEN)
            await clock.advance(1)

    assert isinstance(asking.result(), CircuitOpenError)
    assert fifth.count == 1
    said = [
        (record.levelno, record.getMessage()) for record in caplog.records if record.name == "wrldbldr.comfyui.retry"
    ]
    assert [level for level, _ in said] == [logging.INFO, logging.ERROR]
    assert said[-1][1] == "Gave up the queue after 1 retry: ComfyUI keeps failing"


async def test_how_the_connection_is_can_be_watched_and_each_change_of_its_kind_is_logged_once(
    client: ComfyUIClient, server: SimulatorServer, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[ConnectionKind, int]] = []
    client.connection.subscribe(lambda state: seen.append((state.kind, state.consecutive_failures)))
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.connection"):
        await hand_over(client)
        await trip(client, server)
        resting_until = client.connection.current.until
        await clock.advance(60)
        await hand_over(client)
        await server.stop()
        await client.health.probe_now()
        await client.health.probe_now()

    assert resting_until == clock.now()
    degraded = [(ConnectionKind.DEGRADED, failures) for failures in (1, 2, 3, 4)]
    fine, gone = (ConnectionKind.CONNECTED, 0), (ConnectionKind.DISCONNECTED, 0)
    assert seen == [fine, *degraded, (ConnectionKind.CIRCUIT_OPEN, 5), fine, gone]
    said = [record for record in caplog.records if record.name == "wrldbldr.comfyui.connection"]
    assert [record.levelname for record in said] == ["INFO", "WARNING", "WARNING", "INFO", "WARNING"]
