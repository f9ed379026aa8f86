"""Stored pictures."""

import re
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnClause, Select, String, Uuid, cast, func, literal_column, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.db.newest import NEWEST, NEWEST_BACKDROP, NEWEST_FIRST, SUBJECTS
from wrldbldr.domain.account import Account
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus
from wrldbldr.domain.removal import RemovedFile
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.world import World

UNPAINTED = (BatchStatus.QUEUED, BatchStatus.GENERATING, BatchStatus.FAILED)  # a failed one may be tried again
HASH = re.compile(r"[0-9a-f]{64}")
STYLES_TO_COME = (
    select(cast(col(Batch.style), String))
    .where(col(Batch.status).in_(UNPAINTED), col(Batch.cleared_at).is_(None), col(Batch.style).is_not(None))
    .distinct()
)
IS_ACTIVE = text("asset.is_active")  # written out, so that the index over these alone is used
WHOSE: ColumnClause[UUID] = literal_column(
    "+asset.entity_id", Uuid()
)  # a plus keeps it from the index over all pictures of somebody


class Assets:
    """The table of pictures."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def add_all(self, rows: Sequence[Asset | Lineage]) -> None:
        """Store new pictures, or what they took their style from."""
        self._db_session.add_all(rows)
        await self._db_session.flush()

    async def delete_of_entity(self, entity_id: UUID) -> None:
        """Remove every picture of an entity; whoever calls has doomed their files."""
        for asset in (await self._db_session.execute(select(Asset).where(Asset.entity_id == entity_id))).scalars():
            await self._db_session.delete(asset)
        await self._db_session.flush()

    async def find(self, asset_id: UUID) -> Asset | None:
        """The picture with this id."""
        return await self._db_session.get(Asset, asset_id)

    async def find_all(self, asset_ids: Collection[UUID]) -> dict[UUID, Asset]:
        """Those of the pictures that are there."""
        rows = await self._db_session.execute(select(Asset).where(col(Asset.id).in_(asset_ids)))
        return {asset.id: asset for asset in rows.scalars()}

    async def find_alike(self, world_id: UUID, content_hash: str, *, best: UUID | None) -> UUID | None:
        """A picture of a world with this content: `best` if it has it, else the oldest."""
        query = select(Asset.id).where(Asset.world_id == world_id, Asset.content_hash == content_hash)
        order = (col(Asset.id) != best, col(Asset.created_at), col(Asset.id))
        return (await self._db_session.execute(query.order_by(*order).limit(1))).scalar()

    async def ids_of_batches(self, batch_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
        """The ids of each batch's pictures in their order; batches with none are absent."""
        rows = await self._db_session.execute(
            select(Asset.batch_id, Asset.id).where(col(Asset.batch_id).in_(batch_ids)).order_by(col(Asset.batch_index))
        )
        found: dict[UUID, list[UUID]] = {}
        for batch_id, asset_id in rows.all():
            if batch_id is not None:
                found.setdefault(batch_id, []).append(asset_id)
        return found

    async def lineage(self, asset_ids: Sequence[UUID]) -> dict[UUID, list[Lineage]]:
        """What each of the pictures took its style from, in order; those that took none are absent."""
        rows = await self._db_session.execute(
            select(Lineage).where(col(Lineage.asset_id).in_(asset_ids)).order_by(col(Lineage.ordinal))
        )
        found: dict[UUID, list[Lineage]] = {}
        for row in rows.scalars():
            found.setdefault(row.asset_id, []).append(row)
        return found

    async def count_descendants(self, asset_id: UUID) -> int:
        """How many pictures took their style from this one."""
        query = select(func.count()).select_from(Lineage).where(Lineage.source_id == asset_id)
        return (await self._db_session.execute(query)).scalar_one()

    async def count_by_world(self, world_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many pictures each world has; worlds with none are absent."""
        rows = await self._db_session.execute(
            select(Asset.world_id, func.count()).where(col(Asset.world_id).in_(world_ids)).group_by(col(Asset.world_id))
        )
        return {world_id: count for world_id, count in rows.all()}

    async def next_number(self, entity_id: UUID, asset_type: AssetType) -> int:
        """The number after the highest of an entity's pictures of a type."""
        query = select(func.coalesce(func.max(Asset.number), 0) + 1)
        alike = (Asset.entity_id == entity_id, Asset.asset_type == asset_type)
        return (await self._db_session.execute(query.where(*alike))).scalar_one()

    async def covers(self, world_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """The newest backdrop of each world, else its newest picture; worlds without pictures are absent."""
        is_backdrop = col(Asset.asset_type) == AssetType.BACKDROP
        firsts = select(Asset.world_id, Asset.id).join(
            SUBJECTS, col(Asset.id) == func.coalesce(NEWEST_BACKDROP, NEWEST)
        )
        rows = await self._db_session.execute(
            firsts.where(SUBJECTS.c.world_id.in_(world_ids)).order_by(is_backdrop.desc(), *NEWEST_FIRST)
        )
        covers: dict[UUID, UUID] = {}
        for world_id, asset_id in rows.all():
            covers.setdefault(world_id, asset_id)
        return covers

    async def fresh(self, owner_id: UUID, limit: int) -> Sequence[Asset]:
        """What was painted last in a game master's worlds, one picture of each subject, newest first; at most `limit`."""
        mine = select(World.id).where(World.owner_id == owner_id)
        firsts = select(Asset).join(SUBJECTS, col(Asset.id) == NEWEST).where(SUBJECTS.c.world_id.in_(mine))
        return (await self._db_session.execute(firsts.order_by(*NEWEST_FIRST).limit(limit))).scalars().all()

    async def unused(self, content_hashes: Sequence[str]) -> list[str]:
        """Those of the stored files that no picture uses, no batch that may yet be painted, and no deletion to be undone."""
        used = set(await self._needed())
        for column in (col(Asset.content_hash), col(RemovedFile.content_hash)):
            used.update((await self._db_session.execute(select(column).where(column.in_(content_hashes)))).scalars())
        return [content_hash for content_hash in content_hashes if content_hash not in used]

    async def contents(self, shelf: str) -> Sequence[str]:
        """The files of all pictures whose names begin with `shelf`, some hexadecimal digits."""
        query = select(Asset.content_hash).where(
            col(Asset.content_hash) >= shelf, col(Asset.content_hash) < f"{shelf}g"
        )
        return (await self._db_session.execute(query.distinct())).scalars().all()

    async def size_by_account(self) -> Sequence[tuple[str, int, int]]:
        """Everybody's name, how many pictures are in their worlds, and how many bytes those take, the most first."""
        total = func.coalesce(func.sum(Asset.byte_size), 0)
        rows = await self._db_session.execute(
            select(Account.name, func.count(col(Asset.id)), total)
            .select_from(Account)
            .outerjoin(World, col(World.owner_id) == col(Account.id))
            .outerjoin(Asset, col(Asset.world_id) == col(World.id))
            .group_by(col(Account.id), col(Account.name))
            .order_by(total.desc(), col(Account.name))
        )
        return [(name, count, size) for name, count, size in rows.all()]

    async def _needed(self) -> frozenset[str]:
        """The files that batches which may yet be painted take their style from. A thousand batches have few styles."""
        rows = await self._db_session.execute(STYLES_TO_COME)
        return frozenset(content_hash for style in rows.scalars() for content_hash in HASH.findall(style))

    async def active(self, world_id: UUID) -> dict[tuple[UUID, AssetType], UUID]:
        """The active picture of each entity and type in a world."""
        return await self._active(select(SUBJECTS.c.id).where(SUBJECTS.c.world_id == world_id))

    async def active_of(self, entity_ids: Collection[UUID]) -> dict[tuple[UUID, AssetType], UUID]:
        """The active picture of each type of these entities."""
        return await self._active(entity_ids)

    async def _active(self, entity_ids: Collection[UUID] | Select[tuple[UUID]]) -> dict[tuple[UUID, AssetType], UUID]:
        rows = await self._db_session.execute(
            select(Asset.entity_id, Asset.asset_type, Asset.id).where(WHOSE.in_(entity_ids), IS_ACTIVE)
        )
        return {(entity_id, AssetType(asset_type)): asset_id for entity_id, asset_type, asset_id in rows.all()}

    async def make_active(self, asset: Asset) -> None:
        """Make it the one active picture of its entity and type."""
        await self._db_session.execute(
            update(Asset)
            .where(
                WHOSE.in_([asset.entity_id]),
                col(Asset.asset_type) == asset.asset_type,
                IS_ACTIVE,
            )
            .values(is_active=False)
        )
        await self._db_session.refresh(asset)
        asset.is_active = True
        await self._db_session.flush()
