"""Disposes of the files of deleted pictures in two phases, so that a crash at any moment leaves a picture whole or gone.

First the rows go, and in the same transaction it is written down which files may follow (`unit.doomed_files`). Once that
is certain, the files that nothing uses are removed, and forgotten. What a crash leaves is finished at the next start.
"""

import asyncio
import logging
from collections.abc import Sequence

from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import to_its_end
from wrldbldr.media.store import MediaStore

logger = logging.getLogger(__name__)

STEP_LIMIT = 100  # files that are removed in one transaction, during which nobody else writes
PAUSE_SECONDS = 0.1
RETRY_SECONDS = 600.0


class FileDisposal:
    """The second phase. Several processes may do it at once: each step is a transaction of its own."""

    def __init__(self, database: Database, store: MediaStore, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._has_more = asyncio.Event()
        self._has_more.set()

    async def follow(self) -> None:
        """To be called after a transaction that doomed files: removes them, or of many the first; `run` does the rest.

        Fails at nothing: the pictures are gone already, and what cannot be removed now is tried again later.
        """
        has_more = True
        try:
            has_more = await self._step()
        except (DatabaseBusyError, OSError) as error:
            _log(error)
        finally:
            if has_more:
                self._has_more.set()

    async def abandon(self, content_hashes: Sequence[str]) -> None:
        """Remove files that were stored for rows that never came to be, where nothing else uses them.

        Raises DatabaseBusyError, OSError.
        """
        for start in range(0, len(content_hashes), STEP_LIMIT):
            async with self._database.write() as unit:  # nobody stores a twin meanwhile
                unused = await unit.stored_files.unused(content_hashes[start : start + STEP_LIMIT])
                await self._remove(unused)

    async def run(self) -> None:
        """Finish what a crash left, then whatever is too much for `follow`, for ever."""
        while True:
            await self._has_more.wait()
            self._has_more.clear()
            try:
                while await self._step():
                    await self._clock.sleep(PAUSE_SECONDS)
            except (DatabaseBusyError, OSError) as error:
                _log(error)
                self._has_more.set()
                await self._clock.sleep(RETRY_SECONDS)

    async def _step(self) -> bool:
        """True when there is more to do."""
        async with self._database.read() as unit:
            if not await unit.doomed_files.some(1):
                return False
        async with self._database.write() as unit:  # nobody stores a twin meanwhile
            doomed = await unit.doomed_files.some(STEP_LIMIT)
            unused = await unit.stored_files.unused(doomed)
            await self._database.outlast_power_cuts()  # else the rows might come back, without their files
            await self._remove(unused)
            await unit.doomed_files.forget(doomed)
        return len(doomed) == STEP_LIMIT

    async def _remove(self, content_hashes: Sequence[str]) -> None:
        await to_its_end(lambda: self._store.remove(content_hashes))


def _log(error: Exception) -> None:
    logger.warning("The files of deleted pictures stay for now: %s", type(error).__name__)
