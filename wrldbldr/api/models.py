"""What all bodies and answers have in common, and how lists are paged."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from wrldbldr.domain.errors import InvalidInputError

PAGE_DEFAULT = 50
PAGE_LIMIT = 200
PICTURE_HEADERS = {"content-security-policy": "default-src 'none'; sandbox"}
"""Should a file ever be something else than a picture, a browser that opens it runs nothing of it."""
PICTURE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "The picture.", "content": {"image/*": {}}}}

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT, description="How many at most.")]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before.")]


def whole_text(text: str) -> str:
    """Refuse halves of characters (lone surrogates), which JSON can carry and no database or page can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("string_unicode", "holds half a character") from error
    return text


Text = Annotated[str, AfterValidator(whole_text)]
WholeNumber = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
Moment = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time as ISO 8601 in UTC, with its offset."""


class Body(BaseModel):
    """What somebody sends. A field nobody knows is refused: it is a typing mistake that would go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


Item = TypeVar("Item")
Shown = TypeVar("Shown")


class Page(Out, Generic[Item]):
    """A part of a list; `next_cursor` asks for what follows, and is null at the end."""

    items: list[Item]
    next_cursor: UUID | None


def page_of(
    fetched: Sequence[Item], limit: int, show: Callable[[Item], Shown], id_of: Callable[[Item], UUID]
) -> Page[Shown]:
    """The first `limit` of what was fetched; whoever fetches one more than `limit` learns whether more follows."""
    kept = fetched[:limit]
    next_cursor = id_of(kept[-1]) if len(fetched) > limit else None
    return Page(items=[show(item) for item in kept], next_cursor=next_cursor)


def after(items: Sequence[Item], cursor: UUID | None, id_of: Callable[[Item], UUID]) -> Sequence[Item]:
    """What follows the item a cursor names, of a list that is read whole. Raises InvalidInputError for an unknown one."""
    if cursor is None:
        return items
    for place, item in enumerate(items, start=1):
        if id_of(item) == cursor:
            return items[place:]
    raise unknown_cursor()


def unknown_cursor() -> InvalidInputError:
    """The cursor names nothing in the list that is asked for."""
    return InvalidInputError("cursor", "That cursor leads nowhere (any more). Start again without one.")
