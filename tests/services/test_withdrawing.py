"""Batches that are withdrawn, wherever they are just then."""

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import repaint
from wrldbldr.comfyui.errors import PictureBrokenError
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.world import EntityType


async def test_a_batch_cancelled_while_it_waits_is_never_sent(painting: Studio) -> None:
    await painting.ask(prompt="first")
    second = await painting.ask(prompt="second")
    await painting.ask(prompt="third")

    await painting.engine.queue.cancel(painting.who, second)
    await painting.paint()

    assert [graph["6"]["inputs"]["text"] for graph in painting.comfyui.graphs] == ["first", "third"]


async def test_a_batch_cancelled_while_it_runs_is_taken_off_comfyui_at_once_and_the_next_one_runs(
    painting: Studio,
) -> None:
    batch_id = await painting.ask()
    following = await painting.ask()
    running = painting.comfyui.start()
    await painting.rest()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.rest()

    assert painting.comfyui.cancelled == [running]
    assert painting.comfyui.running is None
    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    assert await painting.status(following) is BatchStatus.GENERATING


async def test_a_batch_cancelled_while_it_waits_on_comfyui_is_taken_off_it(painting: Studio) -> None:
    painting.comfyui.add_foreign(running=True)
    batch_id = await painting.ask()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.rest()
    painting.comfyui.end_foreign()

    assert (await painting.comfyui.queue()).pending == ()


async def test_a_batch_cancelled_while_its_prompt_was_being_handed_over_is_taken_off_comfyui(
    painting: Studio,
) -> None:
    painting.comfyui.on_submit = lambda _: painting.cancel_all()

    batch_id = await painting.ask()

    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    assert [submission.prompt_id for submission in painting.comfyui.submissions] == painting.comfyui.cancelled


async def test_a_batch_cancelled_between_two_of_its_prompts_sends_no_other(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    batch_id = await painting.ask(count=2, workflow_id=workflow.id)
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", PictureBrokenError("x.png", "Half of it arrived."))
    painting.comfyui.finish()
    await painting.rest()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.advance(5)

    assert len(painting.comfyui.submissions) == 1
    assert await painting.pictures(batch_id) == []


async def test_pictures_that_are_finished_when_the_cancellation_comes_are_not_kept(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", PictureBrokenError("x.png", "Half of it arrived."))
    painting.comfyui.finish()
    await painting.rest()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.advance(5)

    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    assert await painting.pictures(batch_id) == []
    assert painting.stored_files() == []


@pytest.mark.parametrize("moment", ["queued", "being sent", "waiting on ComfyUI", "running", "finishing"])
async def test_at_whatever_moment_a_batch_is_cancelled_it_leaves_nothing_and_the_next_one_is_painted(
    painting: Studio, moment: str
) -> None:
    queue = painting.engine.queue
    await queue.pause(painting.who)
    batch_id, following = await painting.ask(), await painting.ask()
    if moment == "queued":
        await queue.cancel(painting.who, batch_id)
    if moment == "being sent":
        painting.comfyui.on_submit = lambda _: painting.cancel(batch_id)
    await queue.resume(painting.who)
    await painting.rest()
    painting.comfyui.on_submit = None
    if moment in ("running", "finishing"):
        painting.comfyui.start()
        await painting.rest()
    if moment == "finishing":
        painting.comfyui.fail_next("fetch_picture", PictureBrokenError("x.png", "Half of it arrived."))
        painting.comfyui.finish()
        await painting.rest()
    if moment in ("waiting on ComfyUI", "running", "finishing"):
        await queue.cancel(painting.who, batch_id)
        await painting.advance(5)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    assert await painting.pictures(batch_id) == []
    assert await painting.status(following) is BatchStatus.READY
    assert len(await painting.pictures(following)) == 1


async def test_a_running_batch_can_be_cancelled_while_comfyui_is_away(painting: Studio) -> None:
    batch_id = await painting.ask()
    following = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.go_down()
    await painting.advance(5)

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.rest()
    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    painting.comfyui.come_back(restarted=True)
    await painting.advance(3)

    assert await painting.status(following) is BatchStatus.GENERATING


async def test_deleting_an_entity_stops_the_painting_of_it_and_the_next_batch_runs(painting: Studio) -> None:
    await painting.ask()
    following = await painting.ask(entity_type=EntityType.LOCATION, entity_id=painting.scene.location.id)
    running = painting.comfyui.start()
    await painting.rest()

    await painting.engine.worlds.delete_entity(painting.who, EntityType.CHARACTER, painting.scene.character.id)
    await painting.advance(4)

    assert painting.comfyui.cancelled == [running]
    assert await painting.status(following) is BatchStatus.GENERATING
    assert painting.committed("select count(*) from batch") == [(1,)]


async def test_a_world_deleted_at_the_moment_its_picture_arrives_leaves_nothing_behind(painting: Studio) -> None:
    await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", PictureBrokenError("x.png", "Half of it arrived."))
    painting.comfyui.finish()
    await painting.rest()

    await painting.engine.worlds.delete(painting.who, painting.scene.world.id)
    await painting.advance(5)

    assert painting.committed("select count(*) from asset") == [(0,)]
    assert painting.stored_files() == []


async def test_nothing_is_remembered_of_a_batch_that_was_withdrawn(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.step(1, 4)
    painting.comfyui.preview()
    await painting.rest()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.rest()

    assert painting.engine.progress.of(batch_id).percent == 0
    assert painting.engine.progress.preview(batch_id) is None


async def test_what_was_cancelled_while_comfyui_was_away_is_taken_off_it_when_it_returns(painting: Studio) -> None:
    batch_id = await painting.ask()
    following = await painting.ask()
    running = painting.comfyui.start()
    await painting.rest()
    painting.comfyui.go_down()

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.advance(5)
    painting.comfyui.come_back()
    await painting.advance(5)

    assert painting.comfyui.cancelled == [running]
    assert painting.comfyui.running is None
    assert await painting.status(following) is BatchStatus.GENERATING
