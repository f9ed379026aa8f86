"""More happens than is kept for anybody, and some listeners read slowly, never, or send nonsense."""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import pytest

from tests.api.listening import ABNORMAL, Hearing, Table, about, kinds, laid_table, streams
from tests.fakes.engine import begin, fail, finish
from tests.fakes.quiet import until
from tests.fakes.studio import Stage
from wrldbldr.api.events import CLOSE_SECONDS, HEARD_FRAMES, HEARD_SECONDS, SEND_SECONDS, SLOW_SECONDS
from wrldbldr.api.messages import REASONS, CloseCode
from wrldbldr.bus import BACKLOG_LIMIT, game_session_topic
from wrldbldr.domain.events import BatchCleared, BatchFailed, Event
from wrldbldr.domain.failure import Failure
from wrldbldr.kit.ids import new_id

LONG_MESSAGE = 200_000
STEPS = 36
MORE_THAN_A_NETWORK_HOLDS = BACKLOG_LIMIT // 2  # of long messages
TOO_SLOW = (4408, REASONS[CloseCode.FELL_BEHIND])
ODD = {
    "an empty text": "",
    "no bytes": b"",
    "half an object": '{"type": "GenerationQueued"',
    "a message of ours": '{"type": "GenerationCancelled", "seq": 1}',
    "no text at all": bytes(range(256)),
    "nul and beyond": "\x00\ud7ff\uffff",
    "a deep nest": "[" * 4000,
}


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


def tell(table: Table, *events: Event) -> None:
    """Something happens at the table."""
    for event in events:
        table.studio.engine.bus.publish(game_session_topic(table.studio.scene.game_session.id), event)


def flood(table: Table) -> None:
    """More happens at once than is kept for anybody."""
    tell(table, *[BatchCleared(new_id())] * (BACKLOG_LIMIT + 1))


async def test_whoever_reads_is_told_what_became_of_each_batch_when_more_happens_at_once_than_is_kept(
    table: Table,
) -> None:
    studio, engine = table.studio, table.studio.engine
    await engine.queue.pause(studio.who)
    ready, failed, begun, cancelled, waiting = [await studio.ask() for _ in range(5)]
    async with table.listen() as hearing:
        await hearing.snapshot()
        for batch_id in (ready, failed, begun):  # nothing of this is published
            await begin(engine, batch_id)
        await finish(engine, ready)
        await fail(engine, failed, Failure(title="It failed.", message="Try again."))
        async with engine.database.write() as unit:
            batch = await unit.batches.find(cancelled)
            assert batch is not None
            batch.cancel(studio.clock.now())
        flood(table)
        told = await hearing.next_until("QueueReordered")
        last = await studio.ask()
        told += await hearing.next_until("GenerationQueued")

    assert about(told, ready) == [("GenerationComplete", 1)]
    assert about(told, failed) == [("GenerationFailed", None)]
    assert about(told, begun) == [("GenerationProgress", 0)]
    assert about(told, cancelled) == [("GenerationCancelled", None)]
    assert about(told, waiting) == []
    assert [message["batch_ids"] for message in told if message["type"] == "QueueReordered"] == [[str(waiting)]]
    assert told[-1]["batch_id"] == str(last)
    assert [message["seq"] for message in hearing.heard] == list(range(1, len(hearing.heard) + 1))


async def test_whoever_reads_stays_connected_while_more_is_asked_for_and_withdrawn_than_is_kept(table: Table) -> None:
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    async with table.listen() as hearing:
        await hearing.snapshot()
        asked = [await studio.engine.queue.submit(studio.who, studio.request()) for _ in range(BACKLOG_LIMIT + 50)]
        for batch in asked:
            await studio.engine.queue.cancel(studio.who, batch.id)
        last = await studio.ask()
        waiting: set[str] = set()
        while waiting != {str(last)}:  # what follows from the messages becomes true
            message = await hearing.next()
            if message["type"] == "GenerationQueued":
                waiting.add(message["batch_id"])
            elif message["type"] == "GenerationCancelled":
                waiting.discard(message["batch_id"])


@pytest.fixture
async def long_failure(table: Table) -> UUID:
    """A batch that takes long to tell of, and is waiting again."""
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    batch_id = await studio.ask()
    await fail(studio.engine, batch_id, Failure(title="It failed.", message="x" * LONG_MESSAGE))
    return batch_id


async def fill_the_network(table: Table, hearing: Hearing, batch_id: UUID) -> None:
    """Say so much to somebody who does not read that nothing more can be said."""
    await hearing.snapshot()
    await table.studio.engine.queue.retry(table.studio.who, batch_id)
    await hearing.next_until("GenerationQueued")
    tell(table, *[BatchFailed(batch_id)] * MORE_THAN_A_NETWORK_HOLDS)
    for _ in range(STEPS):  # the network fills by itself, beside the clock: on a busy machine some steps come before
        await table.studio.advance((SEND_SECONDS - 1) / STEPS)
    assert streams()


async def test_whoever_takes_nothing_for_ten_seconds_is_closed_and_reads_why_at_last(
    table: Table, long_failure: UUID
) -> None:
    async with table.listen(max_queue=1, ping_interval=None, max_size=None) as hearing:
        await fill_the_network(table, hearing, long_failure)
        await table.studio.advance(1)
        await until(lambda: table.studio.listener_count == 0)

        assert await hearing.end() == TOO_SLOW
        assert len(hearing.heard) < MORE_THAN_A_NETWORK_HOLDS


async def test_whoever_never_reads_again_is_left_without_a_word(table: Table, long_failure: UUID) -> None:
    async with table.listen(max_queue=1, ping_interval=None, max_size=None) as hearing:
        await fill_the_network(table, hearing, long_failure)
        await table.studio.advance(1 + CLOSE_SECONDS)
        await table.is_left_alone()

        assert (await hearing.end())[0] == ABNORMAL


async def test_whoever_misses_something_because_they_read_slowly_is_closed_and_told_nothing_stale(
    table: Table, long_failure: UUID
) -> None:
    async with table.listen(max_queue=1, ping_interval=None, max_size=None) as hearing:
        await fill_the_network(table, hearing, long_failure)
        assert SEND_SECONDS - 1 > SLOW_SECONDS
        flood(table)

        assert await hearing.end() == TOO_SLOW
        assert set(kinds(hearing.heard[2:])) <= {
            "GenerationFailed",
            "GenerationQueued",
            "QueueReordered",
            "ComfyUIStateChanged",
        }


@pytest.mark.parametrize("words", ODD.values(), ids=ODD)
async def test_nonsense_changes_nothing(table: Table, words: str | bytes) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        for _ in range(3):
            await hearing.send(words)
        await table.studio.advance(1)
        batch_id = await table.studio.ask()

        assert (await hearing.next())["batch_id"] == str(batch_id)


async def test_whoever_talks_without_end_is_closed(table: Table) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        for _ in range(HEARD_FRAMES + 1):
            await hearing.send("[]")

        assert await hearing.end() == (1009, REASONS[CloseCode.TOO_LARGE])


async def test_whoever_says_something_now_and_then_is_not(table: Table) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        for _ in range(3):
            for _ in range(HEARD_FRAMES // 2):
                await hearing.send("ping")
            await table.studio.advance(HEARD_SECONDS)
        batch_id = await table.studio.ask()

        assert (await hearing.next())["batch_id"] == str(batch_id)
