"""Nobody is left in the door when a port is closed."""

import gc
import socket
import warnings
from urllib.parse import urlsplit

import pytest

from tests.fakes.quiet import REAL_TIME
from tests.fakes.simulator import SimulatorServer

STEPS = range(6)  # of the loop; the third is the one that asyncio gets wrong


@pytest.mark.parametrize("steps", STEPS)
async def test_whoever_connects_while_the_port_closes_leaves_no_open_connection_behind(steps: int) -> None:
    async with SimulatorServer() as server:
        await REAL_TIME.sleep(0.01)
        where = urlsplit(server.url)
        with socket.create_connection((where.hostname, where.port)):
            for _ in range(steps):
                await REAL_TIME.sleep(0)
            await server.stop()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", ResourceWarning)
        gc.collect()

    assert [said for said in map(str, (warning.message for warning in heard)) if f"{where.port}" in said] == []
