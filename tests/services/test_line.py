"""Moving what waits: obeyed by whoever paints, heard by whoever looks, and never a batch lost."""

import asyncio
import random
from collections.abc import Awaitable
from uuid import UUID

import pytest

from tests.fakes.studio import Studio, other_game_master
from wrldbldr.bus import game_session_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import BatchStatus, IllegalTransitionError
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import QueueChanged, QueueMoved
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.line import Move, Side
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges

FAILURE = Failure(title="It broke", message="Try again.")


async def order(studio: Studio) -> list[UUID]:
    """What waits at the table, as it is shown."""
    page = await studio.engine.queue.page(studio.who, studio.scene.game_session.id, status=BatchStatus.QUEUED)
    return [report.batch.id for report in page]


async def painted_all(studio: Studio) -> list[UUID]:
    """Have everything painted that waits. Returns it in the order in which it was begun."""
    count = len(studio.committed("select 1 from batch where status = 'queued'"))
    await studio.open()
    for _ in range(count):
        await studio.paint()
    return [UUID(batch) for (batch,) in studio.committed("select batch_id from submission order by rowid")]


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (Move.TOP, [2, 0, 1, 3, 4]),
        (Move.UP, [0, 2, 1, 3, 4]),
        (Move.DOWN, [0, 1, 3, 2, 4]),
        (Move.BOTTOM, [0, 1, 3, 4, 2]),
    ],
)
async def test_a_batch_is_moved_by_one_or_to_an_end_and_painted_there(
    studio: Studio, move: Move, expected: list[int]
) -> None:
    batches = [await studio.ask() for _ in range(5)]
    wanted = [batches[number] for number in expected]

    place = await studio.engine.line.move(studio.who, batches[2], move)

    assert await order(studio) == wanted
    assert place == wanted.index(batches[2]) + 1
    assert await painted_all(studio) == wanted


@pytest.mark.parametrize(("number", "move"), [(0, Move.TOP), (0, Move.UP), (2, Move.DOWN), (2, Move.BOTTOM)])
async def test_what_is_at_its_end_already_stays_there_and_nobody_is_told(
    studio: Studio, number: int, move: Move
) -> None:
    batches = [await studio.ask() for _ in range(3)]
    table = studio.table()

    await studio.engine.line.move(studio.who, batches[number], move)

    assert await order(studio) == batches
    assert table.heard == []


@pytest.mark.parametrize(("side", "expected"), [(Side.BEFORE, [0, 3, 1, 2]), (Side.AFTER, [0, 1, 3, 2])])
async def test_a_batch_is_put_beside_another(studio: Studio, side: Side, expected: list[int]) -> None:
    batches = [await studio.ask() for _ in range(4)]

    await studio.engine.line.move_beside(studio.who, batches[3], batches[1], side)

    assert await order(studio) == [batches[number] for number in expected]


async def test_beside_one_that_is_painted_or_was_withdrawn_meanwhile_is_where_it_was(studio: Studio) -> None:
    batches = [await studio.ask() for _ in range(4)]
    await studio.claim_and_die(batches[0])
    await studio.engine.queue.cancel(studio.who, batches[2])

    await studio.engine.line.move_beside(studio.who, batches[3], batches[0], Side.AFTER)
    assert await order(studio) == [batches[3], batches[1]]
    await studio.engine.line.move_beside(studio.who, batches[3], batches[2], Side.BEFORE)

    assert await order(studio) == [batches[1], batches[3]]


async def test_what_waits_no_more_is_not_moved_and_that_is_said_in_a_sentence(studio: Studio) -> None:
    begun, waiting = await studio.ask(), await studio.ask()
    await studio.claim_and_die(begun)

    for moving in (
        studio.engine.line.move(studio.who, begun, Move.BOTTOM),
        studio.engine.line.move_beside(studio.who, begun, waiting, Side.AFTER),
    ):
        with pytest.raises(IllegalTransitionError, match="Cannot move a batch that is generating"):
            await moving


async def test_a_move_is_heard_at_the_table_and_by_the_other_tabs_of_its_game_master_and_by_nobody_else(
    studio: Studio,
) -> None:
    batches = [await studio.ask() for _ in range(2)]
    topics = studio.topics()
    heard = {name: studio.listener(topics[name]) for name in ("table", "account", "server")}

    await studio.engine.line.reorder(studio.who, [batches[1]])

    assert {name: listener.heard for name, listener in heard.items()} == {
        "table": [QueueChanged()],
        "account": [QueueMoved()],
        "server": [],
    }


async def test_what_is_asked_for_at_the_front_comes_before_all_others_of_its_own(studio: Studio) -> None:
    first = await studio.ask(to_front=True)
    waiting = [await studio.ask() for _ in range(2)]
    urgent = await studio.ask(to_front=True)
    more_urgent = await studio.ask(to_front=True)
    last = await studio.ask()

    expected = [more_urgent, urgent, first, *waiting, last]
    assert await order(studio) == expected
    assert await painted_all(studio) == expected


async def test_the_front_is_that_of_ones_own_and_the_turns_of_others_stay(studio: Studio) -> None:
    berta = await other_game_master(studio.engine)
    await studio.ask()
    theirs = await their_request(studio, berta)

    for _ in range(3):
        await studio.ask(to_front=True)

    assert (await studio.engine.queue.report(berta, theirs)).position == 2


async def their_request(studio: Studio, who: Principal) -> UUID:
    """A batch of another game master, in their own world."""
    world = (await studio.engine.worlds.create(who, "A world of my own")).id
    table = (await studio.engine.worlds.game_sessions(who, world))[0]
    somebody = await studio.engine.worlds.create_entity(
        who, EntityType.CHARACTER, world, EntityChanges(name="Berta's own")
    )
    asked = studio.request(game_session_id=table.id, entity_id=somebody.id)
    return (await studio.engine.queue.submit(who, asked)).id


async def test_five_hundred_of_one_do_not_hold_up_one_of_another_and_moving_them_changes_nothing_of_it(
    studio: Studio,
) -> None:
    berta = await other_game_master(studio.engine)
    many = [await studio.ask() for _ in range(20)]
    theirs = await their_request(studio, berta)
    assert (await studio.engine.queue.report(berta, theirs)).position == 2

    await studio.engine.line.reorder(studio.who, many[10:])
    report = await studio.engine.queue.report(berta, theirs)
    table = studio.listener(game_session_topic(report.batch.game_session_id))
    await studio.engine.line.move(studio.who, many[0], Move.TOP)

    assert report.position == 2
    assert table.heard == []
    await studio.open()
    await studio.paint()
    await studio.paint()
    assert await studio.status(theirs) is BatchStatus.READY
    assert await studio.status(many[0]) is BatchStatus.READY


def some_verb(studio: Studio, who: Principal, batches: list[UUID], chance: random.Random) -> Awaitable[object]:
    """What somebody does who sees these batches, and may not have seen yet what became of them."""
    queue, line = studio.engine.queue, studio.engine.line
    batch, other, third = chance.sample(batches, 3)
    match chance.randrange(8):
        case 0:
            return queue.cancel(who, batch)
        case 1:
            return queue.retry(who, batch)
        case 2 | 3:
            return line.move(who, batch, chance.choice(list(Move)))
        case 4 | 5:
            return line.move_beside(who, batch, other, chance.choice(list(Side)))
        case 6:
            return line.reorder(who, [batch, other, third])
        case _:
            return queue.page(who, studio.scene.game_session.id)


@pytest.mark.parametrize("seed", range(3))
async def test_fifty_tabs_of_two_game_masters_steer_the_same_batches_at_once_and_nothing_is_lost(
    studio: Studio, seed: int
) -> None:
    chance, who, berta = random.Random(seed), studio.who, await other_game_master(studio.engine)
    mine, theirs = [await studio.ask() for _ in range(30)], [await their_request(studio, berta) for _ in range(12)]
    await fail_all(studio, mine[:5])
    batches, refused = [*mine, *theirs], 0

    async def steer(owner: Principal, own: list[UUID]) -> None:
        nonlocal refused
        for _ in range(5):
            try:
                await some_verb(studio, owner, own, chance)
            except (IllegalTransitionError, NotFoundError):  # another tab was faster, or the page is of another table
                refused += 1

    async with asyncio.TaskGroup() as tabs:
        for number in range(50):
            tabs.create_task(steer(*((who, mine) if number % 2 else (berta, theirs))))

    waiting = [batch for batch in [await studio.batch(one) for one in batches] if batch.status is BatchStatus.QUEUED]
    assert len(waiting) > 10
    assert refused
    async with studio.engine.database.read() as unit:
        positions = await unit.line.positions(waiting)
    assert sorted(positions.values()) == [*range(1, len(waiting) + 1)], "one order, each place once"
    done = await painted_all(studio)
    assert [positions[batch_id] for batch_id in done] == [*range(1, len(waiting) + 1)], "painted as it was shown"
    assert {await studio.status(batch.id) for batch in waiting} == {BatchStatus.READY}


async def fail_all(studio: Studio, batches: list[UUID]) -> None:
    """They were begun, and gave up."""
    async with studio.engine.database.write() as unit:
        for batch_id in batches:
            batch = await unit.batches.find(batch_id)
            assert batch is not None
            batch.start(studio.clock.now())
            batch.fail(FAILURE, studio.clock.now())
