"""How a picture came to be, for its game master."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.comfyui.graphs import text_to_image
from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.services.generation_info import GenerationInfo, stopwatch
from wrldbldr.services.workflow_changes import WorkflowChanges


async def painted(studio: Studio) -> GenerationInfo:
    """The second of two pictures that took a while."""
    batch = await studio.ask(count=2, seed=7, negative_prompt="blurry", width=896, height=1152)
    studio.comfyui.start()
    await studio.advance(108)
    studio.comfyui.finish(2)
    await studio.rest()
    [_, second] = await studio.pictures(batch)
    return await studio.engine.gallery.info(studio.who, second.id)


async def test_everything_is_told_of_a_picture_that_was_painted_here(painting: Studio) -> None:
    info = await painted(painting)

    facts = {fact.label: fact.value for fact in info.facts}
    assert facts["Workflow"] == "portrait"
    assert facts["Model"] == info.asset.model
    assert (facts["Batch"], facts["Attempts"], facts["Asked by"]) == ("2 of 2", "1", "Aldwin")
    assert facts["Size"] == f"{info.asset.width} × {info.asset.height}"
    assert info.took is not None
    assert info.took.total_seconds() == pytest.approx(108, abs=5)


async def test_the_recipe_is_what_was_asked_for_and_where_its_workflow_can_be_found(painting: Studio) -> None:
    info = await painted(painting)
    assert info.workflow is not None

    assert info.recipe == Recipe(
        prompt="an old keeper of lanterns",
        negative_prompt="blurry",
        seed=info.asset.seed,
        count=2,
        width=896,
        height=1152,
        asset_type=info.asset.asset_type,
        model=info.asset.model,
        workflow_name="portrait",
        workflow_hash=info.workflow.graph_hash,
        painted_at=info.asset.created_at,
    )


async def test_a_picture_outlives_its_workflow_and_keeps_its_name(painting: Studio) -> None:
    workflow = await painting.engine.workflows.add(painting.who, "woodcuts", model_free())
    batch = await painting.ask(workflow_id=workflow.id)
    await painting.paint()
    await painting.engine.workflows.delete(painting.who, workflow.id)
    [asset] = await painting.pictures(batch)

    recipe = (await painting.engine.gallery.info(painting.who, asset.id)).recipe

    assert (recipe.workflow_name, recipe.workflow_hash) == ("woodcuts", "")


STEPS = NodeInput(node_id="3", input_name="steps")


async def test_what_was_set_of_its_workflow_is_told_and_outlives_its_batch(painting: Studio) -> None:
    engine, who = painting.engine, painting.who
    workflow = await engine.workflows.add(who, "Woodcut", text_to_image())
    await engine.workflows.change(who, workflow.id, WorkflowChanges(shown=[STEPS]))
    batch = await painting.ask(workflow_id=workflow.id, inputs={STEPS: 12})
    await painting.paint()
    [asset] = await painting.pictures(batch)

    info = replace(await engine.gallery.info(who, asset.id), batch=None)

    assert {fact.label: fact.value for fact in info.facts}["steps (node 3)"] == "12"
    assert info.recipe.inputs == (InputSetting(node_id="3", input_name="steps", value=12),)


async def test_what_it_took_its_style_from_is_told_with_where_that_can_be_found(painting: Studio) -> None:
    source = (await painted(painting)).asset
    batch = await painting.ask(style_reference_ids=[source.id])
    await painting.paint()
    [asset] = await painting.pictures(batch)
    info = painting.engine.gallery.info

    assert (await info(painting.who, asset.id)).recipe.style == (
        StyleOrigin(source.label, ReferenceUse.WORDS, asset_id=source.id, content_hash=source.content_hash),
    )
    await painting.engine.removals.delete(painting.who, [source.id])
    assert (await info(painting.who, asset.id)).recipe.style == (StyleOrigin(source.label, ReferenceUse.WORDS),)


async def test_the_simulator_says_so_and_a_model_nobody_named_is_called_that(painting: Studio) -> None:
    asset = (await painted(painting)).asset
    asset.is_simulated, asset.model = True, ""

    facts = {fact.label: fact.value for fact in GenerationInfo(asset, None, None, "").facts}

    assert facts["Model"] == "simulated: not named"
    assert "Batch" not in facts


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0:00"), (59.6, "1:00"), (108, "1:48"), (3723, "1:02:03"), (None, "")]
)
def test_time_is_told_as_on_a_stopwatch(seconds: float | None, words: str) -> None:
    assert stopwatch(None if seconds is None else timedelta(seconds=seconds)) == words
