"""What uses pictures: whoever deletes them wants to know."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as select_columns  # SQLModel's own knows no columns of JSON
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.db.worlds import TABLES
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import OPEN, Batch
from wrldbldr.domain.stage import StagePiece
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.world import GameSession


class Uses:
    """Reads many tables, and writes none."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def active(self, asset_ids: Sequence[UUID]) -> list[str]:
        """The names of those for whom one of the pictures stands."""
        query = select(Asset.entity_id).where(col(Asset.id).in_(asset_ids), col(Asset.is_active))
        ids = {*(await self._db_session.execute(query)).scalars()}
        found = [await self._db_session.execute(select(t.name).where(col(t.id).in_(ids))) for t in TABLES.values()]
        return sorted(name for names in found for name in names.scalars())

    async def stages(self, asset_ids: Sequence[UUID]) -> list[str]:
        """The names of the tables on whose stage one of the pictures is."""
        query = select(GameSession.id, GameSession.name).join(StagePiece).where(col(StagePiece.asset_id).in_(asset_ids))
        return sorted(name for _, name in (await self._db_session.execute(query.distinct())).all())

    async def own_styles(self, asset_ids: Sequence[UUID]) -> list[str]:
        """The names of those whose every picture takes its style from one of the pictures."""
        found = [
            await self._db_session.execute(select(table.name).where(col(table.style_reference_id).in_(asset_ids)))
            for table in TABLES.values()
        ]
        return sorted(name for names in found for name in names.scalars())

    async def waiting(self, world_id: UUID, asset_ids: Sequence[UUID]) -> int:
        """How many batches that are not painted yet take their style from one of the pictures."""
        query = select_columns(col(Batch.style)).where(col(Batch.world_id) == world_id, col(Batch.status).in_(OPEN))
        styles = (await self._db_session.execute(query.where(col(Batch.style).is_not(None)))).scalars()
        asked = set(asset_ids)
        return sum(style is not None and any(one.asset_id in asked for one in style.sources) for style in styles)

    async def heirs(self, asset_ids: Sequence[UUID]) -> int:
        """How many other pictures took their style from one of the pictures."""
        query = select(func.count(func.distinct(Lineage.asset_id))).where(
            col(Lineage.source_id).in_(asset_ids), col(Lineage.asset_id).not_in(asset_ids)
        )
        return (await self._db_session.execute(query)).scalar_one()
