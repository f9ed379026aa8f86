"""Looks after the disk: what lies on it, what of that nobody needs, and whether there is room."""

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.errors import ForbiddenError
from wrldbldr.domain.text import size_in_words
from wrldbldr.kit.clock import Clock
from wrldbldr.media.store import SHELVES, MediaStore, StoreSizes
from wrldbldr.services.sweeping import AGE, TRASH_AGE, Swept, empty_trash, sweep

logger = logging.getLogger(__name__)

UNHURRIED_SECONDS, PROMPT_SECONDS = 1.0, 0.01  # between the steps of a sweep nobody waits for, and of one somebody does
MEASURED_SECONDS = 300.0  # so long it is not counted again
LOW_BYTES = 2 * 2**30  # a night's painting

Disk = Callable[[Path], tuple[int, int, int]]
"""All bytes of the disk with a folder, how many are used, and how many are free. Blocks."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the disk the pictures in somebody's worlds take. Two that are the same count twice, and lie there once."""

    name: str
    picture_count: int
    picture_bytes: int


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What takes room, and how much there is, in bytes."""

    stored: StoreSizes
    database_bytes: int
    free_bytes: int
    total_bytes: int
    shares: Sequence[Share]

    @property
    def is_low(self) -> bool:
        """Whether it is time to make room."""
        return self.free_bytes < LOW_BYTES


class HousekeepingService:
    """For owners. Everybody else is refused with ForbiddenError."""

    def __init__(
        self, database: Database, store: MediaStore, clock: Clock, database_file: Path, disk: Disk = shutil.disk_usage
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._file = database_file
        self._disk = disk
        self._at_work = asyncio.Lock()
        self._waiting = 0
        self._sizes = StoreSizes()
        self._sizes_until = 0.0

    async def run(self) -> None:
        """Sweep now and every hour, for ever."""
        while True:
            await self._sweep_by_itself()
            await self._clock.sleep(AGE.total_seconds())

    async def use(self, who: Principal) -> DiskUse:
        """What takes room. The files are counted anew only every five minutes."""
        _require_owner(who)
        async with self._database.read() as unit:
            shares = await unit.stored_files.size_by_account()
        if self._clock.monotonic() >= self._sizes_until:
            sizes = StoreSizes()
            for shelf in SHELVES:
                sizes += await asyncio.to_thread(self._store.sizes, shelf)
            self._sizes, self._sizes_until = sizes, self._clock.monotonic() + MEASURED_SECONDS
        database_bytes, disk = await asyncio.to_thread(self._look)
        return DiskUse(self._sizes, database_bytes, disk[0], disk[1], [Share(*share) for share in shares])

    async def sweep(self, who: Principal) -> Swept:
        """Look for what no picture uses, and discard it."""
        _require_owner(who)
        async with self._in_haste():
            return await sweep(self._database, self._store, self._clock, self._pause)

    async def empty_trash(self, who: Principal) -> int:
        """Delete for good what was discarded, and return how many bytes."""
        _require_owner(who)
        async with self._in_haste():
            return await empty_trash(self._database, self._store, self._pause)

    @asynccontextmanager
    async def _in_haste(self) -> AsyncGenerator[None]:
        """Somebody waits for what is done inside: a sweep that is under way by itself hurries, too."""
        self._waiting += 1
        try:
            async with self._at_work:
                yield
        finally:
            self._waiting -= 1
            self._sizes_until = 0.0

    async def _pause(self) -> None:
        await self._clock.sleep(PROMPT_SECONDS if self._waiting else UNHURRIED_SECONDS)

    async def _sweep_by_itself(self) -> None:
        try:
            async with self._at_work:
                swept = await sweep(self._database, self._store, self._clock, self._pause)
            _, (free_bytes, _) = await asyncio.to_thread(self._look)
        except (DatabaseBusyError, OSError) as error:
            logger.warning("Stored files that no picture uses stay for another hour: %s", type(error).__name__)
            return
        if swept.discarded_count:
            logger.info(
                "Moved %d stored files, and their thumbnails, that no picture uses into the trash for %d days",
                swept.discarded_count,
                TRASH_AGE.days,
            )
        if free_bytes < LOW_BYTES:
            logger.warning("Only %s are free on the disk with WrldBldr's data", size_in_words(free_bytes))

    def _look(self) -> tuple[int, tuple[int, int]]:
        """The bytes of the database, and of the disk those that are free and all."""
        beside = (self._file.with_name(f"{self._file.name}{suffix}") for suffix in ("", "-wal", "-shm"))
        total, _, free = self._disk(self._file.parent)
        return sum(file.stat().st_size for file in beside if file.is_file()), (free, total)


def _require_owner(who: Principal) -> None:
    if who.role is not Role.OWNER:
        raise ForbiddenError("Only an owner of this WrldBldr looks after its disk.")
