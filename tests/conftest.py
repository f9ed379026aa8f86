"""What every room's tests may ask for."""

import os
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock

FOLDER = Path(__file__).parent
MARKS = {"e2e": pytest.mark.e2e, "benchmarks": pytest.mark.benchmark}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is end-to-end or a benchmark by the folder it lies in."""
    for item in items:
        room = item.path.relative_to(FOLDER).parts[0]
        if room in MARKS:
            item.add_marker(MARKS[room])


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
