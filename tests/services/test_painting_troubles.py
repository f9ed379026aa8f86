"""A batch whose ComfyUI is away, forgetful, mute or dying: nothing is lost, nothing runs twice, and every end has a reason."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import repaint
from wrldbldr.comfyui.connection import ConnectionKind, ConnectionState
from wrldbldr.comfyui.errors import (
    AuthenticationRequiredError,
    CircuitOpenError,
    ComfyUIError,
    MaxRetriesExceededError,
    RequestTimeoutError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.messages import Finished
from wrldbldr.domain.batch import BatchStatus

REST_SECONDS = 3  # longer than the dispatcher rests when ComfyUI is away


async def test_while_comfyui_is_away_a_batch_waits_and_starts_by_itself_when_it_returns(painting: Studio) -> None:
    painting.comfyui.go_down()
    batch_id = await painting.ask()
    await painting.advance(60)
    assert await painting.status(batch_id) is BatchStatus.QUEUED

    painting.comfyui.come_back()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.GENERATING
    assert len(painting.comfyui.submissions) == 1


async def test_what_keeps_comfyui_from_being_given_anything_though_it_answers_is_said_until_it_is_over(
    painting: Studio,
) -> None:
    refusal = AuthenticationRequiredError(403)
    for _ in range(2):
        painting.comfyui.fail_next("catalogue", refusal)
    batch_id = await painting.ask()

    said = painting.engine.connection.status()
    assert (said.state, said.message) == ("degraded", f"{refusal} Your batches wait meanwhile; nothing is lost.")
    assert (said.is_obstructed, said.paints) == (True, False)
    assert await painting.status(batch_id) is BatchStatus.QUEUED

    await painting.advance(2 * REST_SECONDS)

    said = painting.engine.connection.status()
    assert (said.state, said.is_obstructed, said.paints) == ("connected", False, True)
    assert await painting.status(batch_id) is BatchStatus.GENERATING


async def test_an_outage_leaves_nothing_to_be_said_once_it_is_over(painting: Studio) -> None:
    painting.comfyui.fail_next("catalogue", AuthenticationRequiredError(403))
    await painting.ask()
    painting.comfyui.go_down()
    await painting.advance(REST_SECONDS)
    assert painting.engine.connection.status().state == "disconnected"

    states = list[str]()
    painting.comfyui.connection.subscribe(lambda state: states.append(state.kind))
    painting.comfyui.come_back()
    await painting.rest()

    assert states == ["connected"]


@pytest.mark.parametrize(
    "error",
    [
        ServiceUnavailableError("refused"),
        MaxRetriesExceededError(3, ServiceUnavailableError("refused")),
        MaxRetriesExceededError(1, RequestTimeoutError(30)),
    ],
)
async def test_a_batch_that_comfyui_never_took_is_put_back_in_its_old_place(
    painting: Studio, error: ComfyUIError
) -> None:
    table = painting.table()
    painting.comfyui.fail_next("queue_prompt", error)

    first = await painting.ask(prompt="first")

    assert await painting.status(first) is BatchStatus.QUEUED
    assert table.kinds == ["BatchQueued", "BatchStarted", "BatchQueued", "QueueChanged"], "the places of others changed"
    await painting.ask(prompt="second")
    await painting.advance(REST_SECONDS)
    assert [graph["6"]["inputs"]["text"] for graph in painting.comfyui.graphs] == ["first"]


async def test_comfyui_that_goes_away_between_two_prompts_does_not_paint_the_first_again(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "repaint", repaint())
    batch_id = await painting.ask(count=2, seed=1, workflow_id=workflow.id)
    painting.comfyui.fail_next("queue_prompt", ServiceUnavailableError("refused"))
    await painting.paint()
    assert await painting.status(batch_id) is BatchStatus.GENERATING

    await painting.advance(REST_SECONDS + 3)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert [graph["3"]["inputs"]["seed"] for graph in painting.comfyui.graphs] == [1, 2]


async def test_an_open_circuit_puts_the_batch_back_too(painting: Studio) -> None:
    painting.comfyui.fail_next("queue_prompt", CircuitOpenError(painting.clock.now()))

    batch_id = await painting.ask()
    assert await painting.status(batch_id) is BatchStatus.QUEUED
    await painting.advance(REST_SECONDS)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_while_the_circuit_is_open_no_batch_is_begun(painting: Studio) -> None:
    table, until = painting.table(), painting.clock.now() + timedelta(seconds=60)
    painting.comfyui.connection.become(ConnectionState(ConnectionKind.CIRCUIT_OPEN, 5, until, until))

    batch_id = await painting.ask()
    await painting.advance(10)
    assert table.kinds == ["BatchQueued"]

    painting.comfyui.connection.become(ConnectionState(ConnectionKind.CONNECTED))
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.GENERATING


@pytest.mark.parametrize("question", ["system", "catalogue"])
async def test_a_question_that_fails_before_anything_was_sent_fails_no_batch(painting: Studio, question: str) -> None:
    painting.comfyui.fail_next(question, RequestTimeoutError(5))

    batch_id = await painting.ask()
    await painting.advance(REST_SECONDS)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1


async def test_a_prompt_that_was_taken_though_the_answer_was_lost_is_not_sent_again(painting: Studio) -> None:
    painting.comfyui.lose_next_answer(but_take_it=True)

    batch_id = await painting.ask()
    await painting.advance(10)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1
    assert [submission.lost_at for submission in await painting.submissions(batch_id)] == [None]


async def test_a_prompt_that_was_not_taken_is_sent_again_under_a_new_id(painting: Studio) -> None:
    painting.comfyui.lose_next_answer(but_take_it=False)

    batch_id = await painting.ask()
    await painting.advance(10)
    await painting.paint()

    lost, taken = await painting.submissions(batch_id)
    assert await painting.status(batch_id) is BatchStatus.READY
    assert [submission.prompt_id for submission in painting.comfyui.submissions] == [taken.prompt_id]
    assert (lost.lost_at is None, taken.lost_at is None) == (False, True)
    assert lost.seed == taken.seed


async def test_every_id_is_on_record_before_it_is_sent(painting: Studio) -> None:
    on_record: list[bool] = []

    def look(prompt_id: UUID) -> None:
        on_record.append((prompt_id.hex,) in painting.committed("select prompt_id from submission"))

    painting.comfyui.on_submit = look
    painting.comfyui.lose_next_answer(but_take_it=False)

    await painting.ask()
    await painting.advance(10)

    assert on_record == [True, True]


async def test_a_prompt_lost_in_a_restart_is_handed_over_anew_and_progress_does_not_go_back(painting: Studio) -> None:
    table = painting.table()
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.step(3, 4)
    await painting.advance(1)

    painting.comfyui.go_down()
    await painting.advance(10)
    assert await painting.status(batch_id) is BatchStatus.GENERATING
    painting.comfyui.come_back(restarted=True)
    await painting.advance(5)
    painting.comfyui.start()
    painting.comfyui.step(1, 4)
    await painting.advance(1)
    painting.comfyui.finish()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 2
    assert len(await painting.pictures(batch_id)) == 1
    assert table.percents == sorted(table.percents)
    assert "waiting for ComfyUI" in table.phases


async def test_comfyui_that_answers_again_without_having_restarted_goes_on_with_the_same_prompt(
    painting: Studio,
) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    await painting.rest()
    painting.comfyui.go_down()
    await painting.advance(30)

    painting.comfyui.come_back()
    await painting.advance(5)
    painting.comfyui.finish()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1


async def test_the_screen_stops_saying_that_comfyui_is_away_when_it_is_back(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.step(1, 4)
    await painting.rest()
    painting.comfyui.go_down()
    await painting.advance(5)
    assert painting.engine.progress.of(batch_id).phase == "waiting for ComfyUI"

    painting.comfyui.come_back()
    await painting.advance(5)

    assert painting.engine.progress.of(batch_id).phase == "painting"


async def test_jobs_of_others_that_are_ahead_are_said(painting: Studio) -> None:
    table = painting.table()
    painting.comfyui.add_foreign(running=True)
    painting.comfyui.add_foreign()
    await painting.ask()

    await painting.advance(4)

    assert table.phases[-1] == "2 other jobs are ahead on this ComfyUI"


async def test_with_a_silent_websocket_the_batch_still_finishes_by_asking(painting: Studio) -> None:
    painting.comfyui.stream.close()
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.finish()
    await painting.rest()
    assert await painting.status(batch_id) is BatchStatus.GENERATING

    await painting.advance(1.5)

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_a_websocket_that_says_nothing_of_a_running_prompt_is_opened_anew(painting: Studio) -> None:
    painting.comfyui.stream.is_mute = True
    batch_id = await painting.ask()
    painting.comfyui.start()

    await painting.advance(9)
    assert painting.comfyui.stream.reconnects == 0
    await painting.advance(5)
    assert painting.comfyui.stream.reconnects == 1
    painting.comfyui.finish()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY


async def test_a_websocket_that_speaks_is_left_alone(painting: Studio) -> None:
    await painting.ask()
    painting.comfyui.start()
    for step in range(10):
        painting.comfyui.step(step, 10)
        await painting.advance(5)

    assert painting.comfyui.stream.reconnects == 0


async def test_a_new_process_takes_the_running_batch_up_without_sending_it_twice(painting: Studio) -> None:
    batch_id = await painting.ask(count=2)
    painting.comfyui.start()
    await painting.rest()

    await painting.restart()
    await painting.advance(5)
    painting.comfyui.finish(2)
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1
    assert len(await painting.pictures(batch_id)) == 2


async def test_a_picture_that_was_finished_while_no_process_ran_is_stored_once(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    await painting.rest()
    await painting.stop()
    painting.comfyui.finish()

    await painting.restart()
    await painting.restart()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1
    assert painting.committed("select count(*) from asset") == [(1,)]


async def test_a_batch_claimed_by_a_process_that_died_before_sending_is_sent_once(studio: Studio) -> None:
    batch_id = await studio.ask()
    await studio.claim_and_die(batch_id)

    await studio.open()
    await studio.advance(10)
    await studio.paint()

    assert await studio.status(batch_id) is BatchStatus.READY
    assert len(studio.comfyui.submissions) == 1


async def test_a_new_process_does_not_look_for_prompts_that_were_given_up(painting: Studio) -> None:
    painting.comfyui.lose_next_answer(but_take_it=False)
    batch_id = await painting.ask()
    await painting.advance(10)
    assert len(painting.comfyui.submissions) == 1

    await painting.restart()
    await painting.advance(5)
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1
    assert len(await painting.pictures(batch_id)) == 1


async def test_a_new_process_does_not_look_for_prompts_of_before_the_batch_was_put_back(painting: Studio) -> None:
    painting.comfyui.fail_next("queue_prompt", ServiceUnavailableError("refused"))
    batch_id = await painting.ask()
    await painting.advance(REST_SECONDS)
    assert len(painting.comfyui.submissions) == 1

    await painting.restart()
    await painting.paint()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(await painting.pictures(batch_id)) == 1


async def test_a_new_process_waits_when_comfyui_is_away_and_then_goes_on(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.go_down()
    await painting.restart()
    await painting.advance(60)
    assert await painting.status(batch_id) is BatchStatus.GENERATING

    painting.comfyui.come_back()
    await painting.advance(5)
    painting.comfyui.finish()
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.READY
    assert len(painting.comfyui.submissions) == 1


async def test_what_is_heard_of_other_prompts_changes_nothing(painting: Studio) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    await painting.rest()

    painting.comfyui.stream.tell(Finished(prompt_id=uuid4()))
    await painting.rest()

    assert await painting.status(batch_id) is BatchStatus.GENERATING
