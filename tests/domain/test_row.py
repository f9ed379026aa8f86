"""Rows are made quickly, and all the same as SQLModel makes them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import inspect

from wrldbldr.domain.tables import TABLES
from wrldbldr.domain.world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_not_said_is_as_the_table_has_it_and_an_id_is_nobody_elses() -> None:
    one, other = (World(owner_id=uuid4(), name="Ashfall", created_at=NOW) for _ in range(2))

    assert (one.motto, one.name) == ("", "Ashfall")
    assert one.id != other.id


def test_a_value_of_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="nmae"):
        World(owner_id=uuid4(), nmae="Ashfall", created_at=NOW)  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_no_default_can_be_changed_through_one_row_for_the_others(kind: type) -> None:
    defaults = [field.default for field in kind.model_fields.values() if not field.is_required()]

    assert all(hash(default) is not None for default in defaults), "a list would be the same one in every row"


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_column_has_the_name_of_its_field(kind: type) -> None:
    assert [column.key for column in inspect(kind).columns] == list(kind.model_fields)
