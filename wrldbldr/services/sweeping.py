"""Stored files that no picture uses: a crash leaves some behind, and so does a batch that fails while it is stored.

They go into the trash first: perhaps the pictures of another database are kept here too, whether that is a newer one
than the backup that was put back, or the usual one, of which somebody tries another.

What is being stored is safe: whoever stores a picture writes its files before its row, so that they are young, and again
in the transaction of the row, which is not open while files are discarded.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import to_its_end
from wrldbldr.media.store import SHELVES, MediaStore

logger = logging.getLogger(__name__)

AGE = timedelta(hours=1)
TRASH_AGE = timedelta(days=30)
STAGING_AGE = timedelta(days=1)
STEP_LIMIT = 100  # pictures that are discarded in one transaction, during which nobody else writes, or deleted at once

Pause = Callable[[], Awaitable[None]]
"""Lets others go first, for a while."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came upon. Counted in pictures, each with its thumbnails; of a lost one a file is missing."""

    discarded_count: int = 0
    discarded_bytes: int = 0
    lost_count: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.discarded_count + other.discarded_count,
            self.discarded_bytes + other.discarded_bytes,
            self.lost_count + other.lost_count,
        )


async def sweep(database: Database, store: MediaStore, clock: Clock, pause: Pause) -> Swept:
    """Discard the files that no picture uses, if they are older than an hour.

    What has been in the trash for 30 days is deleted, and what a picture uses after all is brought back out of it.
    One shelf of the store after the other, each in a thread, with a pause between. Raises DatabaseBusyError, OSError.
    """
    await asyncio.to_thread(store.remove_stale_staging, clock.now() - STAGING_AGE)
    swept = Swept()
    for shelf in SHELVES:
        await pause()
        await _sort_trash(shelf, database, store, clock.now() - TRASH_AGE)
        await asyncio.to_thread(store.remove_unfinished, shelf, clock.now() - AGE)
        while step := await _sweep_shelf(shelf, database, store, clock.now()):
            swept += step
            await pause()
        swept += Swept(lost_count=await _count_lost(shelf, database, store))
    return swept


async def empty_trash(database: Database, store: MediaStore, pause: Pause) -> int:
    """Delete what is in the trash for good, and return how many bytes. What a picture uses after all is brought back."""
    deleted = 0
    for shelf in SHELVES:
        await pause()
        while step := await _sort_trash(shelf, database, store):
            deleted += step
            await pause()
    return deleted


async def _sort_trash(shelf: str, database: Database, store: MediaStore, before: datetime | None = None) -> int:
    """Delete some of what was discarded, if that was before `before`, and return how many bytes.

    Needs no transaction: whoever stores a picture meanwhile has it on the shelf, where nothing is deleted here.
    """
    there = await asyncio.to_thread(store.discarded, shelf)
    if not there:
        return 0
    async with database.read() as unit:
        unused = set(await unit.stored_files.unused(there))
    used = [content_hash for content_hash in there if content_hash not in unused]
    await asyncio.to_thread(store.bring_back, used)
    old = await asyncio.to_thread(store.discarded, shelf, before)
    over = [content_hash for content_hash in old if content_hash in unused]
    return await asyncio.to_thread(store.empty_trash, over[:STEP_LIMIT])


async def _sweep_shelf(shelf: str, database: Database, store: MediaStore, now: datetime) -> Swept | None:
    """Discard some; None when there are none (any more)."""
    async with database.read() as unit:
        if not await _unused(unit, store, shelf, now - AGE):
            return None
    async with database.write() as unit:  # whoever stores a batch meanwhile waits, and stores its files again
        unused = (await _unused(unit, store, shelf, now - AGE))[:STEP_LIMIT]
        moved = await to_its_end(lambda: store.discard(unused, now))
    return Swept(len(unused), moved) if unused else None


async def _unused(unit: UnitOfWork, store: MediaStore, shelf: str, before: datetime) -> list[str]:
    return await unit.stored_files.unused(await asyncio.to_thread(store.aged, shelf, before))


async def _count_lost(shelf: str, database: Database, store: MediaStore) -> int:
    """How many pictures of a shelf lack a file. Looked up again: what is missing may just have been deleted."""
    async with database.read() as unit:
        contents = await unit.stored_files.contents(shelf)
    lost = await asyncio.to_thread(store.lost, contents)
    if not lost:
        return 0
    async with database.read() as unit:
        there = set(await unit.stored_files.contents(shelf))
    lost = [content_hash for content_hash in lost if content_hash in there]
    if lost:
        logger.warning("%d stored pictures lack a file, as %s", len(lost), lost[0])
    return len(lost)
