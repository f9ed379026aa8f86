"""Bringing graphs in."""

from base64 import b64encode
from io import BytesIO
from json import dumps
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.api.table import NOBODYS_ID, Caller, refused
from tests.fakes.comfyui import FakeComfyUI
from wrldbldr.services.shipped import TEXT_TO_PICTURE

GRAPH: dict[str, Any] = dict(TEXT_TO_PICTURE)
SHIPPED = ("backdrop", "portrait", "sprite", "text-to-picture")
JSON = {"content-type": "application/json"}


async def made(owner: Caller, name: str = "painterly") -> dict[str, Any]:
    answer = await owner.post("/api/workflows", json={"name": name, "graph": GRAPH})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_workflow_is_brought_in_found_renamed_and_removed(owner: Caller) -> None:
    workflow = await made(owner)
    path = f"/api/workflows/{workflow['id']}"

    assert workflow["graph"] == GRAPH
    assert workflow["bindings"]["positive"] == [{"node_id": "6", "input_name": "text"}]
    assert (await owner.get(path)).json() == workflow
    renamed = await owner.patch(path, json={"name": "oily"})
    assert renamed.json() == {**workflow, "name": "oily"}
    assert (await owner.delete(path)).status_code == 204
    refused(await owner.get(path), 404, "not_found")


async def test_the_list_has_every_workflow_without_its_graph(owner: Caller) -> None:
    workflow = await made(owner)

    items = (await owner.get("/api/workflows")).json()["items"]

    assert [(one["name"], one["built_in"]) for one in items] == [
        ("backdrop", True), ("painterly", False), ("portrait", True), ("sprite", True), ("text-to-picture", True),
    ]  # fmt: skip
    assert items[1] == {field: value for field, value in workflow.items() if field != "graph"}


async def test_defaults_change_only_for_the_types_that_are_named(owner: Caller) -> None:
    before = (await owner.get("/api/workflows/defaults")).json()
    workflow = await made(owner)

    after = await owner.put("/api/workflows/defaults", json={"portrait": workflow["id"]})

    assert set(before) == {"portrait", "sprite", "backdrop", "item"}
    assert after.json() == {**before, "portrait": workflow["id"]}
    assert (await owner.get("/api/workflows/defaults")).json() == after.json()
    refused(await owner.delete(f"/api/workflows/{workflow['id']}"), 409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"portrait": NOBODYS_ID}, "portrait"),
        ({"portrait": "not-an-id"}, "portrait"),
        ({"banner": NOBODYS_ID}, "banner"),
        ({"portrait": None}, "portrait"),
        ([], "body"),
    ],
)
async def test_bad_defaults_are_refused_by_name(body: object, field: str, owner: Caller) -> None:
    assert set(refused(await owner.put("/api/workflows/defaults", json=body), 422, "invalid_input")) == {field}


async def test_analysis_tells_what_was_found_and_what_comfyui_lacks(owner: Caller) -> None:
    graph = {**GRAPH, "99": {"class_type": "IPAdapterAdvanced", "inputs": {"weight": 1}}}

    found = (await owner.post("/api/workflows/analyze", json={"graph": graph})).json()

    assert found["bindings"]["seed"] == [{"node_id": "3", "input_name": "seed"}]
    assert found["missing_nodes"] == ["IPAdapterAdvanced"]
    assert {"node_id", "input_name", "title"} == set(found["text_candidates"][0])
    assert len((await owner.get("/api/workflows")).json()["items"]) == len(SHIPPED)


async def test_analysis_does_without_a_comfyui_that_is_away(owner: Caller, comfyui: FakeComfyUI) -> None:
    comfyui.go_down()

    assert (await owner.post("/api/workflows/analyze", json={"graph": GRAPH})).status_code == 200


@pytest.mark.parametrize(
    "graph",
    [[], [GRAPH], "text", 3, None, {}, {"nodes": [], "links": []}, {"1": {"class_type": 5}}, {"1": "x"}],
    ids=repr,
)
@pytest.mark.parametrize("path", ["/api/workflows", "/api/workflows/analyze"])
async def test_what_is_no_graph_is_refused_in_a_sentence(graph: object, path: str, owner: Caller) -> None:
    body = {"graph": graph} if path.endswith("analyze") else {"name": "broken", "graph": graph}

    details = refused(await owner.post(path, json=body), 422, "invalid_input")

    assert len(details) == 1
    assert len((await owner.get("/api/workflows")).json()["items"]) == len(SHIPPED)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"not json", b'{"name": "x", "graph": {', b"\xff\xfe\x00", b"[" * 100_000],
    ids=["nothing", "a brace", "words", "half a graph", "bytes", "a deep hole"],
)
async def test_a_body_that_is_not_json_is_refused(content: bytes, owner: Caller) -> None:
    answer = await owner.post("/api/workflows", content=content, headers=JSON)

    assert answer.status_code in {400, 422}
    refused(answer, answer.status_code)


@pytest.mark.parametrize("value", [b"NaN", b"-Infinity", b'"\\ud800"'])
async def test_what_json_cannot_give_back_is_refused(value: bytes, owner: Caller) -> None:
    content = b'{"name": "x", "graph": {"1": {"class_type": "A", "inputs": {"value": ' + value + b"}}}}"

    assert set(refused(await owner.post("/api/workflows", content=content, headers=JSON), 422)) == {"graph"}


@pytest.mark.parametrize("name", ["", "x" * 10_000])
async def test_a_workflow_needs_a_name_that_fits(name: str, owner: Caller) -> None:
    workflow = await made(owner)

    refused(await owner.post("/api/workflows", json={"name": name, "graph": GRAPH}), 422)
    refused(await owner.patch(f"/api/workflows/{workflow['id']}", json={"name": name}), 422)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_workflow_is_404(method: str, owner: Caller) -> None:
    body = {"name": "x"} if method == "PATCH" else None

    refused(await owner.request(method, f"/api/workflows/{NOBODYS_ID}", json=body), 404, "not_found")
    refused(await owner.request(method, "/api/workflows/not-an-id", json=body), 422)


async def test_only_the_owner_changes_workflows_and_everybody_sees_them(owner: Caller, other: Caller) -> None:
    workflow = await made(owner)
    path = f"/api/workflows/{workflow['id']}"

    assert (await other.get(path)).status_code == 200
    refused(await other.post("/api/workflows", json={"name": "x", "graph": GRAPH}), 403, "forbidden")
    refused(await other.patch(path, json={"name": "x"}), 403)
    refused(await other.put("/api/workflows/defaults", json={"item": workflow["id"]}), 403)
    refused(await other.delete(path), 403)


async def test_everything_about_a_workflow_can_be_changed_and_what_is_left_out_stays(owner: Caller) -> None:
    workflow = await made(owner)
    path = f"/api/workflows/{workflow['id']}"
    steps = {"node_id": "3", "input_name": "steps"}
    style = {"mode": "prompt_injection", "input": None}

    changed = await owner.patch(
        path,
        json={
            "bindings": {"negative": [], "style_reference": style},
            "default_negative_prompt": "hands",
            "default_width": 896,
            "default_height": 1152,
            "shown_inputs": [steps],
        },
    )

    expected = {
        **workflow,
        "bindings": {**workflow["bindings"], "negative": [], "style_reference": style},
        "default_negative_prompt": "hands",
        "default_width": 896,
        "default_height": 1152,
        "shown_inputs": [steps],
    }
    assert (workflow["default_width"], workflow["shown_inputs"]) == (None, [])
    assert changed.json() == expected
    assert (await owner.patch(path, json={})).json() == expected
    assert (await owner.get(path)).json() == expected
    items = (await owner.get("/api/workflows")).json()["items"]
    assert items[1] == {field: value for field, value in expected.items() if field != "graph"}
    gone = await owner.patch(path, json={"default_width": None, "default_height": None})
    assert (gone.json()["default_width"], gone.json()["default_height"]) == (None, None)


async def test_what_does_not_fit_is_refused_by_field_and_nothing_is_changed(owner: Caller) -> None:
    workflow = await made(owner)
    path = f"/api/workflows/{workflow['id']}"
    wired, absent = {"node_id": "3", "input_name": "model"}, {"node_id": "99", "input_name": "x"}

    details = refused(
        await owner.patch(
            path,
            json={
                "name": "oily",
                "bindings": {"positive": [wired], "seed": [absent], "style_reference": {"mode": "specific"}},
                "default_width": 900,
                "shown_inputs": [absent],
            },
        ),
        422,
        "invalid_input",
    )

    assert set(details) == {"positive", "seed", "style_reference", "default_width", "default_height", "shown_inputs"}
    assert (await owner.get(path)).json() == workflow


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"bindings": {"soul": []}}, "bindings"),
        ({"bindings": {"seed": "3"}}, "bindings"),
        ({"bindings": {"style_reference": {"mode": "somehow"}}}, "bindings"),
        ({"default_width": "896"}, "default_width"),
        ({"shown_inputs": [{"node_id": 3}]}, "shown_inputs"),
        ({"graph": {}}, "graph"),
    ],
)
async def test_changes_of_the_wrong_shape_are_refused_by_name(
    body: dict[str, object], field: str, owner: Caller
) -> None:
    workflow = await made(owner)

    assert set(refused(await owner.patch(f"/api/workflows/{workflow['id']}", json=body), 422)) == {field}


def file(content: bytes, name: str = "woodcut.v2.json") -> dict[str, str]:
    return {"name": name, "file": b64encode(content).decode()}


async def test_a_file_is_brought_in_and_called_as_the_file(owner: Caller) -> None:
    answer = await owner.post("/api/workflows/import", json=file(dumps(GRAPH).encode()))

    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "woodcut.v2"
    assert (await owner.get(f"/api/workflows/{answer.json()['id']}")).json()["graph"] == GRAPH


@pytest.mark.parametrize(
    ("name", "called"), [("", "workflow"), (".json", ".json"), ("\u202egnp.json", "_gnp"), ("..", "workflow")]
)
async def test_a_file_by_any_name_becomes_a_workflow_with_a_name(name: str, called: str, owner: Caller) -> None:
    assert (await owner.post("/api/workflows/import", json=file(dumps(GRAPH).encode(), name))).json()["name"] == called


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dear diary",
        b"[]",
        b"\x89PNG\r\n\x1a\n",
        b'{"1": {"inputs": {}}}',
        dumps(GRAPH).encode().ljust(8 * 2**20 + 1),
    ],
    ids=["nothing", "words", "a list", "a picture of nothing", "no class", "too much"],
)
async def test_a_file_without_a_workflow_is_refused_in_a_sentence(content: bytes, owner: Caller) -> None:
    assert set(refused(await owner.post("/api/workflows/import", json=file(content)), 422, "invalid_input")) == {"file"}
    refused(await owner.post("/api/workflows/import", json={"name": "x", "file": "nö!"}), 422, "invalid_input")
    assert len((await owner.get("/api/workflows")).json()["items"]) == len(SHIPPED)


def picture_with(**texts: str) -> bytes:
    """A PNG with these texts in it, as ComfyUI writes them."""
    chunks, buffer = PngInfo(), BytesIO()
    for keyword, text in texts.items():
        chunks.add_text(keyword, text)
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


async def test_a_picture_that_comfyui_made_brings_its_workflow_and_says_what_was_left_out(owner: Caller) -> None:
    content = picture_with(prompt=dumps({**GRAPH, "note": "mine"}))

    answer = (await owner.post("/api/workflows/import", json=file(content, "Odile.png"))).json()

    assert (answer["name"], answer["notices"]) == ("Odile", ['What is no node was left out: "note".'])
    assert (await owner.get(f"/api/workflows/{answer['id']}")).json()["graph"] == GRAPH


async def test_what_the_editor_saved_is_read_only_while_comfyui_answers(owner: Caller, comfyui: FakeComfyUI) -> None:
    content = dumps(
        {
            "nodes": [
                {"id": 1, "type": "EmptyImage", "mode": 0, "inputs": [], "widgets_values": [64, 32],
                 "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [5]}]},
                {"id": 2, "type": "SaveImage", "mode": 0, "widgets_values": ["x"],
                 "inputs": [{"name": "images", "type": "IMAGE", "link": 5}], "outputs": []},
            ],
            "links": [[5, 1, 0, 2, 0, "IMAGE"]],
        }
    ).encode()  # fmt: skip

    answer = await owner.post("/api/workflows/import", json=file(content))
    comfyui.go_down()
    later = await owner.post("/api/workflows/import", json=file(content))

    assert answer.status_code == 201, answer.text
    stored = (await owner.get(f"/api/workflows/{answer.json()['id']}")).json()["graph"]
    assert stored["2"]["inputs"] == {"images": ["1", 0], "filename_prefix": "x"}
    assert "your ComfyUI must be running" in refused(later, 422, "invalid_input")["file"]


async def test_a_test_says_what_comfyui_lacks_with_what_is_nearest(owner: Caller, comfyui: FakeComfyUI) -> None:
    whole, path = await made(owner), "/api/workflows"
    graph = {**GRAPH, "99": {"class_type": "SaveImages", "inputs": {}}}
    lacking = (await owner.post(path, json={"name": "lacking", "graph": graph})).json()

    assert (await owner.post(f"{path}/{whole['id']}/test")).json() == {"ok": True, "known": True, "missing": []}
    found = (await owner.post(f"{path}/{lacking['id']}/test")).json()
    comfyui.go_down()
    unknown = (await owner.post(f"{path}/{lacking['id']}/test")).json()

    assert [(one["kind"], one["name"], one["nearest"]) for one in found["missing"]] == [
        ("node", "SaveImages", ["SaveImage", "LoadImage"])
    ]
    assert unknown == {"ok": False, "known": False, "missing": []}
    refused(await owner.post(f"{path}/{NOBODYS_ID}/test"), 404, "not_found")


async def test_another_game_master_brings_and_changes_nothing_and_may_test(owner: Caller, other: Caller) -> None:
    workflow = await made(owner)

    refused(await other.post("/api/workflows/import", json=file(dumps(GRAPH).encode())), 403, "forbidden")
    refused(await other.patch(f"/api/workflows/{workflow['id']}", json={"default_negative_prompt": "x"}), 403)
    assert (await other.post(f"/api/workflows/{workflow['id']}/test")).status_code == 200
    assert len((await owner.get("/api/workflows")).json()["items"]) == len(SHIPPED) + 1
