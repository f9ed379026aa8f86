"""Batches and the prompts sent for them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.batch import Batch, BatchStatus, Submission
from wrldbldr.domain.errors import NotFoundError

LATELY_GIVEN_UP = 50


class Batches:
    """The table of batches and that of their submissions."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def add(self, *rows: Batch | Submission) -> None:
        """Store something new."""
        self._db_session.add_all(rows)
        await self._db_session.flush()

    async def find(self, batch_id: UUID, *, for_update: bool = False) -> Batch | None:
        """The batch with this id. With `for_update` nobody else changes it before this transaction ends."""
        return await self._db_session.get(Batch, batch_id, with_for_update=for_update)

    async def find_all(self, batch_ids: Collection[UUID]) -> dict[UUID, Batch]:
        """Those of these that there are, by id."""
        rows = await self._db_session.execute(select(Batch).where(col(Batch.id).in_(batch_ids)))
        return {batch.id: batch for batch in rows.scalars()}

    async def generating(self, *, besides: Collection[UUID] = ()) -> Sequence[Batch]:
        """Batches ComfyUI had when anybody last looked, as they were begun; `besides` are left out."""
        rows = await self._db_session.execute(
            select(Batch)
            .where(Batch.status == BatchStatus.GENERATING, col(Batch.id).not_in(besides))
            .order_by(col(Batch.started_at), col(Batch.rank), col(Batch.id))
        )
        return rows.scalars().all()

    async def listed(self, game_session_id: UUID) -> Sequence[Batch]:
        """What a game session's queue shows: everything not cleared, in order of rank."""
        rows = await self._db_session.execute(
            select(Batch)
            .where(Batch.game_session_id == game_session_id, col(Batch.cleared_at).is_(None))
            .order_by(col(Batch.rank), col(Batch.id))
        )
        return rows.scalars().all()

    async def of_status(self, game_session_id: UUID, status: BatchStatus) -> Sequence[Batch]:
        """Those of a game session's list that have a status, in order of rank."""
        rows = await self._db_session.execute(
            select(Batch)
            .where(Batch.game_session_id == game_session_id, Batch.status == status, col(Batch.cleared_at).is_(None))
            .order_by(col(Batch.rank), col(Batch.id))
        )
        return rows.scalars().all()

    async def page(
        self, game_session_id: UUID, *, status: BatchStatus | None, limit: int, after: UUID | None
    ) -> Sequence[Batch]:
        """Batches of a game session in order of rank after `after`; at most `limit`.

        Cleared ones are left out, save where withdrawn ones are asked for: those are cleared all.

        Raises NotFoundError when `after` is gone or of another game session.
        """
        query = select(Batch).where(Batch.game_session_id == game_session_id)
        if status is not None:
            query = query.where(Batch.status == status)
        if status is not BatchStatus.CANCELLED:
            query = query.where(col(Batch.cleared_at).is_(None))
        if after is not None:
            anchor = await self._db_session.get(Batch, after)
            if anchor is None or anchor.game_session_id != game_session_id:
                raise NotFoundError("batch")
            query = query.where(
                (col(Batch.rank) > anchor.rank) | ((col(Batch.rank) == anchor.rank) & (col(Batch.id) > anchor.id))
            )
        rows = await self._db_session.execute(query.order_by(col(Batch.rank), col(Batch.id)).limit(limit))
        return rows.scalars().all()

    async def count_by_status(self, world_ids: Sequence[UUID]) -> dict[tuple[UUID, BatchStatus], int]:
        """How many batches that are not cleared each world has in each status."""
        rows = await self._db_session.execute(
            select(Batch.world_id, Batch.status, func.count())
            .where(col(Batch.world_id).in_(world_ids), col(Batch.cleared_at).is_(None))
            .group_by(col(Batch.world_id), col(Batch.status))
        )
        return {(world_id, BatchStatus(status)): count for world_id, status, count in rows.all()}

    async def submissions(self, batch_id: UUID, attempt: int) -> Sequence[Submission]:
        """Every prompt made for one attempt of a batch, in order of making."""
        rows = await self._db_session.execute(
            select(Submission)
            .where(Submission.batch_id == batch_id, Submission.attempt == attempt)
            .order_by(col(Submission.ordinal), col(Submission.created_at))
        )
        return rows.scalars().all()

    async def mark_lost(self, prompt_id: UUID, lost_at: datetime | None) -> None:
        """ComfyUI no longer knows the prompt; whatever comes of it is not ours any more. None takes that back."""
        submission = await self._db_session.get(Submission, prompt_id)
        if submission is not None:
            submission.lost_at = lost_at

    async def remove_submission(self, prompt_id: UUID) -> None:
        """Forget a prompt that was never sent."""
        submission = await self._db_session.get(Submission, prompt_id)
        if submission is not None:
            await self._db_session.delete(submission)
            await self._db_session.flush()

    async def given_up(self) -> Sequence[UUID]:
        """The prompts given up last: ComfyUI may still be at one of them, and not let go of it."""
        rows = await self._db_session.execute(
            select(Submission.prompt_id)
            .where(col(Submission.lost_at).is_not(None))
            .order_by(col(Submission.lost_at).desc())
            .limit(LATELY_GIVEN_UP)
        )
        return rows.scalars().all()

    async def prompts_to_withdraw(self, *, besides: Collection[UUID] = ()) -> Sequence[UUID]:
        """Prompts of cancelled batches that ComfyUI may still have; `besides` are batches that somebody looks after."""
        rows = await self._db_session.execute(
            select(Submission.prompt_id)
            .join(Batch, col(Batch.id) == col(Submission.batch_id))
            .where(
                Batch.status == BatchStatus.CANCELLED,
                col(Submission.lost_at).is_(None),
                col(Batch.id).not_in(besides),
            )
        )
        return rows.scalars().all()

    async def delete_of_entity(self, entity_id: UUID) -> None:
        """Remove every batch of an entity; whoever paints one notices that it is gone."""
        for batch in (await self._db_session.execute(select(Batch).where(Batch.entity_id == entity_id))).scalars():
            await self._db_session.delete(batch)
        await self._db_session.flush()
