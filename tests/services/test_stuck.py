"""A ComfyUI that answers and does not work: said in words, nothing killed, nothing sent into it, nothing lost."""

import pytest

from tests.fakes.studio import Studio
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import RequestTimeoutError
from wrldbldr.domain.batch import Batch, BatchStatus
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.events import ConnectionChanged

PATIENCE_SECONDS = 30
LOOK_SECONDS = 3


@pytest.fixture
async def impatient(painting: Studio) -> Studio:
    """Half a minute without a sign of life is too long."""
    painting.config = ComfyUIConfig(stall_timeout_seconds=PATIENCE_SECONDS)
    return painting


@pytest.fixture
async def wedged(impatient: Studio) -> Studio:
    """Its worker died over the first batch, and it lets go of nothing."""
    impatient.comfyui.is_interruptible = False
    await impatient.ask(prompt="first")
    impatient.comfyui.start()
    await impatient.advance(PATIENCE_SECONDS + LOOK_SECONDS)
    return impatient


def kind(studio: Studio) -> ConnectionKind:
    return studio.comfyui.connection.current.kind


async def first(studio: Studio) -> Batch:
    """The batch at the head of the queue."""
    return (await studio.engine.queue.page(studio.who, studio.scene.game_session.id))[0].batch


async def withdraw(studio: Studio) -> None:
    """The game master cancels the batch that is stuck."""
    await studio.engine.queue.cancel(studio.who, (await first(studio)).id)
    await studio.rest()


async def test_a_batch_without_a_sign_of_life_is_said_to_be_stuck_and_is_neither_killed_nor_sent_again(
    impatient: Studio,
) -> None:
    everybody = impatient.listener(impatient.topics()["server"])
    batch_id = await impatient.ask()
    impatient.comfyui.start()
    await impatient.advance(PATIENCE_SECONDS - LOOK_SECONDS)
    assert kind(impatient) is ConnectionKind.CONNECTED

    await impatient.advance(600)

    assert kind(impatient) is ConnectionKind.STUCK
    [told] = [event for event in everybody.heard if isinstance(event, ConnectionChanged)]
    assert told.state == "stuck"
    assert "no sign of life for 30 seconds" in told.message
    assert "restart it; your batches wait and nothing is lost" in told.message
    assert impatient.engine.progress.of(batch_id).phase == "no sign of life for 10 min"
    assert await impatient.status(batch_id) is BatchStatus.GENERATING
    assert impatient.comfyui.cancelled == []
    assert len(impatient.comfyui.submissions) == 1


async def test_a_batch_that_shows_life_again_goes_on_as_if_nothing_had_been(wedged: Studio) -> None:
    table = wedged.table()

    wedged.comfyui.step(1, 4)
    await wedged.rest()
    assert kind(wedged) is ConnectionKind.CONNECTED
    assert table.phases == ["painting"]
    wedged.comfyui.finish()
    await wedged.rest()

    assert (await first(wedged)).status is BatchStatus.READY
    assert len(wedged.comfyui.submissions) == 1


async def test_a_word_that_changes_nothing_else_still_ends_what_was_said(impatient: Studio) -> None:
    batch_id = await impatient.ask()
    impatient.comfyui.start()
    impatient.comfyui.step(2, 4)
    await impatient.advance(PATIENCE_SECONDS + LOOK_SECONDS)
    assert impatient.engine.progress.of(batch_id).phase.startswith("no sign of life")

    impatient.comfyui.step(2, 4)
    await impatient.rest()

    assert impatient.engine.progress.of(batch_id).phase == "painting"


async def test_a_batch_that_ends_while_it_is_called_stuck_is_ready_and_the_next_one_runs(wedged: Studio) -> None:
    following = await wedged.ask(prompt="second")
    wedged.comfyui.stream.close()

    wedged.comfyui.finish()
    await wedged.advance(LOOK_SECONDS)

    assert kind(wedged) is ConnectionKind.CONNECTED
    assert await wedged.status(following) is BatchStatus.GENERATING
    assert len(wedged.comfyui.submissions) == 2


async def test_a_comfyui_that_takes_jobs_and_runs_none_is_said_to_be_stuck_in_other_words(painting: Studio) -> None:
    batch_id = await painting.ask()
    await painting.advance(9)
    assert kind(painting) is ConnectionKind.CONNECTED

    await painting.advance(7)

    assert kind(painting) is ConnectionKind.STUCK
    assert "its worker has stopped" in painting.engine.connection.status().message
    assert painting.engine.progress.of(batch_id).phase == "ComfyUI does not start it"
    await painting.paint()
    assert await painting.status(batch_id) is BatchStatus.READY
    assert kind(painting) is ConnectionKind.CONNECTED


async def test_waiting_behind_a_long_job_of_somebody_else_is_not_being_stuck(impatient: Studio) -> None:
    batch_id = await impatient.ask()
    impatient.comfyui.add_foreign(running=True)

    await impatient.advance(PATIENCE_SECONDS * 4)

    assert kind(impatient) is ConnectionKind.CONNECTED
    assert impatient.engine.progress.of(batch_id).phase == "1 other job is ahead on this ComfyUI"


async def test_after_a_restart_the_batch_is_painted_once_and_nothing_is_called_stuck(wedged: Studio) -> None:
    wedged.comfyui.go_down()
    wedged.comfyui.come_back(restarted=True)
    await wedged.rest()
    assert kind(wedged) is ConnectionKind.CONNECTED
    await wedged.advance(5)
    await wedged.paint()

    assert (await first(wedged)).status is BatchStatus.READY
    assert len(wedged.comfyui.submissions) == 2


async def test_a_stuck_batch_can_be_withdrawn_but_nothing_else_is_sent_until_comfyui_lets_go(wedged: Studio) -> None:
    stuck_with = wedged.comfyui.submissions[0].prompt_id
    following = await wedged.ask(prompt="second")

    await withdraw(wedged)
    await wedged.advance(60)
    assert wedged.comfyui.cancelled == wedged.comfyui.forgotten == [stuck_with]
    assert kind(wedged) is ConnectionKind.STUCK
    assert await wedged.status(following) is BatchStatus.QUEUED

    wedged.comfyui.vanish(stuck_with)
    await wedged.advance(LOOK_SECONDS)

    assert kind(wedged) is ConnectionKind.CONNECTED
    assert await wedged.status(following) is BatchStatus.GENERATING


async def test_a_stuck_comfyui_that_was_only_out_of_reach_for_a_while_gets_nothing_either(wedged: Studio) -> None:
    following = await wedged.ask(prompt="second")
    await withdraw(wedged)

    wedged.comfyui.go_down()
    await wedged.advance(10)
    assert kind(wedged) is ConnectionKind.DISCONNECTED
    wedged.comfyui.come_back()
    await wedged.advance(10)

    assert kind(wedged) is ConnectionKind.STUCK
    assert await wedged.status(following) is BatchStatus.QUEUED
    assert len(wedged.comfyui.submissions) == 1


async def test_a_withdrawal_that_failed_is_made_up_for_though_comfyui_is_stuck(wedged: Studio) -> None:
    wedged.comfyui.fail_next("cancel", RequestTimeoutError(10))

    await withdraw(wedged)
    await wedged.advance(LOOK_SECONDS)

    assert wedged.comfyui.cancelled == [wedged.comfyui.submissions[0].prompt_id]
    assert kind(wedged) is ConnectionKind.STUCK


@pytest.mark.parametrize("is_busy_for_others", [False, True])
async def test_it_is_noticed_that_comfyui_works_again_though_nothing_waits(
    wedged: Studio, is_busy_for_others: bool
) -> None:
    await withdraw(wedged)
    await wedged.advance(60)
    assert kind(wedged) is ConnectionKind.STUCK

    wedged.comfyui.vanish(wedged.comfyui.submissions[0].prompt_id)
    if is_busy_for_others:
        wedged.comfyui.add_foreign(running=True)
    await wedged.advance(LOOK_SECONDS)

    assert kind(wedged) is ConnectionKind.CONNECTED


async def test_what_comfyui_does_not_let_go_of_is_known_after_a_restart_of_our_own(wedged: Studio) -> None:
    await withdraw(wedged)
    await wedged.restart()
    following = await wedged.ask(prompt="second")

    await wedged.advance(PATIENCE_SECONDS + 3 * LOOK_SECONDS)

    assert kind(wedged) is ConnectionKind.STUCK
    assert wedged.engine.progress.of(following).phase.startswith("no sign of life")


async def test_a_prompt_swept_out_of_a_stuck_comfyui_is_not_sent_into_it_again_and_is_not_counted_as_lost(
    painting: Studio,
) -> None:
    batch_id = await painting.ask()
    painting.comfyui.add_foreign()
    await painting.advance(20)
    assert kind(painting) is ConnectionKind.STUCK

    painting.comfyui.vanish(painting.comfyui.submissions[0].prompt_id)
    await painting.advance(120)
    assert len(painting.comfyui.submissions) == 1
    assert await painting.status(batch_id) is BatchStatus.GENERATING

    painting.comfyui.go_down()
    painting.comfyui.come_back(restarted=True)
    await painting.advance(10)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 2


async def test_time_in_which_comfyui_was_away_is_not_held_against_it(impatient: Studio) -> None:
    await impatient.ask()
    impatient.comfyui.start()
    await impatient.advance(PATIENCE_SECONDS / 2)

    impatient.comfyui.go_down()
    await impatient.advance(PATIENCE_SECONDS * 4)
    impatient.comfyui.come_back()
    await impatient.advance(LOOK_SECONDS)

    assert kind(impatient) is ConnectionKind.CONNECTED


async def test_a_silent_websocket_is_opened_anew_less_and_less_often(painting: Studio) -> None:
    await painting.ask()
    painting.comfyui.start()

    await painting.advance(600)

    assert 3 <= painting.comfyui.stream.reconnects <= 7
