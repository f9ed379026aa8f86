"""What a screen reads of a queue: a few rows, whatever their number, and everything that is new."""

import asyncio
from uuid import UUID

import pytest

from tests.fakes.rows_read import rows_read
from tests.fakes.studio import Studio, other_game_master
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.line import Move
from wrldbldr.domain.world import EntityType
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.queue_look import LEFT_SECONDS, SAID_LIMIT, TOLD_LIMIT, QueueLook, Since

FAILURE = Failure(title="It broke", message="Try again.")


async def look(studio: Studio, since: QueueLook | None = None, rows: int = 3) -> QueueLook:
    table = studio.scene.game_session.id
    known = None if since is None else Since(since.change)
    return await studio.engine.queue.look(studio.who, table, rows=rows, since=known)


def ids(cards: object) -> list[UUID]:
    assert isinstance(cards, list)
    return [UUID(card.id) for card in cards if isinstance(card, BatchCard)]


async def end(studio: Studio, batch_id: UUID, failure: Failure | None = None) -> UUID:
    """It was begun, and ended."""
    async with studio.engine.database.write() as unit:
        batch = await unit.batches.find(batch_id)
        assert batch is not None
        batch.start(studio.clock.now())
        if failure:
            batch.fail(failure, studio.clock.now())
        else:
            batch.finish(studio.clock.now())
    return batch_id


async def test_of_each_group_the_first_rows_are_read_and_all_are_counted(studio: Studio) -> None:
    asked = [await studio.ask() for _ in range(12)]
    ready = [await end(studio, batch) for batch in asked[:4]]
    failed = [await end(studio, batch, FAILURE) for batch in asked[4:8]]
    await studio.engine.line.move(studio.who, asked[-1], Move.TOP)

    seen = await look(studio)

    assert ids(seen.ready) == ready[:0:-1], "the latest first"
    assert ids(seen.failed) == failed[:0:-1]
    assert ids(seen.waiting) == [asked[11], asked[8], asked[9]], "in the order in which they are painted"
    assert [card.position for card in seen.waiting] == [1, 2, 3]
    assert {status: count for status, count in seen.counts.items() if count} == dict.fromkeys(
        (BatchStatus.READY, BatchStatus.FAILED, BatchStatus.QUEUED), 4
    )


async def test_of_a_long_queue_no_more_rows_are_read_than_of_a_short_one(studio: Studio) -> None:
    first = await studio.batch(await studio.ask())
    counts: list[int] = []
    with rows_read() as read:
        for more in (9, 500):
            async with studio.engine.database.write() as unit:
                same = first.model_dump(exclude={"id", "rank"})
                await unit.batches.add(*[Batch(**same, rank=first.rank + nth) for nth in range(more)])
            read.clear()
            await look(studio, QueueLook(change=1))
            counts.append(len(read))

    assert counts[1] == counts[0] <= 3 + SAID_LIMIT


async def test_a_mark_says_the_most_pressing_thing_of_each_entity_however_far_down_it_waits(studio: Studio) -> None:
    character, location = studio.scene.character.id, studio.scene.location.id
    stair = {"entity_type": EntityType.LOCATION, "entity_id": location}
    await end(studio, await studio.ask(), FAILURE)
    for _ in range(5):
        await studio.ask()
    await end(studio, await studio.ask(**stair))
    assert (await look(studio)).marks == {str(character): "failed"}

    await studio.ask(**stair)
    assert (await look(studio)).marks == {str(character): "failed", str(location): "queued"}


async def test_the_first_look_tells_nothing_as_news(studio: Studio) -> None:
    await end(studio, await studio.ask())

    assert (await look(studio)).changed.counts == {}


@pytest.mark.parametrize("failure", [None, FAILURE])
async def test_what_ended_since_is_told_once_also_if_it_was_never_seen_to_wait(
    studio: Studio, failure: Failure | None
) -> None:
    before = await look(studio)
    ended = await end(studio, await studio.ask(), failure)

    after = await look(studio, before)

    assert ids(after.changed.ended) == [ended]
    assert (await look(studio, after)).changed.ended == []


async def test_what_failed_again_is_told_again(studio: Studio) -> None:
    failed = await end(studio, await studio.ask(), FAILURE)
    before = await look(studio)
    await studio.engine.queue.retry(studio.who, failed)
    await end(studio, failed, FAILURE)

    [card] = (await look(studio, before)).changed.ended

    assert (card.id, card.attempt) == (str(failed), 2)


async def test_what_somebody_cleared_meanwhile_is_no_news(studio: Studio) -> None:
    before = await look(studio)
    await studio.engine.queue.clear(studio.who, await end(studio, await studio.ask()))

    assert (await look(studio, before)).changed.counts == {}


async def test_nothing_that_ended_is_lost_when_many_did_and_the_last_are_told_one_by_one(studio: Studio) -> None:
    before = await look(studio)
    ended = [await end(studio, await studio.ask()) for _ in range(TOLD_LIMIT + 5)]

    changed = (await look(studio, before)).changed

    assert ids(changed.ended) == ended[5:]
    assert changed.counts == {BatchStatus.READY: TOLD_LIMIT + 5}


async def test_what_joined_began_or_was_withdrawn_is_told_and_what_only_moved_is_not(studio: Studio) -> None:
    resting, moved = [await studio.ask() for _ in range(2)]
    before = await look(studio)
    await studio.engine.line.move(studio.who, moved, Move.TOP)
    assert (await look(studio, before)).changed.counts == {}

    await studio.engine.queue.cancel(studio.who, resting)
    joined = await studio.ask()
    await studio.claim_and_die(moved)

    changed = (await look(studio, before)).changed
    assert [(UUID(card.id), card.status) for card in changed.under_way] == [
        (resting, "cancelled"),
        (joined, "queued"),
        (moved, "generating"),
    ]


async def test_a_hundred_that_join_at_once_are_counted_and_a_few_are_named(studio: Studio) -> None:
    before = await look(studio)
    for _ in range(SAID_LIMIT + 6):
        await studio.ask()

    changed = (await look(studio, before)).changed

    assert (len(changed.under_way), changed.counts) == (SAID_LIMIT, {BatchStatus.QUEUED: SAID_LIMIT + 6})


async def test_what_was_withdrawn_can_be_asked_for_again_for_a_minute(studio: Studio) -> None:
    batches = [await studio.ask() for _ in range(5)]
    for batch_id in batches:
        await studio.engine.queue.cancel(studio.who, batch_id)
    await studio.advance(LEFT_SECONDS - 1)
    assert ids((await look(studio)).left) == batches[:1:-1], "the last three, the latest first"

    await studio.advance(1)

    assert (await look(studio)).left == []


async def test_news_of_another_table_are_not_told_here(studio: Studio) -> None:
    other = await studio.engine.worlds.create_game_session(studio.who, studio.scene.world.id, "Another")
    before = await look(studio)
    await studio.ask(game_session_id=other.id)

    after = await look(studio, before)

    assert (after.change, after.changed.counts) == (before.change, {})


async def test_batches_that_were_deleted_do_not_hide_what_comes_after_them(studio: Studio) -> None:
    stair = {"entity_type": EntityType.LOCATION, "entity_id": studio.scene.location.id}
    for _ in range(3):
        await end(studio, await studio.ask(**stair))
    before = await look(studio)
    await studio.engine.worlds.delete_entity(studio.who, EntityType.LOCATION, studio.scene.location.id)

    ended = await end(studio, await studio.ask())

    assert ids((await look(studio, before)).changed.ended) == [ended]


async def test_which_failures_are_failures_still_is_told_of_those_asked_about(studio: Studio) -> None:
    still, again, cleared, gone = [await end(studio, await studio.ask(), FAILURE) for _ in range(4)]
    await studio.engine.queue.retry(studio.who, again)
    await studio.engine.queue.clear(studio.who, cleared)
    async with studio.engine.database.write() as unit:
        batch = await unit.batches.find(gone)
        assert batch is not None
        await unit.batches._db_session.delete(batch)

    asked = Since(0, (still, again, cleared, gone))
    seen = await studio.engine.queue.look(studio.who, studio.scene.game_session.id, rows=1, since=asked)

    assert seen.still_failed == {still: 1}


@pytest.mark.parametrize(
    ("one", "all_of_them"), [("cancel", "cancel_waiting"), ("retry", "retry_failed"), ("clear", "clear_all")]
)
async def test_many_at_once_become_what_each_becomes_by_itself(studio: Studio, one: str, all_of_them: str) -> None:
    queue, table = studio.engine.queue, studio.scene.game_session.id
    by_itself, with_others = await studio.ask(), await studio.ask()
    if one != "cancel":
        for batch_id in (by_itself, with_others):
            await end(studio, batch_id, FAILURE)

    await getattr(queue, one)(studio.who, by_itself)
    statuses = [{BatchStatus.FAILED}] if one == "clear" else []
    if one == "retry":
        await queue.pause(studio.who)
    if one == "cancel":
        by_itself, with_others = with_others, by_itself
    await getattr(queue, all_of_them)(studio.who, table, *statuses)

    own = {"id", "rank", "change", "seed"}
    first, second = [(await studio.batch(each)).model_dump(exclude=own) for each in (by_itself, with_others)]
    assert first == second


async def test_screens_that_look_at_once_read_once(studio: Studio) -> None:
    await studio.ask()
    with rows_read() as read:
        looks = await asyncio.gather(*[look(studio) for _ in range(50)])

    assert len(read) == 2, "whoever was first, and one for all who came while that one read"
    assert all(seen == looks[0] for seen in looks)


async def test_what_somebody_may_not_see_is_not_shown_because_its_owner_looked_just_now(studio: Studio) -> None:
    table = studio.scene.game_session.id
    await studio.engine.queue.look(studio.who, table, rows=3)
    other = await other_game_master(studio.engine)

    with pytest.raises(NotFoundError):
        await studio.engine.queue.look(other, table, rows=3, max_age=5)


async def test_programs_that_ask_at_once_what_a_batch_is_read_it_once(studio: Studio) -> None:
    batch = await studio.ask()
    with rows_read() as read:
        told = await asyncio.gather(*[studio.engine.queue.bulletin(studio.who, batch) for _ in range(50)])

    assert len(read) == 2, "whoever was first, and one for all who came while that one read"
    assert {bulletin.batch_id for bulletin in told} == {batch}
    with pytest.raises(NotFoundError):
        await studio.engine.queue.bulletin(await other_game_master(studio.engine), batch)
