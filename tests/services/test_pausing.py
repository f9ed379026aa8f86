"""A paused queue begins nothing, ends what it has begun, and goes on where it stopped."""

from tests.fakes.studio import Studio
from tests.services.graphs import repaint
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.events import QueuePaused


async def pause(studio: Studio) -> None:
    await studio.engine.queue.pause(studio.who)
    await studio.rest()


async def resume(studio: Studio) -> None:
    await studio.engine.queue.resume(studio.who)
    await studio.rest()


async def is_paused(studio: Studio) -> bool:
    """What a screen at the table shows."""
    return (await studio.engine.queue.look(studio.who, studio.scene.game_session.id, rows=1)).is_paused


def prompts(studio: Studio) -> list[object]:
    return [graph["6"]["inputs"]["text"] for graph in studio.comfyui.graphs]


async def test_while_the_queue_is_paused_nothing_is_begun_and_after_it_everything_is_in_order(painting: Studio) -> None:
    await pause(painting)
    batches = [await painting.ask(prompt=prompt) for prompt in ("first", "second")]
    await painting.advance(120)
    assert painting.comfyui.submissions == []

    await resume(painting)
    assert prompts(painting) == ["first"], "at once"
    for _ in batches:
        await painting.paint()

    assert prompts(painting) == ["first", "second"]
    assert [await painting.status(batch_id) for batch_id in batches] == [BatchStatus.READY] * 2


async def test_the_batch_under_way_is_painted_to_its_end_and_the_next_one_waits(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    under_way = await painting.ask(count=2, workflow_id=workflow.id)
    following = await painting.ask()
    painting.comfyui.start()
    await pause(painting)

    painting.comfyui.finish()
    await painting.rest()
    await painting.paint()
    await painting.advance(60)

    assert await painting.status(under_way) is BatchStatus.READY
    assert await painting.status(following) is BatchStatus.QUEUED
    assert len(painting.comfyui.submissions) == 2


async def test_a_pause_outlasts_a_restart(painting: Studio) -> None:
    await pause(painting)
    batch_id = await painting.ask()

    await painting.restart()
    await painting.advance(60)
    assert await painting.status(batch_id) is BatchStatus.QUEUED
    assert await is_paused(painting)

    await resume(painting)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert not await is_paused(painting)


async def test_everybody_hears_of_it_once(painting: Studio) -> None:
    everybody = painting.listener(painting.topics()["server"])

    for step in (resume, pause, pause, resume, resume):
        await step(painting)

    assert everybody.heard == [QueuePaused(True), QueuePaused(False)]


async def test_what_is_under_way_is_handed_over_again_after_a_restart_of_comfyui_though_the_queue_is_paused(
    painting: Studio,
) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    await pause(painting)
    painting.comfyui.fail_next("queue_prompt", ServiceUnavailableError("refused"))

    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)
    await painting.advance(10)
    assert await painting.status(batch_id) is BatchStatus.GENERATING
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_a_batch_that_comfyui_never_took_waits_with_the_others_when_the_queue_is_paused_meanwhile(
    painting: Studio,
) -> None:
    painting.comfyui.fail_next("queue_prompt", ServiceUnavailableError("refused"))
    batch_id = await painting.ask()
    await pause(painting)

    await painting.advance(60)

    assert await painting.status(batch_id) is BatchStatus.QUEUED
    assert painting.comfyui.submissions == []


async def test_batches_can_be_withdrawn_from_a_paused_queue(painting: Studio) -> None:
    await pause(painting)
    first, second = await painting.ask(prompt="first"), await painting.ask(prompt="second")

    await painting.engine.queue.cancel(painting.who, first)
    await resume(painting)

    assert prompts(painting) == ["second"]
    assert await painting.status(second) is BatchStatus.GENERATING
