"""Stored files whose pictures were deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.doomed_file import DoomedFile


class DoomedFiles:
    """The table of doomed files. Whoever removes pictures dooms their files first, in the same transaction."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def doom(self, *assets: Asset) -> None:
        """The files of these pictures."""
        await self._doom(col(Asset.id).in_([asset.id for asset in assets]))

    async def doom_of_entity(self, entity_id: UUID) -> None:
        """The files of every picture of an entity."""
        await self._doom(col(Asset.entity_id) == entity_id)

    async def doom_of_world(self, world_id: UUID) -> None:
        """The files of every picture in a world."""
        await self._doom(col(Asset.world_id) == world_id)

    async def some(self, limit: int) -> Sequence[str]:
        """At most `limit` of the doomed files; those that pictures use after all are among them."""
        query = select(DoomedFile.content_hash).order_by(col(DoomedFile.content_hash)).limit(limit)
        return (await self._db_session.execute(query)).scalars().all()

    async def forget(self, content_hashes: Sequence[str]) -> None:
        """They were seen to."""
        await self._db_session.execute(delete(DoomedFile).where(col(DoomedFile.content_hash).in_(content_hashes)))

    async def _doom(self, which: ColumnElement[bool]) -> None:
        known = select(DoomedFile.content_hash)
        files = select(Asset.content_hash).where(which, col(Asset.content_hash).not_in(known)).distinct()
        await self._db_session.execute(insert(DoomedFile).from_select(["content_hash"], files))
