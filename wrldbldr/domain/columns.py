"""How our value types are kept in columns: UTC times, enums as their words, and pydantic values as JSON."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC time, also where the database forgets time zones (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would silently mean another moment elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a time zone cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WordOf(TypeDecorator[StrEnum]):
    """An enum kept as its word, so that a new member needs no migration."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """The word."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """The member; raises ValueError for a word that is none."""
        return None if value is None else self.enum(value)


class JsonOf(TypeDecorator[Any]):
    """A column that keeps a pydantic-parsable type as JSON and gives it back parsed: raw JSON dies at the door."""

    impl = JSON
    cache_ok = True

    def __init__(self, kept_type: Any) -> None:
        super().__init__(none_as_null=True)
        self.kept_type = kept_type  # by this name SQLAlchemy tells the types apart when it caches a statement
        self._adapter: TypeAdapter[Any] = TypeAdapter(kept_type)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value as plain JSON data."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The stored JSON as the type it was; raises pydantic's ValidationError when it is not."""
        return None if value is None else self._adapter.validate_python(value)


def moment() -> Any:
    """A time that is always known."""
    return Field(sa_type=UtcDateTime)


def moment_or_none() -> Any:
    """A time that may never come."""
    return Field(default=None, sa_type=UtcDateTime)


def word(enum: type[StrEnum], *, index: bool = False, default: StrEnum | None = None) -> Any:
    """A member of `enum`; required unless a default is given."""
    column = WordOf(enum)
    if default is None:
        return Field(sa_type=column, index=index)
    return Field(default=default, sa_type=column, index=index)


def json_of(python_type: Any) -> Any:
    """A pydantic-parsable value that must be there."""
    return Field(sa_type=JsonOf(python_type))


def json_list(python_type: Any) -> Any:
    """Any number of pydantic-parsable values, at first none. The database knows that too: to add one to a table of many
    rows, it need not be copied.
    """
    return Field(default=(), sa_type=JsonOf(python_type), nullable=False, sa_column_kwargs={"server_default": "[]"})


def json_or_none(python_type: Any) -> Any:
    """A pydantic-parsable value, or none."""
    return Field(default=None, sa_type=JsonOf(python_type))
