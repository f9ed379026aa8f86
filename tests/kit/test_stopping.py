"""Somebody asks the process to end."""

import asyncio
import os
import signal

import pytest

from tests.fakes.quiet import REAL_TIME
from wrldbldr.kit.stopping import farewell
from wrldbldr.kit.tasks import TaskNursery

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no such signals")


@pytest.mark.parametrize("is_broken", [False, True], ids=["said", "what was to be said cannot be"])
async def test_the_process_ends_when_all_is_said_however_often_it_is_asked(
    is_broken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    said, is_read, has_ended = list[str](), asyncio.Event(), asyncio.Event()

    async def say() -> None:
        said.append("farewell")
        await is_read.wait()
        if is_broken:
            raise ValueError

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, has_ended.set)
    async with TaskNursery(REAL_TIME) as nursery:
        with farewell(nursery, say):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGTERM)
                await REAL_TIME.sleep(0)
            while not said:
                await REAL_TIME.sleep(0)
            assert not has_ended.is_set()

            is_read.set()
            await has_ended.wait()

    assert said == ["farewell"]
    assert ("farewell ended with an error" in caplog.text) is is_broken


async def test_what_is_asked_when_it_ends_already_is_not_begun_any_more() -> None:
    said = list[str]()

    async def say() -> None:
        said.append("farewell")

    async with TaskNursery(REAL_TIME) as nursery:
        with farewell(nursery, say):
            pass
        os.kill(os.getpid(), signal.SIGTERM)  # as the web server's supervisor does after Ctrl+C
        await REAL_TIME.sleep(0.01)

        assert said == []


async def test_a_server_that_runs_in_a_thread_hears_no_signals_and_serves_all_the_same() -> None:
    async def serve() -> str:
        async with TaskNursery(REAL_TIME) as nursery:
            with farewell(nursery, lambda: REAL_TIME.sleep(0)):
                return "served"

    assert await asyncio.to_thread(asyncio.run, serve()) == "served"
