"""What a game master does with many pictures of a world at once: all of them or none, heard of once by each screen."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.portable import Names, portable_name
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import new_id
from wrldbldr.media.parameters import texts_of
from wrldbldr.media.store import MediaStore
from wrldbldr.media.telling import telling
from wrldbldr.media.zip_stream import ZipEntry, zip_stream
from wrldbldr.services.access import owned_assets
from wrldbldr.services.generation_info import GenerationInfo
from wrldbldr.services.image_work import ImageWork

TICKET_TIME = timedelta(minutes=1)
TICKET_LIMIT = 4  # of an account: those that it asked for last
GONE_TICKET = "download: ask for it again"


@dataclass(frozen=True, slots=True)
class PicturesZip:
    """A zip under way."""

    file_name: str
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What may be downloaded for a minute, and by whom: the names of 500 pictures are too long for an address."""

    account_id: UUID
    asset_ids: Sequence[UUID]
    until: float


class BulkService:
    """Every verb takes 1 to 500 pictures of one world."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, store: MediaStore, work: ImageWork) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._store = store
        self._work = work
        self._tickets: dict[UUID, _Ticket] = {}

    async def there(self, who: Principal, world_id: UUID, asset_ids: Sequence[UUID]) -> list[Asset]:
        """Those of the pictures that are (still) in a world of theirs, as they are named."""
        async with self._database.read() as unit:
            world = await unit.worlds.find(world_id)
            found = await unit.assets.find_all(asset_ids)
        is_theirs = world is not None and world.owner_id == who.account_id
        there = (found[asset_id] for asset_id in asset_ids if asset_id in found)
        return [asset for asset in there if is_theirs and asset.world_id == world_id]

    async def star(self, who: Principal, asset_ids: Sequence[UUID], *, starred: bool) -> list[Asset]:
        """Mark them, or take the marks away. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            assets = await owned_assets(unit, who, asset_ids)
            for asset in assets:
                asset.is_starred = starred
        self._tell(assets[0].world_id, {asset.entity_id for asset in assets})
        return assets

    async def ask_for_zip(self, who: Principal, asset_ids: Sequence[UUID]) -> UUID:
        """A ticket with which they can be downloaded for a minute.

        Raises NotFoundError, InvalidInputError, and TooMuchAtOnceError here already, where it can be shown.
        """
        self._work.check_stream(who)
        async with self._database.read() as unit:
            assets = await owned_assets(unit, who, asset_ids)
        now, ticket = self._clock.monotonic(), new_id()
        self._tickets = {name: one for name, one in self._tickets.items() if one.until > now}
        theirs = [name for name, one in self._tickets.items() if one.account_id == who.account_id]
        for name in theirs[: 1 - TICKET_LIMIT]:
            del self._tickets[name]
        until = now + TICKET_TIME.total_seconds()
        self._tickets[ticket] = _Ticket(who.account_id, [asset.id for asset in assets], until)
        return ticket

    async def zip(self, who: Principal, ticket: UUID) -> PicturesZip:
        """The pictures of a ticket, each with how it came to be inside, as a single download has it.

        Raises NotFoundError, TooMuchAtOnceError.
        """
        asked = self._tickets.get(ticket)
        if asked is None or asked.account_id != who.account_id or asked.until <= self._clock.monotonic():
            raise NotFoundError(GONE_TICKET)
        async with self._database.read() as unit:
            infos = await _infos(unit, [*(await unit.assets.find_all(asked.asset_ids)).values()])
            world = await unit.worlds.find(infos[0].asset.world_id) if infos else None
        if world is None or world.owner_id != who.account_id:
            raise NotFoundError(GONE_TICKET)
        order = {asset_id: place for place, asset_id in enumerate(asked.asset_ids)}
        infos.sort(key=lambda info: order[info.asset.id])
        name = f"{portable_name(f'{world.name}, {len(infos)} pictures')}.zip"
        return PicturesZip(name, await self._work.stream(who, zip_stream(_entries(infos, self._store))))

    def _tell(self, world_id: UUID, entity_ids: Collection[UUID]) -> None:
        for entity_id in sorted(entity_ids):
            self._bus.publish(world_topic(world_id), PicturesChanged(world_id, entity_id))


async def _infos(unit: UnitOfWork, assets: Sequence[Asset]) -> list[GenerationInfo]:
    """What is known of each of them, in a few trips for all."""
    batches = await unit.batches.find_all({asset.batch_id for asset in assets if asset.batch_id})
    workflows = {workflow.id: workflow for workflow in await unit.workflows.all()}
    lineage = await unit.assets.lineage([asset.id for asset in assets])
    sources = await unit.assets.find_all({one.source_id for rows in lineage.values() for one in rows if one.source_id})
    return [
        GenerationInfo(
            asset=asset,
            batch=batches.get(asset.batch_id) if asset.batch_id else None,
            workflow=workflows.get(asset.workflow_id) if asset.workflow_id else None,
            game_master="",
            ancestors=lineage.get(asset.id, []),
            sources=[
                found for one in lineage.get(asset.id, []) if one.source_id and (found := sources.get(one.source_id))
            ],
        )
        for asset in assets
    ]


def _entries(infos: Sequence[GenerationInfo], store: MediaStore) -> Iterator[ZipEntry]:
    """Each is opened when its turn comes; one that was deleted for good meanwhile is left out. Blocks."""
    names = Names()
    for info in infos:
        asset = info.asset
        with suppress(NotFoundError, FileNotFoundError):
            size = (asset.width, asset.height)
            file = telling(store.path(asset.content_hash), asset.media_type, size, texts_of(info.recipe))
            suffix = f".{asset.media_type.rsplit('/', 1)[-1]}"
            with file.opened() as content:
                yield ZipEntry(names.free(asset.label, suffix=suffix), content, asset.created_at)
