"""The network between a browser and a server, to be cut, mended, or put to sleep."""

import asyncio
import threading
from contextlib import suppress
from typing import Self

from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.tasks import TaskNursery

CHUNK_BYTES = 65_536


class Wire:
    """Carries bytes to a port of this machine, from a port of its own, in a thread of its own.

    `with Wire(port) as wire:` and then `wire.cut()`, `wire.freeze()` and `wire.mend()`.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire")
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def cut(self) -> None:
        """Every connection is torn, and nobody comes through, until it is mended."""
        self._loop.call_soon_threadsafe(self._cut)

    def freeze(self) -> None:
        """What is sent waits in the network, in both directions, and nobody is told, until it is mended."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def mend(self) -> None:
        """Everything goes on."""
        self._loop.call_soon_threadsafe(self._mend)

    def _cut(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def _mend(self) -> None:
        self._is_cut = False
        self._flows.set()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._end, self._flows = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._flows.set()
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_ready.set()
        await self._end.wait()
        server.close()
        self._mend()
        self._cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        async with TaskNursery(SystemClock()) as nursery:
            back = nursery.start(self._pump(far_reader, writer), name="back")
            await self._pump(reader, far_writer)
            await back
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._flows.wait()
                writer.write(chunk)
                await writer.drain()
        await self._flows.wait()
        writer.close()
