"""Whatever ComfyUI's answers, pictures and messages do wrong: the right pictures exactly once, or a batch that says why."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig
from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.batch import Batch
from wrldbldr.simulator.faults import Action, Moment, Rule

COUNT = 2

post = partial(Rule, method="POST", path="/prompt")
queue = partial(Rule, method="GET", path="/queue")
history = partial(Rule, method="GET", path="/history/*")
view = partial(Rule, method="GET", path="/view")
stats = partial(Rule, method="GET", path="/system_stats")
no_socket = Rule(Action.STATUS, path="/ws", status=403, times=None)


@dataclass(frozen=True)
class Case:
    """What goes wrong, how often a prompt runs in spite of it, and what a batch that cannot be painted says."""

    rules: tuple[Rule, ...] = ()
    runs: int = 1
    failure: str = ""
    graph: Callable[[], Graph] = graphs.quick


ASKING = {
    "the_health_check_fails_once": Case((stats(Action.STATUS, status=500),)),
    "the_health_check_hangs": Case((stats(Action.HANG),)),
    "handing_over_is_answered_with_500": Case((post(Action.STATUS, status=500),)),
    "handing_over_is_answered_with_503_twice": Case((post(Action.STATUS, status=503, times=2),)),
    "handing_over_fails_with_500_after_it_took_effect": Case((post(Action.STATUS, status=500, after=True),)),
    "handing_over_is_reset": Case((post(Action.RESET),)),
    "handing_over_is_reset_after_it_took_effect": Case((post(Action.RESET, after=True),)),
    "handing_over_is_hung_up_on": Case((post(Action.CLOSE),)),
    "handing_over_is_hung_up_on_after_it_took_effect": Case((post(Action.CLOSE, after=True),)),
    "handing_over_is_never_answered": Case((post(Action.HANG),)),
    "handing_over_is_never_answered_after_it_took_effect": Case((post(Action.HANG, after=True),)),
    "handing_over_is_answered_with_a_web_page": Case((post(Action.HTML),)),
    "handing_over_is_answered_with_a_web_page_after_it_took_effect": Case((post(Action.HTML, after=True),)),
    "handing_over_always_fails_with_500": Case((post(Action.STATUS, status=500, times=None),), 0, "an error (500)"),
    "handing_over_is_not_allowed": Case((post(Action.STATUS, status=401),), 0, "does not let us in"),
    "the_prompt_is_too_large": Case((post(Action.STATUS, status=413),), 0, "Too large for ComfyUI"),
    "there_is_no_page_to_hand_over_to": Case((post(Action.STATUS, status=404, times=None),), 0, "not a ComfyUI"),
    "the_queue_cannot_be_read_at_first": Case((no_socket, queue(Action.STATUS, status=500, times=2))),
    "the_queue_answers_with_a_web_page": Case((no_socket, queue(Action.HTML))),
    "reading_the_queue_hangs": Case((no_socket, queue(Action.HANG))),
    "the_queue_hangs_up": Case((no_socket, queue(Action.CLOSE))),
    "the_history_hangs_up": Case((history(Action.CLOSE),)),
    "the_history_cannot_be_read_at_first": Case((history(Action.STATUS, status=500, times=2),)),
    "the_history_answers_with_a_web_page": Case((history(Action.HTML),)),
    "reading_the_history_hangs": Case((history(Action.HANG),)),
    "connections_are_refused_for_a_while": Case((Rule(Action.REFUSE, seconds=0.5),)),
}

ENDING = {
    "the_history_comes_late": Case((Rule(Action.EMPTY_HISTORY, times=3),)),
    "the_history_comes_very_late": Case((Rule(Action.EMPTY_HISTORY, times=12),)),
    "the_history_stays_empty_though_the_prompt_is_done": Case((Rule(Action.EMPTY_HISTORY, times=None),)),
    "the_history_names_no_pictures": Case((Rule(Action.NO_OUTPUTS, times=None),), 1, "without a picture"),
    "the_history_names_too_few_pictures": Case((Rule(Action.ONE_PICTURE_LESS, times=None),), 1, "1 of 2 pictures"),
    "a_node_raises": Case(
        (), 1, 'Node "Varnish" failed ComfyUI says: no varnish', partial(graphs.failing, "ValueError", "no varnish")
    ),
    "the_memory_runs_out": Case((), 1, "out of memory", partial(graphs.failing, "OOM", "CUDA out of memory")),
    "the_disk_of_comfyui_is_full": Case(
        (), 1, "disk is full", partial(graphs.failing, "ValueError", "[Errno 28] No space left on device")
    ),
    "a_node_is_blocked": Case((), 1, "did not run", partial(graphs.failing, "block", "the switch is off")),
    "queue_and_history_are_forgotten_while_it_paints": Case((Rule(Action.LOSE_QUEUE),), 2),
    "queue_and_history_are_forgotten_when_it_is_taken": Case((Rule(Action.LOSE_QUEUE, moment=Moment.ON_PROMPT),)),
    "it_is_forgotten_just_before_it_is_done": Case((Rule(Action.LOSE_QUEUE, moment=Moment.BEFORE_HISTORY),)),
}

FETCHING = {
    "a_picture_breaks_off": Case((Rule(Action.TRUNCATE),)),
    "a_picture_is_cut_in_half_and_says_it_is_whole": Case((Rule(Action.TRUNCATE, honest=True),)),
    "a_picture_is_none": Case((Rule(Action.NOT_A_PICTURE),)),
    "a_picture_is_a_web_page": Case((view(Action.HTML),)),
    "a_picture_is_missing_at_first": Case((view(Action.STATUS, status=404),)),
    "a_picture_cannot_be_had_at_first": Case((view(Action.STATUS, status=500, times=2),)),
    "fetching_a_picture_is_hung_up_on": Case((view(Action.CLOSE),)),
    "fetching_a_picture_hangs": Case((view(Action.HANG),)),
    "every_picture_breaks_off": Case((Rule(Action.TRUNCATE, times=None),), 1, "broke"),
    "every_picture_is_cut_in_half": Case((Rule(Action.TRUNCATE, honest=True, times=None),), 1, "arrived broken"),
    "every_picture_is_none": Case((Rule(Action.NOT_A_PICTURE, times=None),), 1, "not a picture"),
    "every_picture_is_missing": Case((view(Action.STATUS, status=404, times=None),), 1, "no longer has it"),
    "no_picture_can_be_had": Case((view(Action.STATUS, status=502, times=None),), 1, "an error (502)"),
}

HEARING = {
    "the_websocket_is_refused": Case((no_socket,)),
    "the_websocket_is_never_answered": Case((Rule(Action.HANG, path="/ws", times=None),)),
    "the_websocket_answers_with_a_web_page": Case((Rule(Action.HTML, path="/ws", times=None),)),
    "the_websocket_is_hung_up_on": Case((Rule(Action.CLOSE, path="/ws", times=None),)),
    "the_websocket_is_dropped_when_it_begins": Case((Rule(Action.DROP_SOCKET, event="execution_start"),)),
    "the_websocket_is_dropped_again_and_again": Case((Rule(Action.DROP_SOCKET, event="progress", times=4),)),
    "the_websocket_is_dropped_at_the_end": Case((Rule(Action.DROP_SOCKET, event="executed"),)),
    "the_websocket_falls_silent": Case((Rule(Action.MUTE, event="progress"),)),
    "the_websocket_never_says_anything": Case((Rule(Action.MUTE, times=None),)),
    "the_websocket_talks_rubbish": Case((Rule(Action.GARBAGE_FRAME, times=None),)),
    "the_websocket_says_things_nobody_knows": Case((Rule(Action.UNKNOWN_FRAME, times=None),)),
    "everything_is_said_twice": Case((Rule(Action.DUPLICATE, times=None),)),
    "everything_is_said_in_the_wrong_order": Case((Rule(Action.SWAP, times=None),)),
}

CASES = ASKING | ENDING | FETCHING | HEARING


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_right_pictures_come_once_or_the_batch_says_why_when(
    rig: Rig, server: SimulatorServer, case: Case
) -> None:
    server.faults.add(*(replace(rule) for rule in case.rules))

    batch = await rig.end(await rig.ask("a lamplighter in the rain", COUNT, graph=case.graph()))

    if case.failure:
        assert batch.status == "failed"
        assert case.failure in words(batch)
        assert await rig.assets(batch.id) == []
    else:
        await rig.require_pictures(batch.id)
    assert len(server.executed) == len(set(server.executed)) == case.runs
    server.faults.clear()
    await rig.require_next_one_to_be_painted()


async def test_us_18a_2_handing_over_is_retried_with_growing_pauses_and_its_end_is_logged_at_error(
    rig: Rig, server: SimulatorServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wrldbldr.services.errand")
    failing = server.spoil(post(Action.STATUS, status=503))

    batch = await rig.end(await rig.ask("a lamplighter in the rain"))

    assert batch.status == "failed"
    assert failing.count == 3
    said = [record for record in caplog.records if record.name == "wrldbldr.services.errand"]
    made = [submission.prompt_id for submission in await rig.submissions(batch.id)]
    assert [record.getMessage().split(":")[0] for record in said if record.levelno == logging.INFO] == [
        f"Retry 1 of 2 for handing over prompt {made[0]} in 5 s",
        f"Retry 2 of 2 for handing over prompt {made[1]} in 15 s",
    ]
    assert said[-1].levelno == logging.ERROR


def words(batch: Batch) -> str:
    """Everything a game master reads about a batch that failed."""
    assert batch.failure is not None
    return " ".join([batch.failure.title, batch.failure.message, *batch.failure.details.values()])
