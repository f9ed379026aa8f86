"""Stored files that no picture uses go by themselves, in the end, and none that a picture uses, or is about to."""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.comfyui import tiny_png
from tests.fakes.quiet import until
from tests.fakes.studio import Studio
from wrldbldr.domain.asset import Asset
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.pictures import clean
from wrldbldr.media.store import SHELVES, TRASH, MediaStore
from wrldbldr.services.sweeping import STEP_LIMIT, TRASH_AGE, Swept, sweep

TRASH_HOURS = TRASH_AGE / timedelta(hours=1)
PAUSE_SECONDS = 1.0
ONE_SWEEP_SECONDS = (len(SHELVES) + 3) * PAUSE_SECONDS


class DeletingStore(MediaStore):
    """Another process deletes every picture just when somebody looks which of them lack a file."""

    database: Path

    def lost(self, content_hashes: Iterable[str]) -> list[str]:
        gone = list(content_hashes)
        if gone:
            with closing(sqlite3.connect(self.database)) as connection:
                connection.execute("delete from asset")
                connection.commit()
            self.remove(gone)
        return super().lost(gone)


def store_of(studio: Studio) -> MediaStore:
    return MediaStore(studio.engine.settings.media_dir)


def orphan(studio: Studio, *, hours: float) -> str:
    """What a process leaves behind that stored a picture and died before it was in the database. Returns its hash."""
    content_hash = store_of(studio).keep(clean(tiny_png((1, 2, 3))))
    everything_is(studio, hours)
    return content_hash


def on_shelves(studio: Studio) -> list[str]:
    """The names of the stored files that are not in the trash."""
    trashed = in_trash(studio)
    return sorted(name for name in studio.stored_files() if name not in trashed)


def in_trash(studio: Studio) -> set[str]:
    """The names of the discarded files."""
    trash = studio.engine.settings.media_dir / TRASH
    return {file.name for file in trash.rglob("*") if file.is_file()}


async def disown(studio: Studio, picture: Asset) -> None:
    """As if another database was in use, which knows nothing of the picture."""
    async with studio.engine.database.write() as unit:
        row = await unit.assets.find(picture.id)
        assert row is not None
        await unit._db_session.delete(row)


async def own(studio: Studio, picture: Asset) -> None:
    """As if the database that knows the picture was in use again."""
    async with studio.engine.database.write() as unit:
        await unit.assets.add_all([Asset(**picture.model_dump(exclude={"id"}))])


def everything_is(studio: Studio, hours: float) -> None:
    """Make every stored file so old."""
    written = (studio.clock.now() - timedelta(hours=hours)).timestamp()
    for path in studio.engine.settings.media_dir.rglob("*"):
        os.utime(path, (written, written))


async def sweep_into(found: list[Swept], studio: Studio, store: MediaStore | None = None) -> None:
    """Sweep once, and add what was come upon."""
    found.append(
        await sweep(
            studio.engine.database, store or store_of(studio), studio.clock, lambda: studio.clock.sleep(PAUSE_SECONDS)
        )
    )


async def report(studio: Studio, store: MediaStore | None = None) -> Swept:
    """Sweep once, from the beginning to the end."""
    found: list[Swept] = []
    async with TaskNursery(studio.clock) as nursery:
        nursery.start(sweep_into(found, studio, store), name="sweep")
        await studio.advance(ONE_SWEEP_SECONDS)
    return found[0]


async def swept(studio: Studio) -> int:
    """Sweep once. Returns how many pictures' files were discarded."""
    return (await report(studio)).discarded_count


async def test_files_a_crash_left_behind_go_and_those_of_pictures_stay(painting: Studio) -> None:
    await painting.ask()
    await painting.paint()
    hung = painting.stored_files()
    content_hash = orphan(painting, hours=2)
    half = store_of(painting).path(content_hash).with_name(".half.part")
    half.touch()
    everything_is(painting, hours=2)
    assert len(painting.stored_files()) == len(hung) + 4

    assert await swept(painting) == 1

    assert on_shelves(painting) == hung
    assert not half.exists()


async def test_files_that_no_picture_uses_are_only_gone_after_thirty_days_in_the_trash(studio: Studio) -> None:
    content_hash = orphan(studio, hours=5 * TRASH_HOURS)

    await swept(studio)
    assert in_trash(studio) == {content_hash, f"{content_hash}.256.webp", f"{content_hash}.64.webp"}
    everything_is(studio, hours=TRASH_HOURS - 1)
    await swept(studio)
    assert len(in_trash(studio)) == 3

    everything_is(studio, hours=TRASH_HOURS)
    assert await swept(studio) == 0
    assert studio.stored_files() == []


async def test_pictures_are_there_again_when_their_database_is_put_back(painting: Studio) -> None:
    batch_id = await painting.ask()
    await painting.paint()
    [picture] = await painting.pictures(batch_id)
    files = painting.stored_files()
    await disown(painting, picture)
    everything_is(painting, hours=2)
    assert await swept(painting) == 1
    assert on_shelves(painting) == []

    await own(painting, picture)
    everything_is(painting, hours=2 * TRASH_HOURS)
    assert await swept(painting) == 0

    assert on_shelves(painting) == files


async def test_files_younger_than_an_hour_stay(studio: Studio) -> None:
    orphan(studio, hours=0.5)

    assert await swept(studio) == 0

    assert len(studio.stored_files()) == 3


async def test_a_file_that_a_batch_is_being_stored_with_stays(painting: Studio) -> None:
    batch_id = await painting.ask()
    await painting.paint()
    [picture] = await painting.pictures(batch_id)
    files = painting.stored_files()
    everything_is(painting, hours=2)
    await disown(painting, picture)

    async with TaskNursery(painting.clock) as nursery:
        nursery.start(sweep_into([], painting), name="sweep")
        await painting.advance((SHELVES.index(picture.content_hash[:2]) + 0.5) * PAUSE_SECONDS)
        async with painting.engine.database.write() as unit:
            await painting.clock.advance(PAUSE_SECONDS)
            await until(painting.has_waiting_writer, "finding the file that no picture uses")
            await unit.assets.add_all([Asset(**picture.model_dump(exclude={"id"}))])
        await painting.advance(ONE_SWEEP_SECONDS)

    assert on_shelves(painting) == files


async def test_many_are_discarded_in_steps_and_deleted_in_steps(studio: Studio) -> None:
    shelf = studio.engine.settings.media_dir / "ab"
    shelf.mkdir(parents=True)
    for number in range(STEP_LIMIT + 50):
        (shelf / f"ab{number:062x}").write_bytes(b"picture")
    everything_is(studio, hours=2)

    assert await swept(studio) == STEP_LIMIT + 50

    everything_is(studio, hours=2 * TRASH_HOURS)
    await swept(studio)
    assert len(in_trash(studio)) == 50


async def test_a_picture_that_lacks_a_file_is_counted_and_told(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = await painting.ask(count=2)
    await painting.paint(pictures=2)
    whole, broken = await painting.pictures(batch_id)
    (painting.engine.settings.media_dir / broken.content_hash[:2] / f"{broken.content_hash}.64.webp").unlink()
    everything_is(painting, hours=2)

    found = await report(painting)

    assert (found.discarded_count, found.lost_count) == (0, 1)
    assert broken.content_hash in caplog.text
    assert whole.content_hash not in caplog.text


async def test_what_is_lost_is_not_what_was_deleted_while_somebody_looked(painting: Studio) -> None:
    batch_id = await painting.ask()
    await painting.paint()
    assert await painting.pictures(batch_id)
    everything_is(painting, hours=2)
    store = DeletingStore(painting.engine.settings.media_dir)
    store.database = painting.engine.settings.database_file

    assert await report(painting, store) == Swept()
    assert painting.stored_files() == []
