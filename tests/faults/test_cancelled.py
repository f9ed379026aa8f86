"""A batch is cancelled over real sockets, wherever it is just then: nothing of it is kept, and the next one is painted."""

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig
from wrldbldr.simulator.faults import Action, Rule

HELD_SECONDS = 0.5
HOLDS = {"being sent": ("POST", "/prompt"), "finishing": ("GET", "/view")}


@pytest.mark.parametrize("moment", ["queued", "being sent", "running", "finishing"])
async def test_whenever_a_batch_is_cancelled_it_leaves_comfyui_and_the_next_one_is_painted(
    rig: Rig, server: SimulatorServer, moment: str
) -> None:
    first = None
    if moment == "queued":
        first = await rig.ask("a keeper of lamps", graph=graphs.slow(2))
        await rig.until(lambda _: bool(server.executed), first)
    asked = None
    if moment in HOLDS:
        method, path = HOLDS[moment]
        asked = server.spoil(Rule(Action.HANG, method=method, path=path, seconds=HELD_SECONDS))
    batch_id = await rig.ask("a lighthouse", graph=graphs.slow(60) if moment == "running" else None)
    following = await rig.ask("a keeper of keys", seed=99)
    if asked is not None:
        await rig.until(lambda _: bool(asked.count), batch_id)
    if moment == "running":
        await rig.until(lambda _: bool(server.executed), batch_id)

    await rig.queue.cancel(rig.master.who, batch_id)

    await rig.end(following)
    await rig.require_pictures(following)
    assert (await rig.batch(batch_id)).status == "cancelled"
    assert await rig.assets(batch_id) == []
    if first is not None:
        assert (await rig.batch(first)).status == "ready", "the one before goes on to its end"
    theirs = {submission.prompt_id for submission in await rig.submissions(batch_id)}
    queue = await rig.comfyui.queue()
    assert not any(queue.is_running(prompt_id) or queue.is_pending(prompt_id) for prompt_id in theirs)
    assert bool(theirs) == (moment != "queued")
