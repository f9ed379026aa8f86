"""Words by which a game master finds pictures again. A picture carries its own; no other table is the truth about them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index

from wrldbldr.domain.columns import moment
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.row import Row
from wrldbldr.domain.text import checked_name, likeness

TAG_LIMIT = 40
TAGS_LIMIT = 20
NAMED_LIMIT = 100
"""So many may be named at once, doubled ones among them."""

Tags = tuple[str, ...]


class AssetTag(Row, table=True):
    """Which pictures have a tag, newest first. The database keeps it by triggers from what pictures say of themselves."""

    __table_args__ = (Index("ix_assettag_gallery", "world_id", "name", "created_at", "batch_index", "asset_id"),)

    asset_id: UUID = Field(primary_key=True, foreign_key="asset.id", ondelete="CASCADE")
    name: str = Field(primary_key=True)
    world_id: UUID  # this and what follows as the picture has it
    created_at: datetime = moment()
    batch_index: int


def checked_tags(names: Iterable[str]) -> Tags:
    """`names` without doubled ones, in their order. Raises InvalidInputError for too many, and for one that is no name."""
    tags: dict[str, str] = {}
    for number, name in enumerate(map(checked_tag, names), start=1):
        tags.setdefault(likeness(name), name)
        if number > NAMED_LIMIT or len(tags) > TAGS_LIMIT:  # whoever names a million is not read to the end
            raise _too_many()
    return tuple(tags.values())


def with_tag(tags: Tags, tag: str) -> Tags:
    """`tags` and another, all of them checked before. Raises InvalidInputError when they are too many then."""
    if len(tags) >= TAGS_LIMIT:
        raise _too_many()
    return (*tags, tag)


def checked_tag(name: str) -> str:
    """One of them, without surrounding or doubled space. Raises InvalidInputError."""
    try:
        return checked_name(name, field="tag", limit=TAG_LIMIT)
    except InvalidInputError as error:
        raise InvalidInputError("tags", error.message) from error


def spelled_alike(tags: Tags, known: Iterable[str]) -> Tags:
    """The same tags, spelled like those that their world knows already: `Lamp Light` and `lamp light` are one."""
    spelling = {likeness(name): name for name in known}
    return tuple(spelling.get(likeness(name), name) for name in tags)


def _too_many() -> InvalidInputError:
    return InvalidInputError("tags", f"A picture has at most {TAGS_LIMIT} tags. Take some of them off.")
