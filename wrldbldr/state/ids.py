"""Ids and words come from browsers as text."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from wrldbldr.domain.errors import NotFoundError

W = TypeVar("W", bound=StrEnum)


def parsed_id(text: str, noun: str) -> UUID:
    """The id in `text`. Raises NotFoundError: what is no id names nothing."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError) as error:  # a list from a browser may hold anything
        raise NotFoundError(noun) from error


def parsed_word(words: type[W], text: str, noun: str) -> W:
    """The member of `words` that `text` names. Raises NotFoundError: nothing else is known."""
    try:
        return words(text)
    except ValueError as error:
        raise NotFoundError(noun) from error
