"""While the pictures of one batch are brought home, ComfyUI paints the next: nothing is lost, mixed up or done twice."""

import logging
from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import repaint
from wrldbldr.comfyui.errors import (
    ComfyUIError,
    MaxRetriesExceededError,
    PictureBrokenError,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.events import BatchReady
from wrldbldr.services.tidying import AT_ONCE

GENERATING, QUEUED, READY = BatchStatus.GENERATING, BatchStatus.QUEUED, BatchStatus.READY


async def statuses(studio: Studio, batches: list[UUID]) -> list[BatchStatus]:
    return [await studio.status(batch_id) for batch_id in batches]


def prompts(studio: Studio) -> list[object]:
    return [graph["6"]["inputs"]["text"] for graph in studio.comfyui.graphs]


async def finish_slowly(studio: Studio, *then: ComfyUIError) -> None:
    """ComfyUI paints its first prompt; the picture arrives broken, and is fetched again a second later, `then` in vain."""
    studio.comfyui.start()
    await studio.rest()
    studio.comfyui.fail_next("fetch_picture", PictureBrokenError("x.png", "Half of it arrived."), *then)
    studio.comfyui.finish()
    await studio.rest()


async def two_in_hand(studio: Studio) -> list[UUID]:
    """Three batches: the first is being fetched, the second painted, and the third waits."""
    batches = [await studio.ask(prompt=prompt) for prompt in ("first", "second", "third")]
    await finish_slowly(studio)
    return batches


async def test_the_next_batch_is_handed_over_while_the_pictures_of_the_first_are_fetched(painting: Studio) -> None:
    batches = await two_in_hand(painting)

    assert await statuses(painting, batches) == [GENERATING, GENERATING, QUEUED]
    assert prompts(painting) == ["first", "second"]
    assert len((await painting.comfyui.queue()).pending) == 1

    await painting.advance(1)
    assert await statuses(painting, batches) == [READY, GENERATING, QUEUED]


async def test_the_next_batch_is_handed_over_as_soon_as_comfyui_is_done_even_while_it_cannot_say_how_it_went(
    painting: Studio,
) -> None:
    batches = [await painting.ask(), await painting.ask()]
    painting.comfyui.start()
    await painting.rest()
    painting.comfyui.fail_next("history", RequestTimeoutError(10, "its history"))
    painting.comfyui.finish()
    await painting.rest()

    assert len(painting.comfyui.submissions) == 2
    assert await statuses(painting, batches) == [GENERATING, GENERATING]

    await painting.advance(3)
    assert await statuses(painting, batches) == [READY, GENERATING]


async def test_a_third_batch_waits_until_the_first_is_stored(painting: Studio) -> None:
    batches = await two_in_hand(painting)
    await painting.paint()
    assert await statuses(painting, batches) == [GENERATING, GENERATING, QUEUED]

    await painting.advance(1)

    assert await statuses(painting, batches) == [READY, READY, GENERATING]
    assert prompts(painting) == ["first", "second", "third"]


async def test_pictures_are_stored_told_and_numbered_in_the_order_they_were_asked_for(painting: Studio) -> None:
    table = painting.table()
    batches = await two_in_hand(painting)
    await painting.paint()
    await painting.advance(1)

    labels = [picture.label for batch_id in batches[:2] for picture in await painting.pictures(batch_id)]
    assert labels == ["Elven_Archer_Portrait_001", "Elven_Archer_Portrait_002"]
    assert [event.batch_id for event in table.heard if isinstance(event, BatchReady)] == batches[:2]


async def test_a_batch_of_several_prompts_has_comfyui_to_itself_until_the_last_one_has_ended(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    batches = [await painting.ask(count=2, workflow_id=workflow.id), await painting.ask()]
    await finish_slowly(painting)
    assert await statuses(painting, batches) == [GENERATING, QUEUED]

    await painting.advance(1)
    assert len(painting.comfyui.submissions) == 2
    assert await statuses(painting, batches) == [GENERATING, QUEUED]
    await finish_slowly(painting)

    assert await statuses(painting, batches) == [GENERATING, GENERATING]


async def test_while_the_queue_is_paused_the_first_is_stored_and_the_next_is_not_handed_over(painting: Studio) -> None:
    batches = [await painting.ask(), await painting.ask()]
    await painting.engine.queue.pause(painting.who)
    await finish_slowly(painting)

    await painting.advance(60)

    assert await statuses(painting, batches) == [READY, QUEUED]
    assert len(painting.comfyui.submissions) == 1


async def test_a_batch_cancelled_while_it_is_fetched_is_not_kept_and_the_one_being_painted_goes_on(
    painting: Studio,
) -> None:
    first, second, _ = await two_in_hand(painting)

    await painting.engine.queue.cancel(painting.who, first)
    await painting.advance(1)
    await painting.paint()

    assert await statuses(painting, [first, second]) == [BatchStatus.CANCELLED, READY]
    assert await painting.pictures(first) == []
    assert painting.comfyui.cancelled == []
    assert len(painting.stored_files()) == 3


async def test_a_batch_cancelled_while_it_is_painted_is_taken_off_and_the_one_being_fetched_is_kept(
    painting: Studio,
) -> None:
    first, second, third = await two_in_hand(painting)
    running = painting.comfyui.start()

    await painting.engine.queue.cancel(painting.who, second)
    await painting.rest()
    assert painting.comfyui.cancelled == [running]
    await painting.advance(1)

    assert await statuses(painting, [first, second, third]) == [READY, BatchStatus.CANCELLED, GENERATING]


@pytest.mark.parametrize(
    "error", [MaxRetriesExceededError(3, RequestTimeoutError(60)), PictureBrokenError("x.png", "Gone.")]
)
async def test_pictures_that_cannot_be_fetched_fail_their_own_batch_only(painting: Studio, error: ComfyUIError) -> None:
    first, second = await painting.ask(), await painting.ask()
    await finish_slowly(painting, *[error] * (2 if isinstance(error, PictureBrokenError) else 1))
    await painting.advance(5)
    await painting.paint()

    assert await statuses(painting, [first, second]) == [BatchStatus.FAILED, READY]
    assert [picture.label for picture in await painting.pictures(second)] == ["Elven_Archer_Portrait_001"]


async def test_pictures_that_are_out_of_reach_are_fetched_when_comfyui_is_back_while_the_next_is_painted(
    painting: Studio,
) -> None:
    first, second = await painting.ask(prompt="first"), await painting.ask(prompt="second")
    await finish_slowly(painting, ServiceUnavailableError("refused"))
    await painting.advance(1)
    assert await statuses(painting, [first, second]) == [GENERATING, GENERATING]
    assert painting.engine.progress.of(first).phase == "waiting for ComfyUI"

    await painting.advance(2)
    assert await statuses(painting, [first, second]) == [READY, GENERATING]
    await painting.paint()

    assert await painting.status(second) is READY
    assert prompts(painting) == ["first", "second"], "each was painted once"


async def test_pictures_that_a_restart_of_comfyui_has_outlasted_are_not_painted_anew(painting: Studio) -> None:
    first = await painting.ask()
    await finish_slowly(painting, ServiceUnavailableError("refused"))
    await painting.advance(1)
    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)

    await painting.advance(2)

    assert await painting.status(first) is READY
    assert len(painting.comfyui.submissions) == 1


async def test_a_batch_that_is_taken_up_again_does_not_wait_for_the_later_one_that_is_painted(
    painting: Studio,
) -> None:
    first, second = await painting.ask(), await painting.ask()
    half = PictureBrokenError("x.png", "Half of it arrived.")
    await finish_slowly(painting, ServiceUnavailableError("refused"), half, half, half)

    await painting.advance(10)

    assert await statuses(painting, [first, second]) == [READY, GENERATING]
    assert len(painting.comfyui.submissions) == 2


async def test_pictures_that_a_restart_of_comfyui_has_not_outlasted_are_painted_anew(painting: Studio) -> None:
    first, second = await painting.ask(prompt="first"), await painting.ask(prompt="second")
    await finish_slowly(painting, ServiceUnavailableError("refused"))
    await painting.advance(1)
    painting.comfyui.delete_files()
    painting.comfyui.vanish(painting.comfyui.submissions[0].prompt_id)

    await painting.advance(10)
    assert prompts(painting) == ["first", "second", "first"]
    await painting.paint()
    assert await statuses(painting, [first, second]) == [GENERATING, READY]
    await painting.paint()

    assert await statuses(painting, [first, second]) == [READY, READY]


async def test_a_batch_cancelled_while_its_pictures_are_out_of_reach_is_let_go(painting: Studio) -> None:
    batch_id = await painting.ask()
    await finish_slowly(painting, *[ServiceUnavailableError("refused")] * 9)
    await painting.advance(2)

    await painting.engine.queue.cancel(painting.who, batch_id)
    await painting.advance(2)
    following = [await painting.ask(), await painting.ask()]

    assert await statuses(painting, [batch_id, *following]) == [BatchStatus.CANCELLED, GENERATING, QUEUED]
    assert painting.engine.progress.of(batch_id).phase == ""


async def test_a_process_that_dies_with_two_in_hand_leaves_both_to_the_next_one(painting: Studio) -> None:
    first, second, third = await two_in_hand(painting)

    await painting.restart()
    await painting.advance(3)
    assert await statuses(painting, [first, second, third]) == [READY, GENERATING, QUEUED]
    await painting.paint()
    await painting.paint()

    assert await statuses(painting, [first, second, third]) == [READY, READY, READY]
    assert prompts(painting) == ["first", "second", "third"], "each was painted once"


async def test_a_batch_that_is_taken_up_again_is_taken_up_once(painting: Studio) -> None:
    first, second, _ = await two_in_hand(painting)
    await painting.stop()
    half = PictureBrokenError("x.png", "Half of it arrived.")
    painting.comfyui.fail_next("fetch_picture", half, half)

    await painting.restart()
    await painting.advance(1.5)
    assert await statuses(painting, [first, second]) == [GENERATING, GENERATING], (
        "one fetched it, and broken both times"
    )
    await painting.advance(1)

    assert await statuses(painting, [first, second]) == [READY, GENERATING]


async def test_after_a_restart_of_both_the_two_in_hand_are_painted_again_in_their_order(painting: Studio) -> None:
    batches = await two_in_hand(painting)
    await painting.stop()
    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)

    await painting.restart()
    await painting.advance(3)
    assert prompts(painting) == ["first", "second", "first"], "one after the other"
    for _ in batches:
        await painting.paint()
        await painting.advance(3)

    assert prompts(painting) == ["first", "second", "first", "second", "third"]
    assert await statuses(painting, batches) == [READY, READY, READY]


async def test_comfyui_is_told_to_forget_many_prompts_at_once_and_the_rest_when_nobody_waits(painting: Studio) -> None:
    batches = [await painting.ask() for _ in range(AT_ONCE + 2)]
    for _ in range(AT_ONCE - 1):
        await painting.paint()
    assert painting.comfyui.forgotten == []

    await painting.paint()
    assert len(painting.comfyui.forgotten) == AT_ONCE
    await painting.paint()
    await painting.paint()

    assert len(set(painting.comfyui.forgotten)) == len(painting.comfyui.forgotten) == len(batches)


async def test_forgetting_that_fails_holds_nothing_up(painting: Studio, caplog: pytest.LogCaptureFixture) -> None:
    painting.comfyui.fail_next("forget", *[MaxRetriesExceededError(3, RequestTimeoutError(60))] * 2)
    batches = [await painting.ask(), await painting.ask()]

    await painting.paint()
    await painting.paint()

    assert await statuses(painting, batches) == [READY, READY]
    assert not [record for record in caplog.records if record.levelno > logging.INFO], "and is nobody's trouble"
