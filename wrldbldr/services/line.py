"""Moving what waits. A game master moves their own among their own; the turns of the others stay theirs."""

from collections.abc import Sequence
from uuid import UUID

from wrldbldr.bus import Bus, account_topic, game_session_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.events import QueueChanged, QueueMoved
from wrldbldr.domain.line import Move, Side
from wrldbldr.services.access import owned_batch, owned_batches

ORDER_LIMIT = 100  # of a new order, unless more were named


class LineService:
    """The order of what waits. Whoever claims the next batch reads it from the database: nobody has to be woken."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus

    async def move(self, who: Principal, batch_id: UUID, move: Move) -> int:
        """Move a waiting batch among the game master's own. Returns its place in the one queue of this server.

        Raises NotFoundError, IllegalTransitionError.
        """
        async with self._database.write() as unit:
            batch = await owned_batch(unit, who, batch_id, for_update=True)
            has_moved = await _moved(unit, batch, move)
            positions = await unit.line.positions([batch])
        self._say_moved([batch] if has_moved else [])
        return positions[batch.id]

    async def move_beside(self, who: Principal, batch_id: UUID, anchor_id: UUID, side: Side) -> int:
        """Put a waiting batch right before or after another one, or where that one was if it waits no more.

        Returns its place in the one queue of this server. Raises NotFoundError, IllegalTransitionError.
        """
        async with self._database.write() as unit:
            batch = await owned_batch(unit, who, batch_id, for_update=True)
            has_moved = await _moved_beside(unit, batch, await owned_batch(unit, who, anchor_id), side)
            positions = await unit.line.positions([batch])
        self._say_moved([batch] if has_moved else [])
        return positions[batch.id]

    async def reorder(self, who: Principal, batch_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Let these come first among the game master's own, in this order; the others follow as they were.

        Those that wait no more are left out: somebody was faster. Returns the first of what waits of theirs, in order.
        Raises NotFoundError, and then nothing is moved.
        """
        async with self._database.write() as unit:
            batches = await owned_batches(unit, who, batch_ids)
            waiting = [batch for batch in batches if batch.status is BatchStatus.QUEUED]
            has_moved = await _brought_forward(unit, who.account_id, waiting)
            order = await unit.line.order_of(who.account_id, max(ORDER_LIMIT, len(batches)))
        self._say_moved(waiting if has_moved else [])
        return order

    def _say_moved(self, batches: Sequence[Batch]) -> None:
        """Tell their tables and, for the others of their game master, the account; nobody else's place has changed."""
        for table in {batch.game_session_id for batch in batches}:
            self._bus.publish(game_session_topic(table), QueueChanged())
        for account_id in {batch.requested_by for batch in batches}:
            self._bus.publish(account_topic(account_id), QueueMoved())


async def _moved(unit: UnitOfWork, batch: Batch, move: Move) -> bool:
    """Whether that is another place than before. Raises IllegalTransitionError for one that does not wait."""
    batch.move(batch.rank)
    side = Side.BEFORE if move in (Move.TOP, Move.UP) else Side.AFTER
    if move in (Move.UP, Move.DOWN):
        anchor = await unit.line.neighbour(batch, side)
    else:
        anchor = await unit.line.end_of(batch.requested_by, side)
    return anchor is not None and await _moved_beside(unit, batch, anchor, side)


async def _moved_beside(unit: UnitOfWork, batch: Batch, anchor: Batch, side: Side) -> bool:
    """Whether it is put right before or after another batch. Raises IllegalTransitionError for one that does not wait."""
    batch.move(batch.rank)
    if batch.id == anchor.id:
        return False
    batch.move(await unit.line.rank_beside(batch, anchor, side))
    return True


async def _brought_forward(unit: UnitOfWork, account_id: UUID, waiting: Sequence[Batch]) -> bool:
    """Whether these come first now, in this order, and did not before."""
    first = await unit.line.order_of(account_id, len(waiting))
    if [*first] == [batch.id for batch in waiting]:
        return False
    front = await unit.line.end_of(account_id, Side.BEFORE)
    for ahead, batch in zip(range(len(waiting), 0, -1), waiting, strict=True):
        batch.move(front.rank - ahead if front else batch.rank)
    return True
