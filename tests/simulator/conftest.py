"""What the simulator's tests share: a quick server, a visitor, and a clock in a hurry."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.simulator.visitor import Visitor


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
async def visitor(server: SimulatorServer) -> AsyncIterator[Visitor]:
    async with Visitor(server.url) as visitor:
        yield visitor
