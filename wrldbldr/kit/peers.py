"""Whether whoever is connected still is there: a laptop that falls asleep, or leaves the network, says nothing."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wrldbldr.kit.clock import Clock

OPEN_FILES = Path("/dev/fd")
LOOK_SECONDS, LOOKS = 0.1, 600
QUESTIONS = {"TCP_KEEPIDLE": 25, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # after seconds of silence; how often, how many


async def ask_the_silent(port: int, clock: Clock) -> None:
    """Let the system ask, within a minute, whoever is silent on a connection to `port`, and end it if nobody answers.

    The web server has no setting for it; but a connection inherits from the socket that listens, which the server
    opens soon after this begins. Where open files cannot be listed nothing is done.
    """
    for _ in range(LOOKS):
        if _set_up(port):
            return
        await clock.sleep(LOOK_SECONDS)


def _set_up(port: int) -> bool:
    """Whether one of the sockets listens: others are bound already, or of somebody who was quicker than we."""
    is_listening = False
    for connection in list(_sockets_at(port)):
        with connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in QUESTIONS.items():
                if hasattr(socket, name):
                    connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
            is_listening |= bool(connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return is_listening


def _sockets_at(port: int) -> Iterator[socket.socket]:
    numbers = [int(entry.name) for entry in OPEN_FILES.iterdir()] if OPEN_FILES.is_dir() else []
    for number in numbers:
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                candidate = socket.socket(fileno=os.dup(number))
                if _is_at(candidate, port):
                    yield candidate
                else:
                    candidate.close()


def _is_at(candidate: socket.socket, port: int) -> bool:
    is_internet = candidate.family in {socket.AF_INET, socket.AF_INET6} and candidate.type == socket.SOCK_STREAM
    return is_internet and candidate.getsockname()[1] == port
