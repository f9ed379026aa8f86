"""What an owner learns about the disk and does for it, and what is done by itself."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.studio import Studio
from tests.services.test_sweeping import ONE_SWEEP_SECONDS, everything_is, in_trash, on_shelves, orphan
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import ForbiddenError
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore, StoreSizes
from wrldbldr.services.housekeeping import (
    LOW_BYTES,
    MEASURED_SECONDS,
    PROMPT_SECONDS,
    UNHURRIED_SECONDS,
    DiskUse,
    HousekeepingService,
    Share,
)
from wrldbldr.services.sweeping import AGE, Swept

HOUR_SECONDS = AGE.total_seconds()

VERBS: dict[str, Callable[[HousekeepingService, Principal], Awaitable[object]]] = {
    "use": HousekeepingService.use,
    "sweep": HousekeepingService.sweep,
    "empty_trash": HousekeepingService.empty_trash,
}


class UnreadableStore(MediaStore):
    """A disk that has a bad day, once."""

    is_readable = False

    def aged(self, shelf: str, before: datetime | None = None) -> list[str]:
        if not self.is_readable:
            self.is_readable = True
            raise PermissionError(13, "Permission denied", "/secret/place")
        return super().aged(shelf, before)


def housekeeping(studio: Studio, store: MediaStore | None = None, *, free: int = 10**12) -> HousekeepingService:
    settings = studio.engine.settings

    def disk(_: Path) -> tuple[int, int, int]:
        return 2 * 10**12, 2 * 10**12 - free, free

    store = store or MediaStore(settings.media_dir)
    return HousekeepingService(studio.engine.database, store, studio.clock, settings.database_file, disk)


async def done(studio: Studio, work: Awaitable[object]) -> object:
    """What `work` gives, while time passes."""
    results: list[object] = []

    async def wait() -> None:
        results.append(await work)

    async with TaskNursery(studio.clock) as nursery:
        nursery.start(wait(), name="work")
        await studio.advance(ONE_SWEEP_SECONDS)
    return results[0]


@pytest.mark.parametrize("verb", VERBS)
async def test_only_an_owner_looks_after_the_disk(studio: Studio, stranger: Principal, verb: str) -> None:
    with pytest.raises(ForbiddenError):
        await VERBS[verb](studio.engine.housekeeping, stranger)


async def test_what_takes_room_is_told_apart_and_who_has_it(painting: Studio, stranger: Principal) -> None:
    assert stranger
    batch_id = await painting.ask(count=2)
    await painting.paint(pictures=2)
    one, other = await painting.pictures(batch_id)
    files = [path for path in painting.engine.settings.media_dir.rglob("*") if path.is_file()]
    everything = sum(path.stat().st_size for path in files)

    use = await housekeeping(painting).use(painting.who)

    assert use.stored.pictures == one.byte_size + other.byte_size
    assert use.stored.pictures + use.stored.thumbnails == everything
    assert use.stored.trash == 0
    assert use.database_bytes >= painting.engine.settings.database_file.stat().st_size > 0
    assert (use.free_bytes, use.total_bytes, use.is_low) == (10**12, 2 * 10**12, False)
    assert use.shares == [Share("Aldwin", 2, use.stored.pictures), Share("Berta", 0, 0)]


async def test_the_files_are_counted_again_only_after_a_while_or_a_sweep(studio: Studio) -> None:
    kept = housekeeping(studio)
    assert (await kept.use(studio.who)).stored == StoreSizes()
    orphan(studio, hours=2)
    assert (await kept.use(studio.who)).stored == StoreSizes()

    await studio.advance(MEASURED_SECONDS)
    assert (await kept.use(studio.who)).stored.thumbnails > 0
    await done(studio, kept.sweep(studio.who))

    use = await kept.use(studio.who)
    assert use.stored.pictures == use.stored.thumbnails == 0
    assert use.stored.trash > 0


@pytest.mark.parametrize(("free", "is_low"), [(LOW_BYTES, False), (LOW_BYTES - 1, True)])
def test_little_room_is_noticed(free: int, is_low: bool) -> None:
    assert DiskUse(StoreSizes(), 0, free, 10**12, []).is_low is is_low


async def test_what_no_picture_uses_is_found_when_asked_for_and_goes_for_good_when_told_to(painting: Studio) -> None:
    await painting.ask()
    await painting.paint()
    hung = painting.stored_files()
    orphan(painting, hours=2)
    everything_is(painting, hours=2)
    kept = housekeeping(painting)

    found = await done(painting, kept.sweep(painting.who))
    trash = (await kept.use(painting.who)).stored.trash
    assert found == Swept(1, trash, 0)
    assert (on_shelves(painting), len(in_trash(painting))) == (hung, 3)

    assert await done(painting, kept.empty_trash(painting.who)) == trash
    assert painting.stored_files() == hung


async def test_whoever_asks_while_it_is_swept_by_itself_does_not_wait_for_minutes(studio: Studio) -> None:
    kept, found = housekeeping(studio), list[Swept]()
    orphan(studio, hours=2)

    async def ask() -> None:
        found.append(await kept.sweep(studio.who))

    async with TaskNursery(studio.clock) as nursery:
        nursery.start(kept.run(), name="housekeeping")
        await studio.advance(UNHURRIED_SECONDS)
        nursery.start(ask(), name="ask")
        await studio.advance(UNHURRIED_SECONDS + 2 * ONE_SWEEP_SECONDS * PROMPT_SECONDS)

    assert found == [Swept()], "it was found by the one before"
    assert on_shelves(studio) == []


async def test_at_the_start_and_every_hour_from_then_on_it_is_swept(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    orphan(studio, hours=2)

    async with TaskNursery(studio.clock) as nursery:
        nursery.start(housekeeping(studio).run(), name="housekeeping")
        await studio.advance(ONE_SWEEP_SECONDS)
        assert on_shelves(studio) == []
        orphan(studio, hours=2)
        await studio.advance(HOUR_SECONDS - ONE_SWEEP_SECONDS)
        assert len(on_shelves(studio)) == 3
        await studio.advance(2 * ONE_SWEEP_SECONDS)
        assert on_shelves(studio) == []

    assert caplog.text.count("Moved 1 stored files") == 2
    assert "free on the disk" not in caplog.text


async def test_a_disk_that_cannot_be_read_puts_the_sweep_off_and_its_place_is_not_logged(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    orphan(studio, hours=2)
    store = UnreadableStore(studio.engine.settings.media_dir)

    async with TaskNursery(studio.clock) as nursery:
        nursery.start(housekeeping(studio, store).run(), name="housekeeping")
        await studio.advance(2)
        assert "stay for another hour: PermissionError" in caplog.text
        await studio.advance(HOUR_SECONDS + ONE_SWEEP_SECONDS)

    assert on_shelves(studio) == []
    assert "secret" not in caplog.text


async def test_little_room_is_logged(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    async with TaskNursery(studio.clock) as nursery:
        nursery.start(housekeeping(studio, free=34 * 10**6).run(), name="housekeeping")
        await studio.advance(ONE_SWEEP_SECONDS)

    assert "Only 34 MB are free" in caplog.text
