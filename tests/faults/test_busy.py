"""ComfyUI is slow but in time, has a long queue or a long history: that is no failure, and ours is painted once."""

from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig
from tests.faults.somebody import SomebodyElse
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.faults import Action, Rule
from wrldbldr.simulator.history import HistoryEntry
from wrldbldr.simulator.queue import QueuedPrompt

SLOW_SECONDS = 0.3  # of the one second that is allowed
THEIRS_WAITING = 200
THEIRS_LARGE = 9
THEIRS_BYTES = 2_000_000
THEIRS_ENDED = 2000
GOOD = {ConnectionKind.CONNECTED, ConnectionKind.DISCONNECTED}  # it is called disconnected until it was asked


@dataclass(frozen=True)
class Page:
    """What is slow; some pages are only asked for while there is no websocket."""

    path: str
    method: str = "GET"
    is_heard: bool = True


PAGES = {
    "its_health_check": Page("/system_stats"),
    "its_list_of_nodes": Page("/object_info"),
    "taking_a_prompt": Page("/prompt", "POST"),
    "its_queue": Page("/queue", is_heard=False),
    "its_history": Page("/history/*"),
    "its_history_without_a_websocket": Page("/history/*", is_heard=False),
    "a_picture": Page("/view"),
    "forgetting": Page("/history", "POST"),
    "its_websocket": Page("/ws"),
    "everything": Page("*", "*"),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
async def test_it_is_no_failure_to_be_slow_but_in_time_with(
    rig: Rig, server: SimulatorServer, page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "wrldbldr.comfyui.retry")
    said: list[ConnectionKind] = []
    rig.comfyui.connection.subscribe(lambda state: said.append(state.kind))
    if not page.is_heard:
        server.faults.add(Rule(Action.STATUS, path="/ws", status=403, times=None))
    asked = server.spoil(Rule(Action.HANG, method=page.method, path=page.path, seconds=SLOW_SECONDS))
    if not page.is_heard or page.path == "/ws":
        server.drop_sockets()

    batch_id = await rig.ask("a lighthouse", 2)
    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    await rig.until(lambda _: asked.count > 0, batch_id)
    assert len(server.executed) == len(await rig.submissions(batch_id)) == 1
    assert set(said) <= GOOD
    assert [record.getMessage() for record in caplog.records if record.name == "wrldbldr.comfyui.retry"] == []


async def test_cancelling_on_a_comfyui_that_is_slow_but_in_time_takes_the_batch_off_it(
    rig: Rig, server: SimulatorServer
) -> None:
    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(15))
    await rig.until(lambda _: bool(server.executed), batch_id)
    asked = [
        server.spoil(Rule(Action.HANG, method=method, path=path, seconds=SLOW_SECONDS))
        for method, path in (("POST", "/queue"), ("GET", "/queue"), ("POST", "/interrupt"))
    ]

    await rig.queue.cancel(rig.master.who, batch_id)

    await rig.require_next_one_to_be_painted()  # long before the other one would have ended
    assert all(tally.count for tally in asked)
    assert (await rig.batch(batch_id)).status == "cancelled"
    assert len(server.executed) == 2


async def test_two_hundred_waiting_jobs_of_others_run_first_and_are_counted_for_whoever_waits(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = [await somebody.queue(graphs.foreign(60))]
    theirs += [await somebody.queue(graphs.foreign(0)) for _ in range(THEIRS_WAITING)]
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: f"{THEIRS_WAITING + 1} other jobs are ahead on this ComfyUI" in rig.phases, batch_id)

    await somebody.interrupt()  # their long one

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    (ours,) = await rig.submissions(batch_id)
    assert server.executed == [*theirs, str(ours.prompt_id)]
    entries = [server.simulator.workshop.history.get(prompt_id) for prompt_id in theirs[1:]]
    assert all(entry is not None and entry.succeeded for entry in entries)


async def test_behind_large_jobs_of_others_ours_is_counted_and_can_be_withdrawn_and_the_next_one_is_painted(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = [await somebody.queue(graphs.foreign(60))]
    theirs += [await somebody.queue(graphs.foreign(0), picture_info="x" * THEIRS_BYTES) for _ in range(THEIRS_LARGE)]
    withdrawn = await rig.ask("a harbour")
    await rig.until(lambda _: f"{THEIRS_LARGE + 1} other jobs are ahead on this ComfyUI" in rig.phases, withdrawn)

    await rig.queue.cancel(rig.master.who, withdrawn)
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda batch: batch.status == "generating", batch_id)
    await somebody.interrupt()  # their long one

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    (ours,) = await rig.submissions(batch_id)
    assert server.executed == [*theirs, str(ours.prompt_id)]


async def test_a_workflow_of_five_megabytes_is_painted_as_any_other(rig: Rig, server: SimulatorServer) -> None:
    graph = graphs.quick()
    graph["12"] = {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "x" * 5_000_000}}
    graph["13"] = {
        "class_type": "ConditioningCombine",
        "inputs": {"conditioning_1": ["7", 0], "conditioning_2": ["12", 0]},
    }
    graph["3"]["inputs"]["negative"] = ["13", 0]

    batch_id = await rig.ask("a lighthouse", 2, graph=graph)
    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    assert len(server.executed) == len(await rig.submissions(batch_id)) == 1


async def test_among_thousands_of_ended_jobs_of_others_ours_is_found_by_its_id_and_theirs_stay(
    rig: Rig, server: SimulatorServer
) -> None:
    workshop = server.simulator.workshop
    theirs = {str(uuid4()) for _ in range(THEIRS_ENDED)}
    graph = cast(JsonObject, graphs.foreign(1))
    for prompt_id in theirs:
        workshop.history.add(HistoryEntry(QueuedPrompt(0, prompt_id, graph, {}, ["3"])))
    whole, single = server.tally("/history"), server.tally("/history/*")

    batch_id = await rig.ask("a lighthouse", 2)
    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    assert (whole.count, single.count > 0) == (0, True)
    (ours,) = await rig.submissions(batch_id)
    await rig.until(lambda _: workshop.history.get(str(ours.prompt_id)) is None, batch_id)  # it is told to forget it
    assert {entry.prompt.prompt_id for entry in workshop.history.entries} == theirs
