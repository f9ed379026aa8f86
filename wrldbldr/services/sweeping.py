"""Stored files that no picture uses: a crash leaves some behind, and so does a batch that fails while it is stored."""

import asyncio
import logging
from datetime import datetime, timedelta

from wrldbldr.db.database import Database, DatabaseBusyError, UnitOfWork
from wrldbldr.kit.clock import Clock
from wrldbldr.media.store import SHELVES, MediaStore

logger = logging.getLogger(__name__)

AGE = timedelta(hours=1)
PAUSE_SECONDS = 1.0
STEP_LIMIT = 100  # pictures that go in one transaction, during which nobody else writes


async def keep_sweeping(database: Database, store: MediaStore, clock: Clock) -> None:
    """Sweep every hour, for ever. The first time is an hour after the start, when what a crash left is old enough."""
    while True:
        await clock.sleep(AGE.total_seconds())
        try:
            removed = await sweep(database, store, clock)
        except (DatabaseBusyError, OSError) as error:
            logger.warning("Stored files that no picture uses stay for another hour: %s", type(error).__name__)
            continue
        if removed:
            logger.info("Removed %d stored files, and their thumbnails, that no picture uses", removed)


async def sweep(database: Database, store: MediaStore, clock: Clock) -> int:
    """Remove the files that no picture uses, if they are older than an hour. Returns of how many pictures.

    One shelf of the store after the other, each in a thread, with a pause between. Raises DatabaseBusyError, OSError.
    """
    removed = 0
    for shelf in SHELVES:
        await clock.sleep(PAUSE_SECONDS)
        removed += await _sweep_shelf(shelf, database, store, clock.now() - AGE)
    return removed


async def _sweep_shelf(shelf: str, database: Database, store: MediaStore, before: datetime) -> int:
    await asyncio.to_thread(store.remove_unfinished, shelf, before)
    async with database.read() as unit:
        if not await _unused(unit, store, shelf, before):
            return 0
    async with database.write() as unit:  # whoever stores a batch meanwhile waits, and stores its files again
        unused = (await _unused(unit, store, shelf, before))[:STEP_LIMIT]
        await asyncio.to_thread(store.remove, unused)
    return len(unused)


async def _unused(unit: UnitOfWork, store: MediaStore, shelf: str, before: datetime) -> list[str]:
    return await unit.assets.unused(await asyncio.to_thread(store.aged, shelf, before))
