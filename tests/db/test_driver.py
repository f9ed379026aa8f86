"""The SQLite driver: one trip to a thread a statement, and nothing lost of what a transaction promises."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.db.rows import account
from tests.fakes.quiet import REAL_TIME, until
from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.db.driver import Connection


class CountedConnection(Connection):
    """Counts its trips."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file), on_stop=lambda _: None, check_same_thread=False)
        self.trips = 0

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self.trips += 1
        return await super()._execute(fn, *args, **kwargs)


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncGenerator[CountedConnection]:
    connection = CountedConnection(tmp_path / "numbers.sqlite3")
    await connection
    await connection.cursor().execute("CREATE TABLE number (value INTEGER UNIQUE)")
    connection.trips = 0
    yield connection
    await connection.close()


@pytest.fixture
def other(connection: CountedConnection, tmp_path: Path) -> sqlite3.Connection:
    """The same file as another program has it open."""
    return sqlite3.connect(tmp_path / "numbers.sqlite3", timeout=0, isolation_level=None)


async def rows_of(connection: Connection, statement: str) -> Any:
    cursor = connection.cursor()
    await cursor.execute(statement)
    return await cursor.fetchall()


async def test_a_transaction_of_two_statements_and_its_end_make_three_trips(connection: CountedConnection) -> None:
    connection.begin_with_next("BEGIN IMMEDIATE")
    cursor = await connection.cursor().__aenter__()
    await cursor.execute("INSERT INTO number VALUES (?)", (1,))
    await cursor.close()
    assert await rows_of(connection, "SELECT value FROM number") == [(1,)]
    await connection.commit()

    assert connection.trips == 3


async def test_a_transaction_in_which_nothing_was_done_makes_no_trip(connection: CountedConnection) -> None:
    for end in (connection.commit, connection.rollback):
        connection.begin_with_next("BEGIN")
        await end()

    assert connection.trips == 0
    await rows_of(connection, "SELECT 1")
    assert not connection.in_transaction


async def test_no_statement_runs_in_the_thread_of_the_event_loop(connection: CountedConnection) -> None:
    await connection.create_function("thread", 0, threading.get_ident)
    connection.begin_with_next("BEGIN")

    ((found,),) = await rows_of(connection, "SELECT thread()")
    await connection.cursor().executemany("INSERT INTO number VALUES (thread() + ?)", [(0,), (1,)])

    assert found != threading.get_ident()
    assert await rows_of(connection, "SELECT value FROM number ORDER BY value") == [(found,), (found + 1,)]
    await connection.rollback()


async def test_a_cursor_tells_columns_rows_and_how_many_were_changed(connection: CountedConnection) -> None:
    cursor = connection.cursor()
    await cursor.executemany("INSERT INTO number VALUES (?)", [(value,) for value in range(10)])
    assert (cursor.description, cursor.rowcount, await cursor.fetchall()) == (None, 10, ())

    await cursor.execute("DELETE FROM number WHERE value > ? RETURNING value AS gone", (7,))
    assert cursor.description is not None
    assert (cursor.description[0][0], cursor.rowcount, await cursor.fetchall()) == ("gone", 2, [(8,), (9,)])


async def test_a_hundred_thousand_rows_arrive_whole(connection: CountedConnection) -> None:
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"

    rows = await rows_of(connection, count)

    assert (len(rows), rows[0], rows[-1]) == (100_000, (1,), (100_000,))


async def test_a_begin_that_was_refused_is_sent_again_before_the_next_statement(
    connection: CountedConnection, other: sqlite3.Connection
) -> None:
    await rows_of(connection, "PRAGMA busy_timeout=0")
    connection.begin_with_next("BEGIN IMMEDIATE")
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await connection.cursor().execute("INSERT INTO number VALUES (1)")
        other.execute("ROLLBACK")

        await connection.cursor().execute("INSERT INTO number VALUES (1)")
        assert connection.in_transaction
        await connection.rollback()
    assert await rows_of(connection, "SELECT count(*) FROM number") == [(0,)]


async def test_a_statement_that_fails_leaves_the_transaction_to_be_undone(connection: CountedConnection) -> None:
    connection.begin_with_next("BEGIN")
    await connection.cursor().execute("INSERT INTO number VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().execute("INSERT INTO number VALUES (1)")

    await connection.rollback()

    assert await rows_of(connection, "SELECT count(*) FROM number") == [(0,)]


# -- and as the database uses it


class Gate:
    """An SQL function, `gate()`, that takes until the test opens it."""

    def __init__(self, database: Database) -> None:
        self.entered, self._opened = threading.Event(), threading.Event()
        event.listen(database._engine.sync_engine, "connect", self._add)

    def open(self) -> None:
        self._opened.set()

    async def reached(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, 5)

    def _add(self, connection: Any, _: object) -> None:
        connection.create_function("gate", 0, self._wait)

    def _wait(self) -> int:
        self.entered.set()
        assert self._opened.wait(5)
        return 1


async def write_behind(database: Database) -> None:
    async with database.write() as unit:
        await unit.accounts.add(account("Aldwin"))
        await (await unit._db_session.connection()).exec_driver_sql("SELECT gate()")


async def test_a_writer_cancelled_in_the_middle_of_a_statement_keeps_nothing_and_holds_nobody_up(
    database: Database, file: Path
) -> None:
    gate = Gate(database)
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(write_behind(database))
        await gate.reached()
        writing.cancel()
        gate.open()

    async with asyncio.timeout(5), database.write() as unit:
        assert await unit.accounts.count() == 0
        await unit.accounts.add(account("Berta"))
    with closing(sqlite3.connect(file)) as outside:
        assert outside.execute("SELECT name FROM account").fetchall() == [("Berta",)]


async def test_a_reader_cancelled_in_the_middle_of_a_statement_leaves_no_transaction_open(database: Database) -> None:
    gate = Gate(database)

    async def read() -> None:
        async with database.read() as unit:
            await (await unit._db_session.connection()).exec_driver_sql("SELECT name, gate() FROM account")

    async with database.write() as unit:
        await unit.accounts.add(account("Aldwin"))
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        await gate.reached()
        reading.cancel()
        gate.open()

    async with database.read() as unit:
        before = await unit.accounts.count()
    async with database.write() as unit:
        await unit.accounts.add(account("Berta"))
    async with database.read() as unit:  # a connection still in the old transaction would show what was there before
        assert (before, await unit.accounts.count()) == (1, 2)


async def test_while_another_program_writes_a_writer_is_told_so_and_may_try_again(
    database: Database, file: Path
) -> None:
    event.listen(database._engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"))
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError):
            async with database.write() as unit:
                await unit.accounts.add(account())
        other.execute("ROLLBACK")

        async with database.write() as unit:
            await unit.accounts.add(account())
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")


async def test_other_errors_of_the_database_are_not_called_busy(database: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        async with database.write() as unit:
            await (await unit._db_session.connection()).exec_driver_sql("SELECT * FROM nowhere")


async def test_closing_the_database_ends_every_thread_it_started(database: Database) -> None:
    before = set(threading.enumerate())

    async def read() -> None:
        async with database.read() as unit:
            await unit.accounts.count()

    await asyncio.gather(*(read() for _ in range(5)))
    started = set(threading.enumerate()) - before
    assert len(started) == 5

    await database.close()

    assert not started.intersection(threading.enumerate())


async def test_closing_the_database_waits_for_a_statement_whose_reader_was_cancelled_and_cancelled_again(
    database: Database,
) -> None:
    await asyncio.to_thread(threading.get_ident)  # asyncio's own thread is there from here on
    before = set(threading.enumerate())
    gate = Gate(database)

    async def read() -> None:
        async with database.read() as unit:
            await (await unit._db_session.connection()).exec_driver_sql("SELECT gate()")

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        await gate.reached()
        await until(lambda: not reading.cancel(), "the end of the reader")
        started = set(threading.enumerate()) - before
        tasks.create_task(database.close())
        await REAL_TIME.sleep(0)  # it waits for the statement now
        gate.open()

    assert started
    assert not started.intersection(threading.enumerate())


async def test_whoever_is_cancelled_while_a_connection_is_made_ready_leaves_no_thread_behind(
    database: Database,
) -> None:
    before = set(threading.enumerate())

    async def read() -> None:
        async with database.read() as unit:
            await unit.accounts.count()

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        event.listen(database._engine.sync_engine, "connect", lambda *_: reading.cancel(), insert=True)

    assert reading.cancelled()
    await until(lambda: set(threading.enumerate()) <= before, "the end of the connection's thread")
    assert not database._open


async def test_a_connection_that_was_told_to_stop_can_be_closed_all_the_same(connection: CountedConnection) -> None:
    told = connection.stop()  # as for somebody who was cancelled in the middle of a statement

    await connection.close()  # as the pool does then, which says at ERROR what goes wrong

    assert told is not None
    await told
