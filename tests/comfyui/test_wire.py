"""httpx's requests over aiohttp's connections: what travels, what goes wrong by which name, and nothing sent twice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.fakes.quiet import REAL_TIME
from tests.fakes.strangers import served
from wrldbldr.comfyui.wire import Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
NOTHING_TO_TRUST = httpx.create_ssl_context(verify=False)


class Server:
    """Says `answers` in turn on each connection, then hangs up; `requests` are the heads and bodies it was sent."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in self.answers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
            self.requests.append(head + await reader.readexactly(int(length[0]) if length else 0))
            writer.write(answer)


@asynccontextmanager
async def wired(server: Server, *, use_proxies: bool = False) -> AsyncGenerator[tuple[httpx.AsyncClient, str]]:
    """A client, and where the server is."""
    async with served(server.serve) as address:
        wire = Wire(NOTHING_TO_TRUST, use_proxies=use_proxies)
        async with httpx.AsyncClient(transport=wire, headers={"User-Agent": "WrldBldr"}) as client:
            yield client, address


async def test_what_httpx_was_given_travels_and_nothing_else() -> None:
    server = Server(ANSWER)
    async with wired(server) as (client, address):
        answer = await client.post(f"http://{address}/a%20b?c=d%2Fe", json={"p": 1}, headers={"X-Door": "key 1"})

    assert (answer.status_code, answer.json()) == (200, {})
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert (first, body) == ("POST /a%20b?c=d%2Fe HTTP/1.1", b'{"p":1}')
    assert {line.split(":")[0].lower() for line in headers} == {
        *("host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "content-type", "x-door")
    }
    assert f"Host: {address}" in headers
    assert "X-Door: key 1" in headers


@pytest.mark.parametrize("size", [0, 5, 1024 * 1024, 3_000_000])
async def test_a_body_of_any_size_arrives_whole_and_with_its_length(size: int) -> None:
    server = Server(ANSWER)
    async with wired(server) as (client, address):
        await client.post(f"http://{address}/prompt", content=bytes(size), headers={"Content-Type": "text/x"})

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    headers = head.decode().lower().split("\r\n")
    assert (f"content-length: {size}" in headers, body) == (True, bytes(size))
    assert "content-type: text/x" in headers
    assert not any(line.startswith("transfer-encoding") for line in headers)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx.ReadError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", httpx.ReadError),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", httpx.RemoteProtocolError),
    ],
    ids=["hangs up", "hangs up half-way", "speaks no HTTP"],
)
async def test_a_prompt_that_may_have_arrived_is_not_called_unsent_and_goes_once(
    answer: bytes, error: type[httpx.TransportError]
) -> None:
    server = Server(answer)
    async with wired(server) as (client, address):
        with pytest.raises(error):
            await client.post(f"http://{address}/prompt", json={})

    assert len(server.requests) == 1


async def test_a_prompt_on_a_connection_that_was_kept_open_and_broke_is_not_sent_again_by_itself() -> None:
    server = Server(ANSWER, b"")
    async with wired(server) as (client, address):
        await client.post(f"http://{address}/prompt", json={})
        with pytest.raises(httpx.ReadError):
            await client.post(f"http://{address}/prompt", json={})

    assert len(server.requests) == 2


async def test_what_a_server_says_unasked_is_not_taken_for_the_next_answer() -> None:
    idle, said, asked = asyncio.Event(), asyncio.Event(), list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(ANSWER)
            await idle.wait()
            writer.write(b"HTTP/1.1 408 Too Late\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            said.set()

    wire = Wire(NOTHING_TO_TRUST, use_proxies=False)
    async with served(serve) as address, httpx.AsyncClient(transport=wire) as client:
        first = await client.get(f"http://{address}/queue")
        idle.set()
        await said.wait()
        await REAL_TIME.sleep(0.01)  # it arrives
        second = await client.get(f"http://{address}/queue")

    assert (first.status_code, second.status_code, len(asked)) == (200, 200, 2)


async def test_a_proxy_that_wants_a_login_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
    async with served(server.serve) as address:
        monkeypatch.setenv("https_proxy", f"http://user:opensesame@{address}")
        monkeypatch.setenv("no_proxy", "")
        async with httpx.AsyncClient(transport=Wire(NOTHING_TO_TRUST, use_proxies=True)) as client:
            with pytest.raises(httpx.ProxyError, match="407") as caught:
                await client.get("https://studio.example:8188/queue")

    assert "opensesame" not in str(caught.value)


async def test_a_port_nobody_listens_on_is_told_from_a_connection_that_broke(unused_tcp_port: int) -> None:
    async with httpx.AsyncClient(transport=Wire(NOTHING_TO_TRUST, use_proxies=False)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(f"http://127.0.0.1:{unused_tcp_port}/prompt", json={})


async def test_silence_is_a_timeout_of_reading() -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        served(say_nothing) as address,
        httpx.AsyncClient(transport=Wire(NOTHING_TO_TRUST, use_proxies=False)) as c,
    ):
        with pytest.raises(httpx.ReadTimeout):
            await c.get(f"http://{address}/", timeout=httpx.Timeout(5, read=0.01))


@pytest.mark.parametrize("name", ["http_proxy", "ALL_PROXY"])
async def test_a_far_server_is_reached_through_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for other in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(other, raising=False)
    server = Server(ANSWER)
    async with served(server.serve) as address:
        monkeypatch.setenv(name, f"http://{address}")
        async with httpx.AsyncClient(transport=Wire(NOTHING_TO_TRUST, use_proxies=True)) as client:
            await client.get("http://studio.example:8188/queue")

    assert server.requests[0].startswith(b"GET http://studio.example:8188/queue HTTP/1.1\r\n")


async def test_a_server_that_the_environment_excepts_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server(ANSWER)
    async with wired(server, use_proxies=True) as (client, address):
        assert (await client.get(f"http://{address}/queue")).status_code == 200
