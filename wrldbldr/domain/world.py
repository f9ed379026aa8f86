"""Worlds, who and what is in them, and the tables at which they are played."""

import secrets
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from wrldbldr.domain.columns import moment
from wrldbldr.domain.row import Row
from wrldbldr.kit.ids import new_id

JOIN_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no letters that read like another
JOIN_LENGTH = 8


class World(Row, table=True):
    """A setting that one game master builds."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str
    motto: str = ""
    created_at: datetime = moment()


class EntityType(StrEnum):
    """What a picture can belong to."""

    CHARACTER = "character"
    LOCATION = "location"


class EntityBase(Row):
    """What characters and locations have in common."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    world_id: UUID = Field(foreign_key="world.id", index=True, ondelete="CASCADE")
    name: str
    description: str = ""
    visible_to_players: bool = False
    style_reference_id: UUID | None = Field(default=None, foreign_key="asset.id", ondelete="SET NULL")
    created_at: datetime = moment()


class Character(EntityBase, table=True):
    """Somebody the players may meet."""

    mood: str = ""
    immediate_goal: str = ""


class Location(EntityBase, table=True):
    """Somewhere the players may come."""


Entity = Character | Location


def entity_type(entity: Entity) -> EntityType:
    """Which of the two an entity is."""
    return EntityType.CHARACTER if isinstance(entity, Character) else EntityType.LOCATION


class GameSession(Row, table=True):
    """A table of a game master and players inside a world; everything live is scoped to one."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    world_id: UUID = Field(foreign_key="world.id", index=True, ondelete="CASCADE")
    name: str
    join_code: str = Field(unique=True, index=True)
    changes: int = 0  # how often the status of one of its batches changed; the database counts
    created_at: datetime = moment()


def new_join_code() -> str:
    """What opens a table to players: 39 random bits, and wrong ones are counted."""
    return "".join(secrets.choice(JOIN_ALPHABET) for _ in range(JOIN_LENGTH))
