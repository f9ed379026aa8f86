"""Stored files whose pictures were deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.doomed_file import DoomedFile
from wrldbldr.domain.removal import Removal, RemovedFile


class DoomedFiles:
    """The table of doomed files. Whoever removes pictures dooms their files first, in the same transaction."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def doom_of_removal(self, removal_id: UUID) -> None:
        """The files of pictures whose deletion is final."""
        await self._doom(col(RemovedFile.content_hash), col(RemovedFile.removal_id) == removal_id)

    async def doom_of_entity(self, entity_id: UUID) -> None:
        """The files of every picture of an entity."""
        await self._doom(col(Asset.content_hash), col(Asset.entity_id) == entity_id)

    async def doom_of_world(self, world_id: UUID) -> None:
        """The files of every picture in a world, those whose deletion could be undone among them."""
        await self._doom(col(Asset.content_hash), col(Asset.world_id) == world_id)
        removals = select(Removal.id).where(Removal.world_id == world_id)
        await self._doom(col(RemovedFile.content_hash), col(RemovedFile.removal_id).in_(removals))

    async def some(self, limit: int) -> Sequence[str]:
        """At most `limit` of the doomed files; those that pictures use after all are among them."""
        query = select(DoomedFile.content_hash).order_by(col(DoomedFile.content_hash)).limit(limit)
        return (await self._db_session.execute(query)).scalars().all()

    async def forget(self, content_hashes: Sequence[str]) -> None:
        """They were seen to."""
        await self._db_session.execute(delete(DoomedFile).where(col(DoomedFile.content_hash).in_(content_hashes)))

    async def _doom(self, column: Mapped[str], which: ColumnElement[bool]) -> None:
        known = select(DoomedFile.content_hash)
        files = select(column).where(which, column.not_in(known)).distinct()
        await self._db_session.execute(insert(DoomedFile).from_select(["content_hash"], files))
