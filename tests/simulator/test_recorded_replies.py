"""The simulator answers as a real ComfyUI was recorded to answer, request by request."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from tests.fakes.simulator import SimulatorServer
from tests.simulator.clocks import HurriedClock
from tests.simulator.graphs import failing, node, plain
from tests.simulator.recordings import AS_RECORDED, comparable, comparable_entry, recorded_names, recording, shape
from tests.simulator.visitor import Visitor

PICTURE = b"\x89PNG a picture, or at least some bytes"
MULTIPART = {
    "upload_first": ("ref.png", PICTURE, {}),
    "upload_same_again": ("ref.png", PICTURE, {}),
    "upload_name_clash_differs": ("ref.png", b"other bytes", {}),
    "upload_overwrite_true": ("ref.png", b"other bytes", {"overwrite": "true"}),
    "upload_subfolder": ("ref.png", PICTURE, {"subfolder": "app/refs"}),
    "upload_traversal": ("ref.png", PICTURE, {"subfolder": "../../x"}),
    "upload_traversal_filename": ("../evil.png", PICTURE, {}),
    "upload_type_bogus": ("ref.png", PICTURE, {"type": "bogus"}),
    "upload_type_temp": ("ref.png", PICTURE, {"type": "temp"}),
    "upload_unicode_name": ("émoji 🎨 naïve.png", PICTURE, {}),
    "upload_not_an_image": ("notimg.png", b"garbage", {}),
    "upload_101MB": ("big.png", bytes(101 * 1024 * 1024), {}),
}
BODIES = {  # prompts recorded in words
    "prompt_content_type_text": json.dumps({"prompt": plain()}),
    "prompt_empty_body": "",
    "prompt_invalid_json": "{not json",
}
GETS = (
    "api_api_jobs", "api_prompt_get", "api_queue", "embeddings", "features", "history_bad_max", "history_missing",
    "interrupt_GET", "job_missing", "jobs_bad", "jobs_nopfx", "models_bogus", "prompt_get", "queue_idle", "root",
    "settings", "unknown_path", "users", "jobs", "history_max2", "models_checkpoints", "system_stats",
)  # fmt: skip
BY_SHAPE = {"api_api_jobs", "jobs", "history_max2", "system_stats"}
NODES_OF_OURS = {"IPAdapterModelLoader"}  # known to us, not to the server that was recorded
EXTRA_KEYS = {"simulated"}


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer(AS_RECORDED, clock=HurriedClock()) as server:
        yield server


def assert_same_headers(response: httpx.Response, recorded: dict[str, Any]) -> None:
    """The same kind of content, described by the same headers."""
    expected = {name.lower(): value for name, value in recorded["headers"].items()}
    assert response.status_code == recorded["status"]
    assert response.headers.get("content-type") == expected.get("content-type")
    assert set(expected) - {"date", "transfer-encoding", "connection"} <= set(response.headers)


async def test_every_recorded_prompt_is_judged_alike(recorded: Path, visitor: Visitor) -> None:
    for name in recorded_names(recorded, "prompt_*"):
        reply = recording(recorded, name)
        asked = reply["request"]["json"]
        content = BODIES[name] if isinstance(asked, str) else json.dumps(asked)
        response = await visitor.http.post("/prompt", content=content)

        assert_same_headers(response, reply)
        if reply["body_json"] is None:
            assert response.text == reply["body_text"], name
        else:
            assert comparable(response.json()) == comparable(reply["body_json"]), name


@pytest.mark.parametrize("name", MULTIPART)
async def test_every_recorded_upload_is_taken_alike(recorded: Path, visitor: Visitor, name: str) -> None:
    if name in ("upload_same_again", "upload_name_clash_differs", "upload_overwrite_true"):
        await visitor.upload(PICTURE, "ref.png")
    reply = recording(recorded, name)
    filename, content, form = MULTIPART[name]
    response = await visitor.upload(content, filename, **form)

    assert_same_headers(response, reply)
    assert response.json() == reply["body_json"] if reply["body_json"] else response.text == reply["body_text"]


def test_no_recorded_upload_is_forgotten(recorded: Path) -> None:
    assert set(recorded_names(recorded, "upload_*")) == {*MULTIPART, "upload_no_file"}


async def test_an_upload_without_a_file_is_refused_alike(recorded: Path, visitor: Visitor) -> None:
    response = await visitor.http.post("/upload/image", data={"type": "input"})

    assert_same_headers(response, recording(recorded, "upload_no_file"))


async def test_every_recorded_view_is_shown_alike(recorded: Path, visitor: Visitor) -> None:
    await visitor.run(json.loads((recorded / "workflows" / "fast_noModel.json").read_text()))
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    await visitor.upload(buffer.getvalue(), "ref.png")
    await visitor.upload(b"garbage", "notimg.png")
    await visitor.run(
        {"1": node("LoadImage", image="ref.png"), "9": node("SaveImage", images=["1", 0], filename_prefix="sub/dir/li")}
    )

    for name in recorded_names(recorded, "view_*"):
        reply = recording(recorded, name)
        asked = reply["request"]
        path = asked["url"].removeprefix("http://127.0.0.1:8188")
        headers = {"Range": "bytes=0-9"} if name == "view_range" else {}
        response = await visitor.http.request(asked["method"], path, headers=headers)

        assert_same_headers(response, reply)
        if reply["body_text"] and not reply["body_text"].startswith("<"):
            assert response.text == reply["body_text"], name
        assert bool(response.content) == (reply["body_text"] not in ("", "<0 bytes>")), name


@pytest.mark.parametrize("name", GETS)
async def test_every_recorded_question_is_answered_alike(recorded: Path, visitor: Visitor, name: str) -> None:
    reply = recording(recorded, f"get_{name}")
    if name in BY_SHAPE:  # they tell of jobs: two that worked, and between them one that did not
        await visitor.run(plain(prefix="a"))
        await visitor.run({"1": node("LoadImage", image="example.png"), **failing("ValueError")})
        await visitor.run(plain(prefix="sub/b"))
    url = urlsplit(reply["request"]["url"])
    response = await visitor.http.get(f"{url.path}?{url.query}")

    assert_same_headers(response, reply)
    if reply["body_json"] is None:
        assert response.text == reply["body_text"] or name == "root"
    elif name == "history_max2":
        assert [shape(entry["status"]["messages"][0]) for entry in response.json().values()] == [
            shape(entry["status"]["messages"][0]) for entry in reply["body_json"].values()
        ]
    elif name in BY_SHAPE:
        assert_same_shape(response.json(), reply["body_json"])
    else:
        assert response.json() == reply["body_json"]


def assert_same_shape(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for key in set(ours) | set(theirs):
        if key == "jobs":
            for mine, their in zip(ours["jobs"], theirs["jobs"], strict=True):
                assert (mine["status"], set(mine)) == (their["status"], set(their))
        elif key == "system":
            assert set(ours[key]) - EXTRA_KEYS == set(theirs[key])
        else:
            assert shape(ours[key]) == shape(theirs[key])


async def test_the_model_folders_are_there(recorded: Path, visitor: Visitor) -> None:
    assert set(recording(recorded, "get_models")["body_json"]) <= set(await visitor.json("/models"))


def test_no_recorded_question_is_forgotten(recorded: Path) -> None:
    elsewhere = {"models", "internal_files_output"}  # the second is none of a client's business, and not answered
    assert {name.removeprefix("get_") for name in recorded_names(recorded, "get_*")} == {*GETS, *elsewhere}


async def test_every_node_is_described_alike(recorded: Path, visitor: Visitor) -> None:
    theirs = json.loads((recorded / "comfyui" / "object_info_all.json").read_text())
    theirs = theirs.get("body_json", theirs)
    ours = await visitor.json("/object_info")

    assert set(ours) - set(theirs) == NODES_OF_OURS
    for name in set(ours) - NODES_OF_OURS:
        assert without_lists_of_files(ours[name]) == without_lists_of_files(theirs[name]), name


def without_lists_of_files(described: dict[str, Any]) -> Any:
    kept = comparable(
        {key: value for key, value in described.items() if key not in ("python_module", "output_tooltips")}
    )
    for given in kept["input"].get("required", {}).items():
        if given[0].endswith("_name") and isinstance(given[1][0], list) and given[0] != "sampler_name":
            given[1][0] = "files"
        if given[0] == "image" and isinstance(given[1][0], list):
            given[1][0] = "files"
    return kept


async def test_a_cached_run_is_remembered_alike(recorded: Path, visitor: Visitor) -> None:
    for name, body in (("with", {}), ("without", None)):
        [theirs] = recording(recorded, f"history_cached_rerun_{name}_client_id").values()
        graph = theirs["prompt"][2]
        await visitor.run(graph)
        ears = await visitor.listen()
        asked = {"prompt": graph} | ({"client_id": visitor.client_id} if body is not None else {})
        prompt_id = (await visitor.http.post("/prompt", json=asked)).json()["prompt_id"]
        await ears.until(
            lambda told: told["type"] == "status" and told["data"]["status"]["exec_info"]["queue_remaining"] == 0
        )
        await ears.close()

        assert comparable_entry(await visitor.entry(prompt_id)) == comparable_entry(theirs)


async def test_a_failed_save_is_remembered_in_the_same_shape(recorded: Path, visitor: Visitor) -> None:
    theirs = recording(recorded, "history_disk_full")["status"]["messages"][-1]
    loading = {"1": node("LoadImage", image="example.png")}
    ours = await visitor.run(loading | {"9": node("SaveImage", images=["1", 0], filename_prefix="../x")})

    event, told = ours["status"]["messages"][-1]
    assert (event, set(told)) == (theirs[0], set(theirs[1]))
    assert (told["node_type"], set(told["current_inputs"])) == ("SaveImage", set(theirs[1]["current_inputs"]))


async def test_a_queue_is_shown_alike(recorded: Path) -> None:
    theirs = recording(recorded, "queue_running_pending")
    async with SimulatorServer(AS_RECORDED) as server, Visitor(server.url, "dup") as visitor:
        for _, prompt_id, graph, *_ in (*theirs["queue_running"], *theirs["queue_pending"]):
            await visitor.submit(graph, prompt_id=prompt_id)
        ours = await visitor.json("/queue")
        jobs = (await visitor.json("/api/jobs"))["jobs"]

    for part in ("queue_running", "queue_pending"):
        assert [comparable(item[1:]) for item in ours[part]] == [comparable(item[1:]) for item in theirs[part]]
    their_jobs = recording(recorded, "api_jobs_running_pending")["jobs"][:3]
    assert sorted(map(json.dumps, map(comparable, jobs))) == sorted(map(json.dumps, map(comparable, their_jobs)))
