"""ComfyUI under a path of its own behind a proxy: everything is asked for there, and elsewhere there is no ComfyUI."""

from pathlib import Path

from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.prefixed import prefixed
from tests.faults.rig import open_rig, soon
from wrldbldr.comfyui.progress import Phase

PREFIX = "/tools/comfy"


async def test_a_whole_batch_is_painted_and_heard_of_under_a_path_prefix(
    tmp_path: Path, empty_database: Path, server: SimulatorServer
) -> None:
    async with (
        prefixed(server.url, PREFIX) as proxy,
        open_rig(tmp_path, empty_database, proxy.address + PREFIX) as rig,
    ):
        batch_id = await rig.ask("a lighthouse", 2, graph=graphs.slow(0.5))
        await rig.end(batch_id)

        await rig.require_pictures(batch_id)
        assert len(server.executed) == 1
        assert Phase.SAVING in rig.phases  # which only the websocket tells
        pages = {page.rpartition("/")[0] if "/history/" in page else page for page in proxy.pages}
        wanted = {"system_stats", "object_info", "prompt", "history", "view", "ws"}
        assert wanted <= {page.removeprefix(f"{PREFIX}/") for page in pages}
        assert [page for page in proxy.pages if not page.startswith(f"{PREFIX}/")] == []


async def test_with_a_wrong_path_prefix_batches_wait_and_it_is_said(
    tmp_path: Path, empty_database: Path, server: SimulatorServer
) -> None:
    async with (
        prefixed(server.url, PREFIX) as proxy,
        open_rig(tmp_path, empty_database, f"{proxy.address}/comfy") as rig,
    ):
        await rig.require_said(lambda state: "not a ComfyUI" in state.problem)
        batch_id = await rig.ask("a lighthouse")
        await soon(0.3)

        assert (await rig.batch(batch_id)).status == "queued"
        assert server.executed == []
