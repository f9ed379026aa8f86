"""From a picture to the dialog in which another is asked for."""

from uuid import UUID

import pytest

from tests.comfyui.graphs import text_to_image
from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.fakes.world_files import in_pieces
from tests.services.graphs import model_free
from tests.services.test_picture_import import PLAIN
from tests.state.tab import Tab
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.recipe import StyleOrigin
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.domain.world import EntityType
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.more_inputs import MoreInputs
from wrldbldr.state.relabel import Relabel
from wrldbldr.state.remix import Remix
from wrldbldr.state.style_reference import StyleDraft, StyleReference, recall_style

WORDS = "an old keeper of lanterns"


async def paint(studio: Studio, **changes: object) -> str:
    batch = await studio.ask(**{"count": 2, "seed": 700, "negative_prompt": "fog", **changes})
    await begin(studio.engine, batch)
    return str((await finish(studio.engine, batch))[0])


async def woodcuts(studio: Studio) -> UUID:
    return (await studio.engine.workflows.add(studio.who, "woodcuts", model_free())).id


async def test_remix_opens_with_everything_but_the_seed(desk: Tab, studio: Studio) -> None:
    workflow = await woodcuts(studio)
    asset = await paint(studio, width=896, height=1152, workflow_id=workflow)
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.keep_seed("42"))
    await desk.send(Generate.toggle(False))
    await desk.send(Lightbox.show(asset))

    await desk.send(Remix.begin(asset, "remix"))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, (await desk.see(Lightbox)).is_open) == (True, False)
    assert (dialog.prompt, dialog.negative_prompt, dialog.count, dialog.seed) == (WORDS, "fog", 2, "")
    assert (dialog.shape, dialog.shapes[-1], dialog.workflow) == ("896 × 1152", "896 × 1152", str(workflow))
    assert (dialog.is_edited, dialog.is_negative_edited, dialog.is_workflow_gone) == (True, True, False)


async def test_use_all_asks_for_the_very_same(desk: Tab, studio: Studio) -> None:
    asset = await paint(studio, width=896, height=1152)
    await desk.send(Remix.begin(asset, "all"))
    dialog = await desk.see(Generate)

    form = {"prompt": dialog.prompt, "negative_prompt": dialog.negative_prompt, "seed": dialog.seed}
    await desk.send(Generate.submit(form))

    columns = "entity_id, asset_type, prompt, negative_prompt, count, seed, width, height, workflow_id"
    first, again = studio.committed(f"select {columns} from batch")  # noqa: S608
    assert first == again


STEPS, SAMPLER, CFG = "inputs.3.steps", "inputs.3.sampler_name", "inputs.3.cfg"


async def shown_inputs(studio: Studio, *names: str) -> UUID:
    """A workflow that shows these inputs of its sampler."""
    workflows = studio.engine.workflows
    made = await workflows.add(studio.who, "Woodcut", text_to_image())
    await show_inputs(studio, made.id, *names)
    return made.id


async def show_inputs(studio: Studio, workflow: UUID, *names: str) -> None:
    shown = [NodeInput(node_id="3", input_name=name) for name in names]
    await studio.engine.workflows.change(studio.who, workflow, WorkflowChanges(shown=shown))


def set_to(**values: object) -> dict[NodeInput, object]:
    return {NodeInput(node_id="3", input_name=name): value for name, value in values.items()}


@pytest.mark.parametrize("part", ["remix", "all"])
async def test_what_was_set_of_the_workflow_comes_along_in_place_of_what_was_set_before(
    desk: Tab, studio: Studio, part: str
) -> None:
    workflow = await shown_inputs(studio, "steps", "sampler_name", "cfg")
    asset = await paint(studio, workflow_id=workflow, inputs=set_to(steps=12, sampler_name="dpmpp_2m"))
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.choose_workflow(str(workflow)))
    await desk.send(Generate.keep_input(CFG, "3"))
    await desk.send(Generate.toggle(False))

    await desk.send(Remix.begin(asset, part))

    more = await desk.see(MoreInputs)
    assert {card.key: card.text for card in more.cards} == {STEPS: "12", SAMPLER: "dpmpp_2m", CFG: "6.0"}
    assert more.is_open
    await desk.send(Generate.submit({"prompt": WORDS, "negative_prompt": "fog", "seed": ""}))
    first, again = studio.committed("select inputs from batch")
    assert first == again


@pytest.mark.parametrize("part", ["prompt", "seed"])
async def test_words_or_seed_alone_leave_the_inputs_as_they_were_set(desk: Tab, studio: Studio, part: str) -> None:
    workflow = await shown_inputs(studio, "steps")
    asset = await paint(studio, workflow_id=workflow, inputs=set_to(steps=12))
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.choose_workflow(str(workflow)))
    await desk.send(Generate.keep_input(STEPS, "7"))
    await desk.send(Generate.toggle(False))

    await desk.send(Remix.begin(asset, part))

    assert [card.text for card in (await desk.see(MoreInputs)).cards] == ["7"]


async def test_an_input_that_is_not_shown_any_more_is_the_workflows_own(desk: Tab, studio: Studio) -> None:
    workflow = await shown_inputs(studio, "steps", "sampler_name")
    asset = await paint(studio, workflow_id=workflow, inputs=set_to(steps=12, sampler_name="dpmpp_2m"))
    await show_inputs(studio, workflow, "sampler_name")

    await desk.send(Remix.begin(asset, "all"))
    await desk.send(Generate.submit({"prompt": WORDS, "negative_prompt": "fog", "seed": "700"}))

    [_, (again,)] = studio.committed("select inputs from batch")
    assert again == '[{"node_id": "3", "input_name": "sampler_name", "value": "dpmpp_2m"}]'


async def test_nothing_is_set_of_another_workflow_when_its_own_is_gone(desk: Tab, studio: Studio) -> None:
    workflow = await shown_inputs(studio, "steps")
    asset = await paint(studio, workflow_id=workflow, inputs=set_to(steps=12))
    await studio.engine.workflows.delete(studio.who, workflow)
    other = (await studio.engine.workflows.add(studio.who, "Other", text_to_image(size=128))).id
    await show_inputs(studio, other, "steps")
    await studio.engine.workflows.set_defaults(studio.who, {AssetType.PORTRAIT: other})

    await desk.send(Remix.begin(asset, "remix"))

    assert (await desk.see(Generate)).is_workflow_gone
    assert [card.text for card in (await desk.see(MoreInputs)).cards] == ["4"]


async def test_it_says_at_once_what_the_workflow_lacks(desk: Tab, studio: Studio) -> None:
    workflow = (await studio.engine.workflows.add(studio.who, "Old", text_to_image())).id
    asset = await paint(studio, workflow_id=workflow)
    studio.comfyui.offer(parse_catalogue({}))

    await desk.send(Remix.begin(asset, "remix"))

    assert (await desk.see(MoreInputs)).lack.startswith("Old cannot run as it is.")


async def test_a_strength_that_nobody_could_choose_is_left_to_the_workflow(desk: Tab, studio: Studio) -> None:
    source = await paint(studio)
    origin = StyleOrigin("x", ReferenceUse.PICTURE, "IPAdapter", 1.5, UUID(source))

    async with desk.writing(StyleReference) as style:
        await recall_style(style, studio.scene.character.id, [origin])

    assert (await desk.see(StyleReference))._drafts == {
        str(studio.scene.character.id): StyleDraft(sources=(source,), strength=None)
    }


async def test_the_words_alone_leave_the_rest_as_it_was_set(desk: Tab, studio: Studio) -> None:
    asset = await paint(studio)
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.choose_count(5.0))
    await desk.send(Generate.keep_seed("42"))
    await desk.send(Generate.choose_shape("1:1"))
    await desk.send(Generate.toggle(False))

    await desk.send(Remix.begin(asset, "prompt"))

    dialog = await desk.see(Generate)
    assert (dialog.prompt, dialog.negative_prompt) == (WORDS, "fog")
    assert (dialog.count, dialog.seed, dialog.shape) == (5, "42", "1:1")


async def test_the_seed_alone_leaves_the_words_as_they_were(desk: Tab, studio: Studio) -> None:
    asset = await paint(studio)
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.keep_prompt("My own words"))
    await desk.send(Generate.toggle(False))

    await desk.send(Remix.begin(asset, "seed"))

    dialog = await desk.see(Generate)
    assert (dialog.prompt, dialog.seed, dialog.count) == ("My own words", "700", 4)


async def test_what_was_taken_over_is_undone_like_words_that_were_typed(desk: Tab, studio: Studio) -> None:
    await studio.engine.worlds.update_entity(
        studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(description="A graceful archer")
    )
    await desk.send(Remix.begin(await paint(studio), "remix"))
    assert (await desk.see(Generate)).is_edited

    await desk.send(Generate.undo_edits)
    await desk.send(Generate.undo_negative_edits)

    dialog = await desk.see(Generate)
    proposed = "Portrait of Elven Archer, A graceful archer"
    assert (dialog.prompt, dialog.is_edited, dialog.is_negative_edited) == (proposed, False, False)


async def test_words_that_are_proposed_still_are_no_edit(desk: Tab, studio: Studio) -> None:
    await studio.engine.templates.change(studio.who, {AssetType.PORTRAIT: WORDS})

    await desk.send(Remix.begin(await paint(studio), "prompt"))

    assert not (await desk.see(Generate)).is_edited


async def test_a_picture_is_asked_for_whom_it_is_of_whoever_is_shown(desk: Tab, studio: Studio) -> None:
    asset = await paint(studio)
    await desk.send(Creator.select(str(studio.scene.location.id)))

    await desk.send(Remix.begin(asset, "remix"))
    await desk.send(Generate.submit({"prompt": WORDS, "negative_prompt": "", "seed": ""}))

    assert (await desk.see(Generate)).entity_name == "Elven Archer"
    assert studio.committed("select entity_name, asset_type from batch") == [("Elven Archer", "portrait")] * 2


async def test_it_says_so_when_the_workflow_is_gone_until_another_is_chosen(desk: Tab, studio: Studio) -> None:
    workflow = await woodcuts(studio)
    asset = await paint(studio, workflow_id=workflow)
    await studio.engine.workflows.delete(studio.who, workflow)

    await desk.send(Remix.begin(asset, "remix"))
    dialog = await desk.see(Generate)
    assert dialog.is_workflow_gone
    assert [choice.label for choice in dialog.workflows if choice.value == dialog.workflow] == ["portrait"]

    await desk.send(Generate.choose_workflow(dialog.workflow))
    assert not (await desk.see(Generate)).is_workflow_gone
    await desk.send(Remix.begin(asset, "prompt"))
    assert not (await desk.see(Generate)).is_workflow_gone, "it was not asked for"


async def test_a_workflow_that_was_brought_anew_is_the_same(desk: Tab, studio: Studio) -> None:
    workflow = await woodcuts(studio)
    asset = await paint(studio, workflow_id=workflow)
    await studio.engine.workflows.delete(studio.who, workflow)
    again = await woodcuts(studio)

    await desk.send(Remix.begin(asset, "remix"))

    dialog = await desk.see(Generate)
    assert (dialog.workflow, dialog.is_workflow_gone) == (str(again), False)


async def test_a_picture_that_says_nothing_opens_the_dialog_as_it_was(desk: Tab, studio: Studio) -> None:
    subject = (EntityType.CHARACTER, studio.scene.character.id)
    brought = await studio.engine.picture_import.add(studio.who, subject, in_pieces(PLAIN))

    await desk.send(Remix.begin(str(brought.asset.id), "all"))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, dialog.is_edited, dialog.seed, dialog.is_workflow_gone) == (True, False, "", False)


@pytest.mark.parametrize("part", ["", "everything", "__class__"])
async def test_no_other_part_can_be_asked_for(desk: Tab, studio: Studio, part: str) -> None:
    await desk.send(Remix.begin(await paint(studio), part))

    assert not (await desk.see(Generate)).is_open
    assert "part of a picture" in desk.scripts


async def test_a_picture_of_another_world_is_not_asked_for_here(desk: Tab, studio: Studio) -> None:
    world = await studio.engine.worlds.create(studio.who, "Elsewhere")
    somebody = await studio.engine.worlds.create_entity(
        studio.who, EntityType.CHARACTER, world.id, EntityChanges(name="Somebody")
    )
    brought = await studio.engine.picture_import.add(studio.who, (EntityType.CHARACTER, somebody.id), in_pieces(PLAIN))

    await desk.send(Remix.begin(str(brought.asset.id), "remix"))

    assert not (await desk.see(Generate)).is_open
    assert "There is no such picture." in desk.scripts


async def test_a_picture_gets_another_label_and_a_bad_one_is_refused_at_its_field(desk: Tab, studio: Studio) -> None:
    asset = await paint(studio)
    await desk.send(Gallery.refresh)
    await desk.send(Lightbox.show(asset))
    await desk.send(Relabel.begin)

    await desk.send(Relabel.save({"label": "  "}))
    assert (await desk.see(Relabel)).error == "The label cannot be empty."
    await desk.send(Relabel.save({"label": "The one at dusk"}))

    assert ((await desk.see(Relabel)).asset, (await desk.see(Lightbox)).asset.label) == ("", "The one at dusk")
    await desk.send(Relabel.begin)
    await desk.send(Relabel.stop)
    assert (await desk.see(Relabel)).asset == ""
