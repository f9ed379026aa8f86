"""A deleted picture is whole or gone, whenever the process dies; its file goes only when nothing uses it."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Event

import pytest

from tests.fakes.quiet import WatchedDatabase
from tests.fakes.studio import Studio
from wrldbldr.bus import Bus
from wrldbldr.db.database import Database
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore
from wrldbldr.services.doomed_files import PAUSE_SECONDS, RETRY_SECONDS, STEP_LIMIT, FileDisposal
from wrldbldr.services.removal import RemovalService

FILES_OF_A_PICTURE = 3


class Died(BaseException):
    """The process is no more."""


class DyingStore(MediaStore):
    """Removes so many files, and dies."""

    files_before_death = 0

    def remove(self, content_hashes: Iterable[str]) -> None:
        for file in list(self._files(content_hashes))[: self.files_before_death]:
            file.unlink()
        raise Died


class BadDay(MediaStore):
    """A disk from which nothing can be removed, for a while."""

    is_over = False

    def remove(self, content_hashes: Iterable[str]) -> None:
        if not self.is_over:
            raise PermissionError(13, "Permission denied", "/secret/place")
        super().remove(content_hashes)


class SlowStore(MediaStore):
    """Removes nothing before it may."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.has_begun, self.may_go_on = Event(), Event()

    def remove(self, content_hashes: Iterable[str]) -> None:
        self.has_begun.set()
        self.may_go_on.wait()
        super().remove(content_hashes)


class Told(WatchedDatabase):
    """Says when what was committed is safe."""

    def __init__(self, url: str, told: list[str]) -> None:
        super().__init__(url)
        self._told = told

    async def outlast_power_cuts(self) -> None:
        await super().outlast_power_cuts()
        self._told.append("safe")


class TellingStore(MediaStore):
    """Says when it removes files."""

    def __init__(self, root: Path, told: list[str]) -> None:
        super().__init__(root)
        self._told = told

    def remove(self, content_hashes: Iterable[str]) -> None:
        self._told.append("removed")
        super().remove(content_hashes)


def disposal_of(studio: Studio, store: MediaStore | None = None) -> FileDisposal:
    """What a process that starts now has."""
    store = store or MediaStore(studio.engine.settings.media_dir)
    return FileDisposal(studio.engine.database, store, studio.clock)


async def delete(studio: Studio, picture: Asset, disposal: FileDisposal, database: Database | None = None) -> None:
    """So that nobody can undo it."""
    await (await deleted_long_ago(studio, picture, disposal, database)).purge()


async def deleted_long_ago(
    studio: Studio, picture: Asset, disposal: FileDisposal, database: Database | None = None
) -> RemovalService:
    """Whoever makes it final that the picture is deleted."""
    removals = RemovalService(database or studio.engine.database, Bus(), studio.clock, disposal)
    await removals.delete(studio.who, [picture.id])
    await studio.advance(UNDO_TIME.total_seconds())
    return removals


async def start_anew(studio: Studio) -> None:
    """Another process starts, and has a moment."""
    async with TaskNursery(studio.clock) as nursery:
        nursery.start(disposal_of(studio).run(), name="disposal")
        await studio.advance(PAUSE_SECONDS)


async def painted(studio: Studio) -> Asset:
    batch_id = await studio.ask()
    await studio.paint()
    [picture] = await studio.pictures(batch_id)
    return picture


async def die_half_way(studio: Studio, picture: Asset) -> None:
    async with studio.engine.database.write() as unit:
        await unit.doomed_files.doom_of_entity(picture.entity_id)
        await unit.assets.delete_of_entity(picture.entity_id)
        raise Died


def doomed(studio: Studio) -> Sequence[tuple[str]]:
    return studio.committed("select content_hash from doomedfile")


async def test_who_dies_before_the_picture_is_gone_leaves_it_whole(painting: Studio) -> None:
    picture = await painted(painting)
    files = painting.stored_files()

    with pytest.raises(Died):
        await die_half_way(painting, picture)
    await start_anew(painting)

    assert (await painting.engine.gallery.find(painting.who, picture.id)).content_hash == picture.content_hash
    assert (painting.stored_files(), len(files)) == (files, FILES_OF_A_PICTURE)


@pytest.mark.parametrize("removed", range(FILES_OF_A_PICTURE + 1))
async def test_whoever_dies_while_the_files_go_is_followed_by_somebody_who_removes_the_rest(
    painting: Studio, removed: int
) -> None:
    picture = await painted(painting)
    store = DyingStore(painting.engine.settings.media_dir)
    store.files_before_death = removed

    with pytest.raises(Died):
        await delete(painting, picture, disposal_of(painting, store))
    with pytest.raises(NotFoundError):
        await painting.engine.gallery.find(painting.who, picture.id)
    assert doomed(painting) == [(picture.content_hash,)]
    assert len(painting.stored_files()) == FILES_OF_A_PICTURE - removed

    await start_anew(painting)

    assert (painting.stored_files(), doomed(painting)) == ([], [])


@pytest.mark.parametrize("removed", range(FILES_OF_A_PICTURE + 1))
async def test_a_twin_that_is_stored_after_the_death_has_its_files_whole(painting: Studio, removed: int) -> None:
    picture = await painted(painting)
    store = DyingStore(painting.engine.settings.media_dir)
    store.files_before_death = removed
    files = painting.stored_files()
    with pytest.raises(Died):
        await delete(painting, picture, disposal_of(painting, store))

    twin = await painted(painting)
    await start_anew(painting)

    assert twin.content_hash == picture.content_hash
    assert (painting.stored_files(), doomed(painting)) == (files, [])


async def test_a_twin_keeps_the_file_of_a_deleted_picture(painting: Studio) -> None:
    picture, twin = await painted(painting), await painted(painting)
    files = painting.stored_files()

    await delete(painting, picture, disposal_of(painting))

    assert (await painting.batch(twin.batch_id or new_id())).status is BatchStatus.READY
    assert (painting.stored_files(), doomed(painting)) == (files, [])


async def test_a_world_with_many_pictures_is_gone_at_once_and_its_files_step_by_step(studio: Studio) -> None:
    folder = studio.engine.settings.media_dir / "ab"
    folder.mkdir(parents=True)
    names = [f"ab{number:062x}" for number in range(2 * STEP_LIMIT + 1)]
    pictures = [asset(studio, name) for name in names]
    async with studio.engine.database.write() as unit:
        await unit.assets.add_all(pictures)
    for name in names:
        (folder / name).write_bytes(b"picture")

    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)
    assert studio.committed("select count(*) from asset") == [(0,)]
    assert studio.stored_files() == names[STEP_LIMIT:]
    await start_anew(studio)

    assert (studio.stored_files(), doomed(studio)) == ([], [])


async def test_a_disk_with_a_bad_day_fails_no_deletion_and_is_tried_again(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    picture = await painted(painting)
    store = BadDay(painting.engine.settings.media_dir)

    async with TaskNursery(painting.clock) as nursery:
        later = disposal_of(painting, store)
        nursery.start(later.run(), name="disposal")
        await delete(painting, picture, later)
        await painting.rest()
        assert len(painting.stored_files()) == FILES_OF_A_PICTURE
        store.is_over = True
        await painting.advance(RETRY_SECONDS)

    assert painting.stored_files() == []
    assert "stay for now: PermissionError" in caplog.text
    assert "secret" not in caplog.text


async def test_whoever_is_cancelled_while_files_go_lets_nobody_store_a_twin_before_they_are_gone(
    painting: Studio,
) -> None:
    picture = await painted(painting)
    store = SlowStore(painting.engine.settings.media_dir)
    removals = await deleted_long_ago(painting, picture, disposal_of(painting, store))
    async with TaskNursery(painting.clock) as nursery:
        deleting = nursery.start(purge(removals), name="deleting")
        await asyncio.to_thread(store.has_begun.wait)
        deleting.cancel()
        writing = nursery.start(writes(painting), name="writing")
        await painting.clock.advance(1)
        assert not writing.done()
        store.may_go_on.set()
        await asyncio.wait([writing, deleting])

    assert painting.stored_files() == []


async def test_no_file_goes_before_a_power_cut_could_not_bring_its_picture_back(painting: Studio) -> None:
    picture, told = await painted(painting), list[str]()
    database = Told(painting.engine.settings.database, told)
    store = TellingStore(painting.engine.settings.media_dir, told)

    await delete(painting, picture, FileDisposal(database, store, painting.clock), database)
    await database.close()

    assert told == ["safe", "removed"]


async def purge(removals: RemovalService) -> None:
    """Somebody has the time."""
    await removals.purge()


async def writes(studio: Studio) -> None:
    """Somebody else has something to store."""
    async with studio.engine.database.write():
        pass


def asset(studio: Studio, content_hash: str) -> Asset:
    scene = studio.scene
    return Asset(
        world_id=scene.world.id,
        entity_type=EntityType.CHARACTER,
        entity_id=scene.character.id,
        asset_type=AssetType.PORTRAIT,
        number=1,
        label="One of many",
        batch_index=0,
        content_hash=content_hash,
        media_type="image/png",
        width=8,
        height=8,
        byte_size=7,
        prompt="",
        negative_prompt="",
        seed=1,
        model="",
        workflow_name="",
        created_at=studio.clock.now(),
    )
