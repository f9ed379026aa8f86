"""Every change of a batch's status gets a number, counted at its table: by it a later look finds what is new (decision 17)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, event, update
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import get_history
from sqlmodel import col

from wrldbldr.domain.batch import Batch
from wrldbldr.domain.world import GameSession

NEXT_CHANGE = (
    update(GameSession)
    .where(col(GameSession.id) == bindparam("table"))
    .values(changes=col(GameSession.changes) + 1)
    .returning(col(GameSession.changes))
)


def next_change(connection: Connection, game_session_id: UUID) -> int:
    """The number of a change at a table. Whoever gets it holds the table until the transaction ends: none comes later
    with a lower one.
    """
    return connection.execute(NEXT_CHANGE, {"table": game_session_id}).scalar_one()


@event.listens_for(Batch, "before_insert")
@event.listens_for(Batch, "before_update")
def _number(_: Mapper[Any], connection: Connection, batch: Batch) -> None:
    """For what goes through a session; a trip and a change of many number theirs themselves."""
    if get_history(batch, "status").has_changes():
        batch.change = next_change(connection, batch.game_session_id)
