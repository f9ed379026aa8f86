"""Time as a dependency."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.kit.clock import SystemClock, wait_for_event, within
from wrldbldr.kit.tasks import TaskNursery


def test_the_real_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()

    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


async def test_the_real_clock_sleeps_at_least_as_long_as_it_is_told() -> None:
    clock = SystemClock()
    began = clock.monotonic()

    await clock.sleep(0.01)

    assert clock.monotonic() - began >= 0.01


async def test_waiting_ends_at_once_when_the_event_was_set_before(clock: FakeClock) -> None:
    event = asyncio.Event()
    event.set()

    assert await wait_for_event(event, clock, 60)
    assert clock.sleeps == []


async def test_waiting_ends_when_the_event_is_set(clock: FakeClock) -> None:
    event, heard = asyncio.Event(), list[bool]()

    async def wait() -> None:
        heard.append(await wait_for_event(event, clock, 60))

    async with TaskNursery(clock) as nursery:
        nursery.start(wait(), name="waiting")
        await clock.advance(59)
        assert heard == []
        event.set()
        await clock.settle()

    assert heard == [True]


async def test_waiting_ends_when_the_time_is_up(clock: FakeClock) -> None:
    answer, _ = await asyncio.gather(wait_for_event(asyncio.Event(), clock, 60), clock.advance(60))

    assert answer is False


async def test_who_is_told_to_stop_waiting_leaves_no_task_behind(clock: FakeClock) -> None:
    before = asyncio.all_tasks()

    async def wait() -> None:
        await wait_for_event(asyncio.Event(), clock, 60)

    async with TaskNursery(clock) as nursery:
        task = nursery.start(wait(), name="waiting")
        await clock.settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert asyncio.all_tasks() == before


async def something() -> str:
    return "something"


async def nothing_ever() -> str:
    return await asyncio.Future[str]()


async def test_what_comes_in_time_is_given(clock: FakeClock) -> None:
    assert await within(60, clock, something()) == "something"


async def test_what_does_not_come_in_time_is_stopped(clock: FakeClock) -> None:
    before = asyncio.all_tasks()

    answer, _ = await asyncio.gather(within(60, clock, nothing_ever()), clock.advance(60))

    assert answer is None
    assert asyncio.all_tasks() == before
