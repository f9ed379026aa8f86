"""A websocket server for tests, ears that hear what came of it, and waiting for both."""

import asyncio
import json
from collections.abc import Callable

from websockets.asyncio.server import Server, ServerConnection

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.messages import Heard

STATUS = json.dumps({"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "x"}})


class Listening:
    """A websocket server that notes who came and how, greets, and hands each connection to the test."""

    def __init__(self) -> None:
        self.connections: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self.first_frames: list[str | bytes] = []
        self.open = 0
        self.most_open = 0
        self.server: Server | None = None

    @property
    def url(self) -> str:
        assert self.server
        host, port = next(iter(self.server.sockets)).getsockname()[:2]
        return f"http://{host}:{port}/comfy"

    async def greet(self, connection: ServerConnection) -> None:
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            self.first_frames.append(await connection.recv())
            await connection.send(STATUS)
            self.connections.put_nowait(connection)
            await connection.wait_closed()
        finally:
            self.open -= 1


class Ears:
    """A listener one can wait with."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._news = asyncio.Event()

    def __call__(self, message: Heard) -> None:
        self.heard.append(message)
        self._news.set()

    async def until(self, is_enough: Callable[[list[Heard]], bool]) -> list[Heard]:
        async with asyncio.timeout(5):
            while not is_enough(self.heard):
                self._news.clear()
                await self._news.wait()
        return self.heard


async def next_connection(listening: Listening) -> ServerConnection:
    async with asyncio.timeout(5):
        return await listening.connections.get()


async def asleep(clock: FakeClock, times: int) -> None:
    """Wait in real time until the socket has gone to sleep on the clock for the n-th time."""
    async with asyncio.timeout(5):
        while len(clock.sleeps) < times:
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
