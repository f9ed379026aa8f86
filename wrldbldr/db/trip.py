"""What every batch goes through, without an ORM session: asked for, begun, finished.

A trip runs whole in a thread of the database (decision 10). Its rows are plain values: they belong to no session, and what is
changed in them afterwards is not stored.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Connection,
    Insert,
    Select,
    Table,
    bindparam,
    func,
    insert,
    inspect,
    update,
)
from sqlalchemy import select as select_columns  # SQLModel's own knows four at most
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import instance_dict
from sqlmodel import col, select

from wrldbldr.db.assets import IS_ACTIVE, WHOSE
from wrldbldr.db.line import BEHIND_ALL, NEXT
from wrldbldr.db.worlds import TABLES
from wrldbldr.domain.account import Account
from wrldbldr.domain.archive import NewWorld, UnfitWorldFileError, free_world_name
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Submission
from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.domain.row import Row
from wrldbldr.domain.text import NAME_LIMIT
from wrldbldr.domain.workflow import Workflow, WorkflowDefault
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.domain.world import EntityType, GameSession, World

Stored = TypeVar("Stored", bound=Row)


def _table(kind: type[Row]) -> Table:
    return cast(Table, inspect(kind).local_table)


ACCOUNTS, BATCHES, WORKFLOWS, SUBMISSIONS, ASSETS = map(_table, (Account, Batch, Workflow, Submission, Asset))
STATE = ("status", "started_at", "completed_at", "failure", "style")

# Built once: putting a statement together takes longer than SQLite takes to answer it.

OF_THIS_ATTEMPT = (SUBMISSIONS.c.batch_id == bindparam("batch"), SUBMISSIONS.c.attempt == bindparam("this_attempt"))
HAD_PROMPTS = (
    select_columns(SUBMISSIONS.c.prompt_id)
    .where(SUBMISSIONS.c.batch_id == BATCHES.c.id, SUBMISSIONS.c.attempt == BATCHES.c.attempt)
    .exists()
)
NEXT_BATCH = (
    select_columns(BATCHES, WORKFLOWS, HAD_PROMPTS.label("had_prompts"))
    .select_from(BATCHES.outerjoin(WORKFLOWS, WORKFLOWS.c.id == BATCHES.c.workflow_id))
    .where(BATCHES.c.id == NEXT.scalar_subquery())
)
WORKFLOW = select_columns(WORKFLOWS).where(WORKFLOWS.c.id == bindparam("workflow"))
OF_KIND = col(Asset.asset_type) == BATCHES.c.asset_type
PICTURES = select_columns(ASSETS).where(
    ASSETS.c.world_id == bindparam("world"), ASSETS.c.id.in_(bindparam("assets", expanding=True))
)
FINISHING = select_columns(
    BATCHES,
    select(func.coalesce(func.max(Asset.number), 0) + 1)
    .where(col(Asset.entity_id) == BATCHES.c.entity_id, OF_KIND)
    .scalar_subquery()
    .label("next_number"),
    select(Asset.id).where(BATCHES.c.entity_id == WHOSE, OF_KIND, IS_ACTIVE).exists().label("has_active"),
).where(BATCHES.c.id == bindparam("batch"), BATCHES.c.status == BatchStatus.GENERATING)
SAVE_STATE = update(BATCHES).where(BATCHES.c.id == bindparam("batch")).values({name: bindparam(name) for name in STATE})
TAKE_TURN = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.id == bindparam("account"))
    .values(last_turn=select_columns(func.max(ACCOUNTS.c.last_turn) + 1).scalar_subquery())
)
BEFORE_THEIRS = func.coalesce(
    select(func.min(Batch.rank) - 1.0)
    .where(Batch.status == BatchStatus.QUEUED, Batch.requested_by == bindparam("owner"))
    .scalar_subquery(),
    BEHIND_ALL.scalar_subquery(),
)
PROMPTS = select_columns(SUBMISSIONS.c.prompt_id).where(*OF_THIS_ATTEMPT).order_by(SUBMISSIONS.c.ordinal)
LOSE_PROMPTS = (
    update(SUBMISSIONS).where(*OF_THIS_ATTEMPT, SUBMISSIONS.c.lost_at.is_(None)).values(lost_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch that is asked for takes from elsewhere."""

    world_id: UUID
    entity_name: str
    workflow_id: UUID
    workflow_name: str
    default_negative_prompt: str
    width: int | None  # of the workflow, where it has a size of its own
    height: int | None
    rank: float
    style_reference_id: UUID | None  # of whoever it is for


@dataclass(frozen=True, slots=True)
class Next:
    """The batch whose turn it is. `had_prompts` when this attempt has been begun before, and was put back."""

    batch: Batch
    workflow: Workflow | None
    had_prompts: bool


@dataclass(frozen=True, slots=True)
class Finishing:
    """A batch whose pictures are about to be stored: the number of the first one, and whether one like it is active."""

    batch: Batch
    next_number: int
    has_active: bool


class Trip:
    """Everything done on it is kept together, or not at all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *rows: Row) -> None:
        """Store something new."""
        for kind, those in groupby(rows, type):
            table = _table(kind)
            names, values = _names(table), map(instance_dict, those)
            self._connection.execute(_insert(table), [{name: each[name] for name in names} for each in values])

    def add_world(self, owner_id: UUID, world: NewWorld) -> None:
        """Store a world that was brought in, called so that the owner tells it from the others.

        Raises UnfitWorldFileError when two of its rows exclude each other, and UnauthenticatedError without the owner.
        """
        names = self._connection.execute(select(World.name).where(World.owner_id == owner_id)).scalars()
        world.world.name = free_world_name(world.world.name, names, NAME_LIMIT)
        try:
            self.add(world.world, world.game_session)
        except IntegrityError as error:
            raise UnauthenticatedError from error
        self._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # its rows may refer to one another in a ring
        try:
            for rows in world.content.rows.values():
                self.add(*rows)
        except IntegrityError as error:
            raise UnfitWorldFileError("Two things in this file claim the same place.") from error

    def order(
        self,
        owner_id: UUID,
        *,
        game_session_id: UUID,
        entity: tuple[EntityType, UUID],
        workflow: UUID | AssetType,
        to_front: bool = False,
    ) -> Order | None:
        """What is asked for, with the workflow or that for a type of picture, and a rank behind every batch, or before
        whatever waits of the owner's.

        None unless all of it is there, in one world, and that is the owner's.
        """
        kind, entity_id = entity
        values = {"owner": owner_id, "game_session": game_session_id, "entity": entity_id, "workflow": workflow}
        statement = _order(kind, by_default=isinstance(workflow, AssetType), to_front=to_front)
        found = self._connection.execute(statement, values).one_or_none()
        return None if found is None else Order(*found)

    def next(self) -> Next | None:
        """The batch whose turn it is; none while the queue is paused."""
        found = self._connection.execute(NEXT_BATCH).one_or_none()
        if found is None:
            return None
        batch, workflow, (had_prompts,) = _split(found, BATCHES, WORKFLOWS)
        return Next(_stored(Batch, batch), _stored(Workflow, workflow) if any(workflow) else None, had_prompts)

    def workflow(self, workflow_id: UUID) -> Workflow | None:
        """The workflow with this id."""
        found = self._connection.execute(WORKFLOW, {"workflow": workflow_id}).one_or_none()
        return None if found is None else _stored(Workflow, found)

    def pictures(self, world_id: UUID, asset_ids: Collection[UUID]) -> Sequence[Asset]:
        """Those of the pictures that are in a world, in no order."""
        found = self._connection.execute(PICTURES, {"world": world_id, "assets": list(asset_ids)})
        return [_stored(Asset, picture) for picture in found]

    def finishing(self, batch_id: UUID) -> Finishing | None:
        """The batch with this id, if it is being painted, and what its pictures need to know."""
        found = self._connection.execute(FINISHING, {"batch": batch_id}).one_or_none()
        if found is None:
            return None
        batch, (next_number, has_active) = _split(found, BATCHES)
        return Finishing(_stored(Batch, batch), next_number, has_active)

    def save_state(self, batch: Batch) -> None:
        """Store what has become of a batch."""
        values = {name: getattr(batch, name) for name in STATE}
        self._connection.execute(SAVE_STATE, {"batch": batch.id, **values})

    def take_turn(self, account_id: UUID) -> None:
        """A game master is served: everybody else who waits is now before them."""
        self._connection.execute(TAKE_TURN, {"account": account_id})

    def lose_prompts(self, batch: Batch, now: datetime) -> Sequence[UUID]:
        """Nothing is waited for any more of the prompts this attempt has had. Returns them, in order of making."""
        attempt = {"batch": batch.id, "this_attempt": batch.attempt}
        self._connection.execute(LOSE_PROMPTS, {**attempt, "now": now})
        return self._connection.execute(PROMPTS, attempt).scalars().all()


def _stored(kind: type[Stored], values: Sequence[Any]) -> Stored:
    """A row of a table: made as a session makes it, which is twenty times as quick as by `__init__`."""
    stored = inspect(kind).class_manager.new_instance()
    instance_dict(stored).update(zip(_names(_table(kind)), values, strict=True))
    return stored


def _split(found: Sequence[Any], *tables: Table) -> Iterator[Sequence[Any]]:
    """The values of each table's columns, and then the others."""
    begin = 0
    for table in tables:
        yield found[begin : (begin := begin + len(table.columns))]
    yield found[begin:]


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _order(
    kind: EntityType, *, by_default: bool, to_front: bool
) -> Select[UUID, str, UUID, str, str, int | None, int | None, float, UUID | None]:
    """The statement of `order` for a kind of entity, with a workflow that is named or the default of an asset type."""
    table = TABLES[kind]
    workflow: BindParameter[Any] = bindparam("workflow")
    default = select(WorkflowDefault.workflow_id).where(WorkflowDefault.asset_type == workflow).scalar_subquery()
    return (
        select_columns(
            col(table.world_id),
            col(table.name),
            col(Workflow.id),
            col(Workflow.name),
            col(Workflow.default_negative_prompt),
            col(WorkflowForm.width),
            col(WorkflowForm.height),
            BEFORE_THEIRS if to_front else BEHIND_ALL.scalar_subquery(),
            col(table.style_reference_id),
        )
        .select_from(World)
        .join(GameSession, col(GameSession.world_id) == col(World.id))
        .join(table, col(table.world_id) == col(World.id))
        .join(Workflow, col(Workflow.id) == (default if by_default else workflow))
        .outerjoin(WorkflowForm, col(WorkflowForm.workflow_id) == col(Workflow.id))
        .where(
            col(World.owner_id) == bindparam("owner"),
            col(GameSession.id) == bindparam("game_session"),
            col(table.id) == bindparam("entity"),
        )
    )
