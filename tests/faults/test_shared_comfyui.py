"""ComfyUI is somebody else's too: we wait our turn, touch nothing of theirs, and survive what they do to ours."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import httpx
import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.rig import Rig
from wrldbldr.comfyui.graph import Graph


class SomebodyElse:
    """Another client of the same ComfyUI."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url)

    async def close(self) -> None:
        await self._http.aclose()

    async def queue(self, graph: Graph) -> str:
        prompt_id = str(uuid4())
        body = {"prompt": graph, "prompt_id": prompt_id, "client_id": "theirs"}
        (await self._http.post("/prompt", json=body)).raise_for_status()
        return prompt_id

    async def clear_the_queue(self) -> None:
        (await self._http.post("/queue", json={"clear": True})).raise_for_status()

    async def interrupt(self) -> None:
        (await self._http.post("/interrupt")).raise_for_status()


@pytest.fixture
async def somebody(server: SimulatorServer) -> AsyncGenerator[SomebodyElse]:
    somebody = SomebodyElse(server.url)
    yield somebody
    await somebody.close()


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
