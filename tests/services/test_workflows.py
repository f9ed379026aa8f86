"""Workflows: everybody sees them, the owner changes them, and something always paints every type."""

import asyncio
import json

import pytest

from tests.fakes.studio import Studio
from tests.services.graphs import model_free, repaint
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import new_id
from wrldbldr.services.shipped import SHIPPED
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.workflows import graph_hash


async def test_starting_again_and_at_once_makes_no_second_one_and_keeps_what_was_chosen(
    engine: Engine, who: Principal
) -> None:
    chosen = await engine.workflows.add(who, "Woodcut", model_free())
    await engine.workflows.set_defaults(who, {AssetType.SPRITE: chosen.id})

    await asyncio.gather(*(engine.workflows.ensure_shipped() for _ in range(4)))

    assert len(await engine.workflows.all(who)) == len(SHIPPED) + 2
    assert (await engine.workflows.defaults(who))[AssetType.SPRITE] == chosen.id


async def test_a_workflow_that_is_brought_in_is_analysed_and_keeps_its_negative_prompt(
    engine: Engine, who: Principal
) -> None:
    graph = repaint()
    graph["5"]["inputs"]["text"] = "blurry hands"

    added = await engine.workflows.add(who, " My  workflow ", json.dumps(graph))

    found = await engine.workflows.find(who, added.id)
    assert (found.name, found.default_negative_prompt, found.is_built_in) == ("My workflow", "blurry hands", False)
    assert found.bindings.positive == (NodeInput(node_id="4", input_name="text"),)
    assert found.graph == graph


async def test_a_workflow_is_recognised_however_its_keys_are_ordered() -> None:
    graph = model_free()
    shuffled = dict(reversed(graph.items()))

    assert graph_hash(graph) == graph_hash(shuffled)
    assert graph_hash(graph) != graph_hash(repaint())


@pytest.mark.parametrize("graph", ["", "{", "[]", {}, {"nodes": [], "links": []}, {"1": {"inputs": {}}}, None])
async def test_what_is_no_workflow_is_refused_in_a_sentence(engine: Engine, who: Principal, graph: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await engine.workflows.add(who, "x", graph)

    assert caught.value.field == "graph"
    assert len(await engine.workflows.all(who)) == len(SHIPPED) + 1


async def test_only_the_owner_changes_workflows_and_everybody_sees_them(
    engine: Engine, who: Principal, stranger: Principal
) -> None:
    added = await engine.workflows.add(who, "Woodcut", model_free())
    verbs = [
        engine.workflows.add(stranger, "Linocut", model_free()),
        engine.workflows.change(stranger, added.id, WorkflowChanges(name="Mine")),
        engine.workflows.delete(stranger, added.id),
        engine.workflows.set_defaults(stranger, {AssetType.SPRITE: added.id}),
    ]

    for verb in verbs:
        with pytest.raises(ForbiddenError, match="Only the owner"):
            await verb

    assert "Woodcut" in [workflow.name for workflow in await engine.workflows.all(stranger)]
    assert (await engine.workflows.find(stranger, added.id)).name == "Woodcut"


async def test_a_workflow_that_paints_something_stays_and_says_what(engine: Engine, who: Principal) -> None:
    added = await engine.workflows.add(who, "Woodcut", model_free())
    await engine.workflows.set_defaults(who, {AssetType.BACKDROP: added.id})

    with pytest.raises(ConflictError, match="Woodcut paints every backdrop, so it stays"):
        await engine.workflows.delete(who, added.id)


async def test_the_workflow_that_comes_along_stays_even_when_it_paints_nothing(engine: Engine, who: Principal) -> None:
    shipped = (await engine.workflows.all(who))[0]
    added = await engine.workflows.add(who, "Woodcut", model_free())
    await engine.workflows.set_defaults(who, dict.fromkeys(AssetType, added.id))

    with pytest.raises(ConflictError, match="comes with WrldBldr"):
        await engine.workflows.delete(who, shipped.id)


async def test_pictures_keep_the_name_of_a_workflow_that_was_deleted(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "Woodcut", model_free())
    batch_id = await painting.ask(workflow_id=workflow.id)
    await painting.paint()

    await painting.engine.workflows.delete(painting.who, workflow.id)

    [picture] = await painting.pictures(batch_id)
    assert (picture.workflow_id, picture.workflow_name) == (None, "Woodcut")
    assert (await painting.batch(batch_id)).workflow_name == "Woodcut"


async def test_choosing_a_workflow_that_does_not_exist_chooses_none(engine: Engine, who: Principal) -> None:
    before = await engine.workflows.defaults(who)
    added = await engine.workflows.add(who, "Woodcut", model_free())

    with pytest.raises(InvalidInputError) as caught:
        await engine.workflows.set_defaults(who, {AssetType.ITEM: added.id, AssetType.SPRITE: new_id()})

    assert caught.value.field == "sprite"
    assert await engine.workflows.defaults(who) == before


async def test_a_workflow_that_is_not_there_cannot_be_found_renamed_or_deleted(engine: Engine, who: Principal) -> None:
    missing = new_id()

    for verb in (
        engine.workflows.find(who, missing),
        engine.workflows.change(who, missing, WorkflowChanges(name="x")),
        engine.workflows.delete(who, missing),
    ):
        with pytest.raises(NotFoundError, match="There is no such workflow"):
            await verb


async def test_an_analysis_compares_with_the_connected_comfyui_and_works_without_one(studio: Studio) -> None:
    graph = model_free()
    graph["1"]["class_type"] = "Woodcut"

    assert (await studio.engine.workflows.analyze(studio.who, graph)).missing_nodes == ("Woodcut",)
    studio.comfyui.go_down()
    found = await studio.engine.workflows.analyze(studio.who, graph)

    assert found.missing_nodes == ()
    assert found.bindings.width == (NodeInput(node_id="1", input_name="width"),)
