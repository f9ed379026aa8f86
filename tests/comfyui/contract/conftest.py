"""Where the contract is tried: on the simulator, and on a real ComfyUI when WRLDBLDR_TEST_COMFYUI_URL names one."""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.comfyui.contract.outside import Outside
from tests.fakes.simulator import SimulatorServer
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.tasks import TaskNursery


@pytest.fixture(params=["simulator", "real"])
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    if request.param == "real":
        address = os.environ.get("WRLDBLDR_TEST_COMFYUI_URL")
        if not address:
            pytest.skip("WRLDBLDR_TEST_COMFYUI_URL names no ComfyUI")
        yield address
    else:
        async with SimulatorServer() as server:
            yield server.url


@pytest.fixture
async def outside(url: str) -> AsyncIterator[Outside]:
    settings, client_id, clock = connection_settings(url), uuid4(), SystemClock()
    client = ComfyUIClient(settings, client_id=client_id, clock=clock)
    socket = ComfyUISocket(settings, client_id=client_id, clock=clock)
    outside = Outside(client, socket, clock)
    socket.subscribe(outside.heard.append)

    async def is_connected() -> bool | None:
        return socket.is_connected or None

    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        await outside.until(is_connected)
        yield outside
        await outside.clear_away()
    await client.aclose()
