"""What every table's class is made from."""

from collections.abc import Callable
from typing import Any, cast

from pydantic.fields import FieldInfo
from sqlmodel import SQLModel


class Row(SQLModel):
    """A row, made as a session makes those that it reads.

    SQLModel tells SQLAlchemy of each value by itself, as if it took the place of a stored one: that takes several times
    as long, and of a new row a session stores every value anyway.
    """

    def __init__(self, **values: Any) -> None:
        """Raises TypeError for a value of no column."""
        columns = type(self).model_fields
        if not columns.keys() >= values.keys():
            message = f"{type(self).__name__} has no column for {values.keys() - columns.keys()}"
            raise TypeError(message)
        for name, column in columns.items():
            if name not in values and not column.is_required():
                values[name] = _fresh(column)
        vars(self).update(values)


def _fresh(column: FieldInfo) -> Any:
    """Its default. pydantic's own way looks up each time what a factory takes: ours take nothing, and no default can change."""
    return column.default if column.default_factory is None else cast(Callable[[], Any], column.default_factory)()
