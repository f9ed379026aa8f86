"""What benchmarks have in common: two databases, one with few and one with very many, and a place for what they found."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.plenty import Amount, fill
from tests.fakes.studio import Stage

FEW, MANY = Amount(100, 100), Amount(10_000, 100_000)
FOUND = pytest.StashKey[list[str]]()


@dataclass(frozen=True)
class Folders:
    """Two data folders of the same scene."""

    few: Path
    many: Path


@pytest.fixture(scope="session")
def folders(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Filled once; whoever changes something puts it back."""
    root = tmp_path_factory.mktemp("plenty")
    found = Folders(root / "few", root / "many")
    for folder, amount in ((found.few, FEW), (found.many, MANY)):
        folder.mkdir()
        fill(stage, folder / "wrldbldr.sqlite3", folder / "media", amount)
    return found


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Show something when everything has been measured."""
    return pytestconfig.stash.setdefault(FOUND, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The tables, one below the other."""
    for text in config.stash.get(FOUND, []):
        terminalreporter.write_line(f"\n{text}")
