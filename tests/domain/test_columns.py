"""What is written to a column comes back as the value it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError
from sqlalchemy.dialects import sqlite

from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.columns import JsonOf, UtcDateTime, WordOf
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.tables import TABLES
from wrldbldr.domain.workflow import Bindings, NodeInput

SQLITE = sqlite.dialect()


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1, 20, 0)  # noqa: DTZ001 - the very thing that must not pass

    with pytest.raises(ValueError, match="without a time zone"):
        UtcDateTime().process_bind_param(naive, SQLITE)


def test_a_time_of_another_zone_is_stored_as_the_same_moment_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    stored = UtcDateTime().process_bind_param(datetime(2026, 1, 2, 5, 0, tzinfo=tokyo), SQLITE)

    assert stored is not None
    assert stored == datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
    assert stored.utcoffset() == timedelta(0)


def test_a_time_read_from_a_database_that_forgets_zones_is_utc() -> None:
    read = UtcDateTime().process_result_value(datetime(2026, 1, 1, 20, 0), SQLITE)  # noqa: DTZ001 - as SQLite gives it

    assert read == datetime(2026, 1, 1, 20, 0, tzinfo=UTC)


def test_every_time_of_every_table_is_such_a_column() -> None:
    plain = [
        f"{table.__tablename__}.{column.name}"
        for table in TABLES
        for column in table.__table__.columns  # type: ignore[attr-defined]
        if column.name.endswith("_at") and not isinstance(column.type, UtcDateTime)
    ]

    assert plain == []


def test_a_word_is_stored_as_text_and_read_as_its_member() -> None:
    column = WordOf(BatchStatus)

    assert column.process_bind_param(BatchStatus.READY, SQLITE) == "ready"
    assert column.process_result_value("ready", SQLITE) is BatchStatus.READY


def test_a_word_that_is_none_is_refused_both_ways() -> None:
    column = WordOf(BatchStatus)

    with pytest.raises(ValueError, match="sleeping"):
        column.process_result_value("sleeping", SQLITE)
    with pytest.raises(ValueError, match="sleeping"):
        column.process_bind_param("sleeping", SQLITE)  # type: ignore[arg-type]


def test_a_json_column_gives_the_typed_value_back() -> None:
    column = JsonOf(Bindings)
    bindings = Bindings(positive=(NodeInput(node_id="6", input_name="text"),))

    stored = column.process_bind_param(bindings, SQLITE)

    assert isinstance(stored, dict)
    assert column.process_result_value(stored, SQLITE) == bindings


def test_json_of_another_shape_is_refused_when_it_is_read() -> None:
    with pytest.raises(ValidationError):
        JsonOf(Failure).process_result_value({"title": 7}, SQLITE)


def test_nothing_stays_nothing() -> None:
    for column in (UtcDateTime(), WordOf(BatchStatus), JsonOf(Failure)):
        assert column.process_bind_param(None, SQLITE) is None
        assert column.process_result_value(None, SQLITE) is None


def test_statements_over_json_columns_are_compiled_once_and_the_types_are_not_confused() -> None:
    assert JsonOf(Failure)._static_cache_key == JsonOf(Failure)._static_cache_key
    assert JsonOf(Failure)._static_cache_key != JsonOf(Bindings)._static_cache_key
