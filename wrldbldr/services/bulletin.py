"""What is told of a batch to whoever listens to a table. Players are told less than their game master."""

from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from wrldbldr.domain.batch import AssetType, Batch, BatchStatus
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType
from wrldbldr.services.queue import BatchReport

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
    def of(cls, report: BatchReport) -> Self:
        """Everything, for the game master."""
        batch = report.batch
        return cls(
            batch_id=batch.id,
            status=batch.status,
            attempt=batch.attempt,
            position=report.position,
            percent=report.progress.percent,
            picture_count=batch.count,
            subject=subject_of(batch),
            failure=batch.failure,
        )

    def for_players(self, *, is_visible: bool) -> Self:
        """Without why it failed, and without whom it is for unless players may know them."""
        failure = None if self.failure is None else NOT_TOLD
        return replace(self, subject=self.subject if is_visible else None, failure=failure)


def subject_of(batch: Batch) -> Subject:
    """Whom a batch is for."""
    return Subject(batch.entity_type, batch.entity_id, batch.asset_type)
