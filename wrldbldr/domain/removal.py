"""Pictures that were deleted and can still come back: gone from every table, and remembered here with all that hung on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue
from sqlmodel import Field

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.columns import json_of, moment
from wrldbldr.domain.row import Row
from wrldbldr.domain.stage import StagePiece
from wrldbldr.kit.ids import new_id

UNDO_TIME = timedelta(minutes=10)
"""How long a deletion can be undone. What offers it in a browser goes sooner."""


class AsideRow(BaseModel):
    """A row that was taken out of a table."""

    model_config = ConfigDict(frozen=True)

    table: str
    values: dict[str, JsonValue]


class AsideLink(BaseModel):
    """A row that stayed, and forgot in one of its columns what it referred to."""

    model_config = ConfigDict(frozen=True)

    table: str
    key: dict[str, JsonValue]
    column: str
    value: JsonValue


class Aside(BaseModel):
    """What it takes to undo a deletion. A row comes after those that it refers to."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[AsideRow, ...]
    links: tuple[AsideLink, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """The rows that were taken out: the pictures, what they were on stages, and whatever else hung on either."""

    assets: Sequence[Asset]
    pieces: Sequence[StagePiece]
    others: Sequence[Row]


class Removal(Row, table=True):
    """One deletion of one picture or many, which is undone as one."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    world_id: UUID = Field(foreign_key="world.id", index=True, ondelete="CASCADE")
    aside: Aside = json_of(Aside)
    removed_at: datetime = moment()


class RemovedFile(Row, table=True):
    """A stored file that is needed as long as the deletion can be undone."""

    removal_id: UUID = Field(foreign_key="removal.id", primary_key=True, ondelete="CASCADE")
    content_hash: str = Field(primary_key=True, index=True)
