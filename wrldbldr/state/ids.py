"""Ids come from browsers as text."""

from uuid import UUID

from wrldbldr.domain.errors import NotFoundError


def parsed_id(text: str, noun: str) -> UUID:
    """The id in `text`. Raises NotFoundError: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError(noun) from error
