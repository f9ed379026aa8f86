"""ComfyUI is somebody else's too: we wait our turn, touch nothing of theirs, and survive what they do to ours."""

from uuid import uuid4

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig, soon
from tests.faults.somebody import SomebodyElse
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.faults import Action, Rule


async def test_jobs_of_others_run_first_untouched_and_waiting_behind_them_is_said(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = [await somebody.queue(graphs.foreign(0.4)) for _ in range(2)]
    batch_id = await rig.ask("a lighthouse", 2)

    await rig.end(batch_id)

    await rig.require_pictures(batch_id)
    assert "2 other jobs are ahead on this ComfyUI" in rig.phases
    assert server.executed[:2] == theirs
    for prompt_id in theirs:
        entry = server.simulator.workshop.history.get(prompt_id)
        assert entry is not None
        assert entry.succeeded


async def test_a_batch_that_somebody_swept_out_of_the_queue_is_handed_over_anew(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    await somebody.queue(graphs.foreign(0.6))
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: len(server.simulator.workshop.queue.pending) == 1, batch_id)

    await somebody.clear_the_queue()

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert len(server.executed) == 2  # theirs and ours


async def test_a_batch_cancelled_while_it_waits_between_jobs_of_others_leaves_both_alone(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    workshop = server.simulator.workshop
    running = await somebody.queue(graphs.foreign(1))
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: len(workshop.queue.pending) == 1, batch_id)
    waiting = await somebody.queue(graphs.foreign(0))

    await rig.queue.cancel(rig.master.who, batch_id)

    await rig.until(lambda _: len(workshop.queue.pending) == 1, batch_id)
    assert [prompt.prompt_id for prompt in workshop.queue.running + workshop.queue.pending] == [running, waiting]
    await rig.require_next_one_to_be_painted()
    assert server.executed[:2] == [running, waiting]
    assert len(server.executed) == 3  # and the next one
    entries = [workshop.history.get(prompt_id) for prompt_id in (running, waiting)]
    assert all(entry is not None and entry.succeeded for entry in entries)
    assert (await rig.batch(batch_id)).status == "cancelled"


async def test_an_interrupt_whose_answer_was_lost_is_not_sent_again_when_a_job_of_another_runs_by_then(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    interrupts = server.spoil(Rule(Action.STATUS, method="POST", path="/interrupt", status=502, after=True))
    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(60))
    await rig.until(lambda _: bool(server.executed), batch_id)
    theirs = await somebody.queue(graphs.foreign(1))

    await rig.queue.cancel(rig.master.who, batch_id)

    await rig.require_next_one_to_be_painted()
    assert interrupts.count == 1
    entry = server.simulator.workshop.history.get(theirs)
    assert entry is not None
    assert entry.succeeded
    assert (await rig.batch(batch_id)).status == "cancelled"


async def test_what_is_said_of_a_job_of_nobody_is_not_taken_for_ours_while_we_wait(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = await somebody.queue(graphs.foreign(20), client_id=None)  # everybody is told how far it is
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: "1 other job is ahead on this ComfyUI" in rig.phases, batch_id)
    assert rig.progress.of(batch_id).percent == 0

    await somebody.interrupt()  # which everybody is told, too

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    (ours,) = await rig.submissions(batch_id)
    assert server.executed == [theirs, str(ours.prompt_id)]


def words_about(prompt_id: str) -> list[tuple[str, JsonObject]]:
    """Everything ComfyUI may say of a prompt: how far it is, what it made, and each way to end."""
    images: JsonObject = {"images": [{"filename": "theirs_00001_.png", "subfolder": "", "type": "output"}]}
    failed: JsonObject = {"node_id": "9", "node_type": "SaveImage", "exception_message": "x", "exception_type": "y"}
    node: JsonObject = {"node": "9", "display_node": "9"}
    states: JsonObject = {"9": {"node_id": "9", "value": 9, "max": 9, "state": "finished", "prompt_id": prompt_id}}
    told: list[tuple[str, JsonObject]] = [
        ("execution_start", {}),
        ("execution_cached", {"nodes": ["3", "4", "5", "6", "7", "8", "9", "10"]}),
        ("progress", {**node, "value": 10, "max": 10}),
        ("progress_state", {"nodes": states}),
        ("executed", {**node, "output": images}),
        ("execution_success", {}),
        ("execution_error", {**failed, "executed": []}),
        ("execution_interrupted", {**failed, "executed": []}),
        ("executing", {"node": None}),
    ]
    return [(event, {**data, "prompt_id": prompt_id}) for event, data in told]


async def test_what_is_said_of_jobs_of_others_is_not_taken_for_ours_while_it_is_painted(
    rig: Rig, server: SimulatorServer
) -> None:
    hub = server.simulator.workshop.hub
    batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(1.5, steps=1))  # which is silent for so long
    following = await rig.ask("a harbour")
    await rig.until(lambda _: hub.running_node == "10", batch_id)
    await soon(0.2)
    before = rig.progress.of(batch_id)

    for _ in range(8):  # more than once: a silent websocket is opened anew now and then
        for event, data in words_about(str(uuid4())):
            hub.send(event, data)
        await soon(0.05)

    assert rig.progress.of(batch_id) == before
    assert ((await rig.batch(batch_id)).status, (await rig.batch(following)).status) == ("generating", "queued")
    for ours in (batch_id, following):
        await rig.end(ours)
        await rig.require_pictures(ours)
    assert len(server.executed) == 2


async def test_a_batch_that_somebody_interrupted_says_so_and_the_next_one_runs(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(1))
    await rig.until(lambda _: bool(server.executed), batch_id)

    await somebody.interrupt()

    batch = await rig.end(batch_id)
    assert batch.status == "failed"
    assert batch.failure is not None
    assert batch.failure.title == "The generation was stopped on ComfyUI"
    assert await rig.assets(batch_id) == []
    await rig.require_next_one_to_be_painted()


async def test_the_same_prompt_and_seed_twice_gives_each_batch_pictures_of_its_own(
    rig: Rig, server: SimulatorServer
) -> None:
    first, second = await rig.ask("a lighthouse", 2), await rig.ask("a lighthouse ", 2)

    for batch_id in (first, second):
        await rig.end(batch_id)
        await rig.require_pictures(batch_id)
    assert len(server.executed) == 2
    mine, other = await rig.assets(first), await rig.assets(second)
    assert {asset.id for asset in mine}.isdisjoint(asset.id for asset in other)


async def test_a_file_of_an_earlier_job_that_was_deleted_does_not_matter(rig: Rig, server: SimulatorServer) -> None:
    first = await rig.ask("a lighthouse")
    await rig.end(first)
    for file in (server.simulator.storage.root / "output").rglob("*.png"):
        file.unlink()

    second = await rig.ask("a lighthouse ")

    await rig.end(second)
    await rig.require_pictures(second)
