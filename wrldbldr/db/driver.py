"""SQLite for SQLAlchemy's async engine, with one trip to the connection's thread for each statement.

aiosqlite makes a trip each for the cursor, the statement, its rows and the cursor's end, and as many for BEGIN. Most of our
statements take less time than one such trip.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar, cast

import aiosqlite

T = TypeVar("T")

Row = tuple[Any, ...]
STATEMENTS_KEPT = 256  # prepared ones; all of ours are fewer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave, read to its last row."""

    description: Sequence[Row] | None = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Row] = ()


class Cursor:
    """One statement. Speaks as much of aiosqlite's cursor as SQLAlchemy uses; only the execute methods make a trip."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._outcome = Outcome()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Sequence[Row] | None:
        """One entry for each column, its name first; None after a statement that gives no rows."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed; -1 after a query."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        """SQLite's number of the row that was inserted last."""
        return self._outcome.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement and read its rows. Raises sqlite3.Error."""
        self._outcome = await self._connection.run(lambda raw: _outcome(raw.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each set of parameters. Raises sqlite3.Error."""
        self._outcome = await self._connection.run(lambda raw: _outcome(raw.executemany(statement, parameters)))

    async def fetchall(self) -> Sequence[Row]:
        """Every row."""
        return self._outcome.rows

    async def close(self) -> None:
        """Nothing is left to close: SQLite's own cursor ended in its thread."""


class Connection(aiosqlite.Connection):
    """A connection whose cursors make one trip, and whose transactions begin on the way to their first statement.

    Await it to open it; `options` are those of sqlite3.connect. `on_stop` hears once that it ends. Whoever is cancelled
    in the middle of a statement must close the connection, as SQLAlchemy does: its thread goes on with the statement.
    """

    def __init__(self, file: str, *, on_stop: Callable[["Connection"], None], **options: Any) -> None:
        options.update(isolation_level=None, cached_statements=STATEMENTS_KEPT)  # we say when a transaction begins
        super().__init__(partial(sqlite3.connect, file, **options), iter_chunk_size=1)
        self._thread.daemon = True  # a connection that nobody closed does not keep the process from ending
        self._begin: str | None = None
        self._on_stop = on_stop

    def stop(self) -> asyncio.Future[Any] | None:
        """End the thread. One that was told so already tells nobody when it has ended: there is nothing to wait for."""
        if not self._running:
            return None
        self._on_stop(self)
        end = cast(Callable[[], asyncio.Future[Any] | None], super().stop)  # pyright: ignore[reportUnknownMemberType] - no types
        return end()

    async def close(self) -> None:
        """Wait for what was asked, and close it. One that was told to stop is closed by its thread, without being asked."""
        if self._running:
            await super().close()

    async def end(self) -> None:
        """Close it if nobody has, and wait until its thread is gone. A thread that outlived its loop could tell nobody."""
        self.stop()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def cursor(self) -> Cursor:  # pyright: ignore[reportIncompatibleMethodOverride] - SQLAlchemy takes either
        """A new cursor, without a trip."""
        return Cursor(self)

    def begin_with_next(self, statement: str) -> None:
        """Send `statement` (a BEGIN) on the way to the next one. It is kept until it has succeeded."""
        self._begin = statement

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` gives, done in the connection's thread, within the transaction. Raises sqlite3.Error."""
        trip = cast(Callable[..., Any], self._execute)  # pyright: ignore[reportUnknownMemberType] - it has no types
        return await trip(self._within_transaction, work)

    async def commit(self) -> None:
        """Keep what was changed; no trip where no statement was sent since the transaction began."""
        if self._has_begun():
            await super().commit()

    async def rollback(self) -> None:
        """Undo what was changed; no trip where no statement was sent since the transaction began."""
        if self._has_begun():
            await super().rollback()

    def _has_begun(self) -> bool:
        self._begin = None
        return self.in_transaction

    def _within_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._begin is not None:
            self._conn.execute(self._begin)
            self._begin = None
        return work(self._conn)


def _outcome(cursor: sqlite3.Cursor) -> Outcome:
    rows = cursor.fetchall() if cursor.description else ()
    return Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
