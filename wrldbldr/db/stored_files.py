"""Which of the stored files are needed, and whose they are. Those that are to go are in `doomed_files`."""

from collections.abc import Sequence

from sqlalchemy import String, cast, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.account import Account
from wrldbldr.domain.asset import CONTENT_HASH, Asset
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.removal import RemovedFile
from wrldbldr.domain.world import World

UNPAINTED = (BatchStatus.QUEUED, BatchStatus.GENERATING, BatchStatus.FAILED)  # a failed one may be tried again
STYLES_TO_COME = (
    select(cast(col(Batch.style), String))
    .where(col(Batch.status).in_(UNPAINTED), col(Batch.cleared_at).is_(None), col(Batch.style).is_not(None))
    .distinct()
)


class StoredFiles:
    """Reads many tables, and writes none. A file is known by the hash of its content."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

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
        return frozenset(content_hash for style in rows.scalars() for content_hash in CONTENT_HASH.findall(style))
