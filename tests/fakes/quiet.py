"""Waiting for real work (database threads, files) to be done, without guessing how long it takes."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tests.fakes.clock import FakeClock
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.db.trip import Trip
from wrldbldr.kit.clock import SystemClock

DEADLINE_SECONDS = 60.0
PAUSE_SECONDS = 0.0005
QUIET_LOOKS = 5  # a thread may be done a moment before the loop hears of it
ROUNDING_SECONDS = 1e-9

REAL_TIME = SystemClock()


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str = "it") -> None:
    """Wait in real time until `condition()` is true. Fails after a minute."""
    deadline = REAL_TIME.monotonic() + DEADLINE_SECONDS
    while True:
        answer = condition()
        if answer if isinstance(answer, bool) else await answer:
            return
        assert REAL_TIME.monotonic() < deadline, f"{what} did not happen in time"
        await REAL_TIME.sleep(PAUSE_SECONDS)


T = TypeVar("T")


class WatchedDatabase(Database):
    """The real database; it also knows how many transactions are open."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.open_count = 0

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[UnitOfWork]:
        self.open_count += 1
        try:
            async with super().read() as unit:
                yield unit
        finally:
            self.open_count -= 1

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[UnitOfWork]:
        self.open_count += 1
        try:
            async with super().write() as unit:
                yield unit
        finally:
            self.open_count -= 1

    async def in_one_trip(self, work: Callable[[Trip], T]) -> T:
        self.open_count += 1
        try:
            return await super().in_one_trip(work)
        finally:
            self.open_count -= 1


class WatchedThreads(ThreadPoolExecutor):
    """The threads behind `asyncio.to_thread`; they also know whether they work."""

    def __init__(self) -> None:
        super().__init__(max_workers=4)
        self._given: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(fn, *args, **kwargs)
        self._given = {given for given in self._given if not given.done()} | {future}
        return future

    @property
    def is_busy(self) -> bool:
        return any(not given.done() for given in self._given)


class Quiet:
    """Moves the clock by hand, and lets everything that the move set off come to rest before the next."""

    def __init__(self, clock: FakeClock, database: WatchedDatabase, threads: WatchedThreads) -> None:
        self._clock = clock
        self._database = database
        self._threads = threads

    async def rest(self) -> None:
        """Wait until every task waits for the clock or for an event: no transaction is open and no thread works."""
        deadline = REAL_TIME.monotonic() + DEADLINE_SECONDS
        looks = 0
        while looks < QUIET_LOOKS:
            await self._clock.advance(0)  # wakes whoever sleeps for no time at all
            is_busy = self._database.open_count > 0 or self._threads.is_busy
            looks = 0 if is_busy else looks + 1
            assert REAL_TIME.monotonic() < deadline, "the work did not come to rest in time"
            await REAL_TIME.sleep(PAUSE_SECONDS)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass: whoever wakes on the way has done everything that follows before more time passes."""
        await self.rest()
        left = seconds
        while left > 0:
            step = min(left, self._seconds_to_the_next_sleeper() + ROUNDING_SECONDS)
            await self._clock.advance(step)
            await self.rest()
            left -= step

    def _seconds_to_the_next_sleeper(self) -> float:
        due = (sleeper[0] for sleeper in self._clock._sleepers)
        return min(due, default=math.inf) - self._clock.monotonic()
