"""Every error a real ComfyUI was recorded with, through the real client: each is told as what it is, with what to do."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import respx

from tests.comfyui.graphs import model_free
from tests.comfyui.scripted import ID, LoadFixture, outcome
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import tiny_png
from wrldbldr.comfyui.catalogue import parse_catalogue
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import ComfyUIError, failure_of_history
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.history import PictureRef, parse_history
from wrldbldr.comfyui.refusal import refusal_of
from wrldbldr.comfyui.stall import Stall, StallKind
from wrldbldr.domain.failure import Failure
from wrldbldr.services.connection import MESSAGES

KINDS = {  # how the title names each cause, and the sentence what to do about it
    "missing node": (r'^Workflow node "', r"Install its custom node pack, or pick another workflow\."),
    "missing model": (r'^Model ".+" not found$', r"Pick another model \(available: .+\), or put the file into"),
    "bad value": (r'^".*" is not accepted for "', r"Change it.*\."),
    "out of memory": (r"^ComfyUI ran out of memory$", r"smaller size or fewer pictures at once"),
    "disk full": (r"^ComfyUI's disk is full$", r"Free some space .+, then retry"),
    "no output": (r"saves no picture$|without a picture$", r"Save Image node"),
    "stuck": (r"^ComfyUI takes jobs but runs none|no sign of life", r"restart it"),
    "unreachable": (r"^ComfyUI cannot be reached$", r"Start ComfyUI, or check its address"),
    "not a ComfyUI": (r"^This is not a ComfyUI$", r"Check address, port and path"),
    "unauthorised": (r"^ComfyUI does not let us in$", r"Enter the header it expects"),
    "too large": (r"^Too large for ComfyUI$", r"Use a smaller reference picture or workflow"),
    "node raised": (r'^Node ".+" failed$', r"Check the workflow in ComfyUI, then retry"),
    "missing picture": (r"^A picture that .+ needs is not on ComfyUI$", r"Choose the style reference again"),
    "missing input": (r'^Input ".+" is missing$', r"Connect it in ComfyUI"),
    "bad wire": (r"is wired wrongly$|cannot be run$", r"import (it|the workflow) again"),
    "not a workflow": (r"^ComfyUI does not recognise the workflow$", r"Export \(API\)"),
    "stopped": (r"^The generation was stopped on ComfyUI$", r"Retry the batch"),
    "picture gone": (r"^A finished picture could not be fetched$", r"Retry the batch\."),
    "server failed": (r"^ComfyUI answered with an error \(500\)$", r"Look at ComfyUI's console"),
    "answer lost": (r"^ComfyUI's answer was lost$", r"we look before we send it again"),
    "unknown": (r"^ComfyUI refused|^ComfyUI answered in a way we do not understand$", r"the details"),
}
TWELVE = list(KINDS)[:12]

RECORDED = {
    "get_history_bad_max": ("server failed", "500 Internal Server Error"),
    "get_interrupt_GET": ("not a ComfyUI", "404"),
    "get_job_missing": ("not a ComfyUI", "404"),
    "get_jobs_bad": ("unknown", "Invalid status value(s): zzz"),
    "get_jobs_nopfx": ("not a ComfyUI", "404"),
    "get_models_bogus": ("not a ComfyUI", "404"),
    "get_root": ("not a ComfyUI", "text/html"),
    "get_unknown_path": ("not a ComfyUI", "404"),
    "history_cached_rerun_without_client_id": ("no output", "saved no image"),
    "history_disk_full": ("disk full", "SaveImage (id 9)"),
    "history_interrupted": ("stopped", "Somebody interrupted it there"),
    "prompt_bad_cycle": ("bad wire", "wired in a circle"),
    "prompt_bad_dangling_link": ("bad wire", "Upscale Image"),
    "prompt_bad_link_len": ("bad wire", "Upscale Image"),
    "prompt_bad_missing_checkpoint": (
        "missing model",
        '"Load Checkpoint" (node 4) asks for|random_sd15_full.safetensors, random_sd15_tiny.safetensors',
    ),
    "prompt_bad_missing_image": ("missing picture", '"Load Image" (node 20)|Invalid image file: nope.png'),
    "prompt_bad_missing_node": ("missing node", "IPAdapterThatIsNotInstalled (node 2)|Upscale Image"),
    "prompt_bad_no_class_type": ("not a workflow", "Node ID '#2'"),
    "prompt_bad_no_outputs": ("no output", "It has no output node"),
    "prompt_bad_number": ("answer lost", "500"),
    "prompt_bad_required_missing": ("missing input", '"KSampler" (node 3)|positive'),
    "prompt_bad_type_mismatch": ("bad wire", "VAE Decode"),
    "prompt_bad_values": (
        "bad value",
        '"Empty Latent Image" (node 5)|bigger than max of 16384|names 3 more|KSampler (id 3)',
    ),
    "prompt_empty_body": ("answer lost", "500"),
    "prompt_empty_graph": ("no output", "It has no output node"),
    "prompt_extra_data_null": ("answer lost", "500"),
    "prompt_invalid_json": ("answer lost", "500"),
    "prompt_is_ui_format": ("not a workflow", "Export (API)"),
    "prompt_no_prompt_key": ("not a workflow", "No prompt provided"),
    "prompt_node_without_inputs": ("unknown", "'inputs'"),
    "prompt_null": ("answer lost", "500"),
    "prompt_partial_two_outputs_one_bad": ("missing input", '"SaveImage" (node 10)|images'),
    "prompt_slot_out_of_range": ("bad wire", "Upscale Image"),
    "upload_101MB": ("too large", "Maximum request body size 104857600 exceeded"),
    "upload_no_file": ("unknown", "400"),
    "upload_traversal": ("unknown", "400"),
    "upload_traversal_filename": ("unknown", "400"),
    "upload_type_bogus": ("server failed", "500 Internal Server Error"),
    "view_bad_type": ("picture gone", "owl.png"),
    "view_corrupt_preview": ("server failed", "500 Internal Server Error"),
    "view_missing": ("picture gone", "owl.png"),
    "view_nofilename": ("picture gone", "owl.png"),
    "view_sub_traversal": ("unauthorised", "403"),
    "view_traversal": ("picture gone", "owl.png"),
    "ws_interrupted": ("stopped", "Somebody interrupted it there"),
    "ws_raise_block": ("no output", "saved no image"),
    "ws_raise_exec": ("node raised", "raise (id 3)|TestRaise|ValueError"),
    "ws_raise_oom": ("out of memory", "raise (id 3)|TestRaise|OutOfMemoryError"),
}


def holds_an_error(path: Path) -> bool:
    """Whether ComfyUI refused, failed or made nothing there."""
    recorded = json.loads(path.read_text())
    body = recorded.get("body_json")
    status = recorded.get("status")
    if isinstance(status, int):
        return (
            status >= 400
            or "text/html" in str(recorded["headers"])
            or bool(isinstance(body, dict) and body.get("node_errors"))
        )
    return any(entry["status"]["status_str"] == "error" or not entry["outputs"] for entry in histories(recorded))


def histories(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The history entries in a recording that is none of a request."""
    if "outputs" in recorded:
        yield recorded
        return
    for entry in recorded.get("history", recorded).values():
        if isinstance(entry, dict) and "outputs" in entry:
            yield entry


def test_every_recorded_error_has_its_line_in_the_table(fixtures_dir: Path) -> None:
    found = {path.stem for path in fixtures_dir.glob("*.json") if holds_an_error(path)}

    assert found == set(RECORDED)
    assert len(found) >= 45


async def told(client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock, name: str, recorded: Any) -> Failure:
    """What becomes of it on its way through the client, for whoever reads it."""
    entry = next(histories(recorded), None) if "headers" not in recorded else None
    if entry is not None:
        failure = failure_of_history(parse_history(uuid4(), entry))
        assert failure
        return failure
    body = recorded["body_json"]
    if isinstance(body, dict) and "prompt_id" in body:
        body = {**body, "prompt_id": str(ID)}
    content = json.dumps(body) if body is not None else recorded.get("body_text") or ""
    content_type = {key.lower(): value for key, value in recorded["headers"].items()}.get("content-type", "")
    answer = httpx.Response(recorded["status"], headers={"content-type": content_type}, content=content)
    server.get("/view").mock(return_value=answer)
    server.post("/upload/image").mock(return_value=answer)
    for route in ("prompt", "queue"):
        server[route].mock(return_value=answer)
    if name.startswith("prompt"):
        work = client.queue_prompt(graph_of(recorded), ID)
    elif name.startswith("view"):
        work = client.fetch_picture(PictureRef("owl.png"))
    elif name.startswith("upload"):
        work = client.upload_picture("owl.png", tiny_png())
    else:
        work = client.queue()
    error = await outcome(work, clock)
    assert isinstance(error, ComfyUIError), error
    return error.to_failure()


def graph_of(recorded: dict[str, Any]) -> Graph:
    """The graph that was sent, where it was one."""
    request = recorded["request"]["json"]
    graph = request.get("prompt") if isinstance(request, dict) else None
    is_one = isinstance(graph, dict) and all(isinstance(node, dict) and "class_type" in node for node in graph.values())
    return graph if is_one and graph else model_free()


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_error_is_told_by_its_cause_with_the_next_step_and_where_it_is(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock, load_fixture: LoadFixture, name: str
) -> None:
    kind, words = RECORDED[name]
    title, advice = KINDS[kind]

    failure = await told(client, server, clock, name, load_fixture(name))

    text = f"{failure.title}\n{failure.message}\n" + "\n".join(f"{k}: {v}" for k, v in failure.details.items())
    assert re.search(title, failure.title), text
    assert re.search(advice, failure.message), text
    assert [word for word in words.split("|") if word not in text] == [], text
    assert "Traceback" not in text
    assert "/ComfyUI/" not in text


def test_each_of_the_twelve_kinds_is_recorded_or_made_here() -> None:
    made_here = {"stuck", "unreachable"}
    assert {kind for kind, _ in RECORDED.values()} | made_here >= set(TWELVE)


async def test_a_server_that_is_off_is_unreachable(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["queue"].mock(side_effect=httpx.ConnectError("All connection attempts failed"))

    error = await outcome(client.queue(), clock)

    title, advice = KINDS["unreachable"]
    assert re.search(title, error.to_failure().title)
    assert re.search(advice, error.to_failure().message)


@pytest.mark.parametrize("kind", StallKind)
def test_a_server_that_takes_jobs_and_does_nothing_is_stuck(kind: StallKind) -> None:
    title, advice = KINDS["stuck"]

    assert re.search(title, Stall(kind, 20.0, 10.0).sentence)
    assert re.search(advice, MESSAGES[ConnectionKind.STUCK])


def test_missing_nodes_are_all_named_at_once_from_the_servers_own_list(load_fixture: LoadFixture) -> None:
    catalogue = parse_catalogue(load_fixture("object_info_all"))
    recorded = load_fixture("prompt_bad_missing_node")
    graph: Graph = {
        **graph_of(recorded),
        "15": {"class_type": "Woodcut", "inputs": {}, "_meta": {"title": "Carve it"}},
        "16": {"class_type": "IPAdapterThatIsNotInstalled", "inputs": {}},
    }

    refusal = refusal_of(recorded["body_json"], graph, catalogue)

    assert refusal.title == 'Workflow nodes "IPAdapterThatIsNotInstalled", "Woodcut" not found'
    assert "IPAdapterThatIsNotInstalled (nodes 2, 16), Woodcut (node 15)" in refusal.advice
    assert [(error.node_id, error.title) for error in refusal.node_errors] == [
        ("2", "Upscale Image"),
        ("15", "Carve it"),
        ("16", "IPAdapterThatIsNotInstalled"),
    ]
    assert refusal.details["Also (2)"] == "Carve it (id 15): Woodcut is not installed."


def test_without_the_servers_list_only_what_it_names_is_called_missing(load_fixture: LoadFixture) -> None:
    recorded = load_fixture("prompt_bad_missing_node")
    graph: Graph = {**graph_of(recorded), "15": {"class_type": "Woodcut", "inputs": {}}}

    assert len(refusal_of(recorded["body_json"], graph).node_errors) == 1
    assert len(refusal_of(recorded["body_json"], graph, parse_catalogue({})).node_errors) == 1
