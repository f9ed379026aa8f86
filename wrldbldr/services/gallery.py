"""Stored pictures: look, choose, mark."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset, checked_rating
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.tag import checked_tags, spelled_alike
from wrldbldr.domain.text import LABEL_LIMIT, checked_name
from wrldbldr.media.parameters import texts_of
from wrldbldr.media.store import FULL, MediaStore
from wrldbldr.media.telling import TellingFile, telling
from wrldbldr.services.access import owned_asset, owned_world
from wrldbldr.services.generation_info import GenerationInfo

THUMBNAIL_TYPE = "image/webp"
DESCENDANTS_SHOWN = 4
EVERYTHING = PictureQuery()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file to send to a browser. `name` is what a download should be called."""

    path: Path
    media_type: str
    content_hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Family:
    """The lineage of a picture: `sources` are those of its ancestors that are still there, `newest` some descendants."""

    ancestors: Sequence[Lineage]
    sources: Sequence[Asset]
    newest: Sequence[Asset]
    descendant_count: int
    batch_count: int  # how many its batch painted; 0 when nobody knows any more


class GalleryService:
    """What a game master does with pictures."""

    def __init__(self, database: Database, bus: Bus, store: MediaStore) -> None:
        self._database = database
        self._bus = bus
        self._store = store

    async def page(
        self,
        who: Principal,
        world_id: UUID,
        query: PictureQuery = EVERYTHING,
        *,
        limit: int = 60,
        after: UUID | None = None,
    ) -> Sequence[Asset]:
        """The pictures of a world that a query asks for, those after `after`; at most `limit`.

        Raises NotFoundError, InvalidInputError.
        """
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.gallery.page(world_id, await _asked(unit, world_id, query), limit=limit, after=after)

    async def count(self, who: Principal, world_id: UUID, query: PictureQuery) -> int:
        """How many there are; COUNTED + 1 when there are more than COUNTED. Raises NotFoundError, InvalidInputError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.gallery.count(world_id, await _asked(unit, world_id, query))

    async def fresh(self, who: Principal, limit: int) -> Sequence[Asset]:
        """What was painted last in their worlds, one picture of each subject, newest first; at most `limit`."""
        async with self._database.read() as unit:
            return await unit.gallery.fresh(who.account_id, limit)

    async def counts(self, who: Principal, world_id: UUID, entity_id: UUID | None = None) -> dict[AssetType, int]:
        """How many pictures of each type a world or an entity of it has, none beyond COUNTED + 1. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.gallery.count_by_type(world_id, entity_id)

    async def active(self, who: Principal, world_id: UUID) -> dict[tuple[UUID, AssetType], UUID]:
        """The active picture of each entity and type. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.assets.active(world_id)

    async def find(self, who: Principal, asset_id: UUID) -> Asset:
        """One picture. Raises NotFoundError."""
        async with self._database.read() as unit:
            return await owned_asset(unit, who, asset_id)

    async def info(self, who: Principal, asset_id: UUID) -> GenerationInfo:
        """One picture with how it came to be. Raises NotFoundError."""
        async with self._database.read() as unit:
            asset = await owned_asset(unit, who, asset_id)
            batch = None if asset.batch_id is None else await unit.batches.find(asset.batch_id)
            workflow = None if asset.workflow_id is None else await unit.workflows.find(asset.workflow_id)
            account = None if batch is None else await unit.accounts.find(batch.requested_by)
            ancestors, sources = await _ancestry(unit, asset)
        return GenerationInfo(asset, batch, workflow, account.name if account else "", ancestors, sources)

    async def ancestors(self, assets: Sequence[Asset]) -> dict[UUID, list[Lineage]]:
        """What each of these pictures, which the caller may see, took its style from; those that took none are absent."""
        async with self._database.read() as unit:
            return await unit.assets.lineage([asset.id for asset in assets])

    async def family(self, who: Principal, asset_id: UUID) -> Family:
        """What a picture took its style from, and what took it from there. Raises NotFoundError."""
        async with self._database.read() as unit:
            asset = await owned_asset(unit, who, asset_id)
            ancestors, sources = await _ancestry(unit, asset)
            styled = PictureQuery(source_id=asset_id)
            newest = await unit.gallery.page(asset.world_id, styled, limit=DESCENDANTS_SHOWN)
            count = await unit.gallery.count_descendants(asset_id)
            batch = None if asset.batch_id is None else await unit.batches.find(asset.batch_id)
            return Family(ancestors, sources, newest, count, 0 if batch is None else batch.count)

    async def file(self, who: Principal, asset_id: UUID, side: int = FULL) -> PictureFile:
        """The file of a picture or of its thumbnail (256, 64). Raises NotFoundError."""
        return await self.file_of(await self.find(who, asset_id), side)

    async def file_of(self, asset: Asset, side: int = FULL) -> PictureFile:
        """The same of a picture the caller may see."""
        path = await asyncio.to_thread(self._store.path, asset.content_hash, side)
        suffix = asset.media_type.rsplit("/", 1)[-1]
        return PictureFile(
            path=path,
            media_type=asset.media_type if side == FULL else THUMBNAIL_TYPE,
            content_hash=asset.content_hash,
            name=f"{asset.label}.{suffix}",
        )

    async def download(self, who: Principal, asset_id: UUID) -> tuple[PictureFile, TellingFile]:
        """The file of a picture with how it came to be written into it, for its game master only. Raises NotFoundError."""
        info = await self.info(who, asset_id)
        file, size = await self.file_of(info.asset), (info.asset.width, info.asset.height)
        texts = texts_of(info.recipe)
        return file, await asyncio.to_thread(telling, file.path, file.media_type, size, texts)

    async def tags(self, who: Principal, world_id: UUID) -> dict[str, int]:
        """The tags of a world's pictures by name, with how many have each. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.gallery.count_by_tag(world_id)

    async def update(
        self,
        who: Principal,
        asset_id: UUID,
        *,
        label: str | None = None,
        starred: bool | None = None,
        rating: int | None = None,
        tags: Sequence[str] | None = None,
    ) -> Asset:
        """Rename, star, rate or tag a picture; `tags` are all it has then. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            asset = await owned_asset(unit, who, asset_id)
            if label is not None:
                asset.label = checked_name(label, field="label", limit=LABEL_LIMIT)
            if starred is not None:
                asset.is_starred = starred
            if rating is not None:
                asset.rating = checked_rating(rating)
            if tags is not None:
                known = await unit.gallery.tags(asset.world_id) if tags else ()
                asset.tags = spelled_alike(checked_tags(tags), known)
        self._changed(asset)
        return asset

    async def activate(self, who: Principal, asset_id: UUID) -> Asset:
        """Make it the one picture that stands for its entity and type. Raises NotFoundError."""
        async with self._database.write() as unit:
            asset = await owned_asset(unit, who, asset_id)
            await unit.assets.make_active(asset)
        self._changed(asset)
        return asset

    def _changed(self, asset: Asset) -> None:
        self._bus.publish(world_topic(asset.world_id), PicturesChanged(asset.world_id, asset.entity_id))


async def _asked(unit: UnitOfWork, world_id: UUID, query: PictureQuery) -> PictureQuery:
    """A query with its tags spelled like those of the world. Raises InvalidInputError."""
    query = query.checked()
    return replace(query, tags=spelled_alike(query.tags, await unit.gallery.tags(world_id))) if query.tags else query


async def _ancestry(unit: UnitOfWork, asset: Asset) -> tuple[Sequence[Lineage], Sequence[Asset]]:
    """What a picture took its style from, and those of these pictures that are still there."""
    ancestors = (await unit.assets.lineage([asset.id])).get(asset.id, [])
    sources = [found for one in ancestors if one.source_id and (found := await unit.assets.find(one.source_id))]
    return ancestors, sources
