"""A style reference in the dialog: chosen, applied by itself, dropped, kept while nothing is sent; and its lineage."""

from uuid import UUID

import pytest

from tests.fakes.comfyui import OBJECT_INFO
from tests.fakes.engine import begin, finish
from tests.fakes.ip_adapter import with_pack
from tests.fakes.studio import Studio, other_game_master
from tests.simulator.graphs import referring
from tests.state.tab import Tab
from wrldbldr.comfyui.port import parse_catalogue
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.domain.world import EntityType
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.filters import Filters
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.lineage import Lineage
from wrldbldr.state.narrowing import Narrowing
from wrldbldr.state.recall import Recall
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.style_reference import StyleReference


async def painted(studio: Studio, **changes: object) -> Asset:
    """A picture of the character."""
    batch_id = await studio.ask(**changes)
    await begin(studio.engine, batch_id)
    [asset_id] = await finish(studio.engine, batch_id)
    return await studio.engine.gallery.find(studio.who, asset_id)


async def adapted(studio: Studio, mapping: StyleReferenceMapping | None = None) -> str:
    """A workflow with an adapter, and a ComfyUI that has what it needs."""
    graph = referring("example.png")
    graph["4"]["inputs"]["ckpt_name"] = "tiny.safetensors"
    needed = {node["class_type"]: OBJECT_INFO["CLIPTextEncode"] for node in graph.values()}
    studio.comfyui.offer(parse_catalogue({**needed, **OBJECT_INFO}))
    workflow = await studio.engine.workflows.add(studio.who, "Adapted", graph)
    if mapping is not None:
        await studio.engine.workflows.change(studio.who, workflow.id, WorkflowChanges(style_reference=mapping))
    return str(workflow.id)


async def submit(tab: Tab) -> None:
    await tab.send(Generate.submit({"prompt": "a lamp", "negative_prompt": "", "seed": ""}))


async def asked(studio: Studio) -> tuple[list[str], float | None]:
    """The references and the strength of the newest batch."""
    [(batch_id,)] = studio.committed("select id from batch order by rank desc limit 1")
    style = (await studio.batch(UUID(batch_id))).style
    return ([], None) if style is None else ([source.label for source in style.sources], style.strength)


async def shown(tab: Tab) -> list[str]:
    return [card.label for card in (await tab.see(StyleReference)).references]


async def test_a_picture_opens_the_dialog_in_its_style_and_the_batch_has_it(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)

    await desk.send(Generate.begin_in_style(str(source.id)))
    assert (await desk.see(Generate)).is_open
    assert await shown(desk) == [source.label]
    await submit(desk)

    assert await asked(studio) == ([source.label], None)
    await desk.send(Generate.begin(""))
    assert await shown(desk) == [], "what was sent is no draft"


async def test_the_badge_follows_the_workflow(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    await desk.send(Generate.begin_in_style(str(source.id)))
    said = [(await desk.see(StyleReference)).badge]
    disabled = StyleReferenceMapping(mode=StyleReferenceMode.DISABLED)
    elsewhere = StyleReferenceMapping(
        mode=StyleReferenceMode.SPECIFIC, input=NodeInput(node_id="20", input_name="image")
    )
    for mapping in (None, disabled, elsewhere):
        await desk.send(Generate.choose_workflow(await adapted(studio, mapping)))
        said.append((await desk.see(StyleReference)).badge)

    assert said == ["Using: prompt keywords", "Using: IPAdapter", "This workflow uses none", "Using: LoadImage"]


async def test_the_badge_of_what_comes_along_says_what_the_connected_comfyui_can_do(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)

    async def said() -> tuple[str, bool]:
        await desk.send(Generate.begin_in_style(str(source.id)))
        style = await desk.see(StyleReference)
        return style.badge, style.has_strength

    assert await said() == ("Using: prompt keywords", False)
    studio.comfyui.offer(with_pack())
    assert await said() == ("Using: IPAdapter", True)
    studio.comfyui.offer(with_pack(vision=[]))
    assert await said() == ("Using: prompt keywords", False)
    studio.comfyui.go_down()
    assert await said() == ("Using: IPAdapter or prompt keywords", True)


async def test_the_strength_is_the_workflows_own_until_somebody_chooses_one(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    await desk.send(Generate.begin_in_style(str(source.id)))
    assert not (await desk.see(StyleReference)).has_strength
    await desk.send(Generate.choose_workflow(await adapted(studio)))
    style = await desk.see(StyleReference)
    assert (style.has_strength, style.strength_text, style.is_strength_chosen) == (True, "0.80", False)

    for strength in (0.35, 7.0, -1.0):
        await desk.send(StyleReference.choose_strength(strength))
    assert (await desk.see(StyleReference)).strength_text == "0.35"
    await submit(desk)
    assert await asked(studio) == ([source.label], 0.35)

    await desk.send(Generate.begin_in_style(str(source.id)))
    await desk.send(Generate.choose_workflow(await adapted(studio)))
    await desk.send(StyleReference.choose_strength(0.1))
    await desk.send(StyleReference.use_workflows_strength())
    assert (await desk.see(StyleReference)).strength_text == "0.80"


async def test_what_is_chosen_is_kept_while_nothing_is_sent(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    await desk.send(Generate.begin_in_style(str(source.id)))
    await desk.send(Generate.toggle(False))
    await desk.send(Generate.begin("sprite"))
    assert await shown(desk) == [source.label], "for every kind of picture of the same character"

    await desk.send(StyleReference.clear(str(source.id)))
    assert await shown(desk) == []
    await submit(desk)
    assert await asked(studio) == ([], None)


async def test_up_to_four_are_picked_out_of_the_whole_world_and_left_again(desk: Tab, studio: Studio) -> None:
    place = studio.scene.location
    pictures = [await painted(studio) for _ in range(4)]
    pictures.append(await painted(studio, entity_type=EntityType.LOCATION, entity_id=place.id))
    await desk.send(Generate.begin(""))

    await desk.send(StyleReference.pick())
    assert len((await desk.see(StyleReference)).choices) == 5
    for picture in reversed(pictures):
        await desk.send(StyleReference.choose(str(picture.id)))
    assert await shown(desk) == [picture.label for picture in reversed(pictures[1:])], "a fifth is one too many"
    await desk.send(StyleReference.choose(str(pictures[1].id)))

    assert (await desk.see(StyleReference)).references[0].whose == place.name
    await submit(desk)
    assert (await asked(studio))[0] == [pictures[4].label, pictures[3].label, pictures[2].label]


async def test_the_style_of_a_character_is_there_by_itself_can_be_dropped_and_taken_again(
    desk: Tab, studio: Studio
) -> None:
    source = await painted(studio)
    await desk.send(StyleReference.use_always(str(source.id)))
    await desk.send(Creator.refresh())
    assert [card.label for card in (await desk.see(StyleReference)).own] == [source.label]
    await desk.send(Generate.begin(""))
    assert (await shown(desk), (await desk.see(StyleReference)).is_by_itself) == ([source.label], True)

    await desk.send(StyleReference.clear(str(source.id)))
    assert await shown(desk) == []
    await desk.send(StyleReference.use_own())
    assert await shown(desk) == [source.label]
    await desk.send(StyleReference.clear(str(source.id)))
    await submit(desk)
    assert await asked(studio) == ([], None)

    await desk.send(StyleReference.drop_always())
    await desk.send(Creator.refresh())
    assert (await desk.see(StyleReference)).own == []


async def test_what_the_browser_kept_is_put_back_when_the_server_forgot_it(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    character = studio.scene.character
    form = f"generate:character:{character.id}:portrait"
    fields = {"prompt": "a lamp", "style_references": str(source.id), "style_strength": "0.35"}

    await desk.send(Recall.ask)
    await desk.send(Recall.put_back({"words": [], "forms": {form: fields}, "open": form, "is_return": True}))
    await desk.send(Generate.choose_workflow(await adapted(studio)))

    assert await shown(desk) == [source.label]
    assert (await desk.see(StyleReference)).strength_text == "0.35"


@pytest.mark.parametrize("junk", ["not an id", "-,-", "," * 999, "6f0c7c0e-51ad-4b0e-9f0a-3b1d5a6c7e80"])
async def test_what_no_dialog_could_have_kept_is_left_out(desk: Tab, studio: Studio, junk: str) -> None:
    form = f"generate:character:{studio.scene.character.id}:portrait"
    fields = {"prompt": "a lamp", "style_references": junk, "style_strength": "nan"}

    await desk.send(Recall.ask)
    await desk.send(Recall.put_back({"words": [], "forms": {form: fields}, "open": form, "is_return": True}))

    assert await shown(desk) == []
    assert not (await desk.see(StyleReference)).is_strength_chosen


async def test_a_picture_that_is_not_theirs_is_none(desk: Tab, studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    world = await studio.engine.worlds.create(stranger, "Elsewhere")
    table = (await studio.engine.worlds.game_sessions(stranger, world.id))[0]
    somebody = await studio.engine.worlds.create_entity(
        stranger, EntityType.CHARACTER, world.id, EntityChanges(name="Somebody")
    )
    request = studio.request(game_session_id=table.id, entity_id=somebody.id)
    batch = await studio.engine.queue.submit(stranger, request)
    await begin(studio.engine, batch.id)
    [theirs] = await finish(studio.engine, batch.id)
    await desk.send(Generate.begin(""))

    for event in (
        Generate.begin_in_style(str(theirs)),
        StyleReference.choose(str(theirs)),
        StyleReference.use_always(str(theirs)),
        Narrowing.show_descendants(str(theirs)),
    ):
        desk.forget()
        await desk.send(event)
        assert "There is no such" in desk.scripts
    assert await shown(desk) == []
    assert (await desk.see(Filters)).source == ""


async def test_the_lightbox_leads_to_the_source_and_to_what_took_its_style_from_there(
    desk: Tab, studio: Studio
) -> None:
    place = studio.scene.location
    source = await painted(studio, entity_type=EntityType.LOCATION, entity_id=place.id)
    styled = await painted(studio, style_reference_ids=[source.id])
    await desk.send(Gallery.refresh)

    await desk.send(Lightbox.show(str(styled.id)))
    [ancestor] = (await desk.see(Lineage)).ancestors
    assert (ancestor.label, ancestor.says) == (source.label, "Using prompt keywords")
    assert (await desk.see(Lineage)).itself == "Portrait 1 of 1 in its batch"
    await desk.send(Lightbox.show(ancestor.id))
    assert (await desk.see(Lightbox)).entity_name == place.name, "though the tab shows somebody else"
    assert (await desk.see(Lineage)).descendant_count == 1
    assert [card.id for card in (await desk.see(Lineage)).newest] == [str(styled.id)]

    await desk.send(Narrowing.show_descendants(str(source.id)))
    assert [card.id for card in (await desk.see(Gallery)).assets] == [str(styled.id)]
    assert (await desk.see(Gallery)).tally == "1 of 2", "of the world, where it was looked for"
    await desk.send(Narrowing.leave_source)
    assert (await desk.see(Gallery)).tally == "1"


async def test_among_all_pictures_those_in_a_style_are_narrowed_to_one_of_whom_they_are(
    desk: Tab, studio: Studio
) -> None:
    place = studio.scene.location
    source = await painted(studio)
    mine = await painted(studio, style_reference_ids=[source.id])
    theirs = await painted(studio, entity_type=EntityType.LOCATION, entity_id=place.id, style_reference_ids=[source.id])
    await desk.send(Creator.show_all)
    await desk.send(Narrowing.show_descendants(str(source.id)))
    assert {card.id for card in (await desk.see(Gallery)).assets} == {str(mine.id), str(theirs.id)}

    await desk.send(Narrowing.by_whose(str(place.id)))

    assert [card.id for card in (await desk.see(Gallery)).assets] == [str(theirs.id)]
    assert (await desk.see(Gallery)).tally == "1 of 3"


async def test_a_remix_takes_the_style_along(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    styled = await painted(studio, style_reference_ids=[source.id])

    await desk.send(Remix.begin(str(styled.id), Part.PROMPT))
    assert await shown(desk) == []
    await desk.send(Remix.begin(str(styled.id), Part.REMIX))
    assert await shown(desk) == [source.label]
    await desk.send(Remix.begin(str(source.id), Part.REMIX))
    assert await shown(desk) == []


async def test_a_source_that_was_deleted_keeps_its_name_in_the_lightbox(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    styled = await painted(studio, style_reference_ids=[source.id])
    await studio.engine.removals.delete(studio.who, [source.id])

    await desk.send(Lightbox.show(str(styled.id)))

    [ancestor] = (await desk.see(Lineage)).ancestors
    assert (ancestor.id, ancestor.label) == ("", source.label)
    assert ancestor.says == "Using prompt keywords; deleted since"


async def test_the_gallery_shows_only_what_was_generated_from_a_reference(desk: Tab, studio: Studio) -> None:
    source = await painted(studio)
    styled = await painted(studio, style_reference_ids=[source.id])

    await desk.send(Narrowing.toggle_styled())
    assert [card.id for card in (await desk.see(Gallery)).assets] == [str(styled.id)]
    await desk.send(Narrowing.toggle_styled())
    assert len((await desk.see(Gallery)).assets) == 2
