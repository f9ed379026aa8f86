"""A batch: one request for N pictures of one entity, and the prompts sent to ComfyUI for it.

QUEUED ──start──► GENERATING ──finish──► READY
  │  ▲               │   │
  │  └───put back────┘   └──fail──► FAILED ──retry──► QUEUED
  └──cancel──► CANCELLED ◄──cancel── GENERATING
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from wrldbldr.domain.columns import json_or_none, moment, moment_or_none, word
from wrldbldr.domain.errors import ConflictError, InvalidInputError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.row import Row
from wrldbldr.domain.style_reference import Style
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import SEED_LIMIT, new_id

COUNT_LIMIT = 8
SIZE_MINIMUM = 64
SIZE_LIMIT = 2048
SIZE_STEP = 8


class AssetType(StrEnum):
    """What kind of picture is asked for."""

    PORTRAIT = "portrait"
    SPRITE = "sprite"
    BACKDROP = "backdrop"
    ITEM = "item"


class BatchStatus(StrEnum):
    """Where a batch is in its life."""

    QUEUED = "queued"  # waiting for its turn; may be moved or cancelled
    GENERATING = "generating"  # ComfyUI has it
    READY = "ready"  # its pictures are stored
    FAILED = "failed"  # gave up; a game master may retry
    CANCELLED = "cancelled"  # withdrawn; leaves the queue


OPEN = (BatchStatus.QUEUED, BatchStatus.GENERATING)


class IllegalTransitionError(ConflictError):
    """A batch was asked for something its status does not allow."""

    code = "illegal_transition"

    def __init__(self, *, verb: str, found: BatchStatus) -> None:
        super().__init__(f"Cannot {verb} a batch that is {found}.", details={"status": found})


class Batch(Row, table=True):
    """One request for pictures, with everything needed to run it again. The entity's name is frozen when asked."""

    __table_args__ = (
        Index("ix_batch_line", "status", "requested_by", "rank", "id"),
        Index("ix_batch_list", "game_session_id", "cleared_at", "rank", "id"),
        Index("ix_batch_group", "game_session_id", "cleared_at", "status", "rank", "id"),
        Index("ix_batch_ended", "game_session_id", "cleared_at", "status", "change"),
        Index("ix_batch_marks", "game_session_id", "cleared_at", "status", "entity_id"),
        Index("ix_batch_change", "game_session_id", "change"),
        Index("ix_batch_shelf", "world_id", "cleared_at", "status"),
        Index("ix_batch_runs", "workflow_id", "width", "height", "completed_at", sqlite_where=text("status = 'ready'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    game_session_id: UUID = Field(foreign_key="gamesession.id", ondelete="CASCADE")
    world_id: UUID = Field(foreign_key="world.id", ondelete="CASCADE")
    requested_by: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    entity_type: EntityType = word(EntityType)
    entity_id: UUID = Field(index=True)
    entity_name: str
    asset_type: AssetType = word(AssetType)
    workflow_id: UUID | None = Field(default=None, foreign_key="workflow.id", ondelete="SET NULL")
    workflow_name: str
    prompt: str
    negative_prompt: str
    count: int
    seed: int = Field(sa_type=BigInteger)
    width: int
    height: int
    inputs: InputSettings | None = json_or_none(InputSettings)  # what was set of the workflow's other inputs
    status: BatchStatus = word(BatchStatus, default=BatchStatus.QUEUED)
    rank: float = Field(index=True)  # of one game master's, the lower runs first; only its order means anything
    change: int = 0  # the number that the database gave its status when it changed last, counted at its table
    attempt: int = 1
    style: Style | None = json_or_none(Style)
    failure: Failure | None = json_or_none(Failure)
    requested_at: datetime = moment()
    started_at: datetime | None = moment_or_none()
    completed_at: datetime | None = moment_or_none()
    cleared_at: datetime | None = moment_or_none()

    def start(self, now: datetime) -> None:
        """ComfyUI is about to get it."""
        self._leave("start", BatchStatus.QUEUED)
        self.status, self.started_at, self.failure = BatchStatus.GENERATING, now, None

    def put_back(self) -> None:
        """ComfyUI went away before it took the batch: it waits again, where it was."""
        self._leave("put back", BatchStatus.GENERATING)
        self.status, self.started_at = BatchStatus.QUEUED, None

    def finish(self, now: datetime) -> None:
        """Its pictures are stored."""
        self._leave("finish", BatchStatus.GENERATING)
        self.status, self.completed_at = BatchStatus.READY, now

    def fail(self, failure: Failure, now: datetime) -> None:
        """Give up, and remember why."""
        self._leave("fail", BatchStatus.QUEUED, BatchStatus.GENERATING)
        self.status, self.failure, self.completed_at = BatchStatus.FAILED, failure, now

    def cancel(self, now: datetime) -> None:
        """Withdraw it; it leaves the queue."""
        self._leave("cancel", BatchStatus.QUEUED, BatchStatus.GENERATING)
        self.status, self.completed_at, self.cleared_at = BatchStatus.CANCELLED, now, now

    def retry(self, rank: float) -> None:
        """Queue it again with the same parameters, behind the others. The reason it failed is kept until it starts."""
        self._leave("retry", BatchStatus.FAILED)
        self.status, self.rank, self.attempt = BatchStatus.QUEUED, rank, self.attempt + 1
        self.started_at = self.completed_at = self.cleared_at = None

    def move(self, rank: float) -> None:
        """Let it wait elsewhere among its game master's own."""
        self._leave("move", BatchStatus.QUEUED)
        self.rank = rank

    def clear(self, now: datetime) -> None:
        """Take it off the list; its pictures stay."""
        self._leave("clear", BatchStatus.READY, BatchStatus.FAILED)
        self.cleared_at = now

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.status in OPEN

    def _leave(self, verb: str, *allowed: BatchStatus) -> None:
        if self.status not in allowed:
            raise IllegalTransitionError(verb=verb, found=self.status)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a batch is."""

    batch_id: UUID
    status: BatchStatus
    attempt: int


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a batch as whoever listens to its table is told, and no more: a long queue is read in little time."""

    id: UUID
    requested_by: UUID
    status: BatchStatus
    rank: float
    attempt: int
    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType
    count: int
    failure: Failure | None


class Submission(Row, table=True):
    """One prompt handed, or about to be handed, to ComfyUI: stored before it is sent, so that no crash forgets it."""

    prompt_id: UUID = Field(default_factory=new_id, primary_key=True)
    batch_id: UUID = Field(foreign_key="batch.id", index=True, ondelete="CASCADE")
    attempt: int
    ordinal: int  # which of the batch's prompts: a workflow that paints one picture at a time needs several
    first_picture: int  # index of its first picture in the batch
    count: int
    seed: int = Field(sa_type=BigInteger)
    created_at: datetime = moment()
    lost_at: datetime | None = moment_or_none()


def checked_count(count: int) -> int:
    """Raises InvalidInputError unless 1 ≤ count ≤ 8."""
    if not 1 <= count <= COUNT_LIMIT:
        raise InvalidInputError("count", f"Ask for 1 to {COUNT_LIMIT} variations; {count:,} is not possible.")
    return count


def checked_seed(seed: int) -> int:
    """Raises InvalidInputError unless 0 ≤ seed < 2^53."""
    if not 0 <= seed < SEED_LIMIT:
        raise InvalidInputError("seed", f"A seed is a whole number from 0 to {SEED_LIMIT - 1:,}.")
    return seed


def checked_size(value: int, *, field: str) -> int:
    """Raises InvalidInputError unless a side has 64 to 2048 pixels in steps of 8."""
    if not SIZE_MINIMUM <= value <= SIZE_LIMIT or value % SIZE_STEP:
        raise InvalidInputError(
            field, f"The {field} must be {SIZE_MINIMUM} to {SIZE_LIMIT:,} pixels, in steps of {SIZE_STEP}."
        )
    return value
