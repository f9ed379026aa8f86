"""What is told of a batch to whoever listens to a table. Players are told less than their game master."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Outline
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType

EXCERPT = 250  # batches that are read at once: whoever else is served has a turn in between
NOT_TOLD = Failure(title="A picture could not be painted", message="Your game master sees why.")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a batch is for, and what kind of picture."""

    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A batch as it is told. `subject` is None when the listener must not know it."""

    batch_id: UUID
    status: BatchStatus
    attempt: int
    position: int
    percent: int
    picture_count: int
    subject: Subject | None
    failure: Failure | None

    @classmethod
    def of(cls, batch: Batch | Outline, *, position: int, percent: int) -> Self:
        """Everything, for the game master."""
        return cls(
            batch_id=batch.id,
            status=batch.status,
            attempt=batch.attempt,
            position=position,
            percent=percent,
            picture_count=batch.count,
            subject=subject_of(batch),
            failure=batch.failure,
        )

    def for_players(self, *, is_visible: bool) -> Self:
        """Without why it failed, and without whom it is for unless players may know them."""
        failure = None if self.failure is None else NOT_TOLD
        return replace(self, subject=self.subject if is_visible else None, failure=failure)


Place = tuple[float, UUID]
"""Of a batch in its table's queue: its rank and, among those that have the same, its id."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is told of a part of a table's queue, in its order. `end` is where the next part begins, if there is one."""

    bulletins: Sequence[Bulletin]
    end: Place | None


async def excerpt(
    unit: UnitOfWork, game_session_id: UUID, after: Place | None, tell: Callable[[Outline, int], Bulletin]
) -> Excerpt:
    """What of a table is still to come, or has failed, behind a place. `tell` is given each with its position."""
    batches = await unit.batches.unfinished(game_session_id, after=after, limit=EXCERPT)
    positions = await unit.line.positions(batches)
    end = (batches[-1].rank, batches[-1].id) if len(batches) == EXCERPT else None
    return Excerpt([tell(batch, positions.get(batch.id, 0)) for batch in batches], end)


def subject_of(batch: Batch | Outline) -> Subject:
    """Whom a batch is for."""
    return Subject(batch.entity_type, batch.entity_id, batch.asset_type)
