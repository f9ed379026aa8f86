"""Servers of a few lines, for what is no ComfyUI, or a strange one. None leaves a connection behind."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.fakes.quiet import REAL_TIME

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BROKEN_OFF = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)
STEPS_OF_ACCEPTING = 4  # of the loop: a connection that was just accepted is being handed over meanwhile


@asynccontextmanager
async def served(serve: Serve, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """`serve` talks to whoever connects; when it returns, the connection ends. Yields host and port.

    When the block ends every connection has ended, those too in which `serve` still waits.
    """
    serving: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            with suppress(*BROKEN_OFF):
                await serve(reader, writer)
            writer.close()
        except asyncio.CancelledError:
            writer.transport.abort()
        with suppress(*BROKEN_OFF):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", port, ssl=tls) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for _ in range(STEPS_OF_ACCEPTING):
        await REAL_TIME.sleep(0)
    for task in serving:
        task.cancel()
    if serving:
        await asyncio.wait(serving)
