"""From a picture to the dialog in which another is asked for."""

from uuid import UUID

import pytest

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from tests.services.test_picture_import import PLAIN
from tests.state.tab import Tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.relabel import Relabel
from wrldbldr.state.remix import Remix

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
    brought = await studio.engine.picture_import.add(studio.who, subject, PLAIN)

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
    brought = await studio.engine.picture_import.add(studio.who, (EntityType.CHARACTER, somebody.id), PLAIN)

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
