"""Migrations lose nothing, agree with the models, and are done wholly or not at all."""

import asyncio
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from wrldbldr.db.migrations import DatabaseTooNewError, DatabaseUnreachableError, check_revision, configuration, upgrade
from wrldbldr.db.words import FULL_TEXT, is_ours
from wrldbldr.domain.tables import TABLES
from wrldbldr.settings import Settings

SEEDS = Path(__file__).parent / "seeds"
SCRIPTS = ScriptDirectory.from_config(configuration(""))
TRIGGERS = {
    *("asset_tags_new", "asset_tags_changed", "picture_is_styled"),
    *("picture_words_new", "picture_words_changed", "picture_words_gone"),
    *("batch_new", "batch_changed"),
}
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database may come to be."""
    return tmp_path / "wrldbldr.sqlite3"


@pytest.fixture
def connection(file: Path, empty_database: Path) -> Generator[Connection]:
    """A connection to a database that has reached head."""
    file.write_bytes(empty_database.read_bytes())
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def rows(file: Path) -> dict[str, int]:
    """How many rows each table has; alembic's own, and those of the full text, left out."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return {
            name: connection.execute(f"select count(*) from {name}").fetchone()[0]  # noqa: S608 - names from the file
            for name in names
            if name != "alembic_version" and not name.startswith(FULL_TEXT)
        }


def models(file: Path) -> Mapping[str, Sequence[SQLModel]]:
    """Every row of every table, read through its model."""
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = {str(table.__tablename__): list(session.scalars(select(table))) for table in TABLES}
    engine.dispose()
    return found


@pytest.mark.parametrize("revision", REVISIONS)
async def test_upgrading_from_a_revision_with_data_in_it_loses_nothing(file: Path, revision: str) -> None:
    seed = SEEDS / f"{revision}.sql"
    assert seed.is_file(), f"write rows as revision {revision} keeps them into {seed.name}"
    await upgrade(url(file), revision)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(seed.read_text())
    before = rows(file)
    assert min(before.values()) > 0, "the seed leaves a table empty"

    await upgrade(url(file))

    new_and_empty = {str(table.__tablename__): 0 for table in TABLES} | {"picturenumber": before["asset"]}
    assert {name: len(found) for name, found in models(file).items()} == new_and_empty | before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []


async def test_the_seed_of_the_first_revision_comes_through_word_for_word(file: Path) -> None:
    await upgrade(url(file), REVISIONS[-1])
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((SEEDS / f"{REVISIONS[-1]}.sql").read_text())

    await upgrade(url(file))

    found = {name: [row.model_dump() for row in rows_] for name, rows_ in models(file).items()}
    assert "It’s “her”; 影の女王" in {row["description"] for row in found["character"]}
    assert {row["status"].value for row in found["batch"]} == {"queued", "generating", "ready", "failed", "cancelled"}
    assert {row["failure"]["title"] for row in found["batch"] if row["failure"]} == {"ComfyUI ran out of memory"}
    assert {row["seed"] for row in found["batch"]} == {2**53 - 1}
    [workflow] = found["workflow"]
    assert workflow["graph"]["6"]["inputs"] == {"text": "", "clip": ["4", 1]}
    assert workflow["bindings"]["positive"] == ({"node_id": "6", "input_name": "text"},)


async def test_what_a_batch_was_painted_with_comes_to_its_pictures(file: Path) -> None:
    await upgrade(url(file), "b7d20c5a914e")
    set_of_batch = '[{"node_id": "3", "input_name": "steps", "value": 12}]'
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((SEEDS / "b7d20c5a914e.sql").read_text())
        connection.execute("update batch set inputs = ? where status = 'ready'", [set_of_batch])
        connection.commit()

    await upgrade(url(file))

    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("select batch_id is not null, inputs from asset").fetchall()
    assert set(found) == {(1, set_of_batch), (0, None)}


def test_no_seed_is_left_of_a_revision_that_does_not_exist() -> None:
    assert {path.stem for path in SEEDS.glob("*.sql")} == set(REVISIONS)


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_a_fresh_database_reaches_head_and_has_every_table(connection: Connection, file: Path) -> None:
    assert MigrationContext.configure(connection).get_current_revision() == SCRIPTS.get_current_head()
    assert set(rows(file)) == {str(table.__tablename__) for table in TABLES}


def test_the_triggers_survive_every_migration(connection: Connection) -> None:
    found = connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'").scalars()

    assert set(found) == TRIGGERS, (
        "a table that is altered by copying it loses its triggers: make them again afterwards"
    )


HOW = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts=HOW)
    return list(compare_metadata(context, SQLModel.metadata))


def test_models_and_migrations_agree(connection: Connection) -> None:
    assert differences(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        "alter table world add column weather varchar",
        "alter table world drop column motto",
        "drop index uq_asset_active",
        "drop table submission",
    ],
)
def test_a_model_and_a_migration_that_disagree_are_noticed(connection: Connection, change: str) -> None:
    connection.exec_driver_sql(change)

    assert differences(connection) != []


async def test_upgrading_twice_changes_nothing(file: Path) -> None:
    await upgrade(url(file))
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((SEEDS / f"{REVISIONS[0]}.sql").read_text())
    before = rows(file)

    await upgrade(url(file))

    assert rows(file) == before


async def test_a_migration_that_breaks_half_way_leaves_nothing_behind_and_can_be_tried_again(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table submission (in_the_way)")
    with pytest.raises(Exception, match="already exists"):
        await upgrade(url(file))
    assert set(rows(file)) == {"submission"}

    with closing(sqlite3.connect(file)) as connection:
        connection.execute("drop table submission")
    await upgrade(url(file))

    assert len(rows(file)) == len(TABLES)


async def test_two_upgrades_at_once_do_not_hinder_each_other(tmp_path: Path) -> None:
    files = [tmp_path / "one.sqlite3", tmp_path / "two.sqlite3"]

    await asyncio.gather(*(upgrade(url(file)) for file in files))

    assert [len(rows(file)) for file in files] == [len(TABLES)] * 2


async def test_migrations_can_be_taken_back(file: Path) -> None:
    await upgrade(url(file))

    await asyncio.to_thread(command.downgrade, configuration(url(file)), "base")

    assert rows(file) == {}


def settings(file: Path) -> Settings:
    return Settings(data_dir=file.parent, database_url=url(file))


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(file: Path, empty_database: Path) -> None:
    file.write_bytes(empty_database.read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("update alembic_version set version_num = 'fffeeedddccc'")
        connection.commit()

    with pytest.raises(DatabaseTooNewError) as caught:
        check_revision(settings(file))

    assert str(caught.value) == (
        "This database belongs to a newer WrldBldr (revision fffeeedddccc). "
        "Install that version, or set WRLDBLDR_DATA_DIR to another folder."
    )


def test_a_database_at_head_an_empty_one_and_none_at_all_are_fine(file: Path, empty_database: Path) -> None:
    check_revision(settings(file))
    assert not file.exists(), "looking makes no file"
    file.touch()
    check_revision(settings(file))
    file.write_bytes(empty_database.read_bytes())
    check_revision(settings(file))


def test_a_file_that_is_no_database_is_refused_in_a_sentence(file: Path) -> None:
    file.write_bytes(b"Dear diary, " * 1000)

    with pytest.raises(DatabaseUnreachableError, match=r"^The database cannot be opened .*\.$"):
        check_revision(settings(file))
