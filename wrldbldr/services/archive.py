"""Worlds as files: a zip with everything that is a world's own, and the way back."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from wrldbldr.bus import Bus, account_topic
from wrldbldr.db.database import Database
from wrldbldr.db.trip import Trip
from wrldbldr.domain.account import Principal
from wrldbldr.domain.archive import (
    DOCUMENT,
    PICTURES,
    SUFFIXES,
    NewWorld,
    UnfitWorldFileError,
    WorldRows,
    content_of,
    document_of,
    renewed,
)
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import ConflictError, NotFoundError, WrldBldrError
from wrldbldr.domain.events import WorldChanged
from wrldbldr.domain.portable import portable_name
from wrldbldr.domain.world import World
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import to_its_end
from wrldbldr.media.errors import BrokenPictureError, CannotStoreError
from wrldbldr.media.store import MediaStore
from wrldbldr.media.world_file import FILE_LIMIT_BYTES, WorldFile
from wrldbldr.media.zip_stream import ZipEntry, zip_stream
from wrldbldr.services.access import owned_world
from wrldbldr.services.accounts import asking_account
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.image_work import ImageWork
from wrldbldr.services.tabletop import tabletop_pictures
from wrldbldr.services.worlds import FIRST_TABLE

logger = logging.getLogger(__name__)

PIECE_BYTES = 2**20


class WorldFileTooLargeError(WrldBldrError):
    """More bytes than are taken at once."""

    status_code = 413
    code = "too_large"

    def __init__(self) -> None:
        super().__init__(
            f"This file is larger than {FILE_LIMIT_BYTES // 2**30} GiB; a larger world cannot be brought in."
        )


class NoRoomError(WrldBldrError):
    """The disk is full, or may not be written to. Nothing was kept."""

    status_code = 507
    code = "no_room"

    def __init__(self) -> None:
        super().__init__("There is no room for this world where WrldBldr keeps its data. Make some, then try again.")


@dataclass(frozen=True, slots=True)
class WorldSize:
    """How much there is to export: different pictures, and their bytes."""

    name: str
    picture_count: int
    picture_bytes: int

    @property
    def is_too_large_to_come_back(self) -> bool:
        """Whether the file would be refused when it is brought in."""
        return self.picture_bytes > FILE_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class WorldExport:
    """A zip under way."""

    file_name: str
    pieces: AsyncIterator[bytes]


class ArchiveService:
    """Exports worlds, and brings them in."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, store: MediaStore, disposal: FileDisposal, *, work: ImageWork
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._store = store
        self._disposal = disposal
        self._work = work
        self._bringing: set[UUID] = set()

    async def size(self, who: Principal, world_id: UUID) -> WorldSize:
        """How much there is to export. Raises NotFoundError."""
        async with self._database.read() as unit:
            world = await owned_world(unit, who, world_id)
            return WorldSize(world.name, *await unit.archive.size(world_id))

    async def export(self, who: Principal, world_id: UUID) -> WorldExport:
        """A world as it is now. A picture that is deleted while the zip is sent is not in it.

        Raises NotFoundError, TooMuchAtOnceError.
        """
        async with self._database.read() as unit:
            content = await unit.archive.rows(await owned_world(unit, who, world_id))
        entries = _entries(content, self._store, self._clock.now())
        pieces = await self._work.stream(who, zip_stream(entries))
        return WorldExport(f"{portable_name(content.world.name)}.zip", pieces)

    async def bring_in(self, who: Principal, pieces: AsyncIterator[bytes]) -> World:
        """Make a new world of the bytes of an exported one: all of it, or nothing. One at a time for each account.

        Raises UnfitWorldFileError, WorldFileTooLargeError, NoRoomError, ConflictError.
        """
        if who.account_id in self._bringing:
            raise ConflictError("Another world of yours is on its way in. Wait until it is here.")
        self._bringing.add(who.account_id)
        try:
            return await self._bring_in(who, pieces)
        except (OSError, CannotStoreError) as error:
            raise NoRoomError from error
        finally:
            self._bringing.discard(who.account_id)

    async def _bring_in(self, who: Principal, pieces: AsyncIterator[bytes]) -> World:
        async with self._database.read() as unit:
            await asking_account(unit, who, self._clock.now())
        staged = await to_its_end(self._store.stage)
        try:
            with TemporaryFile(dir=staged) as file:
                await _receive(pieces, file)
                content = await self._unpack(file, staged)
            now = self._clock.now()
            world = await to_its_end(
                lambda: renewed(content, owner_id=who.account_id, first_table=FIRST_TABLE, now=now)
            )
            await self._keep(who, world, staged)
        finally:
            await to_its_end(lambda: rmtree(staged, ignore_errors=True))
        self._bus.publish(account_topic(who.account_id), WorldChanged(world.world.id))
        return world.world

    async def _unpack(self, file: BinaryIO, staged: Path) -> WorldRows:
        """Read all of it, and put its pictures into the store in `staged`."""
        opened = await to_its_end(lambda: WorldFile(file))
        content = await to_its_end(lambda: content_of(opened.document()))
        by_hash: dict[str, list[Asset]] = {}
        for asset in content.assets():
            by_hash.setdefault(asset.content_hash, []).append(asset)
        if opened.picture_hashes != set(by_hash):
            raise UnfitWorldFileError("The pictures in this file are not those of its world.")
        aside = MediaStore(staged)
        for content_hash, assets in by_hash.items():
            await self._work.do(_staging(opened, content_hash, assets, aside))
        return content

    async def _keep(self, who: Principal, world: NewWorld, staged: Path) -> None:
        """The files come after the rows, in one transaction: whoever removes files is not at work meanwhile."""

        def keep(trip: Trip) -> None:
            trip.add_world(who.account_id, world)
            self._store.adopt(staged)

        try:
            await self._database.in_one_trip(keep)
        except BaseException:
            hashes = sorted({asset.content_hash for asset in world.content.assets()})
            await self._disposal.abandon(hashes)
            raise


async def _receive(pieces: AsyncIterator[bytes], file: BinaryIO) -> None:
    size, waiting = 0, bytearray()
    async for piece in pieces:
        size += len(piece)
        if size > FILE_LIMIT_BYTES:
            raise WorldFileTooLargeError
        waiting += piece
        if len(waiting) >= PIECE_BYTES:
            whole, waiting = waiting, bytearray()
            await to_its_end(_writing(file, whole))
    await to_its_end(_writing(file, waiting))


def _writing(file: BinaryIO, content: bytes | bytearray) -> Callable[[], object]:
    return lambda: file.write(content)


def _staging(opened: WorldFile, content_hash: str, assets: Sequence[Asset], aside: MediaStore) -> Callable[[], None]:
    def stage() -> None:
        picture = opened.picture(content_hash)
        facts = (picture.media_type, picture.width, picture.height, len(picture.content))
        if any((one.media_type, one.width, one.height, one.byte_size) != facts for one in assets):
            raise UnfitWorldFileError("A picture in this file is not as its description says.")
        aside.keep(picture)

    return stage


def _entries(content: WorldRows, store: MediaStore, now: datetime) -> Iterator[ZipEntry]:
    """Its description comes last: it speaks of those pictures only that were still there."""
    packed: dict[str, bool] = {}
    for asset in content.assets():
        if asset.content_hash not in packed:
            packed[asset.content_hash] = False
            for file in _opened(store, asset.content_hash):
                yield ZipEntry(f"{PICTURES}/{asset.content_hash}{SUFFIXES[asset.media_type]}", file, asset.created_at)
                packed[asset.content_hash] = True
    gone = [content_hash for content_hash, is_there in packed.items() if not is_there]
    if gone:
        logger.warning("%d pictures whose files are gone are not in the export of a world", len(gone))
    there = [asset for asset in content.assets() if packed[asset.content_hash]]
    for picture in tabletop_pictures(content, there):
        for file in _opened(store, picture.content_hash):
            with suppress(BrokenPictureError):  # a file that was damaged here: no token can be made of it
                yield ZipEntry(picture.name, picture.made_of(file), picture.changed_at)
    document = document_of(content.with_only(there), now)
    yield ZipEntry(DOCUMENT, BytesIO(document), now, packed=True)


def _opened(store: MediaStore, content_hash: str) -> Iterator[BinaryIO]:
    """The stored file, or nothing where it is gone."""
    try:
        file = store.path(content_hash).open("rb")
    except (NotFoundError, FileNotFoundError):
        return
    with file:
        yield file
