"""A prompt that ComfyUI loses again and again: handed over anew at most twice, then the batch says why."""

import logging

import pytest

from tests.fakes.studio import Studio
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.domain.batch import BatchStatus


async def test_a_batch_that_is_lost_three_times_fails_with_the_reason_and_the_next_one_runs(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = await painting.ask()
    following = await painting.ask()

    for _ in range(3):
        painting.comfyui.start()
        painting.comfyui.go_down()
        painting.comfyui.come_back(restarted=True)
        await painting.advance(10)

    assert await painting.failure_title(batch_id) == "ComfyUI lost this picture again and again"
    words = f"Gave up batch {batch_id}: ComfyUI lost it 3 times"
    assert ("wrldbldr.services.errand", logging.ERROR, words) in caplog.record_tuples
    assert await painting.status(following) is BatchStatus.GENERATING
    assert len({submission.prompt_id for submission in painting.comfyui.submissions}) == 4


async def test_a_lost_prompt_that_cannot_be_handed_over_again_yet_is_lost_only_once(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)
    painting.comfyui.fail_next("queue_prompt", *(ServiceUnavailableError("refused") for _ in range(5)))

    await painting.advance(60)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 2
    assert [submission.lost_at is None for submission in await painting.submissions(batch_id)] == [False, True]


async def test_losses_are_counted_through_restarts_of_our_own_process(painting: Studio) -> None:
    batch_id = await painting.ask()

    for _ in range(3):
        painting.comfyui.start()
        painting.comfyui.go_down()
        await painting.restart()
        painting.comfyui.come_back(restarted=True)
        await painting.advance(10)

    assert await painting.failure_title(batch_id) == "ComfyUI lost this picture again and again"
    assert len(painting.comfyui.submissions) == 3
