"""Connections to the database, and the unit of work: the only place that commits."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakSet

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy import Engine as SyncEngine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from wrldbldr.db import driver
from wrldbldr.db.accounts import Accounts
from wrldbldr.db.archive import Archive
from wrldbldr.db.assets import Assets
from wrldbldr.db.batches import Batches
from wrldbldr.db.doomed_files import DoomedFiles
from wrldbldr.db.gallery import Gallery
from wrldbldr.db.line import LineOfBatches
from wrldbldr.db.players import Players
from wrldbldr.db.prompt_templates import PromptTemplates
from wrldbldr.db.removals import Removals
from wrldbldr.db.server import Server
from wrldbldr.db.stage import Stage
from wrldbldr.db.stored_files import StoredFiles
from wrldbldr.db.trip import Trip
from wrldbldr.db.uses import Uses
from wrldbldr.db.workflows import Workflows
from wrldbldr.db.worlds import Worlds
from wrldbldr.domain.errors import WrldBldrError

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000


class DatabaseBusyError(WrldBldrError):
    """Another program holds the database for longer than we wait. Nothing was changed; the same may succeed later."""

    status_code = 503
    code = "database_busy"

    def __init__(self) -> None:
        super().__init__("Another program is using WrldBldr's database. Try again in a moment.")


class DatabaseFullError(DatabaseBusyError):
    """The disk has no room for what was to be written. Nothing was changed."""

    status_code = 507
    code = "database_full"

    def __init__(self) -> None:
        WrldBldrError.__init__(
            self, "The disk with WrldBldr's database is full. Make room; nothing of the queue is lost."
        )


class DatabaseClosedError(WrldBldrError):
    """Whoever asks came after the end: a connection opened now would be closed by nobody."""

    status_code = 503
    code = "database_closed"

    def __init__(self) -> None:
        super().__init__("WrldBldr is shutting down. Try again in a moment.")


def _told_apart(error: OperationalError) -> Exception:
    """What a person can do something about, in our words; anything else as it is."""
    words = str(error.orig)
    if "locked" in words:
        return DatabaseBusyError()
    return DatabaseFullError() if "full" in words or "disk I/O" in words else error


class UnitOfWork:
    """The repositories, all within one transaction."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts and the secrets they show."""
        return Accounts(self._db_session)

    @cached_property
    def worlds(self) -> Worlds:
        """Worlds, their characters, locations and game sessions."""
        return Worlds(self._db_session)

    @cached_property
    def players(self) -> Players:
        """Players and the tables they sit at."""
        return Players(self._db_session)

    @cached_property
    def workflows(self) -> Workflows:
        """Workflows and which of them paints what."""
        return Workflows(self._db_session)

    @cached_property
    def prompt_templates(self) -> PromptTemplates:
        """The words with which prompts begin."""
        return PromptTemplates(self._db_session)

    @cached_property
    def batches(self) -> Batches:
        """Batches and the prompts sent for them."""
        return Batches(self._db_session)

    @cached_property
    def line(self) -> LineOfBatches:
        """Batches that wait for their turn."""
        return LineOfBatches(self._db_session)

    @cached_property
    def assets(self) -> Assets:
        """Stored pictures, one by one."""
        return Assets(self._db_session)

    @cached_property
    def gallery(self) -> Gallery:
        """Stored pictures, for whoever looks for some of them."""
        return Gallery(self._db_session)

    @cached_property
    def stored_files(self) -> StoredFiles:
        """The files of pictures, and who needs them."""
        return StoredFiles(self._db_session)

    @cached_property
    def doomed_files(self) -> DoomedFiles:
        """Stored files whose pictures were deleted."""
        return DoomedFiles(self._db_session)

    @cached_property
    def removals(self) -> Removals:
        """What was deleted and can still come back."""
        return Removals(self._db_session)

    @cached_property
    def uses(self) -> Uses:
        """What uses pictures."""
        return Uses(self._db_session)

    @cached_property
    def stage(self) -> Stage:
        """What is put before players."""
        return Stage(self._db_session)

    @cached_property
    def archive(self) -> Archive:
        """Everything of a world that goes into a file."""
        return Archive(self._db_session)

    @cached_property
    def server(self) -> Server:
        """What the server itself remembers."""
        return Server(self._db_session)


class Database:
    """One database. Open no connection before the process that uses it runs: the web server forks."""

    def __init__(self, url: str, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        """`busy_timeout_ms`: how long to wait while another program writes."""
        self._connections: WeakSet[driver.Connection] = WeakSet()  # each until its thread has ended
        self._open: set[driver.Connection] = set()  # each until it is told to stop, whoever else forgot it
        self._is_closed = False
        self._engine = _engine(url, self._connect)
        self._trips = _trip_engine(url)
        event.listen(self._engine.sync_engine, "connect", partial(_prepare_or_stop, busy_timeout_ms))
        event.listen(self._trips, "connect", partial(_prepare_sqlite, busy_timeout_ms))
        self._trip_thread = ThreadPoolExecutor(1, "database")
        self._writing = asyncio.Lock()
        self._journal = Path(f"{make_url(url).database}-wal")

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[UnitOfWork]:
        """A consistent view; nothing changed in it is kept."""
        async with AsyncSession(self._engine, expire_on_commit=False) as db_session:
            yield UnitOfWork(db_session)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[UnitOfWork]:
        """Everything done in the block is committed when it ends well, and nothing when it raises.

        SQLite has one writer: writers of this process queue here, fairly, and take the write lock at the start of
        their transaction, so that none is refused half-way because another wrote in between. Raises DatabaseBusyError
        when another program holds that lock.
        """
        async with self._writing, AsyncSession(self._engine, expire_on_commit=False) as db_session:
            try:
                await db_session.connection(execution_options={"begin_immediate": True})
                yield UnitOfWork(db_session)
                await db_session.commit()
            except OperationalError as error:
                raise _told_apart(error) from error

    async def in_one_trip(self, work: Callable[[Trip], T]) -> T:
        """What `work` gives, done in a thread of the database, and committed when it ends well. Raises as `write` does.

        Whoever is cancelled meanwhile does not stop it, and goes on only when it is done: nobody comes between.
        """
        async with self._writing:
            trip = asyncio.get_running_loop().run_in_executor(self._trip_thread, self._trip, work)
            try:
                return await asyncio.shield(trip)
            except asyncio.CancelledError:
                await asyncio.wait([trip])
                if not trip.cancelled():
                    trip.exception()  # whoever asked is gone; nothing was changed then
                raise
            except OperationalError as error:
                raise _told_apart(error) from error

    def _trip(self, work: Callable[[Trip], T]) -> T:
        with self._trips.connect() as connection:
            try:
                with connection.begin():
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    return work(Trip(connection))
            except BaseException:
                connection.connection.rollback()  # after a COMMIT that is refused SQLite's transaction goes on
                raise

    async def outlast_power_cuts(self) -> None:
        """What was committed stays so from now on. After a crash it always does; SQLite waits with the disk (WAL)."""
        await asyncio.to_thread(self._sync)

    def _sync(self) -> None:
        with suppress(FileNotFoundError), self._journal.open("rb") as journal:
            os.fsync(journal.fileno())

    async def close(self) -> None:
        """Close every connection, those of transactions that were cancelled half-way too; their threads have ended then.

        No other is opened from here on: what is asked later raises DatabaseClosedError.
        """
        self._is_closed = True
        await asyncio.to_thread(self._trip_thread.shutdown)
        self._trips.dispose()
        await self._engine.dispose()
        for connection in list(self._connections):
            await connection.end()

    def _connect(self, *where: Any, **options: Any) -> driver.Connection:
        if self._is_closed:
            raise DatabaseClosedError
        connection = driver.Connection(*where, on_stop=self._open.discard, **options)
        self._open.add(connection)
        self._connections.add(connection)
        return connection


def migration_engine(url: str) -> AsyncEngine:
    """An engine on which a migration that breaks leaves nothing behind, tables included.

    SQLite alters a table by copying and dropping it. Foreign keys are not minded meanwhile: a drop would take along
    every row that refers to the table.
    """
    engine = create_async_engine(url, poolclass=NullPool)
    event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _engine(url: str, connect: Callable[..., driver.Connection]) -> AsyncEngine:
    """An engine that opens connections by `connect`, with what sqlite3 is to be told."""
    address = make_url(url)
    where, options = address.get_dialect()().create_connect_args(address)
    engine = create_async_engine(
        url,
        async_creator=partial(connect, *where, **options),
        hide_parameters=True,  # an error that is logged shall not quote prompts
    )
    event.listen(engine.sync_engine, "begin", _begin_with_next)
    return engine


def _trip_engine(url: str) -> SyncEngine:
    """An engine for the one thread that makes trips. It opens nothing before the first.

    It tells nobody when a transaction begins: with a listener to that, every statement takes a tenth longer.
    """
    address = make_url(url)
    return create_engine(
        address.set(drivername=address.get_backend_name()),
        poolclass=StaticPool,
        pool_reset_on_return=None,  # it comes back from every trip with its transaction ended
        connect_args={"check_same_thread": False, "isolation_level": None},  # it is closed in another thread
        hide_parameters=True,
    )


def _leave_transactions_to_us(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """The driver's own BEGIN comes too late for a consistent read, and never for a new table: `_begin_sqlite` sends it."""
    raw: Any = connection
    raw.isolation_level = None


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _prepare_sqlite(busy_timeout_ms: int, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={busy_timeout_ms}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_or_stop(busy_timeout_ms: int, connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Whoever is cancelled meanwhile loses the connection: the pool has not got it yet, and would not close it."""
    try:
        _prepare_sqlite(busy_timeout_ms, connection, entry)
    except BaseException:
        cast(driver.Connection, cast(Any, connection).driver_connection).stop()
        raise


def _begin_with_next(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("begin_immediate", False)
    raw = cast(driver.Connection, connection.connection.driver_connection)
    raw.begin_with_next("BEGIN IMMEDIATE" if immediate else "BEGIN")
