"""Batches and the prompts sent for them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Update, delete, func, tuple_, update
from sqlalchemy import select as select_columns  # SQLModel's own knows four at most
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from wrldbldr.domain.batch import Batch, BatchStatus, Outline, Standing, Submission
from wrldbldr.domain.errors import NotFoundError

LATELY_GIVEN_UP = 50
IS_LISTED = col(Batch.cleared_at).is_(None)
IN_ORDER = (col(Batch.rank), col(Batch.id))
LATEST_FIRST = col(Batch.change).desc()
OUTLINE = tuple(
    map(
        col,
        (
            Batch.id,
            Batch.requested_by,
            Batch.status,
            Batch.rank,
            Batch.attempt,
            Batch.entity_type,
            Batch.entity_id,
            Batch.asset_type,
            Batch.count,
            Batch.failure,
        ),
    )
)


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

    async def unfinished(
        self, game_session_id: UUID, *, after: tuple[float, UUID] | None, limit: int
    ) -> Sequence[Outline]:
        """Whatever of a game session's list is open or has failed, in order of rank: at most `limit`, behind the batch of
        this rank and id.
        """
        query = select_columns(*OUTLINE).where(
            col(Batch.game_session_id) == game_session_id, IS_LISTED, col(Batch.status) != BatchStatus.READY
        )
        if after is not None:
            query = query.where(tuple_(*IN_ORDER) > after)
        rows = await self._db_session.execute(query.order_by(*IN_ORDER).limit(limit))
        return [Outline(*row) for row in rows.all()]

    async def standings(self, game_session_id: UUID) -> Sequence[Standing]:
        """All of the same, as no more than it takes to compare two looks."""
        rows = await self._db_session.execute(
            select(Batch.id, Batch.status, Batch.attempt)
            .where(Batch.game_session_id == game_session_id, IS_LISTED, col(Batch.status) != BatchStatus.READY)
            .order_by(*IN_ORDER)
        )
        return [Standing(batch_id, BatchStatus(status), attempt) for batch_id, status, attempt in rows.all()]

    async def first(self, game_session_id: UUID, status: BatchStatus, limit: int) -> Sequence[Batch]:
        """The first of a game session's list that have a status, in order of rank."""
        listed = _listed(game_session_id).where(Batch.status == status)
        return (await self._db_session.execute(listed.order_by(*IN_ORDER).limit(limit))).scalars().all()

    async def latest(self, game_session_id: UUID, status: BatchStatus, limit: int) -> Sequence[Batch]:
        """Those of a game session's list that came to a status last, the latest first."""
        listed = _listed(game_session_id).where(Batch.status == status)
        return (await self._db_session.execute(listed.order_by(LATEST_FIRST).limit(limit))).scalars().all()

    async def withdrawn(self, game_session_id: UUID, after: datetime, limit: int) -> Sequence[Batch]:
        """What was withdrawn at a game session after a moment, the latest first."""
        query = select(Batch).where(
            Batch.game_session_id == game_session_id,
            col(Batch.cleared_at) > after,
            Batch.status == BatchStatus.CANCELLED,
        )
        rows = await self._db_session.execute(query.order_by(col(Batch.cleared_at).desc(), LATEST_FIRST).limit(limit))
        return rows.scalars().all()

    async def census(self, game_session_id: UUID) -> Sequence[tuple[BatchStatus, UUID, int]]:
        """How many batches of a game session's list each entity has in each status."""
        rows = await self._db_session.execute(
            select(Batch.status, Batch.entity_id, func.count())
            .where(Batch.game_session_id == game_session_id, IS_LISTED)
            .group_by(col(Batch.status), col(Batch.entity_id))
        )
        return [(BatchStatus(status), entity_id, count) for status, entity_id, count in rows.all()]

    async def changed(
        self, game_session_id: UUID, since: int, statuses: Collection[BatchStatus], limit: int
    ) -> Sequence[Batch]:
        """What came to one of these statuses at a game session after a change, the latest first."""
        query = select(Batch).where(*_changed(game_session_id, since, statuses))
        return (await self._db_session.execute(query.order_by(LATEST_FIRST).limit(limit))).scalars().all()

    async def count_changed(
        self, game_session_id: UUID, since: int, statuses: Collection[BatchStatus]
    ) -> dict[BatchStatus, int]:
        """How many came to each of these statuses at a game session after a change."""
        query = select(Batch.status, func.count()).where(*_changed(game_session_id, since, statuses))
        rows = (await self._db_session.execute(query.group_by(col(Batch.status)))).all()
        return {BatchStatus(status): count for status, count in rows}

    async def still_failed(self, batch_ids: Collection[UUID]) -> dict[UUID, int]:
        """Which of these are failed and on the list, and at which attempt."""
        rows = await self._db_session.execute(
            select(Batch.id, Batch.attempt).where(
                col(Batch.id).in_(batch_ids), Batch.status == BatchStatus.FAILED, IS_LISTED
            )
        )
        return {batch_id: attempt for batch_id, attempt in rows.all()}

    async def statuses(self, game_session_id: UUID, batch_ids: Collection[UUID]) -> dict[UUID, BatchStatus]:
        """Where those of these are that belong to a game session."""
        rows = await self._db_session.execute(
            select(Batch.id, Batch.status).where(col(Batch.id).in_(batch_ids), Batch.game_session_id == game_session_id)
        )
        return {batch_id: BatchStatus(status) for batch_id, status in rows.all()}

    async def cancel_waiting(self, game_session_id: UUID, now: datetime) -> int:
        """What `Batch.cancel` does, of all that wait at a game session. Returns how many."""
        gone = {"status": BatchStatus.CANCELLED, "completed_at": now, "cleared_at": now}
        return await self._change_all(game_session_id, BatchStatus.QUEUED, gone)

    async def retry_failed(self, game_session_id: UUID, rank: float) -> int:
        """What `Batch.retry` does, of all on a game session's list that failed, in their order from `rank` on.

        Returns how many.
        """
        first = select(func.min(Batch.rank)).where(
            Batch.game_session_id == game_session_id, IS_LISTED, Batch.status == BatchStatus.FAILED
        )
        before = (await self._db_session.execute(first)).scalar_one() or 0.0
        again = {"status": BatchStatus.QUEUED, "rank": Batch.rank + (rank - before), "attempt": Batch.attempt + 1}
        fresh = dict.fromkeys(("started_at", "completed_at", "cleared_at"))
        return await self._change_all(game_session_id, BatchStatus.FAILED, {**again, **fresh})

    async def clear_all(self, game_session_id: UUID, statuses: Collection[BatchStatus], now: datetime) -> int:
        """What `Batch.clear` does, of all on a game session's list that have these statuses. Returns how many."""
        listed = (col(Batch.game_session_id) == game_session_id, IS_LISTED, col(Batch.status).in_(statuses))
        return await self._update(update(Batch).where(*listed).values(cleared_at=now))

    async def _change_all(self, game_session_id: UUID, status: BatchStatus, values: dict[str, Any]) -> int:
        listed = (col(Batch.game_session_id) == game_session_id, IS_LISTED, col(Batch.status) == status)
        return await self._update(update(Batch).where(*listed).values(**values))

    async def _update(self, statement: Update) -> int:
        result = await self._db_session.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", result).rowcount

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
            query = query.where(tuple_(*IN_ORDER) > (anchor.rank, anchor.id))
        rows = await self._db_session.execute(query.order_by(*IN_ORDER).limit(limit))
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
        await self._db_session.execute(delete(Batch).where(col(Batch.entity_id) == entity_id))


def _listed(game_session_id: UUID) -> SelectOfScalar[Batch]:
    return select(Batch).where(Batch.game_session_id == game_session_id, IS_LISTED)


def _changed(game_session_id: UUID, since: int, statuses: Collection[BatchStatus]) -> tuple[ColumnElement[bool], ...]:
    """Of what has ended only what is on the list still: somebody has seen the rest."""
    return (
        col(Batch.game_session_id) == game_session_id,
        col(Batch.change) > since,
        col(Batch.status).in_(statuses),
        IS_LISTED | (col(Batch.status) == BatchStatus.CANCELLED),
    )
