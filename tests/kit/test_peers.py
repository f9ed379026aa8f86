"""Connections to our port are asked when they are silent; no others are."""

import socket

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.kit.peers import LOOK_SECONDS, OPEN_FILES, ask_the_silent
from wrldbldr.kit.tasks import TaskNursery

pytestmark = pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files cannot be listed here")


def is_asked(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))


async def test_whoever_connects_and_whoever_was_there_before_is_asked_and_nobody_elsewhere(clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as other:
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as early:
            await ask_the_silent(listener.getsockname()[1], clock)
            assert is_asked(early)

        for server, expected in ((listener, True), (other, False)):
            with socket.create_connection(server.getsockname()) as near, server.accept()[0] as far:
                assert is_asked(far) is expected
                assert not is_asked(near)


async def test_a_server_that_is_not_there_yet_is_waited_for(clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with TaskNursery(clock) as nursery:
        nursery.start(ask_the_silent(port, clock), name="asking")
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            await clock.advance(10 * LOOK_SECONDS)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)
            listener.listen()
            await clock.advance(LOOK_SECONDS)

            assert is_asked(listener)
