"""Each change of a batch's status gets a number at its table (decision 17), whoever makes it."""

from datetime import timedelta

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.world import GameSession


async def numbers(database: Database, setting: Setting, *batches: Batch) -> tuple[int, list[int]]:
    """How many changes the table has counted, and which was the last of each batch."""
    async with database.read() as unit:
        table = await unit.worlds.find_game_session(setting.game_session.id)
        found = [await unit.batches.find(batch.id) for batch in batches]
    assert isinstance(table, GameSession)
    return table.changes, [batch.change for batch in found if batch is not None]


async def test_what_a_session_and_a_trip_store_is_numbered_in_the_order_in_which_it_came(
    database: Database, setting: Setting
) -> None:
    one, other = setting.batch(), setting.batch()
    async with database.write() as unit:
        await unit.batches.add(one)
    await database.in_one_trip(lambda trip: trip.add(other))
    assert await numbers(database, setting, one, other) == (2, [1, 2])

    one.start(NOW)
    await database.in_one_trip(lambda trip: trip.save_state(one))
    async with database.write() as unit:
        found = await unit.batches.find(other.id, for_update=True)
        assert found is not None
        found.cancel(NOW)

    assert await numbers(database, setting, one, other) == (4, [3, 4])


async def test_what_is_done_with_many_at_once_is_numbered_for_each(database: Database, setting: Setting) -> None:
    first, second, cleared = (setting.batch(status=BatchStatus.FAILED, rank=float(rank)) for rank in range(3))
    cleared.cleared_at = NOW
    await database.in_one_trip(lambda trip: trip.add(first, second, cleared))

    async with database.write() as unit:
        assert await unit.batches.retry_failed(setting.game_session.id, 10.0) == 2

    count, (one, other, untouched) = await numbers(database, setting, first, second, cleared)
    assert (count, {one, other}, untouched) == (5, {4, 5}, 3)


async def test_moving_and_clearing_change_no_status_and_get_no_number(database: Database, setting: Setting) -> None:
    waiting, ended = setting.batch(), setting.batch(status=BatchStatus.READY)
    await database.in_one_trip(lambda trip: trip.add(waiting, ended))

    async with database.write() as unit:
        for batch in (waiting, ended):
            found = await unit.batches.find(batch.id, for_update=True)
            assert found is not None
            found.rank, found.cleared_at = found.rank + 1, NOW + timedelta(hours=1)

    assert await numbers(database, setting, waiting, ended) == (2, [1, 2])


async def test_every_table_counts_for_itself(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    here, there = setting.batch(), other.batch()
    await database.in_one_trip(lambda trip: trip.add(here, there))

    assert await numbers(database, setting, here) == (1, [1])
    assert await numbers(database, other, there) == (1, [1])
