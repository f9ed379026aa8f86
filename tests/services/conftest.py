"""What the tests of this room share: a studio, whose dispatcher runs only where a test opens it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.studio import Stage, Studio, open_studio, other_game_master
from wrldbldr.domain.account import Principal
from wrldbldr.engine import Engine


@pytest.fixture
async def studio(tmp_path: Path, stage: Stage) -> AsyncGenerator[Studio]:
    """Nobody paints yet."""
    async with open_studio(tmp_path, stage) as studio:
        yield studio


@pytest.fixture
async def painting(studio: Studio) -> Studio:
    """The dispatcher runs."""
    await studio.open()
    return studio


@pytest.fixture
def engine(studio: Studio) -> Engine:
    return studio.engine


@pytest.fixture
def who(studio: Studio) -> Principal:
    """The owner."""
    return studio.who


@pytest.fixture
async def stranger(engine: Engine) -> Principal:
    """A game master whose things these are not."""
    return await other_game_master(engine)
