"""The queue as it is stored."""

from uuid import UUID

import pytest

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.kit.ids import new_id


async def store(database: Database, *batches: Batch) -> None:
    async with database.write() as unit:
        for batch in batches:
            await unit.batches.add(batch)


async def test_the_first_in_the_queue_is_the_waiting_one_of_lowest_rank(database: Database, setting: Setting) -> None:
    first = setting.batch(rank=2)
    running, done = (
        setting.batch(rank=0, status=BatchStatus.GENERATING),
        setting.batch(rank=1, status=BatchStatus.READY),
    )
    await store(database, setting.batch(rank=3), first, running, done)

    async with database.read() as unit:
        assert await unit.batches.first_queued() == first.id


async def test_an_empty_queue_has_no_first(database: Database) -> None:
    async with database.read() as unit:
        assert await unit.batches.first_queued() is None
        assert await unit.batches.next_rank() == 1.0


async def test_a_new_rank_is_behind_every_batch_there_ever_was(database: Database, setting: Setting) -> None:
    await store(database, setting.batch(rank=4), setting.batch(rank=9, status=BatchStatus.CANCELLED))

    async with database.read() as unit:
        assert await unit.batches.next_rank() > 9


async def test_places_count_what_is_open_from_one_and_the_running_one_is_first(
    database: Database, setting: Setting
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    second, third = setting.batch(rank=1), other.batch(rank=3)
    running = setting.batch(rank=5, status=BatchStatus.GENERATING)
    ended = [setting.batch(rank=2, status=status) for status in BatchStatus if not setting.batch(status=status).is_open]
    await store(database, third, second, running, *ended)

    async with database.read() as unit:
        assert await unit.batches.positions() == {running.id: 1, second.id: 2, third.id: 3}


async def test_the_list_of_a_table_holds_what_is_not_cleared_in_order(database: Database, setting: Setting) -> None:
    later, earlier = setting.batch(rank=2), setting.batch(rank=1, status=BatchStatus.READY)
    cleared = setting.batch(rank=0, status=BatchStatus.READY, cleared_at=NOW)
    await store(database, later, earlier, cleared)

    async with database.read() as unit:
        assert [batch.id for batch in await unit.batches.listed(setting.game_session.id)] == [earlier.id, later.id]
        assert await unit.batches.listed(new_id()) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
async def test_pages_neither_skip_nor_repeat_though_ranks_are_equal(
    database: Database, setting: Setting, limit: int
) -> None:
    batches = [setting.batch(rank=number // 4) for number in range(11)]
    await store(database, *batches)
    found: list[UUID] = []
    after: UUID | None = None

    async with database.read() as unit:
        while page := await unit.batches.page(setting.game_session.id, status=None, limit=limit, after=after):
            found += [batch.id for batch in page]
            after = page[-1].id

    assert found == [batch.id for batch in sorted(batches, key=lambda batch: (batch.rank, batch.id.hex))]


async def test_a_page_can_be_narrowed_to_a_status_and_holds_cleared_batches_too(
    database: Database, setting: Setting
) -> None:
    cancelled = setting.batch(status=BatchStatus.CANCELLED, cleared_at=NOW)
    await store(database, setting.batch(), cancelled)

    async with database.read() as unit:
        page = await unit.batches.page(setting.game_session.id, status=BatchStatus.CANCELLED, limit=9, after=None)
    assert [batch.id for batch in page] == [cancelled.id]


async def test_reading_on_after_a_batch_that_is_gone_is_refused_rather_than_begun_anew(
    database: Database, setting: Setting
) -> None:
    await store(database, setting.batch())

    async with database.read() as unit:
        with pytest.raises(NotFoundError):
            await unit.batches.page(setting.game_session.id, status=None, limit=1, after=new_id())


async def test_batches_are_counted_for_each_world_and_status(database: Database, setting: Setting) -> None:
    await store(
        database,
        setting.batch(),
        setting.batch(),
        setting.batch(status=BatchStatus.FAILED),
        setting.batch(status=BatchStatus.FAILED, cleared_at=NOW),
    )

    async with database.read() as unit:
        assert await unit.batches.count_by_status([setting.world.id]) == {
            (setting.world.id, BatchStatus.QUEUED): 2,
            (setting.world.id, BatchStatus.FAILED): 1,
        }


async def test_submissions_are_kept_by_attempt_in_their_order(database: Database, setting: Setting) -> None:
    batch = setting.batch()
    second, first = setting.submission(batch, ordinal=1), setting.submission(batch, ordinal=0)
    retried = setting.submission(batch)
    retried.attempt = 2
    async with database.write() as unit:
        await unit.batches.add(batch)
        for submission in (second, first, retried):
            await unit.batches.add(submission)
        await unit.batches.mark_lost(first.prompt_id, NOW)
        await unit.batches.mark_lost(new_id(), NOW)

    async with database.read() as unit:
        found = await unit.batches.submissions(batch.id, attempt=1)
    assert [(submission.prompt_id, submission.lost_at) for submission in found] == [
        (first.prompt_id, NOW),
        (second.prompt_id, None),
    ]
