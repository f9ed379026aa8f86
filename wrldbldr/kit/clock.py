"""Time as a dependency, so that tests move it by hand. The only module that may touch the system's clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """What the rest of the program knows of time."""

    def now(self) -> datetime:
        """The wall clock, always UTC and timezone-aware."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The real thing."""

    def now(self) -> datetime:
        """The wall clock, always UTC and timezone-aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        await asyncio.sleep(seconds)


async def within(seconds: float, clock: Clock, work: Coroutine[None, None, T]) -> T | None:
    """What `work` gives, if it gives it within `seconds` of `clock`; else it is stopped, and None is returned."""
    working = asyncio.ensure_future(work)
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({working, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, sleeping):
            task.cancel()
        await asyncio.gather(working, sleeping, return_exceptions=True)


async def attending(event: asyncio.Event, on_event: Callable[[], Awaitable[None]], work: Coroutine[None, None, T]) -> T:
    """What `work` gives. Whenever `event` is set meanwhile it is cleared and `on_event` awaited; what that raises ends both."""
    working = asyncio.ensure_future(work)
    try:
        while True:
            waiting = asyncio.ensure_future(event.wait())
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if working.done():
                return working.result()
            event.clear()
            await on_event()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def wait_for_event(event: asyncio.Event, clock: Clock, timeout_seconds: float) -> bool:
    """Wait until `event` is set, at most `timeout_seconds` of `clock`. True when it was set."""
    if event.is_set():
        return True
    waiting = asyncio.ensure_future(event.wait())
    sleeping = asyncio.ensure_future(clock.sleep(timeout_seconds))
    try:
        await asyncio.wait({waiting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        return event.is_set()
    finally:
        for task in (waiting, sleeping):
            task.cancel()
        await asyncio.gather(waiting, sleeping, return_exceptions=True)
