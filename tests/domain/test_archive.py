"""Nothing of a world is forgotten when it goes into a file: whatever is new goes along, or somebody said why not."""

import pytest
from sqlalchemy import Table, inspect

from wrldbldr.domain.archive import CARRIED, COLUMNS_LEFT_OUT, TABLES_LEFT_OUT, free_world_name, references
from wrldbldr.domain.columns import JsonOf
from wrldbldr.domain.row import Row
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.tables import TABLES
from wrldbldr.domain.world import World

CARRIED_TABLES = [World, *CARRIED.values()]
KNOWN_REFERENCES = {"entity_id"}
"""Columns with an id and no foreign key. How one is found in a file stands in `_kinds_referred`."""
DOCUMENTS_WITHOUT_IDS = {"inputs", "tags"}


def table_of(kind: type[Row]) -> Table:
    table = inspect(kind).local_table
    assert isinstance(table, Table)
    return table


def in_a_world() -> set[str]:
    """The tables whose rows belong to a world, at whatever remove."""
    refers = {table.name: {key.column.table.name for key in table.foreign_keys} for table in map(table_of, TABLES)}
    found = {"world"}
    while more := {name for name, others in refers.items() if others & found} - found:
        found |= more
    return found


def test_every_table_with_a_world_in_it_goes_along_or_is_left_out_for_a_reason() -> None:
    carried = {table_of(kind).name for kind in CARRIED_TABLES}

    assert in_a_world() == carried | set(TABLES_LEFT_OUT), (
        "a table of a world is new: name it in CARRIED or, with the reason, in TABLES_LEFT_OUT of domain/archive.py"
    )
    assert not carried & set(TABLES_LEFT_OUT)


@pytest.mark.parametrize("kind", CARRIED_TABLES, ids=lambda kind: kind.__name__)
def test_every_column_that_is_left_out_exists_and_every_other_goes_along(kind: type[Row]) -> None:
    columns = {column.name for column in table_of(kind).columns}

    assert set(COLUMNS_LEFT_OUT[kind]) <= columns
    assert set(kind.model_fields) == columns, "a column goes along as the field of the same name"
    assert kind in (World, Lineage) or "world_id" in columns, "that is how its rows are found"


@pytest.mark.parametrize("kind", CARRIED_TABLES, ids=lambda kind: kind.__name__)
def test_every_reference_that_goes_along_is_to_something_in_the_file(kind: type[Row]) -> None:
    carried = {table_of(other).name for other in CARRIED.values()}

    assert set(references(kind).values()) <= carried, (
        "a column is new that refers to what stays here: give the reason in COLUMNS_LEFT_OUT of domain/archive.py"
    )


@pytest.mark.parametrize("kind", CARRIED_TABLES, ids=lambda kind: kind.__name__)
def test_no_id_goes_along_that_would_not_be_renewed(kind: type[Row]) -> None:
    going = [column for column in table_of(kind).columns if column.name not in COLUMNS_LEFT_OUT[kind]]
    ids = {column.name for column in going if "UUID" in type(column.type).__name__.upper()}
    documents = {column.name for column in going if isinstance(column.type, JsonOf)}

    assert ids - {"id"} <= set(references(kind)) | KNOWN_REFERENCES, "say in `_kinds_referred` what it is the id of"
    assert documents <= DOCUMENTS_WITHOUT_IDS, (
        "what is kept as JSON may hold ids: see that they are renewed, then name it here"
    )


def test_a_name_that_is_taken_gets_a_number_and_stays_short_enough() -> None:
    assert free_world_name("Elsewhere", [], 80) == "Elsewhere"
    assert free_world_name("Elsewhere", ["elsewhere", "Elsewhere (2)"], 80) == "Elsewhere (3)"
    assert free_world_name("x" * 80, ["x" * 80], 80) == "x" * 76 + " (2)"
