"""ComfyUI takes a prompt, but not as it was given: it is taken back, the batch says why, and the next one is painted."""

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig
from tests.faults.somebody import SomebodyElse
from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.failure import Failure
from wrldbldr.simulator.faults import Action, Rule

LONG_SECONDS = 60.0  # what is not withdrawn keeps the next one waiting until the test gives up


async def failure_of(rig: Rig, graph: Graph) -> Failure:
    """Why the batch failed that this graph was to paint."""
    batch = await rig.end(await rig.ask("a lamplighter in the rain", 2, graph=graph))
    assert batch.status == "failed"
    assert batch.failure is not None
    assert await rig.assets(batch.id) == []
    return batch.failure


async def test_a_refused_prompt_fails_its_batch_with_the_node_the_input_and_the_limit(
    rig: Rig, server: SimulatorServer
) -> None:
    failure = await failure_of(rig, graphs.refused())

    assert "Paint" in failure.title + failure.message
    said = " ".join([failure.title, failure.message, *failure.details.values()])
    assert "steps" in said
    assert "10000" in said
    assert server.executed == []
    await rig.require_next_one_to_be_painted()


async def test_a_prompt_of_which_comfyui_runs_only_a_part_is_withdrawn_and_the_part_it_dropped_is_named(
    rig: Rig, server: SimulatorServer
) -> None:
    failure = await failure_of(rig, graphs.half_wired(LONG_SECONDS))

    assert "Varnished" in failure.title + failure.message
    assert "images" in failure.title + failure.message
    await require_withdrawn(rig, server)


async def test_a_prompt_that_goes_under_another_id_is_withdrawn_and_an_update_is_advised(
    rig: Rig, server: SimulatorServer
) -> None:
    server.faults.add(Rule(Action.OWN_ID))

    failure = await failure_of(rig, graphs.slow(LONG_SECONDS))

    assert "too old" in failure.title
    assert "0.3.45" in failure.message
    await require_withdrawn(rig, server)


async def require_withdrawn(rig: Rig, server: SimulatorServer) -> None:
    """Fail unless the one prompt that was taken ends long before its time, and the next batch is painted."""
    workshop = server.simulator.workshop
    await rig.require_next_one_to_be_painted()
    withdrawn, _ = server.executed
    entry = workshop.history.get(withdrawn)
    assert entry is None or not entry.succeeded
    assert workshop.queue.remaining == 0


async def test_a_partial_prompt_that_waits_behind_a_job_of_another_is_withdrawn_and_that_job_goes_on(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = await somebody.queue(graphs.foreign(1))

    await failure_of(rig, graphs.half_wired(LONG_SECONDS))

    assert server.executed == [theirs]
    await rig.require_next_one_to_be_painted()
    entry = server.simulator.workshop.history.get(theirs)
    assert entry is not None
    assert entry.succeeded
    assert len(server.executed) == 2


async def test_an_answer_that_names_a_job_of_another_leaves_that_job_alone_and_takes_ours_back(
    rig: Rig, server: SimulatorServer, somebody: SomebodyElse
) -> None:
    theirs = await somebody.queue(graphs.foreign(1))
    server.faults.add(Rule(Action.ANOTHERS_ID))

    failure = await failure_of(rig, graphs.slow(LONG_SECONDS))

    assert "too old" in failure.title
    await rig.require_next_one_to_be_painted()
    entry = server.simulator.workshop.history.get(theirs)
    assert entry is not None
    assert entry.succeeded
    assert len(server.executed) == 2
