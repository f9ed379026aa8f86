"""Who dispatches: of all processes over a data folder the one that holds its lease; the system frees it when that dies."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wrldbldr.bus import SERVER_TOPIC, Bus
from wrldbldr.domain.events import Missed
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.dispatcher import Dispatcher

LEASE_RETRY_SECONDS = 2.0


class Leader:
    """Dispatches in `nursery` once the lease is ours, and can be laid down for a moment."""

    def __init__(self, dispatcher: Dispatcher, data_dir: Path, bus: Bus, *, nursery: TaskNursery, clock: Clock) -> None:
        self._dispatcher = dispatcher
        self._data_dir = data_dir
        self._bus = bus
        self._nursery = nursery
        self._clock = clock
        self._dispatching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Dispatch until the nursery ends."""
        self._dispatching = self._nursery.keep_running(self._dispatch, name="dispatcher")

    @asynccontextmanager
    async def at_rest(self) -> AsyncGenerator[None]:
        """Nobody paints inside the block; afterwards what was begun is taken up again, as after a crash.

        When the block is cancelled the program ends, and nothing is taken up.
        """
        if self._dispatching is None:
            yield
            return
        self._dispatching.cancel()
        await asyncio.wait([self._dispatching])
        try:
            yield
        except Exception:
            self.begin()
            raise
        self.begin()
        self._bus.publish(SERVER_TOPIC, Missed())  # it may have been stopped between a commit and telling of it

    async def _dispatch(self) -> None:
        lock = FileLock(self._data_dir / "dispatcher.lock", blocking=False)
        while True:
            try:
                with lock:
                    await self._dispatcher.run()
            except Timeout:
                await self._clock.sleep(LEASE_RETRY_SECONDS)
