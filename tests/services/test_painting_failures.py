"""Batches that cannot be painted: each fails with its own reason in words, and the queue goes on."""

from pathlib import Path

import pytest

from tests.fakes.comfyui import tiny_png
from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from wrldbldr.comfyui.errors import (
    ComfyUIError,
    MaxRetriesExceededError,
    PictureBrokenError,
    PromptRefusedError,
    RefusalReason,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.workflow import Bindings, NodeInput

CUT = tiny_png()[:40]


async def test_a_refused_prompt_fails_with_title_and_advice_and_the_next_batch_runs(painting: Studio) -> None:
    table = painting.table()
    refusal = PromptRefusedError(RefusalReason.BAD_VALUE, "Nobody has 0 steps", "Ask for at least one.")
    painting.comfyui.fail_next("queue_prompt", refusal)

    batch_id = await painting.ask()
    following = await painting.ask()

    batch = await painting.batch(batch_id)
    assert batch.failure is not None
    assert (batch.failure.title, batch.failure.message) == ("Nobody has 0 steps", "Ask for at least one.")
    assert table.kinds[:3] == ["BatchQueued", "BatchStarted", "BatchFailed"]
    assert await painting.status(following) is BatchStatus.GENERATING


async def test_a_node_that_raises_fails_the_batch_and_is_named(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail("tensors of unequal size")
    await painting.rest()

    batch = await painting.batch(batch_id)
    assert batch.status is BatchStatus.FAILED
    assert batch.failure is not None
    assert batch.failure.title == 'Node "KSampler" failed'
    assert batch.failure.details["ComfyUI says"] == "tensors of unequal size"


async def test_a_prompt_that_somebody_interrupts_on_comfyui_fails_and_says_so(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.interrupt()
    await painting.rest()

    assert await painting.failure_title(batch_id) == "The generation was stopped on ComfyUI"


@pytest.mark.parametrize("breaks", [1, 2])
async def test_a_picture_that_arrives_broken_is_fetched_again(painting: Studio, breaks: int) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", *[PictureBrokenError("x.png", "Half of it arrived.")] * breaks)
    painting.comfyui.finish()

    await painting.advance(3)

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_a_picture_that_is_broken_three_times_fails_the_batch(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.finish([CUT])

    await painting.advance(3)

    assert await painting.failure_title(batch_id) == "A picture arrived broken from ComfyUI"
    assert painting.committed("select count(*) from asset") == [(0,)]


async def test_fewer_pictures_than_asked_for_fail_the_batch_and_both_numbers_are_said(painting: Studio) -> None:
    batch_id = await painting.ask(count=3)

    await painting.paint(pictures=2)

    assert await painting.failure_title(batch_id) == "ComfyUI made 2 of 3 pictures"


async def test_more_pictures_than_asked_for_are_not_kept(painting: Studio) -> None:
    batch_id = await painting.ask(count=2)

    await painting.paint(pictures=4)

    assert len(await painting.pictures(batch_id)) == 2


async def test_success_without_any_picture_fails_the_batch(painting: Studio) -> None:
    batch_id = await painting.ask()

    await painting.paint(pictures=0)

    assert await painting.failure_title(batch_id) == "ComfyUI finished without a picture"


async def test_a_workflow_removed_meanwhile_fails_its_batch_by_name_and_the_next_one_runs(painting: Studio) -> None:
    painting.comfyui.go_down()
    workflow = await painting.engine.workflows.add(painting.who, "Woodcut", model_free())
    batch_id = await painting.ask(workflow_id=workflow.id)
    following = await painting.ask()
    await painting.engine.workflows.delete(painting.who, workflow.id)

    painting.comfyui.come_back()
    await painting.advance(3)

    assert await painting.failure_title(batch_id) == "The workflow Woodcut is gone"
    assert await painting.status(following) is BatchStatus.GENERATING


async def test_nodes_that_comfyui_lacks_are_named_all_at_once_and_nothing_is_sent(painting: Studio) -> None:
    graph = model_free()
    graph["1"]["class_type"], graph["2"]["class_type"] = "WoodcutImage", "WoodcutSaver"
    workflow = await painting.engine.workflows.add(painting.who, "Woodcut", graph)
    painting.comfyui.go_down()  # what it lacks is not known yet
    batch_id = await painting.ask(workflow_id=workflow.id)

    painting.comfyui.come_back()
    await painting.advance(5)

    assert await painting.failure_title(batch_id) == "Your ComfyUI lacks the nodes WoodcutImage, WoodcutSaver"
    assert painting.comfyui.submissions == []


async def test_comfyui_that_dies_before_the_picture_is_fetched_is_waited_for(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", ServiceUnavailableError("refused"))
    painting.comfyui.finish()
    await painting.rest()
    assert await painting.status(batch_id) is BatchStatus.GENERATING, "it was painted: it must not be painted again"

    await painting.advance(5)

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1


@pytest.mark.parametrize("error", [MaxRetriesExceededError(3, RequestTimeoutError(60)), RequestTimeoutError(60)])
async def test_a_picture_that_can_never_be_fetched_fails_the_batch(painting: Studio, error: ComfyUIError) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail_next("fetch_picture", *[error] * 20)
    painting.comfyui.finish()

    await painting.advance(10)

    assert await painting.failure_title(batch_id) == "ComfyUI takes too long to answer"
    assert len(painting.comfyui.submissions) == 1


async def test_when_the_pictures_cannot_be_stored_the_batch_fails_with_what_to_do(painting: Studio) -> None:
    batch_id = await painting.ask()
    following = await painting.ask()
    block(painting.engine.settings.media_dir)

    await painting.paint()

    batch = await painting.batch(batch_id)
    assert batch.failure is not None
    assert batch.failure.title == "The pictures could not be stored"
    assert str(painting.engine.settings.media_dir) not in batch.failure.message
    assert await painting.status(following) is BatchStatus.GENERATING


async def test_a_mistake_of_our_own_fails_one_batch_and_not_the_queue(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "Woodcut", model_free())
    async with painting.engine.database.write() as unit:
        stored = await unit.workflows.find(workflow.id)
        assert stored is not None
        stored.bindings = Bindings(positive=(NodeInput(node_id="no such node", input_name="text"),))

    batch_id = await painting.ask(workflow_id=workflow.id)
    following = await painting.ask()

    assert await painting.failure_title(batch_id) == "WrldBldr made a mistake"
    assert await painting.status(following) is BatchStatus.GENERATING
    assert "KeyError" in caplog.text


def block(folder: Path) -> None:
    """From now on nothing can be written into `folder`, whoever runs the test."""
    folder.write_text("a file where the folder should be")
