"""Before a batch is queued: what was set of the workflow's inputs is looked at, and so is what the connected ComfyUI lacks."""

from typing import Any

import pytest
from pydantic import JsonValue

from tests.comfyui.graphs import text_to_image
from tests.fakes.comfyui import OBJECT_INFO
from tests.fakes.studio import Studio
from wrldbldr.comfyui.errors import MaxRetriesExceededError, RequestTimeoutError
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import InvalidInputsError
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.workflow import NodeInput, Workflow
from wrldbldr.services.asking import checked, request_of
from wrldbldr.services.workflow_changes import WorkflowChanges


def at(input_name: str, node_id: str = "3") -> NodeInput:
    return NodeInput(node_id=node_id, input_name=input_name)


@pytest.fixture
async def woodcut(studio: Studio) -> Workflow:
    """Shows its steps and its sampler."""
    made = await studio.engine.workflows.add(studio.who, "Woodcut", text_to_image())
    shown = WorkflowChanges(shown=[at("steps"), at("sampler_name")])
    return await studio.engine.workflows.change(studio.who, made.id, shown)


async def sent(painting: Studio) -> dict[str, Any]:
    """The inputs of the sampler that ComfyUI got last."""
    await painting.rest()
    return painting.comfyui.submissions[-1].graph["3"]["inputs"]


async def test_what_is_set_of_a_shown_input_reaches_comfyui_and_is_kept_with_the_batch(
    painting: Studio, woodcut: Workflow
) -> None:
    given: dict[NodeInput, JsonValue] = {at("steps"): 12, at("sampler_name"): "dpmpp_2m"}

    batch_id = await painting.ask(workflow_id=woodcut.id, inputs=given)

    inputs = await sent(painting)
    assert (inputs["steps"], inputs["sampler_name"], inputs["cfg"]) == (12, "dpmpp_2m", 6.0)
    assert (await painting.batch(batch_id)).inputs == (
        InputSetting(node_id="3", input_name="steps", value=12),
        InputSetting(node_id="3", input_name="sampler_name", value="dpmpp_2m"),
    )


async def test_a_batch_that_sets_nothing_paints_as_the_workflow_was_saved(painting: Studio, woodcut: Workflow) -> None:
    batch_id = await painting.ask(workflow_id=woodcut.id)

    assert (await sent(painting))["steps"] == 4
    assert (await painting.batch(batch_id)).inputs is None


async def test_a_batch_that_is_tried_again_is_painted_with_the_same_inputs(painting: Studio, woodcut: Workflow) -> None:
    batch_id = await painting.ask(workflow_id=woodcut.id, inputs={at("steps"): 12})
    await sent(painting)
    painting.comfyui.start()
    painting.comfyui.fail("out of memory")
    await painting.rest()
    await painting.engine.workflows.change(painting.who, woodcut.id, WorkflowChanges(shown=[]))

    await painting.engine.queue.retry(painting.who, batch_id)

    assert (await sent(painting))["steps"] == 12


async def test_the_default_workflow_of_a_type_is_meant_where_none_is_named(painting: Studio, woodcut: Workflow) -> None:
    await painting.engine.workflows.set_defaults(painting.who, {AssetType.PORTRAIT: woodcut.id})

    await painting.ask(inputs={at("steps"): 9})

    assert (await sent(painting))["steps"] == 9


async def test_every_input_that_cannot_be_set_so_is_named_and_nothing_is_queued(
    studio: Studio, woodcut: Workflow
) -> None:
    given: dict[NodeInput, JsonValue] = {
        at("steps"): 0, at("sampler_name"): "magic", at("cfg"): 7.0, at("seed"): 1, at("soul", "99"): 1,
    }  # fmt: skip

    with pytest.raises(InvalidInputsError) as refused:
        await studio.ask(workflow_id=woodcut.id, inputs=given)

    assert refused.value.sentences == {
        "inputs.3.steps": "KSampler steps is 1 to 10,000; 0 is not possible.",
        "inputs.3.sampler_name": "KSampler sampler cannot be magic. Choose one in the list.",
        "inputs.3.cfg": "cfg of node 3 cannot be set here.",
        "inputs.3.seed": "seed of node 3 cannot be set here.",
        "inputs.99.soul": "soul of node 99 cannot be set here.",
    }
    assert studio.committed("select count(*) from batch") == [(0,)]


async def test_while_comfyui_is_away_any_value_of_the_kind_is_taken(studio: Studio, woodcut: Workflow) -> None:
    studio.comfyui.go_down()

    batch_id = await studio.ask(workflow_id=woodcut.id, inputs={at("steps"): 9})

    assert await studio.status(batch_id) is BatchStatus.QUEUED


async def test_a_locked_value_that_the_owner_changes_is_painted_with(painting: Studio, woodcut: Workflow) -> None:
    await painting.engine.workflows.change(painting.who, woodcut.id, WorkflowChanges(values={at("cfg"): 3.5}))

    await painting.ask(workflow_id=woodcut.id)

    assert (await sent(painting))["cfg"] == 3.5
    changed = await painting.engine.workflows.find(painting.who, woodcut.id)
    assert changed.graph_hash != woodcut.graph_hash


async def test_a_value_comfyui_does_not_take_is_refused_in_the_editor_too(studio: Studio, woodcut: Workflow) -> None:
    changes = WorkflowChanges(name="", values={at("cfg"): -1, at("seed"): 3})

    with pytest.raises(InvalidInputsError) as refused:
        await studio.engine.workflows.change(studio.who, woodcut.id, changes)

    assert set(refused.value.sentences) == {"name", "inputs.3.cfg", "inputs.3.seed"}


async def lacking(studio: Studio) -> Workflow:
    graph = text_to_image(checkpoint="tyni.safetensors")
    graph["7"]["class_type"] = "CLIPTextEncodeOld"
    return await studio.engine.workflows.add(studio.who, "Old", graph)


async def test_a_workflow_that_cannot_run_is_told_with_all_it_lacks_and_what_is_nearest(studio: Studio) -> None:
    workflow = await lacking(studio)

    told = await studio.engine.orders.lacks(studio.who, workflow.id, is_styled=False)

    assert told.startswith("Old cannot run as it is.")
    assert "lacks the node CLIPTextEncodeOld" in told
    assert "Nearest: CLIPTextEncode." in told
    assert "Nearest: tiny.safetensors." in told


async def test_it_is_queued_all_the_same_and_fails_with_all_of_it_at_once(painting: Studio) -> None:
    workflow = await lacking(painting)

    batch_id = await painting.ask(workflow_id=workflow.id)
    await painting.rest()

    failure = (await painting.batch(batch_id)).failure
    assert failure is not None
    assert failure.title == "Your ComfyUI lacks the node CLIPTextEncodeOld and the model tyni.safetensors"
    assert failure.details["Nearest"] == "CLIPTextEncode"
    assert "tiny.safetensors" in failure.details["Available"]


async def test_what_a_comfyui_that_is_away_lacks_is_not_known(studio: Studio) -> None:
    workflow = await lacking(studio)
    studio.comfyui.go_down()

    assert not await studio.engine.orders.lacks(studio.who, workflow.id, is_styled=False)


async def test_comfyui_that_cannot_say_what_it_has_holds_nothing_up(studio: Studio) -> None:
    workflow = await lacking(studio)
    studio.comfyui.fail_next("catalogue", MaxRetriesExceededError(3, RequestTimeoutError(60)))

    assert not await studio.engine.orders.lacks(studio.who, workflow.id, is_styled=False)


async def test_an_adapter_that_comfyui_lacks_is_asked_for_only_with_a_style_reference(studio: Studio) -> None:
    graph = text_to_image()
    graph["20"] = {"class_type": "LoadImage", "inputs": {"image": "style.png"}, "_meta": {"title": "Style"}}
    inputs: dict[str, JsonValue] = {"model": ["4", 0], "image": ["20", 0], "weight": 1.0}
    graph["22"] = {"class_type": "IPAdapterOfTheFuture", "inputs": inputs, "_meta": {"title": "Adapter"}}
    graph["3"]["inputs"]["model"] = ["22", 0]
    workflow = await studio.engine.workflows.add(studio.who, "Styled", graph)
    orders = studio.engine.orders

    assert "IPAdapterOfTheFuture" in await orders.lacks(studio.who, workflow.id, is_styled=True)
    assert await orders.lacks(studio.who, workflow.id, is_styled=False) == ""


async def test_what_was_added_since_is_found_when_it_is_asked_for_and_when_it_is_painted(painting: Studio) -> None:
    workflow = await lacking(painting)
    orders = painting.engine.orders
    assert await orders.lacks(painting.who, workflow.id, is_styled=False)
    tiny = {"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["tyni.safetensors"], {}]}}}}
    old = {"CLIPTextEncodeOld": OBJECT_INFO["CLIPTextEncode"]}
    painting.comfyui.offer(parse_catalogue({**OBJECT_INFO, **old, **tiny}), is_noticed=False)

    batch_id = await painting.ask(workflow_id=workflow.id)
    await painting.rest()

    assert (await painting.batch(batch_id)).failure is None
    assert painting.comfyui.submissions[-1].graph["4"]["inputs"]["ckpt_name"] == "tyni.safetensors"
    assert await orders.lacks(painting.who, workflow.id, is_styled=False) == ""


async def test_what_was_asked_for_once_more_is_not_chosen_anew(studio: Studio) -> None:
    first = await studio.batch(await studio.ask(prompt=r"a sign that says \{red|blue\}, {oak|ash}", seed=3))
    assert first.prompt.startswith("a sign that says {red|blue}, ")

    again = checked(request_of(first))[0]

    assert (again.prompt, again.seed) == (first.prompt, first.seed)
