"""A backup made while somebody works is whole, says so, and is a world again where it is put back."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fakes.engine import fake_engine
from tests.fakes.quiet import until
from tests.fakes.studio import Studio
from wrldbldr.db.database import Database
from wrldbldr.db.migrations import upgrade
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.engine import Engine
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore
from wrldbldr.services.backup import DATABASE, MEDIA, Backup, BackupError, back_up, put_back

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SEEDS = Path(__file__).parent.parent / "db" / "seeds"


class Interrupted(MediaStore):
    """Something happens just before each picture is copied."""

    happens: Callable[[str], None] = staticmethod(lambda content_hash: None)

    def copy_to(self, root: Path, content_hash: str) -> None:
        self.happens(content_hash)
        super().copy_to(root, content_hash)


def make(studio: Studio, folder: Path, store: MediaStore | None = None) -> Backup:
    settings = studio.engine.settings
    return back_up(settings.database_file, store or MediaStore(settings.media_dir), folder, NOW)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def delete(studio: Studio, content_hash: str) -> None:
    """Another process deletes a picture, from its row to its files."""
    with closing(sqlite3.connect(studio.engine.settings.database_file)) as connection:
        connection.execute("pragma foreign_keys = on")  # what hangs on it goes too
        connection.execute("delete from asset where content_hash = ?", [content_hash])
        connection.commit()
    studio.remove_file(content_hash)


async def painted(studio: Studio, count: int) -> list[Asset]:
    batch_id = await studio.ask(count=count)
    await studio.paint(count)
    return await studio.pictures(batch_id)


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Engine]:
    """The app over what was put back."""
    database = Database(f"sqlite+aiosqlite:///{folder / DATABASE}")
    try:
        yield fake_engine(folder, database)
    finally:
        await database.close()


async def test_what_is_put_back_into_an_empty_folder_opens_with_everything_in_it(
    painting: Studio, tmp_path: Path
) -> None:
    pictures = await painted(painting, 3)

    backup = make(painting, tmp_path / "backups")
    restored = put_back(backup.folder, tmp_path / "new" / DATABASE, tmp_path / "new" / MEDIA)

    assert backup == Backup(tmp_path / "backups" / "wrldbldr-2026-01-02-030405", 3, 0)
    assert (restored.picture_count, restored.in_words) == (3, "3 pictures with every file.")
    async with opened(tmp_path / "new") as engine:
        found = await engine.gallery.page(painting.who, painting.scene.world.id)
        assert [asset.id for asset in found] == [asset.id for asset in pictures]
        for asset in found:
            file = await engine.gallery.file(painting.who, asset.id)
            assert (
                file.path.read_bytes() == (await painting.engine.gallery.file(painting.who, asset.id)).path.read_bytes()
            )
            await engine.gallery.file(painting.who, asset.id, 64)
        await engine.worlds.delete(painting.who, painting.scene.world.id)
    assert files(backup.folder / MEDIA) == painting.stored_files(), "the backup is none the poorer"


async def test_somebody_who_writes_meanwhile_is_not_held_up_and_the_copy_is_of_one_moment(
    painting: Studio, tmp_path: Path
) -> None:
    await painted(painting, 3)
    written: list[str] = []

    async def write() -> None:
        world_id = painting.scene.world.id
        while True:
            name = f"Coast {len(written)}"
            await painting.engine.worlds.update(painting.who, world_id, name=name, motto=name)
            written.append(name)

    async with TaskNursery(painting.clock) as nursery:
        nursery.start(write(), name="write")
        await until(lambda: len(written) > 3, "writing")
        backup = await asyncio.to_thread(make, painting, tmp_path)
        before = len(written)
        await until(lambda: len(written) > before, "writing on")

    with closing(sqlite3.connect(backup.folder / DATABASE)) as connection:
        [(name, motto)] = connection.execute("select name, motto from world").fetchall()
    assert name == motto
    assert name in written


async def test_a_picture_that_is_deleted_while_files_are_copied_is_not_in_the_backup_at_all(
    painting: Studio, tmp_path: Path
) -> None:
    gone, copied, kept = await painted(painting, 3)
    store = Interrupted(painting.engine.settings.media_dir)
    seen: list[str] = []

    def happens(content_hash: str) -> None:
        if not seen:
            delete(painting, gone.content_hash)
        if content_hash != copied.content_hash and copied.content_hash in seen:
            delete(painting, copied.content_hash)
        seen.append(content_hash)

    store.happens = happens
    backup = make(painting, tmp_path, store)

    assert backup.lost_count == 0
    assert gone.content_hash not in files(backup.folder / MEDIA)
    assert {name[:64] for name in files(backup.folder / MEDIA)} >= {kept.content_hash}
    with closing(sqlite3.connect(backup.folder / DATABASE)) as connection:
        rows = {row for (row,) in connection.execute("select content_hash from asset")}
    assert rows == {name for name in files(backup.folder / MEDIA) if len(name) == 64}


async def test_a_picture_that_had_lost_its_file_before_is_told_and_stops_nothing(
    painting: Studio, tmp_path: Path
) -> None:
    lost, _ = await painted(painting, 2)
    painting.remove_file(lost.content_hash)

    backup = make(painting, tmp_path)

    assert (backup.picture_count, backup.lost_count) == (2, 1)
    assert backup.in_words == "2 pictures, of which 1 lacked a file before."


async def test_the_file_of_a_deleted_picture_goes_along_as_long_as_a_batch_is_to_take_its_style(
    painting: Studio, tmp_path: Path
) -> None:
    [source] = await painted(painting, 1)
    await painting.engine.queue.pause(painting.who)
    await painting.ask(style_reference_ids=[source.id])
    await painting.engine.removals.delete(painting.who, [source.id])
    await painting.advance(UNDO_TIME.total_seconds())
    await painting.engine.removals.purge()

    assert source.content_hash in files(make(painting, tmp_path).folder / MEDIA)


async def test_the_file_of_a_deletion_that_can_be_undone_goes_along(painting: Studio, tmp_path: Path) -> None:
    [picture] = await painted(painting, 1)
    await painting.engine.removals.delete(painting.who, [picture.id])

    assert picture.content_hash in files(make(painting, tmp_path).folder / MEDIA)


async def test_a_discarded_file_of_a_picture_goes_along(painting: Studio, tmp_path: Path) -> None:
    [picture] = await painted(painting, 1)
    MediaStore(painting.engine.settings.media_dir).discard([picture.content_hash], painting.clock.now())

    assert make(painting, tmp_path).lost_count == 0


async def test_a_backup_from_before_a_migration_is_made_and_put_back(tmp_path: Path) -> None:
    file = tmp_path / "old" / DATABASE
    file.parent.mkdir()
    await upgrade(f"sqlite+aiosqlite:///{file}", "a7e78ab7aa9b")
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((SEEDS / "a7e78ab7aa9b.sql").read_text())

    backup = back_up(file, MediaStore(tmp_path / "old" / MEDIA), tmp_path, NOW)
    put_back(backup.folder, tmp_path / "new" / DATABASE, tmp_path / "new" / MEDIA)

    assert backup.picture_count == 2
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'new' / DATABASE}")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, which most systems have as a disk of its own."""
    memory = Path("/dev/shm")  # noqa: S108 - looked at only, and a folder of our own made in it
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


async def test_on_another_disk_files_are_copied(painting: Studio, other_disk: Path) -> None:
    [picture] = await painted(painting, 1)

    backup = make(painting, other_disk)

    copy = backup.folder / MEDIA / picture.content_hash[:2] / picture.content_hash
    assert copy.read_bytes() == (await painting.engine.gallery.file(painting.who, picture.id)).path.read_bytes()
    assert files(backup.folder / MEDIA) == painting.stored_files()


async def test_where_nothing_can_be_written_that_is_said(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(BackupError, match="Not a directory"):
        make(studio, tmp_path / "notes")


async def test_a_disk_that_is_full_half_way_leaves_nothing_behind(painting: Studio, tmp_path: Path) -> None:
    await painted(painting, 2)
    store, copied = Interrupted(painting.engine.settings.media_dir), list[str]()

    def happens(content_hash: str) -> None:
        if copied:
            raise OSError(28, "No space left on device")
        copied.append(content_hash)

    store.happens = happens
    with pytest.raises(BackupError, match=r"cannot be written \(No space left on device\)\. Nothing was changed"):
        make(painting, tmp_path / "backups", store)

    assert files(tmp_path / "backups") == []


async def test_a_damaged_database_is_told_and_no_backup_is_left(studio: Studio, tmp_path: Path) -> None:
    file = studio.engine.settings.database_file
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute("update world set owner_id = 'nobody'")
        connection.commit()

    with pytest.raises(BackupError, match="damaged"):
        make(studio, tmp_path / "backups")

    assert files(tmp_path / "backups") == []


def test_where_there_is_nothing_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(tmp_path / DATABASE, MediaStore(tmp_path), tmp_path, NOW)
    with pytest.raises(BackupError, match="no backup at"):
        put_back(tmp_path, tmp_path / "new" / DATABASE, tmp_path / "new" / MEDIA)


@pytest.mark.parametrize("taken", [DATABASE, MEDIA, f"{DATABASE}-wal", f"{DATABASE}-shm"])
async def test_nothing_is_put_back_over_worlds_that_are_there(studio: Studio, tmp_path: Path, taken: str) -> None:
    backup, data = make(studio, tmp_path), tmp_path / "used"
    data.mkdir()
    (data / taken).write_text("mine")

    with pytest.raises(BackupError, match=f"{taken}. Stop WrldBldr, move its data folder aside"):
        put_back(backup.folder, data / DATABASE, data / MEDIA)

    assert files(data) == [taken]


async def test_a_second_backup_leaves_the_first(painting: Studio, tmp_path: Path) -> None:
    await painted(painting, 1)
    first = make(painting, tmp_path)
    settings = painting.engine.settings
    second = back_up(settings.database_file, MediaStore(settings.media_dir), tmp_path, NOW.replace(second=6))

    assert files(first.folder) == files(second.folder)
    with pytest.raises(BackupError):
        make(painting, tmp_path)
    assert files(first.folder) == files(second.folder)
