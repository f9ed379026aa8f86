"""What is still to be said before the server ends."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any

from wrldbldr.kit.tasks import TaskNursery


@contextmanager
def farewell(nursery: TaskNursery, say: Callable[[], Coroutine[Any, Any, None]]) -> Generator[None]:
    """Do `say()` when the process is asked to end (SIGTERM), and let it end then. What is asked after the block is not heard.

    Does nothing where there are no signals: on Windows, and in a thread.

    The web server tears every connection the moment it is asked, and tells the app afterwards. It listens to SIGTERM and
    SIGINT alike, so the one is kept from it until all is said, and passed on as the other. Whoever presses Ctrl+C sends
    SIGINT, and waits for nothing.
    """

    async def say_and_end() -> None:
        try:
            await say()
        finally:
            signal.raise_signal(signal.SIGINT)

    is_asked = asyncio.Event()

    def begin() -> None:
        if not is_asked.is_set():  # the web server's supervisor asks again what was asked of both
            is_asked.set()
            nursery.start(say_and_end(), name="farewell")

    with suppress(NotImplementedError, RuntimeError):  # Windows, and a thread, hear no signals
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, begin)
    try:
        yield
    finally:
        is_asked.set()
