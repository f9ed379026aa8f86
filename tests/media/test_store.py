"""Picture files: named by their content, whole or not there, and never outside their folder."""

import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.comfyui import tiny_png
from tests.media.pictures import drawing, encoded
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.store import FULL, CannotStoreError, MediaStore


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
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_picture_is_read_back_with_its_thumbnails(store: MediaStore, picture: CleanPicture) -> None:
    content_hash = store.keep(picture)

    assert store.path(content_hash).read_bytes() == picture.content
    assert store.path(content_hash, 256).read_bytes() == picture.thumbnails[256]
    assert store.path(content_hash, 64).read_bytes() == picture.thumbnails[64]


def test_the_same_picture_twice_is_one_file_that_is_not_written_again(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    first = store.keep(picture)
    before = [(path, path.stat().st_ino) for path in files(root)]

    assert store.keep(clean(tiny_png())) == first
    assert [(path, path.stat().st_ino) for path in files(root)] == before


def test_different_pictures_are_different_files(store: MediaStore) -> None:
    assert store.keep(clean(tiny_png((1, 2, 3)))) != store.keep(clean(tiny_png((3, 2, 1))))


def test_a_file_lost_from_the_disk_is_written_again(store: MediaStore, picture: CleanPicture) -> None:
    content_hash = store.keep(picture)
    store.path(content_hash, 64).unlink()

    store.keep(picture)

    assert store.path(content_hash, 64).is_file()


@contextmanager
def full_disk(free_bytes: int) -> Generator[None]:
    """No file grows beyond `free_bytes`."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_write_that_is_interrupted_leaves_no_half_file(store: MediaStore, root: Path) -> None:
    large = clean(encoded(drawing(), "PNG"))
    small = max(len(content) for content in large.thumbnails.values())
    assert len(large.content) > small

    with full_disk(small), pytest.raises(CannotStoreError) as caught:
        store.keep(large)

    assert sorted(len(path.read_bytes()) for path in files(root)) == sorted(map(len, large.thumbnails.values()))
    assert caught.value.details == {"Reason": "File too large"}
    assert caught.value.to_failure().title == "The pictures could not be stored"


def test_where_nothing_may_be_written_the_refusal_tells_what_to_do_and_not_the_path(
    tmp_path: Path, picture: CleanPicture
) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("a file where the folder should be")

    with pytest.raises(CannotStoreError) as caught:
        MediaStore(blocked).keep(picture)

    assert "Free some space" in str(caught.value)
    assert str(tmp_path) not in f"{caught.value} {caught.value.details}"


def test_a_picture_is_complete_only_when_its_thumbnails_are_there(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    """The full file is written last: whoever finds it finds the others."""
    content_hash = store.keep(picture)
    times = {path.name: path.stat().st_mtime_ns for path in files(root)}

    assert times[content_hash] == max(times.values())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../" * 21 + "x",
        "/etc/passwd",
        "\x00" * 64,
        "A" * 64,
        "g" * 64,
        "a" * 63,
        "a" * 65,
        "a" * 64 + "\n",
        "a" * 64 + ".64.webp",
        "٣" * 64,
    ],
)
def test_a_name_that_is_no_hash_is_refused_for_reading_and_for_removing(store: MediaStore, name: str) -> None:
    with pytest.raises(NotFoundError):
        store.path(name)
    with pytest.raises(NotFoundError):
        store.remove([name])


def test_nothing_outside_the_folder_can_be_removed(store: MediaStore, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")

    with pytest.raises(NotFoundError):
        store.remove(["../precious"])

    assert precious.exists()


def test_a_picture_that_is_not_there_and_a_size_that_is_none_are_refused_alike(
    store: MediaStore, picture: CleanPicture
) -> None:
    content_hash = store.keep(picture)

    for missing, side in (("0" * 64, FULL), (content_hash, 128), (content_hash, -64)):
        with pytest.raises(NotFoundError, match="There is no such picture"):
            store.path(missing, side)


def test_removing_takes_the_thumbnails_along_and_doing_it_twice_is_fine(
    store: MediaStore, root: Path, picture: CleanPicture
) -> None:
    content_hash, other = store.keep(picture), store.keep(clean(tiny_png((1, 2, 3))))

    store.remove([content_hash])
    store.remove([content_hash])

    assert {path.name.split(".")[0] for path in files(root)} == {other}


def test_pictures_are_not_programs_and_not_for_everyone(store: MediaStore, picture: CleanPicture) -> None:
    mode = store.path(store.keep(picture)).stat().st_mode

    assert not mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_IWOTH)
