"""A server that dies while nothing is asked of it: its websocket breaks, and that is enough to look at once."""

import asyncio
from uuid import uuid4

from websockets.asyncio.server import ServerConnection, serve

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.breaker import CircuitBreaker
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.comfyui.health import PROBE_SECONDS_UP, ConnectionKind, Health
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.kit.tasks import TaskNursery

PATIENCE_SECONDS = 60


async def test_a_broken_websocket_is_told_once_and_one_that_never_opened_is_not(clock: FakeClock) -> None:
    came: asyncio.Queue[ServerConnection] = asyncio.Queue()
    losses: asyncio.Queue[None] = asyncio.Queue()

    async def greet(connection: ServerConnection) -> None:
        came.put_nowait(connection)
        await connection.wait_closed()

    async with serve(greet, "127.0.0.1", 0) as server, TaskNursery(clock) as nursery:
        port = server.sockets[0].getsockname()[1]
        socket = ComfyUISocket(
            connection_settings(f"http://127.0.0.1:{port}"),
            client_id=uuid4(),
            clock=clock,
            on_loss=lambda: losses.put_nowait(None),
        )
        nursery.start(socket.run(), name="socket")
        connection = await came.get()
        server.close(close_connections=False)
        connection.transport.abort()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await losses.get()
        for _ in range(5):
            await clock.advance(10)

    assert losses.empty()


async def test_a_doubt_has_it_asked_at_once_instead_of_at_the_next_turn(clock: FakeClock) -> None:
    problem: list[ServiceUnavailableError] = []
    asked: list[None] = []

    async def probe() -> None:
        asked.append(None)
        if problem:
            raise problem[0]

    health = Health(probe, clock, CircuitBreaker(clock))
    async with TaskNursery(clock) as nursery:
        nursery.start(health.watch(), name="watch")
        await clock.advance(1)
        problem.append(ServiceUnavailableError("Connection refused"))

        health.doubt()
        await clock.settle()

        assert health.connection.current.kind is ConnectionKind.DISCONNECTED
        assert len(asked) == 2
        problem.clear()
        health.doubt()
        await clock.advance(PROBE_SECONDS_UP - 1)
        assert (health.connection.current.kind, len(asked)) == (ConnectionKind.CONNECTED, 3)


async def test_what_was_known_before_a_doubt_lets_no_prompt_through(clock: FakeClock) -> None:
    asked: list[None] = []

    async def probe() -> None:
        asked.append(None)

    health = Health(probe, clock, CircuitBreaker(clock))
    await health.check()
    health.doubt()
    await health.check()
    await health.check()

    assert len(asked) == 2
