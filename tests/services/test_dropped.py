"""Whatever is dropped becomes a graph that may be sent, or a sentence that says why not."""

import io
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.comfyui.editor import painting
from tests.fakes.comfyui import CATALOGUE
from tests.services.graphs import model_free, repaint
from wrldbldr.comfyui.conversion import convert
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.services.analysis import analyze
from wrldbldr.services.dropped import Origin, read_dropped
from wrldbldr.services.shipped import TEXT_TO_PICTURE

GRAPH: dict[str, Any] = dict(TEXT_TO_PICTURE)
EDITOR = painting()
CONVERTED = convert(EDITOR, CATALOGUE)


def picture(*, kind: str = "PNG", packed: bool = False, **texts: object) -> bytes:
    hidden, file = PngInfo(), io.BytesIO()
    for keyword, value in texts.items():
        hidden.add_text(keyword, value if isinstance(value, str) else json.dumps(value), zip=packed)
    Image.new("RGB", (8, 8)).save(file, kind, **({"pnginfo": hidden} if kind == "PNG" else {}))
    return file.getvalue()


@pytest.mark.parametrize(
    ("dropped", "origin"),
    [
        (GRAPH, Origin.API_EXPORT),
        (json.dumps(GRAPH), Origin.API_EXPORT),
        (json.dumps(GRAPH).encode(), Origin.API_EXPORT),
        (b"\xef\xbb\xbf" + json.dumps(GRAPH).encode(), Origin.API_EXPORT),
        ({"prompt": GRAPH, "client_id": "x"}, Origin.API_EXPORT),
        ({"output": GRAPH, "workflow": EDITOR}, Origin.API_EXPORT),
        ({"workflow": EDITOR, "prompt": json.dumps(GRAPH)}, Origin.API_EXPORT),
        ({"input": {"workflow": GRAPH}}, Origin.API_EXPORT),
        (picture(prompt=GRAPH), Origin.PICTURE),
        (picture(prompt=GRAPH, packed=True), Origin.PICTURE),
        (picture(prompt=GRAPH, workflow=EDITOR), Origin.PICTURE),
    ],
)
def test_an_api_export_is_read_from_wherever_it_stands(dropped: object, origin: Origin) -> None:
    read = read_dropped(dropped)

    assert (read.graph, read.origin, read.notices) == (GRAPH, origin, ())


@pytest.mark.parametrize(
    ("dropped", "origin"),
    [
        (EDITOR, Origin.EDITOR_EXPORT),
        (json.dumps(EDITOR).encode(), Origin.EDITOR_EXPORT),
        ({"workflow": EDITOR}, Origin.EDITOR_EXPORT),
        ({"workflow": json.dumps(EDITOR)}, Origin.EDITOR_EXPORT),
        (picture(workflow=EDITOR), Origin.PICTURE),
        (picture(prompt="{", workflow=EDITOR), Origin.PICTURE),
    ],
)
def test_an_editor_export_is_converted_from_wherever_it_stands(dropped: object, origin: Origin) -> None:
    read = read_dropped(dropped, CATALOGUE)

    assert (read.graph, read.origin) == (CONVERTED, origin)


def test_the_nan_that_comfyui_writes_into_its_pictures_is_no_hindrance() -> None:
    graph = deepcopy(GRAPH)
    graph["4"]["is_changed"] = [float("nan")]

    assert read_dropped(picture(prompt=graph)).graph == GRAPH


def test_what_is_no_node_is_left_out_and_said() -> None:
    read = read_dropped({**GRAPH, "version": 0.4, "extra_data": {}})

    assert read.graph == GRAPH
    assert read.notices == ('What is no node was left out: "version", "extra_data".',)


def circle() -> dict[str, Any]:
    graph = deepcopy(GRAPH)
    graph["5"]["inputs"]["width"] = ["9", 0]
    return graph


def wide(count: int) -> dict[str, Any]:
    """Samplers that go on from each other, each with texts of its own."""
    graph = {f"t{n}": {"class_type": "CLIPTextEncode", "inputs": {"text": "x" * 200}} for n in range(count // 2)}
    for n in range(count - len(graph)):
        back = [f"s{n - 1}", 0] if n else ["t0", 0]
        inputs = {"seed": n, "positive": [f"t{n % len(graph)}", 0], "latent_image": back, "model": back}
        graph[f"s{n}"] = {"class_type": "KSampler", "inputs": inputs}
    return graph


@pytest.mark.parametrize(
    ("dropped", "words"),
    [
        (circle, r"in circles: Paint \(3\) → Decode \(8\) → Save \(9\) → Canvas \(5\) → Paint \(3\)\. .*undo one"),
        (lambda: [GRAPH], "JSON list, not a workflow"),
        (lambda: json.dumps([GRAPH]), "JSON list, not a workflow"),
        (lambda: {**GRAPH, "__proto__": GRAPH["4"]}, "__proto__"),
        (lambda: '{"__proto__": {"class_type": "A", "inputs": {}}}', "__proto__"),
        (lambda: wide(5001), "5,001 nodes"),
        (lambda: json.dumps({"1": {"class_type": "A", "inputs": {"x": "a" * 17_000_000}}}), "larger than 16 MB"),
        (lambda: "[" * 2_000_000, "nested too deeply"),
        (lambda: EDITOR, "your ComfyUI must be running"),
        (lambda: {"1": {"inputs": {}}, "2": GRAPH["4"]}, "does not say which class"),
        (lambda: {"1": {"class_type": "A", "inputs": {"x": float("nan")}}}, "number nan"),
        (picture, "carries no ComfyUI workflow"),
        (lambda: picture(parameters="a lamp, Steps: 20"), "carries no ComfyUI workflow"),
        (lambda: picture(prompt="[]"), "workflow in this picture cannot be used. This is a JSON list"),
        (lambda: picture(prompt="{", workflow="{"), "workflow in this picture cannot be used. This is not JSON"),
        (lambda: picture(kind="JPEG"), "This is a JPEG file"),
        (lambda: picture(kind="WEBP"), "This is a WebP file"),
        (lambda: b"\x00\xff", "not JSON"),
        (lambda: b"", "not JSON"),
        (lambda: None, "not a workflow"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(dropped: Callable[[], object], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        read_dropped(dropped())

    assert refused.value.field == "graph"
    assert refused.value.message.endswith(".")


def test_a_graph_of_two_megabytes_is_read_and_understood() -> None:
    graph = {**GRAPH, "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "lamp " * 400_000, "clip": ["4", 1]}}}

    read = read_dropped(json.dumps(graph))

    assert read.graph == graph
    assert analyze(read.graph).bindings.positive == analyze(TEXT_TO_PICTURE).bindings.positive


def test_five_thousand_nodes_are_read_and_understood_with_little_said() -> None:
    found = analyze(read_dropped(json.dumps(wide(5000))).graph)

    assert len(found.bindings.seed) == 2500
    assert all(len(notice) < 1000 for notice in found.notices)


@pytest.mark.parametrize(
    ("prefix", "is_said"),
    [
        ("../../outside", True), ("a/../../b", True), ("..\\b", True), ("/etc/x", True), ("C:\\x", True), ("~/x", True),
        ("portraits/lamp", False), ("lamp..v2", False), ("%date%/x", False),
    ],
)  # fmt: skip
def test_a_wish_to_write_outside_the_output_folder_is_told(prefix: str, *, is_said: bool) -> None:
    graph = deepcopy(GRAPH)
    graph["9"]["inputs"]["filename_prefix"] = prefix

    notices = analyze(read_dropped(graph).graph).notices

    assert any("Save (9) asks to write outside ComfyUI's output folder" in notice for notice in notices) == is_said


def test_workflows_without_a_sampler_and_over_pictures_are_read_too() -> None:
    assert read_dropped(model_free()).graph == model_free()
    assert read_dropped(repaint()).graph == repaint()
