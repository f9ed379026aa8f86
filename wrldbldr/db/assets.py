"""The rows of pictures, for whoever has their ids, or knows whose they are: stored, found, made active, deleted.

Which of many pictures somebody looks at is for `gallery` to say, and what becomes of their files for `stored_files`.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnClause, Select, Uuid, func, literal_column, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.db.newest import SUBJECTS
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.style_reference import Lineage

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

    async def next_number(self, entity_id: UUID, asset_type: AssetType) -> int:
        """The number after the highest of an entity's pictures of a type."""
        query = select(func.coalesce(func.max(Asset.number), 0) + 1)
        alike = (Asset.entity_id == entity_id, Asset.asset_type == asset_type)
        return (await self._db_session.execute(query.where(*alike))).scalar_one()

    async def numbered(
        self, entity_ids: Collection[UUID], numbers: Collection[int]
    ) -> set[tuple[UUID, AssetType, int]]:
        """Which of these numbers the pictures of these entities have, of each type."""
        rows = await self._db_session.execute(
            select(Asset.entity_id, Asset.asset_type, Asset.number).where(
                col(Asset.entity_id).in_(entity_ids), col(Asset.number).in_(numbers)
            )
        )
        return {(entity_id, AssetType(asset_type), number) for entity_id, asset_type, number in rows.all()}

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
