"""US-18A.5 over real sockets: how long each request may take, by default and as configured; time is moved by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from tests.comfyui.graphs import model_free
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import tiny_png
from tests.fakes.loop_time import LoopTime
from tests.fakes.quiet import until
from tests.fakes.simulator import SimulatorServer
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.port import PictureRef
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.simulator.faults import Action, Rule

ID = UUID(int=7)
MARGIN_SECONDS = 1.5
BUSY_SECONDS = (
    10  # that a busy machine may take on top: less than lies between what is configured here and the defaults
)


@dataclass(frozen=True)
class Operation:
    """What is asked, which page is behind it, and after how many seconds it is given up by default."""

    ask: Callable[[ComfyUIClient], Awaitable[object]]
    method: str
    path: str
    setting: str
    seconds: int


OPERATIONS = {
    "handing_over_a_prompt": Operation(
        lambda client: client.queue_prompt(model_free(), ID), "POST", "/prompt", "queue_timeout_seconds", 30
    ),
    "reading_a_history": Operation(
        lambda client: client.history(ID), "GET", "/history/*", "history_timeout_seconds", 10
    ),
    "reading_the_queue": Operation(lambda client: client.queue(), "GET", "/queue", "history_timeout_seconds", 10),
    "fetching_a_picture": Operation(
        lambda client: client.fetch_picture(PictureRef("a.png")), "GET", "/view", "image_timeout_seconds", 60
    ),
    "bringing_a_picture": Operation(
        lambda client: client.upload_picture("a.png", tiny_png()), "POST", "/upload/image", "image_timeout_seconds", 60
    ),
}


class Settings:
    """The live settings, as Settings changes them."""

    def __init__(self) -> None:
        self.config = ComfyUIConfig()


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
async def client(server: SimulatorServer, clock: FakeClock, settings: Settings) -> AsyncIterator[ComfyUIClient]:
    address = connection_settings(server.url)
    client = ComfyUIClient(address, client_id=uuid4(), clock=clock, config=lambda: settings.config)
    await client.health.check()
    yield client
    await client.aclose()


def failures(client: ComfyUIClient) -> int:
    return client.connection.current.consecutive_failures


@pytest.mark.parametrize("configured", [None, 45], ids=["by_default", "as_configured"])
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_us_18a_5_each_operation_is_given_up_after_its_own_time_limit(
    client: ComfyUIClient,
    server: SimulatorServer,
    settings: Settings,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    operation: Operation,
    configured: int | None,
) -> None:
    limit = configured or operation.seconds
    if configured:
        settings.config = ComfyUIConfig.model_validate({operation.setting: configured})
    hanging = server.spoil(Rule(Action.HANG, method=operation.method, path=operation.path))
    time = LoopTime(monkeypatch)

    async def ask() -> None:
        with suppress(ComfyUIError):
            await operation.ask(client)

    async with TaskNursery(clock) as nursery:
        nursery.start(ask(), name="asking")
        await until(lambda: hanging.count == 1)
        began = time.now()
        await time.advance(limit - MARGIN_SECONDS)
        assert failures(client) == 0
        await time.advance(MARGIN_SECONDS + 0.1)
        await until(lambda: failures(client) == 1)
        assert time.now() - began < limit + BUSY_SECONDS
