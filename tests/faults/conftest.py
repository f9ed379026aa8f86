"""What the scenarios share: an empty database, and a simulated ComfyUI that paints a batch in a fifth of a second."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.quiet import until
from tests.fakes.simulator import SimulatorServer
from tests.faults.rig import Rig, open_rig
from tests.faults.somebody import SomebodyElse


@pytest.fixture
async def server() -> AsyncGenerator[SimulatorServer]:
    """A ComfyUI that was there before us."""
    async with SimulatorServer(seconds_per_step=0.03) as server:
        yield server


@pytest.fixture
async def rig(tmp_path: Path, empty_database: Path, server: SimulatorServer) -> AsyncGenerator[Rig]:
    """The dispatcher runs, and hears ComfyUI: what it does not hear it asks for, and a fault may be meant for one of both."""
    async with open_rig(tmp_path, empty_database, server.url) as rig:
        await until(lambda: rig.stream.is_connected, "the websocket")
        yield rig


@pytest.fixture
async def somebody(server: SimulatorServer) -> AsyncGenerator[SomebodyElse]:
    """Who uses the same ComfyUI."""
    somebody = SomebodyElse(server.url)
    yield somebody
    await somebody.close()
