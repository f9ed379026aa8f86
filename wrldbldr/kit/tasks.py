"""Tasks that somebody watches: a crash is logged and answered, never lost. The only module that may create tasks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Self, TypeVar

from wrldbldr.kit.clock import Clock

logger = logging.getLogger(__name__)

T = TypeVar("T")

RESTART_DELAY_SECONDS = 1.0
RESTART_DELAY_LIMIT_SECONDS = 30.0


class TaskNursery:
    """Owns background tasks and ends them all on exit; an unexpected error in one is logged, the others go on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Run `work` once in the background."""
        task = asyncio.create_task(self._watched(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that was cancelled before it began is not left lying about
        return task

    def keep_running(self, work: Callable[[], Awaitable[None]], *, name: str) -> asyncio.Task[None]:
        """Run `work()` for ever: when it ends or fails it is started again, after a delay that doubles up to 30 s."""
        return self.start(self._restarting(work, name), name=name)

    async def _watched(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception:
            logger.exception("Task %s ended with an error", name)

    async def _restarting(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        delay = RESTART_DELAY_SECONDS
        while True:
            began = self._clock.monotonic()
            try:
                await work()
            except Exception:
                logger.exception("Task %s failed; it is started again in %.0f s", name, delay)
            if self._clock.monotonic() - began > RESTART_DELAY_LIMIT_SECONDS:
                delay = RESTART_DELAY_SECONDS
            await self._clock.sleep(delay)
            delay = min(delay * 2, RESTART_DELAY_LIMIT_SECONDS)


async def to_its_end(work: Callable[[], T], threads: Executor | None = None) -> T:
    """What `work` gives, done in a thread, one of `threads` if they are named.

    Whoever is cancelled meanwhile goes on only when it is done: no thread is left behind that works on what is being
    tidied away.
    """
    working = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        if not working.cancelled():
            working.exception()  # nobody is there to hear of it
        raise
