"""Game masters take turns, whatever the length of the line, and everybody's place is true."""

import random
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.db.line import HAS_NEXT, NEXT
from wrldbldr.db.trip import NEXT_BATCH, Trip
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.line import Side


async def store(database: Database, batches: Sequence[Batch]) -> None:
    async with database.write() as unit:
        await unit.batches.add(*batches)


async def add_settings(database: Database, *names: str) -> list[Setting]:
    """Game masters with a world each."""
    settings = [Setting(name) for name in names]
    async with database.write() as unit:
        for setting in settings:
            await setting.store(unit)
    return settings


def serve(trip: Trip) -> UUID | None:
    """Begin the batch whose turn it is, and finish it at once."""
    found = trip.next()
    if found is None:
        return None
    found.batch.start(NOW)
    found.batch.finish(NOW)
    trip.save_state(found.batch)
    trip.take_turn(found.batch.requested_by)
    return found.batch.id


async def painted(database: Database) -> list[UUID]:
    """Everything that waits, in the order in which it is begun."""
    done: list[UUID] = []
    while (batch_id := await database.in_one_trip(serve)) is not None:
        done.append(batch_id)
    return done


async def test_one_picture_of_somebody_else_waits_behind_one_of_the_five_hundred(
    database: Database, setting: Setting
) -> None:
    [berta] = await add_settings(database, "Berta")
    many, one = [setting.batch(rank=rank) for rank in range(500)], berta.batch(rank=500)
    await store(database, [*many, one])

    assert await database.in_one_trip(serve) == many[0].id
    assert await database.in_one_trip(serve) == one.id
    assert await database.in_one_trip(serve) == many[1].id


async def test_everybody_is_served_once_before_anybody_is_served_again(database: Database, setting: Setting) -> None:
    everybody = [setting, *await add_settings(database, "Berta", "Cyril")]
    lines = [[who.batch(rank=nth * 100 + rank) for rank in range(nth + 2)] for nth, who in enumerate(everybody)]
    await store(database, [*chain(*reversed(lines))])

    rounds = chain(*zip_longest(*lines))
    assert await painted(database) == [batch.id for batch in rounds if batch is not None]


async def test_whoever_comes_late_is_next_and_nobody_saves_up_turns(database: Database, setting: Setting) -> None:
    [berta] = await add_settings(database, "Berta")
    await store(database, [setting.batch(rank=rank) for rank in range(6)])
    for _ in range(3):
        await database.in_one_trip(serve)
    late = [berta.batch(rank=rank) for rank in (10, 11)]
    await store(database, late)

    order = await painted(database)

    assert [order.index(batch.id) for batch in late] == [0, 2]


async def test_a_batch_that_is_put_back_is_the_next_again(database: Database, setting: Setting) -> None:
    [berta] = await add_settings(database, "Berta")
    first, others = setting.batch(rank=1), [berta.batch(rank=2), setting.batch(rank=3)]
    await store(database, [first, *others])
    await database.in_one_trip(lambda trip: trip.take_turn(setting.account.id))

    async with database.write() as unit:
        await unit.line.give_turn_back(setting.account.id)

    assert (await painted(database))[0] == first.id


@pytest.mark.parametrize("seed", range(12))
async def test_the_place_that_is_shown_is_the_one_in_which_a_batch_is_painted(
    database: Database, setting: Setting, seed: int
) -> None:
    chance = random.Random(seed)
    everybody = [setting, *await add_settings(database, "Berta", "Cyril", "Dora")]
    ranks = chance.sample(range(100), 30)
    batches = [chance.choice(everybody).batch(rank=rank) for rank in ranks]
    begun = [setting.batch(rank=rank, status=BatchStatus.GENERATING, started_at=NOW) for rank in (-1, 200)]
    ended = [
        setting.batch(rank=rank, status=status) for rank, status in enumerate((BatchStatus.READY, BatchStatus.FAILED))
    ]
    await store(database, [*batches, *begun, *ended])
    for _ in range(seed):
        await database.in_one_trip(serve)

    async with database.read() as unit:
        left = [await unit.batches.find(batch.id) for batch in [*batches, *begun, *ended]]
        found = [batch for batch in left if batch is not None]
        positions = await unit.line.positions(found)
        one_by_one = [await unit.line.positions([batch]) for batch in found]

    order = [*(batch.id for batch in begun), *await painted(database)]
    assert positions == {batch_id: place for place, batch_id in enumerate(order, start=1)}
    assert {key: place for each in one_by_one for key, place in each.items()} == positions


async def test_there_is_always_room_between_two_neighbours(database: Database, setting: Setting) -> None:
    batches = [setting.batch(rank=rank) for rank in range(3)]
    await store(database, batches)

    for _ in range(120):  # the space between two doubles is used up after some fifty halvings
        async with database.write() as unit:
            order = await unit.line.order_of(setting.account.id, 3)
            last, first = await unit.batches.find(order[-1]), await unit.batches.find(order[0])
            assert last is not None
            assert first is not None
            last.move(await unit.line.rank_beside(last, first, Side.AFTER))
            expected = [order[0], order[2], order[1]]
        async with database.read() as unit:
            assert list(await unit.line.order_of(setting.account.id, 3)) == expected


def plan(connection: Connection, statement: str) -> list[str]:
    """How SQLite goes about it."""
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]


@pytest.mark.parametrize("statement", [NEXT, HAS_NEXT, NEXT_BATCH])
async def test_whose_turn_it_is_is_looked_up_and_not_searched_for(database: Database, statement: object) -> None:
    compiled = str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]

    steps = await database.in_one_trip(lambda trip: plan(trip._connection, compiled))

    assert any("ix_batch_line (status=? AND requested_by=?)" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN batch")], steps


async def test_a_claim_takes_sqlite_no_more_steps_with_ten_thousand_that_wait_than_with_a_hundred(
    database: Database, setting: Setting
) -> None:
    [berta] = await add_settings(database, "Berta")
    steps: list[int] = []
    for start, count in ((0, 100), (100, 9_900)):
        await store(database, [(setting, berta)[nth % 2].batch(rank=start + nth) for nth in range(count)])
        steps.append(await database.in_one_trip(steps_of_a_claim))

    few, many = steps
    assert 0 < many <= 1.5 * few


def steps_of_a_claim(trip: Trip) -> int:
    """How many instructions SQLite carries out."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0  # go on

    raw: Any = trip._connection.connection.driver_connection
    raw.set_progress_handler(count, 1)
    trip.next()
    raw.set_progress_handler(None, 0)
    return steps
