"""What an owner changes about a workflow is made whole or not at all, with a sentence for each thing that does not fit."""

from typing import Any, cast

import pytest

from tests.comfyui.graphs import text_to_image
from tests.fakes.studio import Studio
from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.account import Principal
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode, Workflow
from wrldbldr.engine import Engine
from wrldbldr.services.workflow_changes import InvalidWorkflowError, Size, WorkflowChanges
from wrldbldr.services.workflow_mapping import Places


def at(node_id: str, input_name: str) -> NodeInput:
    return NodeInput(node_id=node_id, input_name=input_name)


@pytest.fixture
async def woodcut(engine: Engine, who: Principal) -> Workflow:
    return await engine.workflows.add(who, "Woodcut", text_to_image())


async def refused(engine: Engine, who: Principal, workflow: Workflow, changes: WorkflowChanges) -> dict[str, str]:
    """The sentences, by field. Fails when anything was changed."""
    before = (await engine.workflows.find(who, workflow.id)).model_dump()
    form = (await engine.workflows.form(who, workflow.id)).model_dump()
    with pytest.raises(InvalidWorkflowError) as caught:
        await engine.workflows.change(who, workflow.id, changes)
    assert (await engine.workflows.find(who, workflow.id)).model_dump() == before
    assert (await engine.workflows.form(who, workflow.id)).model_dump() == form
    assert all(sentence.endswith(".") for sentence in caught.value.sentences.values())
    return dict(caught.value.sentences)


async def test_everything_that_is_changed_is_there_again(engine: Engine, who: Principal, woodcut: Workflow) -> None:
    await engine.workflows.change(
        who,
        woodcut.id,
        WorkflowChanges(
            name=" Linocut ",
            bindings={"negative": (), "count": ()},
            style_reference=StyleReferenceMapping(mode=StyleReferenceMode.DISABLED),
            default_negative_prompt=" blurry hands ",
            size=Size(896, 1152),
            shown=[at("3", "steps"), at("3", "steps"), at("3", "cfg")],
        ),
    )

    found, form = await engine.workflows.find(who, woodcut.id), await engine.workflows.form(who, woodcut.id)
    assert (found.name, found.default_negative_prompt) == ("Linocut", "blurry hands")
    assert (found.bindings.negative, found.bindings.count) == ((), ())
    assert found.bindings.positive == woodcut.bindings.positive
    assert found.bindings.style_reference.mode is StyleReferenceMode.DISABLED
    assert (form.width, form.height, form.shown) == (896, 1152, (at("3", "steps"), at("3", "cfg")))


async def test_what_is_not_named_stays(engine: Engine, who: Principal, woodcut: Workflow) -> None:
    changes = WorkflowChanges(size=Size(896, 1152), shown=[at("3", "steps")])
    await engine.workflows.change(who, woodcut.id, changes)

    await engine.workflows.change(who, woodcut.id, WorkflowChanges(name="Linocut"))

    found, form = await engine.workflows.find(who, woodcut.id), await engine.workflows.form(who, woodcut.id)
    assert (found.bindings, found.default_negative_prompt) == (woodcut.bindings, "blurry")
    assert (form.width, form.height, form.shown) == (896, 1152, (at("3", "steps"),))


async def test_a_default_size_can_be_taken_back(engine: Engine, who: Principal, woodcut: Workflow) -> None:
    await engine.workflows.change(who, woodcut.id, WorkflowChanges(size=Size(896, 1152)))

    await engine.workflows.change(who, woodcut.id, WorkflowChanges(size=Size()))

    form = await engine.workflows.form(who, woodcut.id)
    assert (form.width, form.height) == (None, None)


@pytest.mark.parametrize(
    ("bindings", "sentence"),
    [
        ({"seed": (at("99", "seed"),)}, 'no node "99"'),
        ({"seed": (at("3", "sede"),)}, 'KSampler (3) has no input "sede"'),
        ({"positive": (at("3", "positive"),)}, "KSampler (3) → positive is wired to another node"),
        ({"positive": (at("3", "steps"),)}, "holds no text, which the prompt is"),
        ({"model": (at("3", "cfg"),)}, "holds no text, which the model is"),
        ({"seed": (at("3", "sampler_name"),)}, "holds no whole number, which the seed is"),
        ({"width": (at("3", "cfg"),)}, "holds no whole number, which the width is"),
        ({"count": (at("3", "seed"),)}, "takes the seed already"),
        ({"positive": (at("7", "text"),)}, "takes the negative prompt already"),
    ],
)
async def test_a_value_goes_only_where_it_fits(
    engine: Engine, who: Principal, woodcut: Workflow, bindings: Places, sentence: str
) -> None:
    found = await refused(engine, who, woodcut, WorkflowChanges(bindings=bindings))

    assert list(found) == list(bindings)
    assert sentence in found[next(iter(bindings))]


async def test_every_mistake_is_named_at_once(engine: Engine, who: Principal, woodcut: Workflow) -> None:
    changes = WorkflowChanges(
        name=" ",
        bindings={"seed": (at("99", "seed"),), "positive": (at("3", "cfg"),), "soul": ()},
        style_reference=StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC),
        default_negative_prompt="x" * 10_000,
        size=Size(900, 1153),
        shown=[at("3", "seed"), at("3", "model")],
    )

    assert set(await refused(engine, who, woodcut, changes)) == {
        "name", "seed", "positive", "soul", "style_reference", "default_negative_prompt", "default_width", "default_height",
        "shown_inputs",
    }  # fmt: skip


@pytest.mark.parametrize("size", [Size(896, None), Size(None, 896)])
async def test_a_size_has_two_sides(engine: Engine, who: Principal, woodcut: Workflow, size: Size) -> None:
    found = await refused(engine, who, woodcut, WorkflowChanges(size=size))

    assert list(found) == ["default_width" if size.width is None else "default_height"]


@pytest.mark.parametrize(
    "mapping",
    [
        StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC),
        StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=at("99", "image")),
        StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=at("3", "steps")),
        StyleReferenceMapping(mode=StyleReferenceMode.DISABLED, input=at("6", "text")),
    ],
)
async def test_a_style_reference_goes_to_an_input_that_can_take_one(
    engine: Engine, who: Principal, woodcut: Workflow, mapping: StyleReferenceMapping
) -> None:
    assert set(await refused(engine, who, woodcut, WorkflowChanges(style_reference=mapping))) == {"style_reference"}


async def test_an_input_that_takes_something_of_ours_is_shown_no_more(
    engine: Engine, who: Principal, woodcut: Workflow
) -> None:
    await engine.workflows.change(who, woodcut.id, WorkflowChanges(shown=[at("3", "steps"), at("3", "cfg")]))

    await engine.workflows.change(who, woodcut.id, WorkflowChanges(bindings={"count": (at("3", "steps"),)}))

    assert (await engine.workflows.form(who, woodcut.id)).shown == (at("3", "cfg"),)


async def test_one_number_may_be_both_sides_of_a_square(engine: Engine, who: Principal) -> None:
    graph: dict[str, Any] = dict(text_to_image())
    graph["20"] = {"class_type": "PrimitiveInt", "inputs": {"value": 512}}
    graph["5"]["inputs"] |= {"width": ["20", 0], "height": ["20", 0]}
    square = await engine.workflows.add(who, "Square", cast("Graph", graph))
    side = (at("20", "value"),)

    found = await engine.workflows.change(who, square.id, WorkflowChanges(bindings={"width": side, "height": side}))

    assert (found.bindings.width, found.bindings.height) == (side, side)


async def test_the_choices_for_a_workflow_go_with_it(studio: Studio, who: Principal) -> None:
    engine = studio.engine
    workflow = await engine.workflows.add(who, "Woodcut", text_to_image())
    await engine.workflows.change(who, workflow.id, WorkflowChanges(size=Size(896, 1152)))
    before = len(studio.committed("select * from workflowform"))

    await engine.workflows.delete(who, workflow.id)

    assert len(studio.committed("select * from workflowform")) == before - 1
