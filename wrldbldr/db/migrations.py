"""Bringing the database to the shape the models have, and refusing one from a newer version."""

import asyncio
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.settings import Settings

SCRIPTS = Path(__file__).resolve().parents[2] / "alembic"
_upgrading = Lock()  # alembic keeps what it works on in a module: two upgrades in one process would wait for each other


class DatabaseTooNewError(WrldBldrError):
    """The database was last used by a version of WrldBldr that knows migrations this one does not."""

    code = "database_too_new"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"This database belongs to a newer WrldBldr (revision {revision}). "
            "Install that version, or set WRLDBLDR_DATA_DIR to another folder."
        )


class DatabaseUnreachableError(WrldBldrError):
    """The database cannot be opened: no such driver, server, name or password, or the file is no database."""

    code = "database_unreachable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database cannot be opened ({reason}). Check WRLDBLDR_DATABASE_URL and the data folder.")


def configuration(database_url: str) -> Config:
    """Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["database_url"] = database_url
    return config


def check_revision(settings: Settings) -> None:
    """Raises DatabaseTooNewError when the database is ahead of this version, DatabaseUnreachableError when it cannot be
    opened. A SQLite file that is not there yet is fine. Blocks.
    """
    if not settings.database_file.exists():
        return
    asyncio.run(_check(settings))


async def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`, each in its own transaction."""
    await asyncio.to_thread(_upgrade, database_url, revision)


def _upgrade(database_url: str, revision: str) -> None:
    with _upgrading:
        command.upgrade(configuration(database_url), revision)


async def _check(settings: Settings) -> None:
    try:
        engine = create_async_engine(settings.database, poolclass=NullPool)
        async with engine.connect() as connection:
            found = await connection.run_sync(_revision)
        await engine.dispose()
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise DatabaseUnreachableError(type(error).__name__) from error
    if found is None:
        return
    try:
        ScriptDirectory.from_config(configuration(settings.database)).get_revision(found)
    except CommandError as error:
        raise DatabaseTooNewError(found) from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
