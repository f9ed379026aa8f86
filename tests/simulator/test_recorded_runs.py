"""A prompt is told over the websocket, and remembered, as a real ComfyUI told it when it was recorded."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.simulator.clocks import HurriedClock
from tests.simulator.graphs import changed, without
from tests.simulator.recordings import AS_RECORDED, comparable, comparable_entry, recorded_names, recording, warming_up
from tests.simulator.visitor import Message, Visitor

RUNS = (
    "fast", "fast_cached_rerun", "ipadapter", "partial_two_outputs", "raise_block", "raise_exec", "raise_oom",
    "slow_progress_preview", "slow_progress_preview_flags", "txt2img", "txt2img_latent2rgb_preview", "with_previewimage",
)  # fmt: skip
WITH_FLAGS = {"slow_progress_preview_flags"}


def told(message: Message) -> Any:
    """A message as both a recording and our ears have it; of a preview only its form."""
    if "binary_len" in message:
        return ["preview", message["event_type"]]
    if message["type"] == "preview":
        return ["preview", message["form"]]
    return [message["type"], comparable(message["data"])]


def cached_in(transcript: list[Message]) -> list[str]:
    return next(message["data"]["nodes"] for message in transcript if message.get("type") == "execution_cached")


@pytest.mark.parametrize("name", RUNS)
async def test_a_recorded_run_is_told_and_remembered_alike(recorded: Path, name: str) -> None:
    run = recording(recorded, f"ws_{name}")
    [theirs] = run["history"].values()
    _, _, graph, extra_data, outputs = theirs["prompt"]
    graph = {node_id: graph[node_id] for node_id in (*outputs, *graph)}  # outputs run in the order they were run then
    extra = {key: value for key, value in extra_data.items() if key not in ("client_id", "create_time")}
    async with SimulatorServer(AS_RECORDED, clock=HurriedClock()) as server, Visitor(server.url) as visitor:
        warm = warming_up(graph, cached_in(run["transcript"]))
        if warm is not None:
            await visitor.run(warm)
        ears = await visitor.listen(flags=name in WITH_FLAGS)
        response = await visitor.post_prompt(graph, extra_data=extra)
        await ears.until_end()

        assert comparable(response.json()) == comparable(run["submit_response"])
        assert [told(message) for message in ears.heard] == [told(message) for message in run["transcript"]]
        assert comparable_entry(await visitor.entry(response.json()["prompt_id"])) == comparable_entry(theirs)


def test_no_recorded_run_is_forgotten(recorded: Path) -> None:
    assert set(recorded_names(recorded, "ws_*")) == {*(f"ws_{name}" for name in RUNS), "ws_interrupted"}


@pytest.mark.parametrize("is_watched", [True, False])
async def test_an_interrupted_run_is_told_and_remembered_alike(recorded: Path, is_watched: bool) -> None:
    run = recording(recorded, "ws_interrupted")
    [theirs] = (run["history"] if is_watched else recording(recorded, "history_interrupted")).values()
    graph = theirs["prompt"][2]
    async with SimulatorServer(AS_RECORDED) as server, Visitor(server.url) as visitor:
        if is_watched:
            await visitor.run(without(graph, "3") | {"9": changed(graph, "9", images=["2", 0])["9"]})
        ears = await visitor.listen()
        client = {"client_id": visitor.client_id} if is_watched else {}
        prompt_id = (await visitor.http.post("/prompt", json={"prompt": graph} | client)).json()["prompt_id"]
        if is_watched:
            await ears.until_type("progress")
        else:
            await ears.until(lambda message: "3" in message["data"].get("nodes", {}))
        await visitor.http.post("/interrupt")
        await ears.until(lambda message: message["type"] == "status" and "execution_interrupted" in ears.types)
        if is_watched:
            await ears.until_end()
            assert [told(message) for message in ears.heard] == [told(message) for message in run["transcript"]]
        assert comparable_entry(await visitor.entry(prompt_id)) == comparable_entry(theirs)
