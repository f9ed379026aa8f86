"""Inputs that a workflow shows are set with the request; what cannot be run or set is refused before anything is queued."""

from typing import Any

import pytest

from tests.api.table import Caller, Scene, refused
from tests.comfyui.graphs import text_to_image

STEPS = {"node_id": "3", "input_name": "steps"}


async def made(owner: Caller, graph: object, **changes: Any) -> str:
    answer = await owner.post("/api/workflows", json={"name": "Woodcut", "graph": graph})
    path = f"/api/workflows/{answer.json()['id']}"
    assert (await owner.patch(path, json=changes)).status_code == 200
    return answer.json()["id"]


@pytest.fixture
async def woodcut(owner: Caller) -> str:
    return await made(owner, text_to_image(), shown_inputs=[STEPS])


async def test_what_is_set_stands_in_the_batch_and_is_kept_when_it_is_tried_again(
    scene: Scene, owner: Caller, woodcut: str
) -> None:
    inputs = [{**STEPS, "value": 12}]

    answer = await owner.post("/api/assets/generate", json=scene.request(workflow_id=woodcut, inputs=inputs))

    assert answer.status_code == 202, answer.text
    assert answer.json()["inputs"] == inputs


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "KSampler steps is 1 to 10,000; 0 is not possible."),
        ("12", "KSampler steps is a whole number."),
        (True, "KSampler steps is a whole number."),
        (1.5, "KSampler steps is a whole number."),
        (10**30, "KSampler steps is a whole number."),
    ],
)
async def test_what_cannot_be_set_is_refused_by_its_place(
    scene: Scene, owner: Caller, woodcut: str, value: object, sentence: str
) -> None:
    inputs = [{**STEPS, "value": value}, {"node_id": "3", "input_name": "cfg", "value": 2.0}]

    answer = await owner.post("/api/assets/generate", json=scene.request(workflow_id=woodcut, inputs=inputs))

    refused(answer, 422, "invalid_input")
    assert answer.json()["error"]["details"] == {
        "inputs.3.steps": sentence, "inputs.3.cfg": "cfg of node 3 cannot be set here.",
    }  # fmt: skip


@pytest.mark.parametrize("inputs", [[{"node_id": "3"}], {}, [{**STEPS, "value": None}], [{**STEPS, "value": [1]}]])
async def test_inputs_of_the_wrong_shape_are_refused(scene: Scene, owner: Caller, inputs: object) -> None:
    answer = await owner.post("/api/assets/generate", json=scene.request(inputs=inputs))

    assert answer.status_code == 422


async def test_a_workflow_that_comfyui_cannot_run_is_taken_all_the_same(scene: Scene, owner: Caller) -> None:
    graph: dict[str, Any] = dict(text_to_image(checkpoint="tyni.safetensors"))
    graph["7"]["class_type"] = "CLIPTextEncodeOld"
    lacking = await made(owner, graph)

    answer = await owner.post("/api/assets/generate", json=scene.request(workflow_id=lacking))

    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


async def test_a_locked_value_is_changed_and_stays(owner: Caller, woodcut: str) -> None:
    path = f"/api/workflows/{woodcut}"

    changed = await owner.patch(path, json={"values": [{"node_id": "3", "input_name": "cfg", "value": 3.5}]})

    assert changed.json()["graph"]["3"]["inputs"]["cfg"] == 3.5
    wrong = await owner.patch(path, json={"values": [{"node_id": "3", "input_name": "cfg", "value": "much"}]})
    refused(wrong, 422, "invalid_input")
    assert wrong.json()["error"]["details"] == {"inputs.3.cfg": "KSampler guidance is a number."}


async def test_prompt_templates_are_read_by_all_and_changed_by_the_owner(owner: Caller, other: Caller) -> None:
    before = (await other.get("/api/prompt-templates")).json()
    assert set(before) == {"portrait", "sprite", "backdrop", "item"}

    changed = await owner.put("/api/prompt-templates", json={"item": "{name} in oil"})

    assert changed.json() == {**before, "item": "{name} in oil"}
    refused(await other.put("/api/prompt-templates", json={"item": ""}), 403, "forbidden")
    wrong = await owner.put("/api/prompt-templates", json={"item": "{naem}"})
    refused(wrong, 422, "invalid_input")
    assert set(wrong.json()["error"]["details"]) == {"item"}
