"""How ComfyUI is, in words for the screens."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.studio import Listener
from wrldbldr.bus import SERVER_TOPIC, Bus
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.comfyui.errors import RequestTimeoutError
from wrldbldr.comfyui.messages import Status
from wrldbldr.comfyui.port import SystemInfo
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.events import ComfyUIQueueChanged, ConnectionChanged
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.comfyui_in_use import ComfyUIInUse, Place
from wrldbldr.services.connection import MESSAGES, ConnectionService

RUTH = Principal(account_id=uuid4(), token_id=uuid4(), name="Ruth Marlowe", role=Role.OWNER)


class SimulatedComfyUI(FakeComfyUI):
    """Says that it is the simulator."""

    async def system(self) -> SystemInfo:
        await super().system()
        return SystemInfo(version="0.8.0-simulated", devices=("cpu",), simulated=True)


@pytest.fixture
def comfyui() -> FakeComfyUI:
    return SimulatedComfyUI()


@pytest.fixture
def server() -> Listener:
    return Listener()


@pytest.fixture
async def connection(comfyui: FakeComfyUI, clock: FakeClock, server: Listener) -> AsyncGenerator[ConnectionService]:
    bus = Bus()
    bus._subscriptions[SERVER_TOPIC].add(server)

    async def come_back() -> None:
        comfyui.come_back()

    service = ConnectionService(in_use(comfyui, clock), bus, clock, probe=come_back)
    async with TaskNursery(clock) as nursery:
        nursery.start(service.run(), name="connection")
        await clock.settle()
        yield service


def in_use(comfyui: FakeComfyUI, clock: FakeClock, simulator: asyncio.Task[None] | None = None) -> ComfyUIInUse:
    place = Place(connection_settings("http://painter:8188"), simulator)
    return ComfyUIInUse(comfyui, comfyui.stream, place, nursery=TaskNursery(clock), clock=clock)


def test_every_kind_of_connection_has_a_sentence() -> None:
    assert set(MESSAGES) == set(ConnectionKind)
    assert all(sentence.endswith(".") for sentence in MESSAGES.values())


async def test_who_answers_is_learned_at_once(connection: ConnectionService) -> None:
    status = connection.status()

    assert (status.state, status.message) == ("connected", "ComfyUI is connected.")
    assert (status.version, status.is_simulated, status.url) == ("0.8.0-simulated", True, "http://painter:8188")
    assert status.devices == ("cpu",)
    assert (status.retry_in_seconds, status.open_until, status.consecutive_failures) == (None, None, 0)
    assert not status.is_built_in, "a simulator at an address is not the one we started"


async def test_the_simulator_that_we_started_is_told_from_one_at_an_address(
    comfyui: FakeComfyUI, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        simulator = nursery.start(clock.sleep(60), name="simulator")
        service = ConnectionService(in_use(comfyui, clock, simulator), Bus(), clock, probe=comfyui.system)

        assert service.status().is_built_in


async def test_somebody_who_does_not_want_to_wait_has_it_asked_at_once(
    connection: ConnectionService, comfyui: FakeComfyUI
) -> None:
    comfyui.go_down()

    status = await connection.retry_now(RUTH)

    assert (status.state, connection.status().state) == ("connected", "connected")


async def test_a_loss_is_told_to_every_screen_and_what_was_learned_is_forgotten(
    connection: ConnectionService, comfyui: FakeComfyUI, server: Listener
) -> None:
    comfyui.go_down()

    status = connection.status()
    assert server.heard[-1] == ConnectionChanged("disconnected", MESSAGES[ConnectionKind.DISCONNECTED])
    assert (status.version, status.is_simulated) == ("", False)


async def test_when_it_comes_back_it_is_asked_anew_who_it_is(
    connection: ConnectionService, comfyui: FakeComfyUI, clock: FakeClock, server: Listener
) -> None:
    comfyui.go_down()
    await clock.settle()

    comfyui.come_back()
    await clock.settle()

    assert connection.status().is_simulated
    assert server.heard[-1] == ConnectionChanged("connected", "ComfyUI is connected.")


async def test_a_question_that_failed_once_is_asked_again_though_nothing_else_changes(
    comfyui: FakeComfyUI, clock: FakeClock
) -> None:
    comfyui.fail_next("system", RequestTimeoutError(5))
    service = ConnectionService(in_use(comfyui, clock), Bus(), clock, probe=comfyui.system)

    async with TaskNursery(clock) as nursery:
        nursery.start(service.run(), name="connection")
        await clock.settle()
        assert not service.status().is_simulated
        await clock.advance(60)

        assert service.status().is_simulated


async def test_an_open_circuit_counts_down_to_the_next_try(
    connection: ConnectionService, comfyui: FakeComfyUI, clock: FakeClock
) -> None:
    until = clock.now() + timedelta(seconds=60)
    comfyui.connection.become(ConnectionState(ConnectionKind.CIRCUIT_OPEN, 5, until, until))
    await clock.advance(12.5)

    status = connection.status()

    assert (status.state, status.consecutive_failures, status.open_until) == ("circuit_open", 5, until)
    assert status.retry_in_seconds == 48
    await clock.advance(600)
    assert connection.status().retry_in_seconds == 0


async def test_how_much_waits_on_comfyui_is_known_only_while_it_answers(
    connection: ConnectionService, comfyui: FakeComfyUI
) -> None:
    assert connection.status().queue_remaining is None
    comfyui.stream.tell(Status(queue_remaining=3))
    assert connection.status().queue_remaining == 3

    comfyui.go_down()
    assert connection.status().queue_remaining is None

    comfyui.come_back()
    assert connection.status().queue_remaining is None, "it may be another one, and has not said yet"


async def test_that_its_queue_grew_or_shrank_is_told_and_that_it_did_neither_is_not(
    connection: ConnectionService, comfyui: FakeComfyUI, server: Listener
) -> None:
    told = len(server.heard)

    for remaining in (3, 3, 2):
        comfyui.stream.tell(Status(queue_remaining=remaining))

    assert server.heard[told:] == [ComfyUIQueueChanged()] * 2


async def test_a_shaky_connection_is_still_the_same_comfyui(
    connection: ConnectionService, comfyui: FakeComfyUI
) -> None:
    comfyui.connection.become(ConnectionState(ConnectionKind.DEGRADED, 2))

    status = connection.status()

    assert (status.state, status.consecutive_failures, status.is_simulated) == ("degraded", 2, True)
