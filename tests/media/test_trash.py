"""What was discarded comes back when it is wanted again, and is only gone when it was deleted."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.comfyui import tiny_png
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.store import FULL, TRASH, MediaStore

NOW = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def store(root: Path) -> MediaStore:
    return MediaStore(root)


@pytest.fixture
def picture() -> CleanPicture:
    return clean(tiny_png())


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_a_discarded_picture_keeps_its_names_and_its_shelf(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    content_hash = store.keep(picture)
    kept = files(root)

    store.discard([content_hash], NOW)
    store.discard([content_hash], NOW)

    assert len(kept) == 3
    assert files(root) == [TRASH / file for file in kept]


def test_a_discarded_picture_that_is_read_comes_back(store: MediaStore, root: Path, picture: CleanPicture) -> None:
    content_hash = store.keep(picture)
    store.discard([content_hash], NOW)

    assert store.path(content_hash).read_bytes() == picture.content
    assert store.path(content_hash, 64).read_bytes() == picture.thumbnails[64]

    assert files(root / TRASH) == [Path(content_hash[:2]) / f"{content_hash}.256.webp"]


def test_a_discarded_picture_that_is_stored_again_comes_back_young_and_is_not_written_again(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    content_hash = store.keep(picture)
    inode = store.path(content_hash).stat().st_ino
    store.discard([content_hash], NOW - timedelta(days=29))

    assert store.keep(picture) == content_hash

    assert files(root / TRASH) == []
    assert store.path(content_hash).stat().st_ino == inode
    assert store.aged(content_hash[:2], NOW) == []


def test_a_discarded_picture_is_brought_back_whole_even_onto_a_shelf_that_is_gone(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    content_hash = store.keep(picture)
    kept = files(root)
    store.discard([content_hash], NOW)
    (root / content_hash[:2]).rmdir()

    store.bring_back([content_hash, "0" * 64])

    assert files(root) == kept


def test_how_long_a_picture_was_in_the_trash_counts_from_when_it_was_discarded(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    content_hash = store.keep(picture)
    for file in files(root):
        os.utime(root / file, (0, 0))
    shelf = content_hash[:2]

    store.discard([content_hash], NOW)

    assert store.aged(shelf, NOW) == []
    assert store.discarded(shelf, NOW) == []
    assert store.discarded(shelf, NOW + MINUTE) == [content_hash]


def test_emptying_the_trash_leaves_the_shelves_alone(store: MediaStore, root: Path, picture: CleanPicture) -> None:
    content_hash = store.keep(picture)
    store.discard([content_hash], NOW)
    full = store.path(content_hash).relative_to(root)

    store.empty_trash([content_hash])
    store.empty_trash([content_hash])

    assert files(root) == [full]


def test_what_is_removed_is_gone_from_the_trash_too(store: MediaStore, root: Path, picture: CleanPicture) -> None:
    content_hash = store.keep(picture)
    store.discard([content_hash], NOW)

    store.remove([content_hash])

    assert files(root) == []
    with pytest.raises(NotFoundError):
        store.path(content_hash, FULL)


@pytest.mark.parametrize("name", ["", "..", "../../precious", "A" * 64, "a" * 63, TRASH])
def test_a_name_that_is_no_hash_is_neither_discarded_nor_brought_back(store: MediaStore, name: str) -> None:
    with pytest.raises(NotFoundError):
        store.discard([name], NOW)
    with pytest.raises(NotFoundError):
        store.bring_back([name])
    with pytest.raises(NotFoundError):
        store.empty_trash([name])
