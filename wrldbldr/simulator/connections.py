"""Ends connections, politely, rudely, or all that a port would still accept."""

import asyncio
import socket
import struct
from contextlib import suppress

from aiohttp import web

from wrldbldr.kit.clock import SystemClock

LINGER_NOT = struct.pack("ii", 1, 0)
STEPS_OF_ACCEPTING = 4  # of the loop: from accepting a connection to handing it to whoever serves it


def tear(request: web.BaseRequest) -> None:
    """Reset a request's connection (TCP RST): the other side sees it torn, not closed."""
    if request.transport is not None:
        tear_transport(request.transport)


def tear_transport(transport: asyncio.Transport) -> None:
    """Reset a connection."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()


def close(request: web.BaseRequest) -> None:
    """Close the connection without a word (TCP FIN)."""
    if request.transport is not None:
        request.transport.close()


async def close_port(listener: asyncio.Server) -> None:
    """Accept nobody any more. Whom it has accepted is served before this returns, never left half accepted.

    asyncio leaves a connection open for good when its server is closed in the very step in which it was accepted
    (CPython issue 109564), so the door is shut first and taken down a little later.
    """
    loop = asyncio.get_running_loop()
    for listening in listener.sockets:
        with suppress(NotImplementedError):  # Windows accepts in another way
            loop.remove_reader(listening.fileno())
    for _ in range(STEPS_OF_ACCEPTING):
        await SystemClock().sleep(0)
    listener.close()
