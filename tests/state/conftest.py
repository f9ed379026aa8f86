"""What the tests of this room share: an engine that is the process's, the owner's world, and tabs that look at it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.engine import fake_engine
from tests.fakes.studio import OWNER_PASSWORD, Stage, Studio, open_studio
from tests.state.tab import Tab, open_tab
from wrldbldr import engine as engine_module
from wrldbldr.db.database import Database
from wrldbldr.engine import Engine
from wrldbldr.pages import creator, director, join, login, not_found, play, settings, setup, worlds  # noqa: F401 - every state is loaded
from wrldbldr.state.creator import Creator
from wrldbldr.state.director import Director
from wrldbldr.state.live import Live


@pytest.fixture
async def studio(tmp_path: Path, stage: Stage) -> AsyncGenerator[Studio]:
    """Its engine is the one that states find; nobody paints yet."""
    async with open_studio(tmp_path, stage) as studio:
        engine_module._running.append(studio.engine)
        yield studio
        engine_module._running.remove(studio.engine)


@pytest.fixture
def engine(studio: Studio) -> Engine:
    return studio.engine


@pytest.fixture
async def secret(studio: Studio) -> str:
    """The owner's login."""
    return (await studio.engine.accounts.log_in(studio.who.name, OWNER_PASSWORD)).secret


@pytest.fixture
async def nobody(studio: Studio) -> AsyncGenerator[Tab]:
    """A tab of somebody who has not signed in."""
    async with open_tab("") as tab:
        yield tab


@pytest.fixture
async def seat(studio: Studio) -> str:
    """What the browser of a player shows, who sits at the scene's table."""
    return (await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")).secret


@pytest.fixture
async def guest(studio: Studio, seat: str) -> AsyncGenerator[Tab]:
    """The player's tab at the table."""
    async with open_tab("", f"/play/{studio.scene.game_session.id}", seat=seat) as tab:
        yield tab


@pytest.fixture
async def shelf(secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab at the shelf of worlds."""
    async with open_tab(secret) as tab:
        yield tab


@pytest.fixture
async def desk(studio: Studio, secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab in Creator Mode, in front of the character."""
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/create") as tab:
        await tab.send(Creator.enter)
        await tab.send(Creator.select(str(studio.scene.character.id)))
        tab.forget()
        yield tab


@pytest.fixture
async def directing(studio: Studio, secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab in Director Mode; it listens, and the dispatcher works."""
    await studio.open()
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/direct") as tab:
        await tab.send(Director.enter)
        await tab.start(Live.begin)
        for _ in range(2):
            await studio.advance(1.0)
        tab.forget()
        yield tab


@pytest.fixture
async def untouched(tmp_path: Path, empty_database: Path) -> AsyncGenerator[Engine]:
    """An engine that nobody has visited yet."""
    file = tmp_path / "untouched.sqlite3"
    shutil.copy(empty_database, file)
    database = Database(f"sqlite+aiosqlite:///{file}")
    engine = fake_engine(tmp_path, database)
    engine_module._running.append(engine)
    yield engine
    engine_module._running.remove(engine)
    await database.close()
