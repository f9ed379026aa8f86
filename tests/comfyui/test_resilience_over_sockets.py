"""Phase 18A against a server that misbehaves over real sockets; how long is waited is read off a clock that runs ahead."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import pytest

from tests.comfyui.graphs import model_free
from tests.fakes.fast_clock import FastClock
from tests.fakes.simulator import SimulatorServer
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import (
    MaxRetriesExceededError,
    PromptRefusedError,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import SystemClock
from wrldbldr.simulator.faults import Action, Rule

FAST = 100.0
RETRIES = [(logging.INFO, f"Retry {n} of 3 for the queue in {delay} s") for n, delay in ((1, 5), (2, 15), (3, 45))]

Said = Callable[[], list[tuple[int, str]]]


class PatientClock(FastClock):
    """Remembers how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__(FAST)
        self.sleeps: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await super().sleep(seconds)


class Settings:
    """The live settings, as Settings changes them."""

    def __init__(self) -> None:
        self.config = ComfyUIConfig()


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Said]:
    """What was logged of retries, each with its level, without the reason."""
    with caplog.at_level(logging.DEBUG, "wrldbldr.comfyui.retry"):
        yield lambda: [
            (record.levelno, record.getMessage().split(":")[0])
            for record in caplog.records
            if record.name == "wrldbldr.comfyui.retry"
        ]


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
async def client(server: SimulatorServer, clock: PatientClock, settings: Settings) -> AsyncIterator[ComfyUIClient]:
    address = connection_settings(server.url)
    client = ComfyUIClient(address, client_id=uuid4(), clock=clock, config=lambda: settings.config)
    yield client
    await client.aclose()


async def test_us_18a_1_a_prompt_for_a_server_that_is_down_is_refused_at_once(
    client: ComfyUIClient, server: SimulatorServer, clock: PatientClock, caplog: pytest.LogCaptureFixture
) -> None:
    await server.stop()

    with caplog.at_level(logging.WARNING, "wrldbldr.comfyui.health"), pytest.raises(ServiceUnavailableError):
        await client.queue_prompt(model_free(), uuid4())

    assert clock.sleeps == []
    assert "health check failed" in caplog.text


async def test_us_18a_2_what_fails_for_the_moment_is_tried_again_after_5_15_and_45_seconds(
    client: ComfyUIClient, server: SimulatorServer, clock: PatientClock, said: Said
) -> None:
    server.faults.add(Rule(Action.STATUS, path="/queue", status=502, times=3))

    assert (await client.queue()).running == ()

    assert clock.sleeps == [5, 15, 45]
    assert said() == RETRIES


async def test_us_18a_2_a_refused_connection_is_tried_again_and_then_given_up(
    client: ComfyUIClient, server: SimulatorServer, clock: PatientClock, said: Said
) -> None:
    await server.stop()

    with pytest.raises(MaxRetriesExceededError) as caught:
        await client.queue()

    assert isinstance(caught.value.cause, ServiceUnavailableError)
    assert clock.sleeps == [5, 15, 45]
    assert said() == [*RETRIES, (logging.ERROR, "Gave up the queue after 3 retries")]


async def test_us_18a_2_a_bad_workflow_is_never_tried_again(
    client: ComfyUIClient, server: SimulatorServer, clock: PatientClock, said: Said
) -> None:
    graph = parse_graph({"1": {"class_type": "NodeNobodyHas", "inputs": {}}})

    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(graph, uuid4())

    assert clock.sleeps == []
    assert said() == []
    assert server.executed == []


async def test_us_18a_3_new_settings_apply_to_the_next_request(
    client: ComfyUIClient, server: SimulatorServer, clock: PatientClock, settings: Settings
) -> None:
    await client.queue()
    settings.config = ComfyUIConfig(max_retries=2, base_delay_seconds=1)
    server.faults.add(Rule(Action.STATUS, path="/queue", status=500, times=3))

    with pytest.raises(MaxRetriesExceededError):
        await client.queue()

    assert clock.sleeps == [1, 3]


async def test_us_18a_5_a_history_that_never_comes_ends_at_its_own_time_limit(
    client: ComfyUIClient, server: SimulatorServer, settings: Settings
) -> None:
    settings.config = ComfyUIConfig(max_retries=1, base_delay_seconds=1, history_timeout_seconds=1)
    server.faults.add(Rule(Action.HANG, path="/history*", times=2))

    with pytest.raises(MaxRetriesExceededError) as caught:
        await client.history(uuid4())

    assert isinstance(caught.value.cause, RequestTimeoutError)


async def test_a_server_that_returns_in_the_middle_of_a_long_pause_is_asked_at_once(
    server: SimulatorServer,
) -> None:
    client = ComfyUIClient(
        connection_settings(server.url),
        client_id=uuid4(),
        clock=SystemClock(),
        config=lambda: ComfyUIConfig(base_delay_seconds=30),
    )
    await server.stop()

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(client.queue())
        await client.health.probe_now()
        await server.start()
        await client.health.probe_now()
        assert (await asking).pending == ()

    await client.aclose()
