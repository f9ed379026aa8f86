"""Whose turn it is, and how far everybody else is from theirs (`wrldbldr.domain.line`)."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, text, tuple_, update
from sqlalchemy import select as select_columns  # SQLModel's own knows four at most
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from wrldbldr.domain.account import Account
from wrldbldr.domain.batch import Batch, BatchStatus, Outline
from wrldbldr.domain.estimate import RUNS, Run
from wrldbldr.domain.line import Line, Pending, Side, Waiting
from wrldbldr.domain.server import ServerMemory

Own = aliased(Batch)
IS_READY = text("batch.status = 'ready'")  # written out, so that the index over these alone is used
IS_WAITING = col(Batch.status) == BatchStatus.QUEUED
OWN_ORDER = (col(Batch.rank), col(Batch.id))
BACKWARDS = (col(Batch.rank).desc(), col(Batch.id).desc())
PENDING = tuple(map(col, (Batch.id, Batch.workflow_id, Batch.width, Batch.height, Batch.count, Batch.started_at)))
PAUSED = select(ServerMemory.id).where(col(ServerMemory.is_queue_paused))

# What every batch needs is built once: putting a statement together takes longer than SQLite takes to answer it. Of each
# account that waits it looks at one batch, the first, whatever the length of the line.

FIRST_OF_THEIRS = (
    select(Own.id)
    .where(Own.status == BatchStatus.QUEUED, Own.requested_by == Account.id)
    .order_by(col(Own.rank), col(Own.id))
    .limit(1)
    .correlate(Account)
    .scalar_subquery()
)
NEXT = (
    select(Batch.id)
    .select_from(Account)
    .join(Batch, col(Batch.id) == FIRST_OF_THEIRS)
    .where(~PAUSED.exists())
    .order_by(col(Account.last_turn), col(Batch.rank), col(Account.id))
    .limit(1)
)
HAS_NEXT = select(NEXT.exists())
BEHIND_ALL = select(func.coalesce(func.max(Batch.rank), 0.0) + 1.0)
BEGUN = (
    select_columns(*PENDING)
    .where(col(Batch.status) == BatchStatus.GENERATING)
    .order_by(col(Batch.started_at), col(Batch.rank), col(Batch.id))
)
HOW_MANY_OF_THEIRS = (
    select(func.count())
    .select_from(Own)
    .where(Own.status == BatchStatus.QUEUED, Own.requested_by == Account.id)
    .correlate(Account)
    .scalar_subquery()
)
WHO_WAITS = (
    select(Account.id, HOW_MANY_OF_THEIRS, Account.last_turn)
    .join(Batch, col(Batch.id) == FIRST_OF_THEIRS)
    .order_by(col(Account.last_turn), col(Batch.rank), col(Account.id))
)


class LineOfBatches:
    """The line of those that wait."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def has_next(self) -> bool:
        """Whether it is anybody's turn; not while the queue is paused."""
        return (await self._db_session.execute(HAS_NEXT)).scalar_one()

    async def is_paused(self) -> bool:
        """Whether no waiting batch is begun."""
        return (await self._db_session.execute(PAUSED)).scalar_one_or_none() is not None

    async def positions(self, batches: Collection[Batch | Outline]) -> dict[UUID, int]:
        """The place of each of these that is open in the one line of this server, from 1."""
        begun = await self.begun()
        positions = {pending.id: place for place, pending in enumerate(begun, start=1)}
        waiting = [batch for batch in batches if batch.status is BatchStatus.QUEUED]
        if waiting:
            line = await self.line(len(begun))
            for account_id in {batch.requested_by for batch in waiting}:
                theirs = [batch for batch in waiting if batch.requested_by == account_id]
                places = await self._places(account_id, theirs)
                positions |= {batch_id: line.position(account_id, place) for batch_id, place in places.items()}
        return {batch.id: positions[batch.id] for batch in batches if batch.id in positions}

    async def begun(self) -> list[Pending]:
        """What ComfyUI has, or is about to get, as it was begun."""
        return [Pending(*row) for row in (await self._db_session.execute(BEGUN)).all()]

    async def line(self, begun: int) -> Line:
        """Who waits, behind so many that are begun."""
        rows = (await self._db_session.execute(WHO_WAITS)).all()
        return Line(begun, [Waiting(account_id, count, last_turn) for account_id, count, last_turn in rows])

    async def first_of(self, account_id: UUID, limit: int) -> list[Pending]:
        """The first that wait of an account's own, in order; at most `limit`."""
        query = select_columns(*PENDING).where(IS_WAITING, col(Batch.requested_by) == account_id).order_by(*OWN_ORDER)
        return [Pending(*row) for row in (await self._db_session.execute(query.limit(limit))).all()]

    async def last_turn(self, account_id: UUID) -> int:
        """When an account was served last."""
        query = select(Account.last_turn).where(Account.id == account_id)
        return (await self._db_session.execute(query)).scalar_one()

    async def runs(self, pending: Pending) -> list[Run]:
        """The last times the same workflow painted in the same size, the latest first."""
        query = (
            select(Batch.started_at, Batch.completed_at, Batch.count)
            .where(
                IS_READY,
                Batch.workflow_id == pending.workflow_id,
                Batch.width == pending.width,
                Batch.height == pending.height,
            )
            .order_by(col(Batch.completed_at).desc())
            .limit(RUNS)
        )
        return [
            Run((completed - started).total_seconds(), count)
            for started, completed, count in (await self._db_session.execute(query)).all()
            if started and completed
        ]

    async def next_rank(self) -> float:
        """A rank behind every batch there ever was."""
        return (await self._db_session.execute(BEHIND_ALL)).scalar_one()

    async def end_of(self, account_id: UUID, side: Side) -> Batch | None:
        """The first (before all others) or the last that waits of an account's own."""
        order = OWN_ORDER if side is Side.BEFORE else BACKWARDS
        query = select(Batch).where(IS_WAITING, Batch.requested_by == account_id).order_by(*order).limit(1)
        return (await self._db_session.execute(query)).scalar_one_or_none()

    async def order_of(self, account_id: UUID, limit: int) -> Sequence[UUID]:
        """The first that wait of an account's own, in order."""
        query = select(Batch.id).where(IS_WAITING, Batch.requested_by == account_id).order_by(*OWN_ORDER).limit(limit)
        return (await self._db_session.execute(query)).scalars().all()

    async def neighbour(self, batch: Batch, side: Side) -> Batch | None:
        """The waiting one just before or after a batch at its table."""
        at_table = Batch.game_session_id == batch.game_session_id
        query = select(Batch).where(IS_WAITING, Batch.requested_by == batch.requested_by, at_table)
        return (await self._db_session.execute(_beside(query, batch, side))).scalars().first()

    async def rank_beside(self, batch: Batch, anchor: Batch, side: Side) -> float:
        """A rank for `batch` right before or after `anchor`, which may have left the line meanwhile."""
        query = select(Batch.rank).where(IS_WAITING, Batch.requested_by == anchor.requested_by, Batch.id != batch.id)
        beyond = (await self._db_session.execute(_beside(query, anchor, side))).scalars().first()
        step = -1.0 if side is Side.BEFORE else 1.0
        rank = anchor.rank + step if beyond is None else (anchor.rank + beyond) / 2
        if beyond is None or min(anchor.rank, beyond) < rank < max(anchor.rank, beyond):
            return rank
        await self._spread(anchor)
        return await self.rank_beside(batch, anchor, side)

    async def give_turn_back(self, account_id: UUID) -> None:
        """Whose batch was begun and put back is the next to be served."""
        first = select(func.min(Account.last_turn) - 1).scalar_subquery()
        await self._db_session.execute(update(Account).where(col(Account.id) == account_id).values(last_turn=first))

    async def _places(self, account_id: UUID, batches: Sequence[Batch | Outline]) -> dict[UUID, int]:
        """Places among an account's own: those before the first are counted, those from there to the last are numbered."""
        own, place = (IS_WAITING, Batch.requested_by == account_id), tuple_(*OWN_ORDER)
        ends = [(batch.rank, batch.id) for batch in batches]
        before = select(func.count()).select_from(Batch).where(*own, place < min(ends))
        start = (await self._db_session.execute(before)).scalar_one() + 1
        between = select(Batch.id).where(*own, place >= min(ends), place <= max(ends)).order_by(*OWN_ORDER)
        order = (await self._db_session.execute(between)).scalars()
        wanted = {batch.id for batch in batches}
        return {batch_id: number for number, batch_id in enumerate(order, start) if batch_id in wanted}

    async def _spread(self, anchor: Batch) -> None:
        """Between two neighbours there is no number left: the order stays, with room between all."""
        query = select(Batch).where(IS_WAITING | (Batch.id == anchor.id), Batch.requested_by == anchor.requested_by)
        rank = await self.next_rank()
        for batch in (await self._db_session.execute(query.order_by(*OWN_ORDER))).scalars():
            batch.rank, rank = rank, rank + 1.0
        await self._db_session.flush()


def _beside(query: Select[Any], anchor: Batch, side: Side) -> Select[Any]:
    """The one of a query that is the nearest to `anchor` on a side."""
    place, here = tuple_(*OWN_ORDER), (anchor.rank, anchor.id)
    if side is Side.BEFORE:
        return query.where(place < here).order_by(*BACKWARDS).limit(1)
    return query.where(place > here).order_by(*OWN_ORDER).limit(1)
