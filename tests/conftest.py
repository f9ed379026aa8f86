"""What every room's tests may ask for."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from tests.fakes.clock import FakeClock
from tests.fakes.studio import Stage, make_empty_database, make_stage

FOLDER = Path(__file__).parent
MARKS = {"e2e": pytest.mark.e2e, "benchmarks": pytest.mark.benchmark}

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is end-to-end or a benchmark by the folder it lies in; end-to-end tests come last."""
    for item in items:
        room = item.path.relative_to(FOLDER).parts[0]
        if room in MARKS:
            item.add_marker(MARKS[room])
    # The browser's driver keeps an event loop running in this thread once it is started: no async test can follow it.
    items.sort(key=lambda item: item.path.relative_to(FOLDER).parts[0] == "e2e")


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()


@pytest.fixture
def recorded() -> Path:
    """The folder of recorded ComfyUI replies and foreign workflows; a test that needs it is skipped without it."""
    folder = os.environ.get("WRLDBLDR_FIXTURES")
    if not folder:
        pytest.skip("WRLDBLDR_FIXTURES names no folder of recorded replies")
    return Path(folder)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and nothing in them; migrating takes long, copying does not."""
    return make_empty_database(tmp_path_factory.mktemp("database") / "empty.sqlite3")


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A database file in which the owner's world stands ready."""
    return make_stage(tmp_path_factory.mktemp("stage") / "stage.sqlite3")


@pytest.fixture
async def statements() -> AsyncGenerator[list[tuple[str, Any]]]:
    """Every statement that is sent, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
