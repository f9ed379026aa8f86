"""The API behind the server that it really has, and programs that listen to a game session over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.fakes.quiet import REAL_TIME, until
from tests.fakes.studio import OWNER_PASSWORD, Stage, Studio, open_studio
from wrldbldr.api.app import build_api
from wrldbldr.kit.tasks import TaskNursery

PATIENCE_SECONDS = 60.0
ABNORMAL = 1006


class Hearing:
    """What one program hears."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.heard: list[dict[str, Any]] = []

    async def next(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame = await self._connection.recv()
        assert isinstance(frame, str), "not a text frame"
        self.heard.append(json.loads(frame))
        return self.heard[-1]

    async def next_until(self, kind: str) -> list[dict[str, Any]]:
        """Every message up to the next of a kind."""
        messages = [await self.next()]
        while messages[-1]["type"] != kind:
            messages.append(await self.next())
        return messages

    async def snapshot(self) -> list[dict[str, Any]]:
        """Everything that is told at first."""
        return await self.next_until("ComfyUIStateChanged")

    async def end(self) -> tuple[int, str]:
        """Why it was closed; what is heard before is kept."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (ABNORMAL, "")

    async def send(self, words: str | bytes) -> None:
        """Say something that nobody asked for."""
        await self._connection.send(words)

    async def leave(self) -> None:
        """Go without a word, as a program that crashes."""
        self._connection.transport.abort()


@dataclass
class Table:
    """The studio's scene, served."""

    studio: Studio
    address: str
    secret: str

    @property
    def path(self) -> str:
        """Where the scene's game session is heard."""
        return self.path_of(self.studio.scene.game_session.id)

    def path_of(self, game_session_id: object) -> str:
        """Where a game session is heard."""
        return f"/api/sessions/{game_session_id}/events"

    @asynccontextmanager
    async def listen(
        self, path: str = "", *, headers: dict[str, str] | None = None, **options: Any
    ) -> AsyncGenerator[Hearing]:
        """A program that listens; the owner's unless it shows something else."""
        shown = {"authorization": f"Bearer {self.secret}"} if headers is None else headers
        url = f"ws://{self.address}{path or self.path}"
        async with connect(url, additional_headers=shown, proxy=None, **options) as connection:
            yield Hearing(connection)

    async def refusal(self, path: str = "", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """How a handshake is refused."""
        try:
            async with self.listen(path, headers=headers):
                raise AssertionError("it was let in")
        except InvalidStatus as refused:
            return refused.response.status_code, bytes(refused.response.body or b"")

    async def is_left_alone(self) -> None:
        """Wait until nobody listens: neither a subscription nor a task of a stream is left."""
        await until(lambda: self.studio.listener_count == 0 and not streams(), "the end of every stream")


def streams() -> list[str]:
    """The tasks of requests and streams that are running; the server's own for each request is among them."""
    names = (repr(task.get_coro()) for task in asyncio.all_tasks())
    return [name for name in names if "Stream." in name or "future_watcher" in name]


@asynccontextmanager
async def served(api: FastAPI) -> AsyncGenerator[str]:
    """The API at a free port of this machine, on this event loop. Yields host and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(api, "127.0.0.1", port, interface=Interfaces.ASGINL, log_enabled=False)

    async def serve() -> None:
        await server.serve()

    async def answers() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    async with TaskNursery(REAL_TIME) as nursery:
        serving = nursery.start(serve(), name="server")
        await until(answers, "serving")
        yield f"127.0.0.1:{port}"
        server.stop()
        await serving


@asynccontextmanager
async def laid_table(folder: Path, stage: Stage) -> AsyncGenerator[Table]:
    """A table in front of a studio that paints."""
    async with open_studio(folder, stage) as studio:
        secret = (await studio.engine.accounts.log_in(studio.who.name, OWNER_PASSWORD)).secret
        await studio.open()
        async with served(build_api(lambda: studio.engine)) as address:
            table = Table(studio, address, secret)
            yield table
            await table.is_left_alone()


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """The types of messages, in order."""
    return [message["type"] for message in messages]


def about(messages: list[dict[str, Any]], batch_id: UUID) -> list[tuple[str, Any]]:
    """What was said of a batch, in order, with the number that belongs to it."""
    numbers = ("position", "progress", "asset_count")
    return [
        (message["type"], next((message[name] for name in numbers if name in message), None))
        for message in messages
        if message.get("batch_id") == str(batch_id)
    ]
