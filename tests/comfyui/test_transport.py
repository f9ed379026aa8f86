"""One exchange with a server that misbehaves on a real socket."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.errors import (
    ComfyUIError,
    ConnectionLostError,
    NotComfyUIError,
    RequestTimeoutError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.transport import BODY_LIMIT_BYTES, Transport

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(misbehave: Misbehave) -> AsyncGenerator[Transport]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await misbehave(writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        settings = connection_settings(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        transport = Transport(settings, body_limit_bytes=2**20)
        yield transport
        await transport.aclose()


async def ask(transport: Transport, *, timeout_seconds: float = 5) -> dict[str, object]:
    return await transport.get_json("/queue", timeout_seconds=timeout_seconds, what="the queue")


async def trickle(writer: asyncio.StreamWriter) -> None:
    """A byte at a time without end: every single read is quick."""
    writer.write(CHUNKED)
    while True:
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)


async def flood(writer: asyncio.StreamWriter) -> None:
    """More than anyone can want."""
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    writer.write(CHUNKED)
    while True:
        writer.write(chunk)
        await writer.drain()


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    """Takes the request and is frozen."""
    await asyncio.Event().wait()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Dies of the request."""


async def break_off(writer: asyncio.StreamWriter) -> None:
    """Dies in the middle of its answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()


async def speak_otherwise(writer: asyncio.StreamWriter) -> None:
    """Some other kind of server."""
    writer.write(b"-ERR unknown command 'GET'\r\n\r\n")
    await writer.drain()


async def serve_a_page(writer: asyncio.StreamWriter) -> None:
    """Some other web app."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}")
    await writer.drain()


@pytest.mark.parametrize(
    ("misbehave", "timeout_seconds", "error"),
    [
        (trickle, 0.2, RequestTimeoutError),
        (say_nothing, 0.2, RequestTimeoutError),
        (flood, 30, UnexpectedAnswerError),
        (hang_up, 5, ConnectionLostError),
        (break_off, 5, ConnectionLostError),
        (speak_otherwise, 5, NotComfyUIError),
        (serve_a_page, 5, NotComfyUIError),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_whatever_a_server_does_comes_out_as_one_of_our_errors(
    misbehave: Misbehave, timeout_seconds: float, error: type[ComfyUIError]
) -> None:
    async with served(misbehave) as transport:
        with pytest.raises(error):
            await ask(transport, timeout_seconds=timeout_seconds)


async def test_a_closed_port_is_a_server_that_is_not_there(unused_tcp_port: int) -> None:
    transport = Transport(connection_settings(f"127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(ServiceUnavailableError):
        await ask(transport)
    await transport.aclose()


def test_the_limit_leaves_room_for_any_picture() -> None:
    assert BODY_LIMIT_BYTES >= 4 * 8192 * 8192  # an uncompressed picture of 8192 by 8192 with transparency


async def test_a_server_on_this_machine_is_reached_without_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def greet(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with served(greet) as transport:
        assert await ask(transport) == {}
