"""What every batch goes through is kept whole, or not at all, and means the same as through a session."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tests.db.rows import NOW, Setting
from tests.fakes.quiet import REAL_TIME
from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.db.trip import Trip
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.failure import Failure
from wrldbldr.kit.ids import new_id


async def stored(database: Database, batch: Batch) -> Batch | None:
    async with database.read() as unit:
        return await unit.batches.find(batch.id)


async def test_rows_come_back_as_they_were_stored_whichever_way_they_went(database: Database, setting: Setting) -> None:
    batch = setting.batch(failure=Failure(title="Stuck", message="It waits."), status=BatchStatus.FAILED)
    submission, asset = setting.submission(batch), setting.asset(batch_id=batch.id)

    await database.in_one_trip(lambda trip: trip.add(batch, submission, asset))

    batch.change = 1  # the database's own number

    async with database.read() as unit:
        assert await unit.batches.find(batch.id) == batch
        assert list(await unit.batches.submissions(batch.id, batch.attempt)) == [submission]
        assert await unit.assets.find(asset.id) == asset


async def test_what_has_become_of_a_batch_is_stored_and_nothing_else_of_it(
    database: Database, setting: Setting
) -> None:
    batch = setting.batch()
    await database.in_one_trip(lambda trip: trip.add(batch))
    begun = batch.model_copy(update={"prompt": "something else"})
    begun.start(NOW)

    await database.in_one_trip(lambda trip: trip.save_state(begun))

    found = await stored(database, batch)
    assert found is not None
    assert (found.status, found.started_at, found.prompt) == (BatchStatus.GENERATING, NOW, batch.prompt)


async def test_a_trip_that_raises_keeps_nothing(database: Database, setting: Setting) -> None:
    batch = setting.batch()

    def stumble(trip: Trip) -> None:
        trip.add(batch)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.in_one_trip(stumble)

    assert await stored(database, batch) is None


async def test_a_trip_that_is_refused_at_its_end_keeps_nothing_and_lets_the_next_one_in(
    database: Database, setting: Setting
) -> None:
    stray, batch = setting.batch(world_id=new_id()), setting.batch()

    def stray_till_the_end(trip: Trip) -> None:
        trip._connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        trip.add(stray)

    with pytest.raises(IntegrityError):
        await database.in_one_trip(stray_till_the_end)

    await database.in_one_trip(lambda trip: trip.add(batch))
    assert await stored(database, stray) is None
    assert await stored(database, batch) == batch.model_copy(update={"change": 1})


async def test_whoever_is_cancelled_on_a_trip_goes_on_only_when_it_is_done(
    database: Database, setting: Setting
) -> None:
    batch, under_way, may_go_on = setting.batch(), threading.Event(), threading.Event()

    def dawdle(trip: Trip) -> None:
        trip.add(batch)
        under_way.set()
        may_go_on.wait()

    async with asyncio.TaskGroup() as tasks:
        travelling = tasks.create_task(database.in_one_trip(dawdle))
        await asyncio.to_thread(under_way.wait)
        travelling.cancel()
        for _ in range(5):
            await REAL_TIME.sleep(0)
        is_gone_before = travelling.done()
        may_go_on.set()

    assert not is_gone_before
    assert travelling.cancelled()
    batch.change = 1  # the database's own number
    assert await stored(database, batch) == batch


async def test_a_trip_waits_for_other_writers_and_says_when_one_never_ends(
    file: Path, database: Database, setting: Setting
) -> None:
    impatient = Database(f"sqlite+aiosqlite:///{file}", busy_timeout_ms=1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError):
            await impatient.in_one_trip(Trip.next)
        other.execute("ROLLBACK")

    assert await impatient.in_one_trip(Trip.next) is None
    await impatient.close()


async def test_prompts_of_this_attempt_are_given_up_once_and_told_in_order(
    database: Database, setting: Setting
) -> None:
    batch, ordinals = setting.batch(), (1, 0)
    prompts = [setting.submission(batch) for _ in ordinals]
    for prompt, ordinal in zip(prompts, ordinals, strict=True):
        prompt.ordinal = ordinal
    earlier = setting.submission(batch)
    earlier.attempt = batch.attempt + 1
    await database.in_one_trip(lambda trip: trip.add(batch, *prompts, earlier))

    lost = await database.in_one_trip(lambda trip: trip.lose_prompts(batch, NOW))

    assert list(lost) == [prompts[1].prompt_id, prompts[0].prompt_id]
    async with database.read() as unit:
        assert await unit.batches.given_up() != []
        assert {one.lost_at for one in await unit.batches.submissions(batch.id, batch.attempt)} == {NOW}
        assert {one.lost_at for one in await unit.batches.submissions(batch.id, batch.attempt + 1)} == {None}
