"""The one line of this server: game masters take turns, and each of them has an order of their own.

Whoever was served longest ago is next, with the first of their own batches; then the one served longest ago before that,
and so on. So five hundred batches of one of them stand behind one of another only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
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
class Waiting:
    """A game master for whom `count` batches wait."""

    account_id: UUID
    count: int


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
