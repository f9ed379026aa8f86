"""Cursors of lists that the database pages: whether they name something in the list that is asked for."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from wrldbldr.api.models import unknown_cursor
from wrldbldr.domain.errors import NotFoundError

Found = TypeVar("Found")


async def check_cursor(
    cursor: UUID | None, find: Callable[[UUID], Awaitable[Found]], is_listed: Callable[[Found], bool]
) -> None:
    """Raise InvalidInputError unless `find` knows what the cursor names and it `is_listed`. No cursor is fine."""
    if cursor is None:
        return
    try:
        found = await find(cursor)
    except NotFoundError:
        raise unknown_cursor() from None
    if not is_listed(found):
        raise unknown_cursor()
