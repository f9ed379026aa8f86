"""Ends a connection the rude way."""

import asyncio
import socket
import struct

from aiohttp import web

LINGER_NOT = struct.pack("ii", 1, 0)


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
