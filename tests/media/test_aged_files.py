"""What lies in a store for long can be told from what was stored a moment ago, and from what is none of its own."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.comfyui import tiny_png
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import SHELVES, MediaStore

NOW = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
DIES_WRITING = """
import resource, signal, sys
from pathlib import Path
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import MediaStore
from tests.media.pictures import drawing, encoded
picture = clean(encoded(drawing(), "PNG"))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
MediaStore(Path(sys.argv[1])).keep(picture)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def store(root: Path) -> MediaStore:
    return MediaStore(root)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def age(*paths: Path, hours: float) -> None:
    """As if they had been written so many hours ago."""
    written = (NOW - timedelta(hours=hours)).timestamp()
    for path in paths:
        os.utime(path, (written, written), follow_symlinks=False)


def aged(store: MediaStore) -> list[str]:
    return [content_hash for shelf in SHELVES for content_hash in store.aged(shelf, HOUR_AGO)]


def test_an_empty_store_has_nothing_aged(store: MediaStore) -> None:
    assert aged(store) == []


def test_a_picture_is_aged_when_the_last_of_its_files_is(store: MediaStore, root: Path) -> None:
    content_hash = store.keep(clean(tiny_png()))
    age(*files(root), hours=0.9)
    found: list[list[str]] = []

    for path in files(root):
        found.append(aged(store))
        age(path, hours=1.1)

    assert found == [[], [], []]
    assert aged(store) == [content_hash]


def test_a_picture_that_is_stored_again_is_young_again(store: MediaStore, root: Path) -> None:
    store.keep(clean(tiny_png()))
    age(*files(root), hours=5)

    store.keep(clean(tiny_png()))

    assert aged(store) == []


def test_what_is_no_picture_of_the_store_is_none_of_its_business(store: MediaStore, root: Path) -> None:
    shelf = root / "ab"
    shelf.mkdir(parents=True)
    foreign = [shelf / name for name in ("notes.txt", "a" * 63, f"ab{'a' * 62}.128.webp", f"cd{'0' * 62}", ".hidden")]
    for path in foreign:
        path.write_text("mine")
    (shelf / f"ab{'1' * 62}").symlink_to(foreign[0])
    (shelf / f"ab{'2' * 62}").mkdir()
    age(*shelf.iterdir(), hours=9)

    store.remove_unfinished("ab", HOUR_AGO)

    assert aged(store) == []
    assert len(list(shelf.iterdir())) == 7


def test_what_a_crash_left_half_written_goes_when_it_is_old(store: MediaStore, root: Path) -> None:
    pytest.importorskip("resource")
    subprocess.run([sys.executable, "-c", DIES_WRITING, root], check=False)
    [half] = [path for path in files(root) if path.suffix == ".part"]
    others = [path for path in files(root) if path != half]
    shelf = half.parent.name

    age(half, hours=0.9)
    store.remove_unfinished(shelf, HOUR_AGO)
    assert half.exists()
    age(*files(root), hours=1.1)
    store.remove_unfinished(shelf, HOUR_AGO)

    assert files(root) == others
