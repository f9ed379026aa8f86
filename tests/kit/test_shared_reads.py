"""Many who ask at once read once, and nobody gets what was read before they asked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.kit.shared_reads import KEPT, PATIENCE_SECONDS, SharedReads

AT_ONCE = 200


class Source:
    """Gives the number of the reading. While `is_open` is not set, readings take their time."""

    def __init__(self) -> None:
        self.reads = 0
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.errors: list[Exception] = []

    async def read(self) -> int:
        self.reads += 1
        number = self.reads
        await self.is_open.wait()
        if self.errors:
            raise self.errors.pop()
        return number


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def reads(clock: FakeClock) -> SharedReads[str, int]:
    return SharedReads(clock)


@asynccontextmanager
async def asking(
    reads: SharedReads[str, int], source: Source, clock: FakeClock, count: int
) -> AsyncGenerator[list[asyncio.Task[int]]]:
    """So many ask while a reading of somebody before them is under way, which ends with the block."""
    source.is_open.clear()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(reads.get("queue", source.read))]
        await clock.settle()
        tasks += [group.create_task(reads.get("queue", source.read)) for _ in range(count)]
        await clock.settle()
        yield tasks
        source.is_open.set()


async def test_all_who_ask_while_somebody_reads_share_the_next_reading(
    reads: SharedReads[str, int], source: Source, clock: FakeClock
) -> None:
    async with asking(reads, source, clock, AT_ONCE) as tasks:
        pass

    assert [task.result() for task in tasks] == [1, *[2] * AT_ONCE]
    assert source.reads == 2


async def test_who_asks_later_reads_anew_though_no_time_passed(reads: SharedReads[str, int], source: Source) -> None:
    assert [await reads.get("queue", source.read) for _ in range(3)] == [1, 2, 3]


async def test_whoever_does_not_mind_its_age_gets_it_until_it_is_too_old(
    reads: SharedReads[str, int], source: Source, clock: FakeClock
) -> None:
    await reads.get("queue", source.read)
    await clock.advance(5)
    assert await reads.get("queue", source.read, max_age=5) == 1

    await clock.advance(0.1)

    assert await reads.get("queue", source.read, max_age=5) == 2


async def test_what_is_read_of_one_thing_is_not_given_for_another(reads: SharedReads[str, int], source: Source) -> None:
    assert await reads.get("queue", source.read, max_age=5) == 1
    assert await reads.get("another queue", source.read, max_age=5) == 2


async def test_a_reading_that_fails_fails_for_whoever_began_it_and_the_next_reads_for_all_others(
    reads: SharedReads[str, int], source: Source, clock: FakeClock
) -> None:
    async def outcome() -> int | str:
        try:
            return await reads.get("queue", source.read)
        except OSError as error:
            return str(error)

    source.errors.append(OSError("locked"))
    source.is_open.clear()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(outcome()) for _ in range(4)]
        await clock.settle()
        source.is_open.set()

    assert [task.result() for task in tasks] == ["locked", 2, 2, 2]


async def test_whoever_leaves_while_they_read_leaves_it_to_the_next(
    reads: SharedReads[str, int], source: Source, clock: FakeClock
) -> None:
    async with asking(reads, source, clock, 3) as tasks:
        tasks[0].cancel()

    assert [task.result() for task in tasks[1:]] == [2, 2, 2]


async def test_for_a_reading_that_hangs_nobody_waits_who_comes_later(
    reads: SharedReads[str, int], source: Source, clock: FakeClock
) -> None:
    another = Source()
    async with asyncio.TaskGroup() as group:
        source.is_open.clear()
        hanging = group.create_task(reads.get("queue", source.read))
        await clock.settle()
        await clock.advance(PATIENCE_SECONDS)
        later = group.create_task(reads.get("queue", another.read))
        await clock.settle()
        is_done = later.done()
        source.is_open.set()

    assert is_done
    assert (hanging.result(), source.reads, another.reads) == (1, 1, 1)


async def test_of_many_things_no_more_are_kept_than_asked_for_lately(
    reads: SharedReads[str, int], source: Source
) -> None:
    for number in range(KEPT * 2):
        await reads.get(str(number), source.read)
        await reads.get("queue", source.read, max_age=5)

    assert len(reads._readings) == KEPT
    assert await reads.get("queue", source.read, max_age=5) == 2
