"""Everything of a world that goes into a file."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from wrldbldr.domain.archive import CARRIED, WorldRows
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.row import Row
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.world import World


class Archive:
    """Reads whole worlds."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def rows(self, world: World) -> WorldRows:
        """A world with every row that goes along with it."""
        return WorldRows(world, {name: await self._rows(kind, world.id) for name, kind in CARRIED.items()})

    async def size(self, world_id: UUID) -> tuple[int, int]:
        """How many different pictures a world has, and how many bytes they take."""
        files = select(Asset.content_hash, Asset.byte_size).where(Asset.world_id == world_id).distinct().subquery()
        query = select(func.count(), func.coalesce(func.sum(files.c.byte_size), 0)).select_from(files)
        count, total = (await self._db_session.execute(query)).one()
        return count, total

    async def _rows(self, kind: Any, world_id: UUID) -> list[Row]:
        pictures = select(Asset.id).where(Asset.world_id == world_id)
        if kind is Lineage:
            query = select(kind).where(col(Lineage.asset_id).in_(pictures))
        else:
            query = select(kind).where(kind.world_id == world_id)
        if kind is Batch:  # one that has no picture (any more) says nothing
            query = query.where(col(Batch.id).in_(select(Asset.batch_id).where(Asset.world_id == world_id)))
        return list((await self._db_session.execute(query)).scalars())
