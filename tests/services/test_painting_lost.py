"""A prompt that ComfyUI loses again and again: handed over anew at most twice, then the batch says why."""

import logging

import pytest

from tests.fakes.studio import Studio
from wrldbldr.comfyui.errors import ServiceUnavailableError
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.comfyui_config import ComfyUIConfig


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


async def test_us_18a_2_what_got_no_answer_and_is_nowhere_is_handed_over_again_after_5_and_15_seconds(
    painting: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wrldbldr.services.errand")
    sent_at: list[float] = []
    painting.comfyui.on_submit = lambda _: sent_at.append(painting.clock.monotonic())
    for _ in range(3):
        painting.comfyui.lose_next_answer(but_take_it=False)

    batch_id = await painting.ask()
    await painting.advance(60)

    first, second, third = sent_at
    assert 5 <= second - first < 10
    assert 15 <= third - second < 20
    assert await painting.failure_title(batch_id) == "ComfyUI takes too long to answer"
    said = [record for record in caplog.records if record.name == "wrldbldr.services.errand"]
    retries = [record.getMessage() for record in said if record.levelno == logging.INFO]
    made = [submission.prompt_id for submission in await painting.submissions(batch_id)]
    assert retries == [
        f"Retry {n} of 2 for handing over prompt {made[n - 1]} in {seconds} s: ComfyUI takes too long to answer"
        for n, seconds in ((1, 5), (2, 15))
    ]
    assert said[-1].levelno == logging.ERROR


async def test_a_prompt_that_arrives_while_its_next_try_is_waited_for_is_not_sent_again(painting: Studio) -> None:
    painting.comfyui.lose_next_answer(but_take_it=False)
    batch_id = await painting.ask()
    await painting.advance(3)
    (on_its_way,) = await painting.submissions(batch_id)

    await painting.comfyui.queue_prompt({}, on_its_way.prompt_id)
    await painting.advance(10)
    painting.comfyui.start()
    painting.comfyui.finish()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(await painting.submissions(batch_id)) == len(painting.comfyui.submissions) == 1


async def test_a_batch_that_waits_for_its_next_try_can_be_cancelled_at_once(painting: Studio) -> None:
    painting.comfyui.lose_next_answer(but_take_it=False)
    batch_id, following = await painting.ask(), await painting.ask()
    await painting.advance(3)

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.CANCELLED
    assert await painting.status(following) is BatchStatus.GENERATING
    assert len(painting.comfyui.submissions) == 1


async def test_new_settings_apply_to_a_next_try_that_is_waited_for_already(painting: Studio) -> None:
    painting.config = ComfyUIConfig(base_delay_seconds=30)
    painting.comfyui.lose_next_answer(but_take_it=False)
    await painting.ask()
    await painting.advance(20)
    assert painting.comfyui.submissions == []

    painting.config = ComfyUIConfig(base_delay_seconds=1)
    await painting.advance(5)

    assert len(painting.comfyui.submissions) == 1
