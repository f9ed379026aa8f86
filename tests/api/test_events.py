"""What a program hears of a game session, over a real socket."""

from collections.abc import AsyncGenerator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.listening import Hearing, Table, about, kinds, laid_table
from tests.fakes.engine import begin, finish
from tests.fakes.quiet import REAL_TIME, until
from tests.fakes.studio import Stage
from wrldbldr.bus import SERVER_TOPIC, game_session_topic
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.domain.events import BatchProgressed, BatchReady, ConnectionChanged, QueueChanged
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.tasks import TaskNursery

BURST = 1000
WAVE = 100  # what the bus keeps for a listener is more, and not so much as a burst
BLOCKED_SECONDS = 0.5


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


async def rest_batch(table: Table, batch_id: UUID) -> dict[str, Any]:
    """A batch as the rest of the API shows it."""
    headers = {"authorization": f"Bearer {table.secret}"}
    async with httpx.AsyncClient(base_url=f"http://{table.address}", headers=headers, trust_env=False) as client:
        return (await client.get(f"/api/assets/batch/{batch_id}")).json()


async def fail_one(table: Table) -> UUID:
    """A batch that ComfyUI gives up."""
    batch_id = await table.studio.ask()
    table.studio.comfyui.start()
    await table.studio.rest()
    table.studio.comfyui.fail()
    await table.studio.rest()
    return batch_id


async def test_whoever_connects_is_told_how_everything_is_and_then_what_happens(table: Table) -> None:
    studio = table.studio
    failed = await fail_one(table)
    running, first, second = await studio.ask(), await studio.ask(), await studio.ask()
    studio.comfyui.start()
    studio.comfyui.step(10, of=20)
    await studio.rest()
    percent = studio.engine.progress.of(running).percent

    async with table.listen() as hearing:
        told = await hearing.snapshot()

        queued = [message["position"] for message in told if message["type"] == "GenerationQueued"]
        assert percent > 0
        assert about(told, failed) == [("GenerationFailed", None)]
        assert about(told, running) == [("GenerationQueued", 1), ("GenerationProgress", percent)]
        assert queued == [1, 2, 3]
        assert told[-2] == {
            "type": "QueueReordered",
            "seq": len(told) - 1,
            "batch_ids": [str(first), str(second)],
        }
        assert told[-1] == {
            "type": "ComfyUIStateChanged",
            "seq": len(told),
            "state": "connected",
            "message": "ComfyUI is connected.",
            "retry_in_seconds": None,
        }

        third = await studio.ask()
        assert await hearing.next() == {
            "type": "GenerationQueued",
            "seq": len(told) + 1,
            "batch_id": str(third),
            "entity_type": "character",
            "entity_id": str(studio.scene.character.id),
            "asset_type": "portrait",
            "position": 4,
        }


async def test_a_batch_is_told_from_the_queue_to_its_pictures_without_a_gap_in_the_count(table: Table) -> None:
    studio = table.studio
    async with table.listen() as hearing:
        await hearing.snapshot()
        batch_id = await studio.ask(count=2)
        studio.comfyui.start()
        for step in (5, 10, 15, 20):
            studio.comfyui.step(step, of=20)
            await studio.advance(1)
        studio.comfyui.finish(2)
        await studio.rest()
        story = await hearing.next_until("GenerationComplete")

    told = about(story, batch_id)
    percents = [number for kind, number in told if kind == "GenerationProgress"]
    assert told[0] == ("GenerationQueued", 1)
    assert told[-1] == ("GenerationComplete", 2)
    assert len(percents) >= 4
    assert percents == sorted(set(percents))
    assert percents[0] == 0
    assert percents[-1] < 100
    assert kinds(story) == [kind for kind, _ in told], "nothing else was to be told"
    assert [message["seq"] for message in hearing.heard] == list(range(1, len(hearing.heard) + 1))


async def test_a_failure_is_told_in_the_words_of_the_batch(table: Table) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()
        batch_id = await fail_one(table)
        failure = (await hearing.next_until("GenerationFailed"))[-1]

    error = (await rest_batch(table, batch_id))["error"]
    assert set(error) == {"title", "message", "details"}
    assert failure == {
        "type": "GenerationFailed",
        "seq": failure["seq"],
        "batch_id": str(batch_id),
        "error": error,
    }


async def test_a_retry_is_queued_again_and_begins_at_nothing(table: Table) -> None:
    studio = table.studio
    async with table.listen() as hearing:
        await hearing.snapshot()
        batch_id = await fail_one(table)
        await hearing.next_until("GenerationFailed")
        await studio.engine.queue.retry(studio.who, batch_id)
        await studio.rest()
        again = await hearing.next_until("GenerationProgress")

    assert about(again, batch_id) == [("GenerationQueued", 1), ("GenerationProgress", 0)]


async def test_a_withdrawn_batch_is_told_and_the_order_of_the_others_follows_from_it(table: Table) -> None:
    studio = table.studio
    running, first, second = await studio.ask(), await studio.ask(), await studio.ask()
    async with table.listen() as hearing:
        await hearing.snapshot()
        await studio.engine.queue.cancel(studio.who, first)
        last = await studio.ask()
        told = await hearing.next_until("GenerationQueued")

    assert about(told, first) == [("GenerationCancelled", None)]
    assert kinds(told) == ["GenerationCancelled", "GenerationQueued"]
    assert about(told, last) == [("GenerationQueued", 3)]
    assert running != second


async def test_of_many_that_are_withdrawn_or_tried_again_at_once_each_is_told(table: Table) -> None:
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    waiting = [await studio.ask() for _ in range(3)]
    async with table.listen() as hearing:
        await hearing.snapshot()
        await studio.engine.queue.cancel_waiting(studio.who, studio.scene.game_session.id)
        withdrawn = [await hearing.next() for _ in waiting]
        await studio.engine.queue.resume(studio.who)
        failed = await fail_one(table)
        await hearing.next_until("GenerationFailed")
        await studio.engine.queue.retry_failed(studio.who, studio.scene.game_session.id)
        await studio.rest()
        again = await hearing.next_until("GenerationQueued")

    assert [(one["type"], one["batch_id"]) for one in withdrawn] == [
        ("GenerationCancelled", str(batch_id)) for batch_id in waiting
    ]
    assert about(again, failed) == [("GenerationQueued", 1)]


async def test_a_batch_that_is_put_back_is_queued_again_and_the_order_said(table: Table) -> None:
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    first, second = await studio.ask(), await studio.ask()
    async with table.listen() as hearing:
        await hearing.snapshot()
        studio.comfyui.fail_next("queue_prompt", ServiceUnavailableError("Connection refused"))
        await studio.engine.queue.resume(studio.who)
        told = await hearing.next_until("QueueReordered")

    assert about(told, first) == [("GenerationProgress", 0), ("GenerationQueued", 1)]
    assert told[-1]["batch_ids"] == [str(first), str(second)]


async def test_a_new_order_is_said_once(table: Table) -> None:
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    first, second = await studio.ask(), await studio.ask()
    async with table.listen() as hearing:
        await hearing.snapshot()
        await studio.engine.line.reorder(studio.who, [second, first])
        told = await hearing.next_until("QueueReordered")
        await studio.engine.line.reorder(studio.who, [second])
        last = await studio.ask()
        told += await hearing.next_until("GenerationQueued")

    assert kinds(told) == ["QueueReordered", "GenerationQueued"]
    assert told[0]["batch_ids"] == [str(second), str(first)]
    assert about(told, last) == [("GenerationQueued", 3)]


async def test_a_batch_that_is_deleted_with_whom_it_was_for_is_told_as_withdrawn(table: Table) -> None:
    studio = table.studio
    await studio.ask()
    waiting = await studio.ask(entity_type=EntityType.LOCATION, entity_id=studio.scene.location.id)
    async with table.listen() as hearing:
        await hearing.snapshot()
        await studio.engine.worlds.delete_entity(studio.who, EntityType.LOCATION, studio.scene.location.id)
        told = await hearing.next()

    assert (told["type"], told["batch_id"]) == ("GenerationCancelled", str(waiting))


async def test_a_batch_that_is_done_before_it_is_told_is_not_taken_for_deleted(table: Table) -> None:
    studio = table.studio
    await studio.engine.queue.pause(studio.who)
    batch_id = await studio.ask()
    async with table.listen() as hearing:
        await hearing.snapshot()
        await begin(studio.engine, batch_id)
        await finish(studio.engine, batch_id)
        topic = game_session_topic(studio.scene.game_session.id)
        studio.engine.bus.publish(topic, QueueChanged())
        await studio.rest()
        studio.engine.bus.publish(topic, BatchReady(batch_id, studio.scene.character.id, 1))

        assert (await hearing.next())["type"] == "GenerationComplete"


async def test_comfyui_going_and_coming_is_told_to_every_game_session_with_the_countdown(table: Table) -> None:
    studio = table.studio
    elsewhere = await studio.engine.worlds.create_game_session(studio.who, studio.scene.world.id, "Another")
    async with table.listen() as here, table.listen(table.path_of(elsewhere.id)) as there:
        for hearing in (here, there):
            await hearing.snapshot()
        studio.comfyui.go_down()
        await studio.rest()
        away = [await here.next(), await there.next()]
        status = studio.engine.connection.status()
        studio.comfyui.come_back()
        back = [await here.next(), await there.next()]

    assert [message["state"] for message in away] == ["disconnected", "disconnected"]
    assert away[0]["message"] == status.message
    assert away[0]["retry_in_seconds"] == status.retry_in_seconds
    assert [message["state"] for message in back] == ["connected", "connected"]


async def test_what_was_said_of_comfyui_is_not_said_again(table: Table) -> None:
    async with table.listen() as hearing:
        state = (await hearing.snapshot())[-1]
        table.studio.engine.bus.publish(SERVER_TOPIC, ConnectionChanged(state["state"], state["message"]))
        await table.studio.ask()

        assert (await hearing.next())["type"] == "GenerationQueued"


async def test_nothing_of_another_game_session_is_heard_not_even_where_the_queue_is_one(table: Table) -> None:
    studio = table.studio
    elsewhere = await studio.engine.worlds.create_game_session(studio.who, studio.scene.world.id, "Another")
    there = await studio.ask(game_session_id=elsewhere.id)
    async with table.listen() as hearing:
        told = await hearing.snapshot()
        await studio.paint()
        await studio.ask(game_session_id=elsewhere.id)
        here = await studio.ask()
        told += await hearing.next_until("GenerationQueued")

    assert kinds(told) == ["QueueReordered", "ComfyUIStateChanged", "GenerationQueued"]
    assert about(told, here) == [("GenerationQueued", 2)]
    assert about(told, there) == []


async def test_whoever_connects_again_needs_nothing_of_what_was_said_before(table: Table) -> None:
    studio = table.studio
    async with table.listen() as hearing:
        await hearing.snapshot()
        batch_id = await studio.ask()
        await hearing.next_until("GenerationProgress")
        await hearing.leave()
    studio.comfyui.start()
    studio.comfyui.step(10, of=20)
    waiting = await studio.ask()
    percent = studio.engine.progress.of(batch_id).percent

    async with table.listen() as hearing:
        told = await hearing.snapshot()
        studio.comfyui.finish()
        await studio.rest()
        told += await hearing.next_until("GenerationComplete")

    assert about(told, batch_id) == [
        ("GenerationQueued", 1),
        ("GenerationProgress", percent),
        ("GenerationComplete", 1),
    ]
    assert ("GenerationQueued", 2) in about(told, waiting)
    assert told[0]["seq"] == 1


async def test_a_thousand_events_in_a_burst_arrive_in_order_and_the_loop_goes_on(table: Table) -> None:
    studio = table.studio
    async with table.listen() as hearing:
        await hearing.snapshot()
        batch_id = await studio.ask()
        await hearing.next_until("GenerationProgress")
        longest = await while_watching_the_loop(lambda: burst(table, hearing, batch_id))

    percents = [message["progress"] for message in hearing.heard if message["type"] == "GenerationProgress"]
    assert percents == list(range(BURST + 1))
    assert [message["seq"] for message in hearing.heard] == list(range(1, len(hearing.heard) + 1))
    assert longest < BLOCKED_SECONDS


async def burst(table: Table, hearing: Hearing, batch_id: UUID) -> None:
    """A thousand events, in waves as large as one turn of the loop could bring."""
    topic = game_session_topic(table.studio.scene.game_session.id)
    for number in range(1, BURST + 1):
        table.studio.engine.bus.publish(topic, BatchProgressed(batch_id, number, "sampling"))
        if number % WAVE == 0:
            while (await hearing.next())["progress"] < number:
                pass


async def while_watching_the_loop(work: Any) -> float:
    """Do `work`. Returns the longest time, in seconds, in which nobody else had a turn."""
    turns = [REAL_TIME.monotonic()]
    is_done = False

    async def take_turns() -> None:
        while not is_done:
            await REAL_TIME.sleep(0)
            turns.append(REAL_TIME.monotonic())

    async with TaskNursery(REAL_TIME) as nursery:
        nursery.start(take_turns(), name="turns")
        await work()
        is_done = True
        await until(lambda: len(turns) > 1)
    return max(after - before for before, after in pairwise(turns))
