"""A stored picture and how it came to be."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, UniqueConstraint

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.columns import json_list, json_or_none, moment, word
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.row import Row
from wrldbldr.domain.tag import Tags
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id

CONTENT_HASH = re.compile(r"[0-9a-f]{64}")
"""How a stored file is named: the SHA-256 of what is in it."""
NO_SEED = -1
"""The seed of a picture from elsewhere that does not say from which it was painted."""
RATING_LIMIT = 5
PLACE = ("created_at", "batch_index", "id")
"""By what pictures are in order: a question that has an index ending so is answered without sorting."""


class Asset(Row, table=True):
    """One picture of one entity with its generation metadata. At most one per entity and type is active."""

    __table_args__ = (
        UniqueConstraint("batch_id", "batch_index", name="uq_asset_batch_picture"),
        Index("uq_asset_active", "entity_id", "asset_type", unique=True, sqlite_where=text("is_active")),
        Index("ix_asset_number", "entity_id", "asset_type", "number"),
        Index("ix_asset_newest", "world_id", *PLACE),
        Index("ix_asset_gallery", "world_id", "entity_id", *PLACE),
        Index("ix_asset_type", "world_id", "asset_type", *PLACE),
        Index("ix_asset_gallery_type", "world_id", "entity_id", "asset_type", *PLACE),
        Index("ix_asset_workflow", "workflow_id", "world_id", *PLACE),
        Index("ix_asset_starred", "world_id", *PLACE, sqlite_where=text("is_starred = 1")),
        Index("ix_asset_styled", "world_id", *PLACE, sqlite_where=text("is_styled = 1")),
        Index("ix_asset_rated", "world_id", *PLACE, "rating", sqlite_where=text("rating != 0")),
        Index("ix_asset_rating", "world_id", "rating", *PLACE),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    world_id: UUID = Field(foreign_key="world.id", ondelete="CASCADE")
    entity_type: EntityType = word(EntityType)
    entity_id: UUID
    asset_type: AssetType = word(AssetType)
    number: int  # counts within entity and type; part of the label it is given
    label: str
    batch_id: UUID | None = Field(default=None, foreign_key="batch.id", ondelete="SET NULL")
    batch_index: int
    content_hash: str = Field(index=True)  # of the stored file
    media_type: str
    width: int
    height: int
    byte_size: int
    prompt: str
    negative_prompt: str
    seed: int = Field(sa_type=BigInteger)  # or NO_SEED
    model: str
    workflow_id: UUID | None = Field(default=None, foreign_key="workflow.id", ondelete="SET NULL")
    workflow_name: str
    inputs: InputSettings | None = json_or_none(InputSettings)  # what was set of the workflow's other inputs
    is_simulated: bool = False
    is_starred: bool = False
    is_active: bool = False
    is_styled: bool = Field(
        default=False, sa_column_kwargs={"server_default": "0"}
    )  # has lineage; the database keeps it
    rating: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # of RATING_LIMIT; 0 while nobody rated it
    tags: Tags = json_list(Tags)
    created_at: datetime = moment()


def label_for(entity_name: str, asset_type: AssetType, number: int) -> str:
    """`Elven_Archer_Portrait_001`: safe as a file name on every system."""
    words = "".join(c if c.isalnum() else " " for c in entity_name).split()
    return "_".join([*words, asset_type.capitalize(), f"{number:03d}"])


def checked_rating(rating: int) -> int:
    """Raises InvalidInputError unless 0 ≤ rating ≤ RATING_LIMIT."""
    if not 0 <= rating <= RATING_LIMIT:
        raise InvalidInputError("rating", f"A rating is 1 to {RATING_LIMIT}, or 0 for none.")
    return rating
