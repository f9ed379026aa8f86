"""One exchange with a server that misbehaves on a real socket."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
import respx

from tests.fakes.strangers import served
from wrldbldr.comfyui.address import ConnectionSettings, connection_settings
from wrldbldr.comfyui.errors import (
    ComfyUIError,
    ConnectionLostError,
    NameUnknownError,
    NotComfyUIError,
    RequestTimeoutError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.transport import PICTURE_LIMIT_BYTES, Transport

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
T = TypeVar("T")
Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def connected(misbehave: Misbehave) -> AsyncGenerator[Transport]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await misbehave(writer)

    async with served(answer) as address:
        transport = Transport(connection_settings(address))
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
    async with connected(misbehave) as transport:
        with pytest.raises(error):
            await ask(transport, timeout_seconds=timeout_seconds)


async def test_a_closed_port_is_a_server_that_is_not_there(unused_tcp_port: int) -> None:
    transport = Transport(connection_settings(f"127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(ServiceUnavailableError):
        await ask(transport)
    await transport.aclose()


def answering(content: bytes, *headers: str) -> Misbehave:
    """A whole answer in JSON."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(content)}", *headers]
        writer.write("\r\n".join([*head, "", ""]).encode() + content)
        await writer.drain()

    return answer


def padded(size: int) -> bytes:
    """A JSON object of so many bytes."""
    return json.dumps({"a": "x" * (size - 9)}).encode()


MIB = 2**20


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/system_stats", MIB), ("/queue", 64 * MIB), ("/history/1", 16 * MIB), ("/object_info", 64 * MIB)],
)
@pytest.mark.parametrize("packed", [False, True])
async def test_each_question_takes_an_answer_of_its_size_and_not_a_byte_more(
    path: str, limit: int, packed: bool
) -> None:
    for size, fits in ((limit, True), (limit + 1, False)):
        content = gzip.compress(padded(size), 1) if packed else padded(size)
        async with connected(answering(content, *(["Content-Encoding: gzip"] if packed else []))) as transport:
            if fits:
                assert len(str((await transport.get_json(path, timeout_seconds=30, what="it"))["a"])) == size - 9
                continue
            with pytest.raises(UnexpectedAnswerError, match="far longer than it should be"):
                await transport.get_json(path, timeout_seconds=30, what="it")


async def test_a_few_bytes_that_unpack_to_gigabytes_fill_no_memory() -> None:
    bomb = gzip.compress(bytes(64 * MIB))
    async with connected(answering(bomb, "Content-Encoding: gzip")) as transport:
        tracemalloc.start()
        try:
            with pytest.raises(UnexpectedAnswerError):
                await transport.get_json("/system_stats", timeout_seconds=30, what="it")
            assert tracemalloc.get_traced_memory()[1] < 8 * MIB
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "encoding", "error"),
    [
        (b"not packed at all", "gzip", UnexpectedAnswerError),
        (gzip.compress(b"{}")[:-9], "gzip", ConnectionLostError),
        (b"{}", "br", UnexpectedAnswerError),
    ],
    ids=["not packed", "cut off", "unknown"],
)
async def test_compression_that_cannot_be_undone_is_one_of_our_errors(
    content: bytes, encoding: str, error: type[ComfyUIError]
) -> None:
    async with connected(answering(content, f"Content-Encoding: {encoding}")) as transport:
        with pytest.raises(error):
            await ask(transport)


@pytest.mark.respx(using="wire")
async def test_only_the_catalogue_is_asked_for_compressed(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(url__startswith="http://painter.local:8188/").respond(json={})
    transport = Transport(connection_settings("http://painter.local:8188"))
    for path in ("/queue", "/object_info"):
        await transport.get_json(path, timeout_seconds=5, what="it")
    await transport.aclose()

    asked = [call.request.headers["accept-encoding"] for call in route.calls]
    assert asked == ["identity", "gzip"]


async def test_an_answer_of_millions_of_tiny_parts_is_refused_before_it_is_parsed() -> None:
    crumbs = b'{"a": [' + b"[]," * 2_000_000 + b"0]}"
    async with connected(answering(crumbs)) as transport:
        with pytest.raises(UnexpectedAnswerError, match="far longer than it should be"):
            await ask(transport)


class CountingExecutor(ThreadPoolExecutor):
    """The event loop's threads, which count what they are given."""

    given = 0

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.given += 1
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize(("size", "times"), [(1000, 0), (MIB, 1)])
async def test_a_long_answer_is_parsed_outside_the_event_loop(size: int, times: int) -> None:
    threads = CountingExecutor(1)
    asyncio.get_running_loop().set_default_executor(threads)
    async with connected(answering(padded(size))) as transport:
        await ask(transport)

    assert threads.given == times


async def test_an_empty_answer_is_empty_also_where_it_claims_to_be_compressed() -> None:
    async with connected(answering(b"", "Content-Encoding: gzip")) as transport:
        assert (await transport.post_json("/queue", {}, timeout_seconds=5, what="it")).content == b""


COOKIE = 'session="abcdef123"; other="zzzzzz9"; short=abc'


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (COOKIE, COOKIE),
        (COOKIE, "the session abcdef123"),
        (COOKIE, "zzzzzz9"),
        ("Basic Z206aMO8bnRlcjI=", "Z206aMO8bnRlcjI="),
        ("Basic Z206aMO8bnRlcjI=", "gm:hünter2"),
        ("Basic Z206aMO8bnRlcjI=", "gm may not use hünter2"),
        ("Bearer sword=fish12,34567890", "34567890"),
    ],
)
@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.respx(using="wire")
async def test_what_opens_the_door_is_hidden_however_a_server_quotes_it(
    respx_mock: respx.MockRouter, header: str, told: str, is_ascii: bool
) -> None:
    body = json.dumps({"error": told}, ensure_ascii=is_ascii)
    respx_mock.get("http://painter.local:8188/queue").respond(
        418, text=body, headers={"Content-Type": "application/json"}
    )
    transport = Transport(connection_settings("http://painter.local:8188", {"X-Key": header}))
    with pytest.raises(UnexpectedAnswerError) as refused:
        await ask(transport)
    await transport.aclose()

    said = refused.value.details["ComfyUI says"]
    assert "(hidden)" in said
    secrets = ("abcdef123", "zzzzzz9", "Z206aMO8bnRlcjI", "nter2", "fish12", "34567890")
    assert [secret for secret in secrets if secret in said] == []


async def test_a_file_whose_name_cannot_be_written_is_one_of_our_errors() -> None:
    transport = Transport(connection_settings("http://painter.local:8188"))
    with pytest.raises(UnexpectedAnswerError):
        await transport.get_file("/view", params={"filename": "\ud800"}, timeout_seconds=5, what="a picture")
    await transport.aclose()


async def test_a_machine_whose_name_cannot_be_asked_for_is_one_that_cannot_be_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def encode(*_: object, **__: object) -> object:
        raise UnicodeError("label too long")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", encode)
    transport = Transport(ConnectionSettings(f"http://{'a' * 64}.example"))
    with pytest.raises(NameUnknownError):
        await ask(transport)
    await transport.aclose()


def test_the_limit_leaves_room_for_any_picture() -> None:
    assert PICTURE_LIMIT_BYTES >= 4 * 8192 * 8192  # an uncompressed picture of 8192 by 8192 with transparency


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
    async with connected(greet) as transport:
        assert await ask(transport) == {}
