"""The one line of this server: game masters take turns, and each of them has an order of their own.

Whoever was served longest ago is next, with the first of their own batches; then the one served longest ago before that,
and so on. So five hundred batches of one of them stand behind one of another only once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain, zip_longest
from uuid import UUID


class Move(StrEnum):
    """Where a waiting batch goes: to an end of its game master's order, or by one at its table."""

    TOP = "top"
    UP = "up"
    DOWN = "down"
    BOTTOM = "bottom"


class Side(StrEnum):
    """On which side of another batch one is put."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Pending:
    """What has to be known of a batch that is still to come to say how long it takes. `started_at` once it is begun."""

    id: UUID
    workflow_id: UUID | None
    width: int
    height: int
    count: int
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A game master for whom `count` batches wait, and when they were served last: higher is later."""

    account_id: UUID
    count: int
    last_turn: int


@dataclass(frozen=True, slots=True)
class Line:
    """How many batches are begun, and who waits, in the order of their next turn."""

    begun: int
    waiting: Sequence[Waiting]

    def position(self, account_id: UUID, place: int) -> int:
        """The place in the whole line, from 1, of the batch that has this place, from 1, among its game master's own."""
        position, is_before = self.begun + place, True
        for other in self.waiting:
            if other.account_id == account_id:
                is_before = False
            else:
                position += min(other.count, place if is_before else place - 1)
        return position

    def joined_by(self, account_id: UUID, last_turn: int) -> "Line":
        """The line after this game master, who was served last then, has asked for one more."""
        if any(one.account_id == account_id for one in self.waiting):
            waiting = [replace(one, count=one.count + (one.account_id == account_id)) for one in self.waiting]
        else:
            newcomer = Waiting(account_id, 1, last_turn)
            waiting = sorted(
                [*self.waiting, newcomer], key=lambda one: one.last_turn
            )  # behind those served as long ago
        return Line(self.begun, waiting)


def in_turns(orders: Sequence[Sequence[Pending]]) -> Iterator[Pending]:
    """One of each game master's own after the other."""
    return (pending for pending in chain(*zip_longest(*orders)) if pending is not None)
