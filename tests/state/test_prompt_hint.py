"""A workflow that takes no prompt says so where it is chosen, before words are written in vain."""

from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from tests.state.tab import Tab
from wrldbldr.components.creator.generate_dialog import painter
from wrldbldr.domain.batch import AssetType
from wrldbldr.state.generate import Generate

HINT = "This workflow takes no prompt"


async def test_whoever_chooses_a_workflow_without_a_place_for_the_prompt_is_told(desk: Tab, studio: Studio) -> None:
    blank = await studio.engine.workflows.add(studio.who, "blank", model_free())
    await desk.send(Generate.begin("portrait"))
    usual = (await desk.see(Generate)).workflow

    told: list[bool] = []
    for workflow in (usual, str(blank.id), usual):
        await desk.send(Generate.choose_workflow(workflow))
        told.append(not (await desk.see(Generate)).takes_prompt)

    assert told == [False, True, False]


async def test_a_default_workflow_without_a_place_for_the_prompt_is_told_as_the_dialog_opens(
    desk: Tab, studio: Studio
) -> None:
    blank = await studio.engine.workflows.add(studio.who, "blank", model_free())
    await studio.engine.workflows.set_defaults(studio.who, {AssetType.PORTRAIT: blank.id})

    await desk.send(Generate.begin("portrait"))

    assert not (await desk.see(Generate)).takes_prompt


def test_the_hint_stands_with_the_workflow_and_only_when_it_is_true() -> None:
    before, hint, _ = str(painter()).partition(HINT)

    assert hint
    assert "takes_prompt" in before
