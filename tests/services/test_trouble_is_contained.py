"""What goes wrong with one prompt stays with it: the queue goes on, and ComfyUI paints nothing for nobody."""

import logging
from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    AuthenticationRequiredError,
    RequestTimeoutError,
)
from wrldbldr.domain.batch import BatchStatus

AWHILE_SECONDS = 60


async def cancel(studio: Studio, batch_id: UUID) -> None:
    await studio.engine.queue.cancel(studio.who, batch_id)
    await studio.rest()


async def test_a_cancel_that_comfyui_refuses_for_good_does_not_stop_the_queue(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    first = await painting.ask(prompt="first")
    second = await painting.ask(prompt="second")
    painting.comfyui.start()
    painting.comfyui.fail_next("cancel", *[AuthenticationRequiredError(403)] * 9)

    with caplog.at_level(logging.WARNING, "wrldbldr.services.dispatcher"):
        await cancel(painting, first)
        await painting.advance(5)
        painting.comfyui.finish()
        await painting.paint()

    assert await painting.status(second) is BatchStatus.READY
    assert "did not take back the cancelled prompt" in caplog.text


async def test_nudges_that_come_faster_than_looks_are_due_delay_none(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.stream.close()
    painting.comfyui.start()
    painting.comfyui.finish()

    for _ in range(20):
        await painting.advance(0.4)
        painting.nudge()

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_whoever_cancels_while_comfyui_is_asked_again_and_again_does_not_wait_for_it(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.hang()
    await painting.advance(AWHILE_SECONDS)

    await cancel(painting, batch_id)

    assert painting.comfyui.cancelled == [painting.comfyui.submissions[0].prompt_id]


async def test_a_prompt_believed_lost_that_arrives_late_is_withdrawn_though_others_wait(painting: Studio) -> None:
    painting.comfyui.fail_next("queue_prompt", AnswerLostError(RequestTimeoutError(30)))
    first = await painting.ask(prompt="first")
    await painting.ask(prompt="second")
    await painting.advance(10)
    lost = next(made.prompt_id for made in await painting.submissions(first) if made.lost_at is not None)

    await painting.paint()
    await painting.rest()

    assert await painting.status(first) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 2, "the second is under way"
    assert lost in painting.comfyui.cancelled


async def test_a_batch_that_fails_leaves_none_of_its_prompts_to_comfyui(painting: Studio) -> None:
    painting.comfyui.fail_next("queue_prompt", AuthenticationRequiredError(403))  # as far as we can tell
    batch_id = await painting.ask()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.FAILED
    assert painting.comfyui.cancelled == [made.prompt_id for made in await painting.submissions(batch_id)]


async def test_what_was_deleted_while_comfyui_was_away_is_taken_off_it_later(painting: Studio) -> None:
    await painting.ask()
    prompt_id = painting.comfyui.submissions[0].prompt_id
    painting.comfyui.go_down()
    await painting.engine.worlds.delete(painting.who, painting.scene.world.id)
    await painting.advance(AWHILE_SECONDS)

    painting.comfyui.come_back()
    await painting.advance(AWHILE_SECONDS)

    assert prompt_id in painting.comfyui.cancelled


async def test_a_prompt_that_is_handed_over_again_uses_the_models_that_are_there_now(painting: Studio) -> None:
    await painting.ask()
    reads = painting.comfyui.catalogue_reads
    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)
    await painting.advance(AWHILE_SECONDS)

    assert len(painting.comfyui.submissions) == 2
    assert painting.comfyui.catalogue_reads > reads
