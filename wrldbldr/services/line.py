"""Moving what waits. A game master moves their own among their own; the turns of the others stay theirs."""

from collections.abc import Sequence
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.line import Move, Side


async def moved(unit: UnitOfWork, batch: Batch, move: Move) -> bool:
    """Whether that is another place than before. Raises IllegalTransitionError for one that does not wait."""
    batch.move(batch.rank)
    side = Side.BEFORE if move in (Move.TOP, Move.UP) else Side.AFTER
    if move in (Move.UP, Move.DOWN):
        anchor = await unit.line.neighbour(batch, side)
    else:
        anchor = await unit.line.end_of(batch.requested_by, side)
    return anchor is not None and await moved_beside(unit, batch, anchor, side)


async def moved_beside(unit: UnitOfWork, batch: Batch, anchor: Batch, side: Side) -> bool:
    """Whether it is put right before or after another batch. Raises IllegalTransitionError for one that does not wait."""
    batch.move(batch.rank)
    if batch.id == anchor.id:
        return False
    batch.move(await unit.line.rank_beside(batch, anchor, side))
    return True


async def brought_forward(unit: UnitOfWork, account_id: UUID, batches: Sequence[Batch]) -> bool:
    """Whether those of `batches` that wait come first now, in this order, and did not before."""
    waiting = [batch for batch in batches if batch.status is BatchStatus.QUEUED]
    order = await unit.line.order_of(account_id)
    if [*order[: len(waiting)]] == [batch.id for batch in waiting]:
        return False
    front = await unit.line.end_of(account_id, Side.BEFORE)
    for ahead, batch in zip(range(len(waiting), 0, -1), waiting, strict=True):
        batch.move(front.rank - ahead if front else batch.rank)
    return True
