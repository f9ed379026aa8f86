"""Bringing graphs in."""

from typing import Any

import pytest

from tests.api.table import NOBODYS_ID, Caller, refused
from tests.fakes.comfyui import FakeComfyUI
from wrldbldr.services.shipped import TEXT_TO_PICTURE

GRAPH: dict[str, Any] = dict(TEXT_TO_PICTURE)
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

    assert [(one["name"], one["built_in"]) for one in items] == [("painterly", False), ("text-to-picture", True)]
    assert items[0] == {field: value for field, value in workflow.items() if field != "graph"}


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
    assert len((await owner.get("/api/workflows")).json()["items"]) == 1


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
    assert len((await owner.get("/api/workflows")).json()["items"]) == 1


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
