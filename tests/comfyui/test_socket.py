"""The websocket, against small real servers."""

import asyncio
import json
import logging
import struct
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from websockets.asyncio.server import serve

from tests.comfyui.listening import Ears, Listening, asleep, next_connection
from tests.fakes.clock import FakeClock
from tests.fakes.loop_time import LoopTime
from tests.fakes.strangers import served
from wrldbldr.comfyui.address import ConnectionSettings, connection_settings
from wrldbldr.comfyui.messages import ExecutionStarted, Heard, Preview, Reconnected, Status
from wrldbldr.comfyui.socket import CLOSE_TIMEOUT_SECONDS, PING_SECONDS, PING_TIMEOUT_SECONDS, ComfyUISocket
from wrldbldr.kit.tasks import TaskNursery

CLIENT_ID, ID = uuid4(), uuid4()


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    listening = Listening()
    async with serve(listening.greet, "127.0.0.1", 0, ping_interval=None) as server:  # as ComfyUI: it never pings
        listening.server = server
        yield listening


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever happens, at whatever level anyone looks, our token is not in the log."""
    with caplog.at_level(logging.DEBUG):
        yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    ours = [record.getMessage() for record in records if record.name != "websockets.server"]  # the test's own server
    assert "swordfish" not in "".join(ours)


@pytest.fixture(autouse=True)
def dead_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names a proxy: a server on this machine is reached without it."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def socket(listening: Listening, clock: FakeClock, ears: Ears) -> AsyncIterator[ComfyUISocket]:
    settings = connection_settings(listening.url, {"Authorization": "Bearer swordfish"})
    socket = ComfyUISocket(settings, client_id=CLIENT_ID, clock=clock, chance=lambda: 1.0)
    socket.subscribe(ears)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        yield socket


async def test_it_comes_under_our_name_with_our_headers_and_without_an_origin(
    listening: Listening, socket: ComfyUISocket
) -> None:
    request = (await next_connection(listening)).request
    assert request
    assert request.path == f"/comfy/ws?clientId={CLIENT_ID}"
    assert request.headers["Authorization"] == "Bearer swordfish"
    assert request.headers["User-Agent"] == "WrldBldr"
    assert "Origin" not in request.headers
    assert "Sec-WebSocket-Extensions" not in request.headers  # previews are compressed already


async def test_its_first_words_ask_for_previews_that_say_whose_they_are(
    listening: Listening, socket: ComfyUISocket
) -> None:
    await next_connection(listening)
    [first] = listening.first_frames
    assert json.loads(first) == {"type": "feature_flags", "data": {"supports_preview_metadata": True}}


async def test_messages_and_previews_reach_every_listener_in_order(
    listening: Listening, socket: ComfyUISocket, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Heard) -> None:
        raise ValueError("broken")

    more = Ears()
    socket.subscribe(broken)
    unsubscribe = socket.subscribe(more)
    connection = await next_connection(listening)
    await connection.send("nonsense")
    await connection.send(struct.pack(">II", 1, 1) + b"\xff\xd8\xff" + bytes(3 * 1024 * 1024))
    await connection.send(json.dumps({"type": "execution_start", "data": {"prompt_id": str(ID)}}))
    heard = await ears.until(lambda heard: ExecutionStarted(prompt_id=ID) in heard)
    assert [type(message) for message in heard] == [Reconnected, Status, Preview, ExecutionStarted]
    assert more.heard == heard[len(heard) - len(more.heard) :]
    assert "A listener to ComfyUI's websocket failed" in caplog.messages
    unsubscribe()
    unsubscribe()


async def test_a_name_that_cannot_be_asked_for_is_a_server_that_is_not_there(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ConnectionSettings(f"http://{'ü' * 64}.example")
    socket = ComfyUISocket(settings, client_id=CLIENT_ID, clock=clock, chance=lambda: 1.0)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        for times in (1, 2):
            await asleep(clock, times)
            await clock.advance(clock.sleeps[-1])

    assert [record.levelname for record in caplog.records if record.name == "wrldbldr.comfyui.socket"] == ["WARNING"]


async def test_a_whole_picture_that_a_node_sends_costs_neither_the_connection_nor_what_follows_it(
    listening: Listening, socket: ComfyUISocket, ears: Ears
) -> None:
    connection = await next_connection(listening)
    await connection.send(struct.pack(">II", 1, 2) + b"\x89PNG\r\n\x1a\n" + bytes(4096 * 4096 * 3))
    await connection.send(json.dumps({"type": "execution_start", "data": {"prompt_id": str(ID)}}))

    heard = await ears.until(lambda heard: ExecutionStarted(prompt_id=ID) in heard)

    assert [type(message) for message in heard] == [Reconnected, Status, ExecutionStarted]


async def test_a_frame_that_is_far_too_large_is_not_taken_in(
    listening: Listening, socket: ComfyUISocket, ears: Ears, clock: FakeClock
) -> None:
    connection = await next_connection(listening)
    await connection.send(struct.pack(">II", 1, 1) + b"\xff\xd8\xff" + bytes(64 * 1024 * 1024))
    await asleep(clock, times=1)

    assert connection.close_code == 1009
    assert [message for message in ears.heard if isinstance(message, Preview)] == []


async def test_after_a_drop_it_comes_back_and_tells_that_something_may_be_missing(
    listening: Listening, socket: ComfyUISocket, ears: Ears, clock: FakeClock
) -> None:
    connection = await next_connection(listening)
    await ears.until(lambda heard: Status(queue_remaining=0) in heard)
    assert socket.is_connected
    await connection.close()
    await asleep(clock, times=1)
    assert not socket.is_connected
    await clock.advance(1)
    await next_connection(listening)
    await ears.until(lambda heard: heard.count(Reconnected()) == 2)
    assert socket.is_connected


async def test_a_mute_connection_is_closed_before_the_next_is_opened(
    listening: Listening, socket: ComfyUISocket, clock: FakeClock
) -> None:
    await next_connection(listening)
    async with asyncio.timeout(5):
        while not socket.is_connected:
            await clock.settle()
        await socket.reconnect()
    await asleep(clock, times=1)
    await clock.advance(1)
    await next_connection(listening)
    assert listening.most_open == 1


async def test_a_connection_that_answers_no_pings_is_given_up_and_opened_anew(
    listening: Listening, socket: ComfyUISocket, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await next_connection(listening)
    connection.transport.pause_reading()  # what a frozen server, or a connection cut without a word, looks like
    time = LoopTime(monkeypatch)

    await time.advance(PING_SECONDS + PING_TIMEOUT_SECONDS - 1)
    assert socket.is_connected
    await time.advance(CLOSE_TIMEOUT_SECONDS + 2)
    await asleep(clock, times=1)
    assert not socket.is_connected

    await clock.advance(1)
    await next_connection(listening)
    connection.transport.resume_reading()


async def test_a_connection_that_answers_pings_is_kept_however_silent_it_is(
    listening: Listening, socket: ComfyUISocket, ears: Ears, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await next_connection(listening)

    await LoopTime(monkeypatch).advance(10 * (PING_SECONDS + PING_TIMEOUT_SECONDS))

    assert socket.is_connected
    assert (ears.heard.count(Reconnected()), clock.sleeps) == (1, [])


async def test_reconnecting_while_there_is_no_connection_does_nothing(clock: FakeClock) -> None:
    socket = ComfyUISocket(connection_settings("http://127.0.0.1:9"), client_id=CLIENT_ID, clock=clock)
    await socket.reconnect()
    assert not socket.is_connected


async def test_while_nobody_answers_it_waits_longer_and_longer_and_says_so_once(
    clock: FakeClock, caplog: pytest.LogCaptureFixture, unused_tcp_port: int
) -> None:
    settings = connection_settings(f"http://127.0.0.1:{unused_tcp_port}", {"Authorization": "Bearer swordfish"})
    socket = ComfyUISocket(settings, client_id=CLIENT_ID, clock=clock, chance=lambda: 1.0)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        for times, delay in enumerate((1, 2, 4, 8, 16, 30, 30), start=1):
            await asleep(clock, times)
            assert clock.sleeps[-1] == delay
            await clock.advance(delay)
    assert [record.levelname for record in caplog.records if record.name == "wrldbldr.comfyui.socket"] == ["WARNING"]


async def test_chance_shortens_the_wait_by_up_to_half(clock: FakeClock, unused_tcp_port: int) -> None:
    settings = connection_settings(f"http://127.0.0.1:{unused_tcp_port}")
    socket = ComfyUISocket(settings, client_id=CLIENT_ID, clock=clock, chance=lambda: 0.0)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        await asleep(clock, times=1)
    assert clock.sleeps == [0.5]


async def test_a_server_that_hangs_up_at_once_again_and_again_is_asked_less_and_less_often(
    listening: Listening, socket: ComfyUISocket, clock: FakeClock
) -> None:
    for times, delay in enumerate((1, 2, 4), start=1):
        await (await next_connection(listening)).close()
        await asleep(clock, times)
        assert clock.sleeps[-1] == delay
        await clock.advance(delay)


async def test_a_connection_that_held_makes_the_next_wait_short_again(
    listening: Listening, socket: ComfyUISocket, clock: FakeClock
) -> None:
    for times, (held, delay) in enumerate(((0, 1), (0, 2), (10, 1)), start=1):
        connection = await next_connection(listening)
        await clock.advance(held)
        await connection.close()
        await asleep(clock, times)
        assert clock.sleeps[-1] == delay
        await clock.advance(delay)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", b"+PONG\r\n", b""])
async def test_a_refused_handshake_is_survived(clock: FakeClock, answer: bytes) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with served(refuse) as address:
        socket = ComfyUISocket(connection_settings(f"http://{address}"), client_id=CLIENT_ID, clock=clock)
        async with TaskNursery(clock) as nursery:
            nursery.start(socket.run(), name="socket")
            await asleep(clock, times=1)
            await clock.advance(1)
            await asleep(clock, times=2)
        assert not socket.is_connected


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_for_the_headers_are_not_for_another_server(
    listening: Listening, clock: FakeClock, status: int
) -> None:
    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        there = listening.url.replace("http", "ws").encode()
        writer.write(b"HTTP/1.1 %d Elsewhere\r\nLocation: %s/ws\r\nContent-Length: 0\r\n\r\n" % (status, there))

    async with served(redirect) as address:
        socket = ComfyUISocket(
            connection_settings(f"http://{address}", {"X-Key": "swordfish"}), client_id=CLIENT_ID, clock=clock
        )
        socket.subscribe(ears := Ears())
        async with TaskNursery(clock) as nursery:
            nursery.start(socket.run(), name="socket")
            await asleep(clock, times=1)

    assert (listening.most_open, ears.heard) == (0, [])


@pytest.fixture
async def elsewhere() -> AsyncIterator[Listening]:
    """Another server."""
    listening = Listening()
    async with serve(listening.greet, "127.0.0.1", 0) as server:
        listening.server = server
        yield listening


async def test_it_goes_over_to_another_server_at_once_with_the_headers_for_that_one(
    listening: Listening,
    elsewhere: Listening,
    socket: ComfyUISocket,
    ears: Ears,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await next_connection(listening)
    await ears.until(lambda heard: Reconnected() in heard)

    async with asyncio.timeout(5):
        await socket.move_to(connection_settings(elsewhere.url, {"X-Other": "swordfish"}))
        assert not socket.is_connected, "the old connection is closed before the new one is opened"
        request = (await next_connection(elsewhere)).request

    assert request
    assert (request.headers["X-Other"], "Authorization" in request.headers) == ("swordfish", False)
    await ears.until(lambda heard: heard.count(Reconnected()) == 2)
    assert (listening.open, clock.monotonic()) == (0, 0)
    assert not [record for record in caplog.records if record.levelname == "WARNING"], "it was no loss"


async def test_it_does_not_wait_for_its_next_try_at_a_server_that_is_gone(
    elsewhere: Listening, ears: Ears, clock: FakeClock, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    gone = connection_settings(f"http://127.0.0.1:{unused_tcp_port}")
    socket = ComfyUISocket(gone, client_id=CLIENT_ID, clock=clock, chance=lambda: 1.0)
    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        for times, delay in enumerate((1, 2, 4, 8), start=1):
            await asleep(clock, times)
            await clock.advance(delay)
        await asleep(clock, 5)

        await socket.move_to(connection_settings(elsewhere.url))
        connection = await next_connection(elsewhere)
        await connection.close()
        await asleep(clock, 6)

    assert clock.sleeps[-1] == 1, "what the old server did is not held against the new one"
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 2, "each of the two servers was lost once"


async def test_a_handshake_that_hangs_holds_nobody_up(elsewhere: Listening, clock: FakeClock) -> None:
    has_come = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        has_come.set()
        await reader.read()

    async with served(hang) as address, TaskNursery(clock) as nursery:
        socket = ComfyUISocket(connection_settings(f"http://{address}"), client_id=CLIENT_ID, clock=clock)
        nursery.start(socket.run(), name="socket")
        async with asyncio.timeout(5):  # the handshake alone would be given ten seconds
            await has_come.wait()
            await socket.move_to(connection_settings(elsewhere.url))
            await next_connection(elsewhere)


async def test_before_it_runs_it_can_be_given_another_address_too(elsewhere: Listening, clock: FakeClock) -> None:
    socket = ComfyUISocket(connection_settings("http://127.0.0.1:9"), client_id=CLIENT_ID, clock=clock)
    await socket.move_to(connection_settings(elsewhere.url))

    async with TaskNursery(clock) as nursery:
        nursery.start(socket.run(), name="socket")
        await next_connection(elsewhere)
