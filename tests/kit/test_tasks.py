"""Background tasks that somebody watches."""

import asyncio
import gc
import logging
from inspect import CORO_CLOSED, getcoroutinestate
from itertools import pairwise
from threading import Event

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.kit.tasks import TaskNursery, to_its_end


async def test_a_task_that_breaks_is_logged_and_the_others_go_on(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    async def breaks() -> None:
        raise RuntimeError("a stone in the gears")

    async def goes_on() -> None:
        await clock.sleep(1)
        done.append("done")

    async with TaskNursery(clock) as nursery:
        nursery.start(breaks(), name="breaking")
        nursery.start(goes_on(), name="going on")
        await clock.advance(1)

    assert done == ["done"]
    assert "Task breaking ended with an error" in caplog.text
    assert "a stone in the gears" in caplog.text


async def test_when_the_nursery_closes_every_task_has_ended_and_tidied_up(clock: FakeClock) -> None:
    tidied: list[str] = []

    async def work() -> None:
        try:
            await clock.sleep(60)
        finally:
            await clock.settle()
            tidied.append("tidied")

    async with TaskNursery(clock) as nursery:
        tasks = [nursery.start(work(), name="work"), nursery.keep_running(work, name="for ever")]
        await clock.settle()

    assert tidied == ["tidied", "tidied"]
    assert all(task.done() for task in tasks)


async def test_what_must_keep_running_is_started_again_after_pauses_that_double_up_to_half_a_minute(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    starts: list[float] = []

    async def breaks() -> None:
        starts.append(clock.monotonic())
        raise RuntimeError("again")

    with caplog.at_level(logging.ERROR):
        async with TaskNursery(clock) as nursery:
            nursery.keep_running(breaks, name="breaking")
            for _ in range(130):
                await clock.advance(1)

    assert [later - earlier for earlier, later in pairwise(starts)] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert caplog.text.count("Task breaking failed") == len(starts)


async def test_one_that_ran_well_for_a_while_is_started_again_quickly(clock: FakeClock) -> None:
    starts: list[float] = []

    async def runs_for_a_minute() -> None:
        starts.append(clock.monotonic())
        await clock.sleep(60)

    async with TaskNursery(clock) as nursery:
        nursery.keep_running(runs_for_a_minute, name="steady")
        for _ in range(200):
            await clock.advance(1)

    assert starts == [0, 61, 122, 183]


async def test_closing_before_a_task_has_begun_is_quiet(clock: FakeClock) -> None:
    begun: list[str] = []

    async def work() -> None:
        begun.append("begun")

    async with TaskNursery(clock) as nursery:
        once = work()
        nursery.start(once, name="once")
        nursery.keep_running(work, name="for ever")

    assert begun == []
    assert getcoroutinestate(once) == CORO_CLOSED
    gc.collect()  # a coroutine that nobody ever awaited would complain now, and warnings are errors


async def test_a_task_that_is_told_to_end_is_no_error(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    async with TaskNursery(clock) as nursery:
        task = nursery.start(clock.sleep(60), name="sleeping")
        await clock.settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert caplog.text == ""


async def test_whoever_is_cancelled_goes_on_only_when_their_thread_is_done() -> None:
    may_end, done = Event(), list[str]()
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        loop.call_soon_threadsafe(begun.set)
        may_end.wait(10)
        done.append("done")

    waiting = asyncio.Task(to_its_end(work))
    await begun.wait()
    waiting.cancel()
    loop.call_later(0.01, may_end.set)

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["done"]
    assert await to_its_end(lambda: 7) == 7
