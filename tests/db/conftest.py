"""What the tests of this room share: an empty database with every table, and somebody's world in it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.db.rows import Setting
from wrldbldr.db.database import Database


@pytest.fixture
def file(tmp_path: Path, empty_database: Path) -> Path:
    """The file of `database`."""
    return Path(shutil.copy(empty_database, tmp_path / "wrldbldr.sqlite3"))


@pytest.fixture
async def database(file: Path) -> AsyncGenerator[Database]:
    database = Database(f"sqlite+aiosqlite:///{file}")
    yield database
    await database.close()


@pytest.fixture
async def setting(database: Database) -> Setting:
    setting = Setting()
    async with database.write() as unit:
        await setting.store(unit)
    return setting
