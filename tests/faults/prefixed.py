"""A proxy that shows a ComfyUI under a path of its own, as nginx does with `location /comfy/`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.fakes.strangers import served

CHUNK_BYTES = 65536
METHODS = (b"GET ", b"POST ")
NOTHING_HERE = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"


@dataclass(frozen=True)
class Proxy:
    """Where it listens, and what was asked of it, without queries: `/comfy/queue`."""

    address: str
    pages: list[str]


@asynccontextmanager
async def prefixed(url: str, prefix: str) -> AsyncGenerator[Proxy]:
    """The ComfyUI at `url`, under `prefix` only: elsewhere there is nothing."""
    behind, pages = urlsplit(url), list[str]()

    def within(request: bytes) -> bytes | None:
        """The request as ComfyUI is asked it; None for what is not under the prefix."""
        method, target, rest = request.split(b" ", 2)
        pages.append(target.decode().partition("?")[0])
        if not target.startswith(f"{prefix}/".encode()):
            return None
        return b" ".join([method, target.removeprefix(prefix.encode()), rest])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(behind.hostname, behind.port)
        try:
            async with asyncio.TaskGroup() as tasks:
                answering = tasks.create_task(_pump(inner_reader, writer))
                while chunk := await reader.read(CHUNK_BYTES):
                    is_request = chunk.startswith(METHODS)  # nobody sends the next one before the answer
                    passed_on = within(chunk) if is_request else chunk
                    (writer if passed_on is None else inner_writer).write(passed_on or NOTHING_HERE)
                answering.cancel()
        finally:
            inner_writer.transport.abort()

    async with served(serve) as address:
        yield Proxy(f"http://{address}", pages)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
    writer.close()
