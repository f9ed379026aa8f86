"""Stored files that no picture uses: a crash leaves some behind, and so does a batch that fails while it is stored.

They go into the trash first: perhaps the pictures of another database are kept here too, whether that is a newer one
than the backup that was put back, or the usual one, of which somebody tries another.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from wrldbldr.db.database import Database, DatabaseBusyError, UnitOfWork
from wrldbldr.kit.clock import Clock
from wrldbldr.media.store import SHELVES, MediaStore

logger = logging.getLogger(__name__)

AGE = timedelta(hours=1)
TRASH_AGE = timedelta(days=30)
STAGING_AGE = timedelta(days=1)
PAUSE_SECONDS = 1.0
STEP_LIMIT = 100  # pictures that are discarded in one transaction, during which nobody else writes, or deleted at once


async def keep_sweeping(database: Database, store: MediaStore, clock: Clock) -> None:
    """Sweep every hour, for ever. The first time is an hour after the start, when what a crash left is old enough."""
    while True:
        await clock.sleep(AGE.total_seconds())
        try:
            discarded = await sweep(database, store, clock)
        except (DatabaseBusyError, OSError) as error:
            logger.warning("Stored files that no picture uses stay for another hour: %s", type(error).__name__)
            continue
        if discarded:
            logger.info(
                "Moved %d stored files, and their thumbnails, that no picture uses into the trash for %d days",
                discarded,
                TRASH_AGE.days,
            )


async def sweep(database: Database, store: MediaStore, clock: Clock) -> int:
    """Discard the files that no picture uses, if they are older than an hour. Returns of how many pictures.

    What has been in the trash for 30 days is deleted, and what a picture uses after all is brought back out of it.
    One shelf of the store after the other, each in a thread, with a pause between. Raises DatabaseBusyError, OSError.
    """
    await asyncio.to_thread(store.remove_stale_staging, clock.now() - STAGING_AGE)
    discarded = 0
    for shelf in SHELVES:
        await clock.sleep(PAUSE_SECONDS)
        await _sort_trash(shelf, database, store, clock.now())
        discarded += await _sweep_shelf(shelf, database, store, clock.now())
    return discarded


async def _sort_trash(shelf: str, database: Database, store: MediaStore, now: datetime) -> None:
    """Needs no transaction: whoever stores a picture meanwhile has it on the shelf, where nothing is deleted here."""
    there = await asyncio.to_thread(store.discarded, shelf, now)
    if not there:
        return
    async with database.read() as unit:
        unused = set(await unit.assets.unused(there))
    used = [content_hash for content_hash in there if content_hash not in unused]
    await asyncio.to_thread(store.bring_back, used)
    old = await asyncio.to_thread(store.discarded, shelf, now - TRASH_AGE)
    over = [content_hash for content_hash in old if content_hash in unused]
    await asyncio.to_thread(store.empty_trash, over[:STEP_LIMIT])


async def _sweep_shelf(shelf: str, database: Database, store: MediaStore, now: datetime) -> int:
    before = now - AGE
    await asyncio.to_thread(store.remove_unfinished, shelf, before)
    async with database.read() as unit:
        if not await _unused(unit, store, shelf, before):
            return 0
    async with database.write() as unit:  # whoever stores a batch meanwhile waits, and stores its files again
        unused = (await _unused(unit, store, shelf, before))[:STEP_LIMIT]
        await asyncio.to_thread(store.discard, unused, now)
    return len(unused)


async def _unused(unit: UnitOfWork, store: MediaStore, shelf: str, before: datetime) -> list[str]:
    return await unit.assets.unused(await asyncio.to_thread(store.aged, shelf, before))
