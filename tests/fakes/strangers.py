"""Servers of a few lines, for what is no ComfyUI, or a strange one. None leaves a connection behind."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from wrldbldr.simulator.connections import close_port

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BROKEN_OFF = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)


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
            with suppress(*BROKEN_OFF):
                await writer.wait_closed()
        except asyncio.CancelledError:
            writer.transport.abort()
            with suppress(*BROKEN_OFF):
                await writer.wait_closed()

    listener = await asyncio.start_server(answer, "127.0.0.1", port, ssl=tls)
    try:
        yield f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        await close_port(listener)
        for task in serving:
            task.cancel()
        if serving:
            await asyncio.wait(serving)
