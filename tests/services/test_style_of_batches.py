"""A batch freezes its style when it is asked for; it is nobody else's, and outlives the picture it came from."""

from uuid import UUID

import pytest
from sqlalchemy import event

from tests.fakes.studio import Studio, other_game_master
from wrldbldr.comfyui.errors import NotComfyUIError, ServiceUnavailableError
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.worlds import EntityChanges

PROMPT = "an old keeper of lanterns"


async def painted(studio: Studio, **changes: object) -> Asset:
    """One picture, done."""
    batch_id = await studio.ask(**changes)
    await studio.paint()
    [asset] = await studio.pictures(batch_id)
    return asset


async def words(studio: Studio) -> str:
    """The positive prompt of what ComfyUI was given last."""
    return str(studio.comfyui.graphs[-1]["6"]["inputs"]["text"])


async def ancestors(studio: Studio, asset_id: UUID) -> list[tuple[UUID | None, str]]:
    family = await studio.engine.gallery.family(studio.who, asset_id)
    return [(one.source_id, one.label) for one in family.ancestors]


async def test_where_no_input_takes_it_the_style_follows_the_prompt(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio, prompt="smuggler captain, (gouache:1.2)")

    styled = await painted(studio, style_reference_ids=[source.id])

    assert await words(studio) == f"{PROMPT}, in the style of: smuggler captain, gouache"
    assert styled.prompt == PROMPT, "what somebody typed is not changed"
    assert await ancestors(studio, styled.id) == [(source.id, source.label)]


async def test_what_is_frozen_is_not_changed_by_a_new_name_and_a_retry_keeps_it(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    batch_id = await studio.ask(style_reference_ids=[source.id])
    await studio.engine.gallery.update(studio.who, source.id, label="Renamed")
    studio.comfyui.start()
    studio.comfyui.fail()
    await studio.rest()
    before = (await studio.batch(batch_id)).style

    await studio.engine.queue.retry(studio.who, batch_id)
    await studio.rest()
    await studio.paint()

    [styled] = await studio.pictures(batch_id)
    assert before is not None
    assert before.sources[0].label == source.label
    assert await ancestors(studio, styled.id) == [(source.id, source.label)]
    assert await words(studio) == f"{PROMPT}, in the style of: {PROMPT}"


async def test_the_file_of_a_deleted_picture_stays_until_every_batch_that_needs_it_has_ended(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    await studio.engine.queue.pause(studio.who)
    batch_id = await studio.ask(style_reference_ids=[source.id])

    await delete_for_good(studio, source)
    assert source.content_hash in studio.stored_files()
    assert await is_kept_by_sweeping(studio, source)

    await studio.engine.queue.cancel(studio.who, batch_id)
    assert not await is_kept_by_sweeping(studio, source)


async def test_the_file_stays_while_a_failed_batch_may_be_tried_again(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    batch_id = await studio.ask(style_reference_ids=[source.id])
    studio.comfyui.start()
    studio.comfyui.fail()
    await studio.rest()

    await delete_for_good(studio, source)
    assert source.content_hash in studio.stored_files()
    assert await is_kept_by_sweeping(studio, source)
    await studio.engine.queue.clear(studio.who, batch_id)
    assert not await is_kept_by_sweeping(studio, source)


async def test_deleting_whose_picture_it_is_keeps_the_file_for_somebody_elses_batch(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    await studio.engine.queue.pause(studio.who)
    place = studio.scene.location
    await studio.ask(entity_type=EntityType.LOCATION, entity_id=place.id, style_reference_ids=[source.id])

    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)

    assert source.content_hash in studio.stored_files()


async def test_deleting_whom_both_belong_to_keeps_nothing(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    await studio.engine.queue.pause(studio.who)
    await studio.ask(style_reference_ids=[source.id])

    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)

    assert studio.stored_files() == []


async def test_lineage_outlives_the_picture_it_names(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    styled = await painted(studio, style_reference_ids=[source.id])

    await studio.engine.removals.delete(studio.who, [source.id])

    assert await ancestors(studio, styled.id) == [(None, source.label)]
    page = await studio.engine.gallery.page(studio.who, studio.scene.world.id, PictureQuery(is_styled=True))
    assert [asset.id for asset in page] == [styled.id]


async def test_a_gallery_tells_what_took_its_style_from_where(studio: Studio) -> None:
    await studio.open()
    source, world_id = await painted(studio), studio.scene.world.id
    other = await painted(studio)
    styled = [await painted(studio, style_reference_ids=[source.id]) for _ in range(2)]
    both = await painted(studio, style_reference_ids=[other.id, source.id])
    gallery, who = studio.engine.gallery, studio.who

    async def ids(which: PictureQuery) -> set[UUID]:
        return {asset.id for asset in await gallery.page(who, world_id, which)}

    assert await ids(PictureQuery(is_styled=True)) == {both.id, *(one.id for one in styled)}
    assert await ids(PictureQuery(is_styled=False)) == {source.id, other.id}
    assert await ids(PictureQuery(source_id=source.id)) == {both.id, *(one.id for one in styled)}
    assert await ids(PictureQuery(source_id=other.id)) == {both.id}
    family = await gallery.family(who, source.id)
    assert (family.descendant_count, len(family.newest)) == (3, 3)
    assert [one.id for one in (await gallery.family(who, both.id)).sources] == [other.id, source.id]


async def test_a_picture_of_another_world_or_of_somebody_else_looks_like_none(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    stranger = await other_game_master(studio.engine)
    theirs = await studio.engine.worlds.create(stranger, "Elsewhere")
    own = await studio.engine.worlds.create(studio.who, "Another of mine")
    said = set[str]()
    for who, world in ((stranger, theirs), (studio.who, own)):
        table = (await studio.engine.worlds.game_sessions(who, world.id))[0]
        changes = EntityChanges(name="Somebody")
        somebody = await studio.engine.worlds.create_entity(who, EntityType.CHARACTER, world.id, changes)
        for reference in (source.id, new_id()):
            request = studio.request(game_session_id=table.id, entity_id=somebody.id, style_reference_ids=[reference])
            with pytest.raises(NotFoundError) as caught:
                await studio.engine.queue.submit(who, request)
            said.add(str(caught.value))
            with pytest.raises(NotFoundError) as caught:
                await studio.engine.worlds.update_entity(
                    who, EntityType.CHARACTER, somebody.id, EntityChanges(style_reference_id=reference)
                )
            said.add(str(caught.value))

    assert said == {"There is no such style reference."}


async def test_a_character_has_its_style_on_every_picture_unless_it_is_dropped(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    who, character = studio.who, studio.scene.character
    change = studio.engine.worlds.update_entity
    await change(who, EntityType.CHARACTER, character.id, EntityChanges(style_reference_id=source.id))
    await change(who, EntityType.CHARACTER, character.id, EntityChanges(name="Still in style"))

    by_itself = await painted(studio)
    dropped = await painted(studio, style_reference_ids=[])
    await change(who, EntityType.CHARACTER, character.id, EntityChanges(style_reference_id=None))
    afterwards = await painted(studio)

    assert [len(await ancestors(studio, one.id)) for one in (by_itself, dropped, afterwards)] == [1, 0, 0]


async def test_a_default_that_is_deleted_is_none_any_more(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    who, character = studio.who, studio.scene.character
    changes = EntityChanges(style_reference_id=source.id)
    await studio.engine.worlds.update_entity(who, EntityType.CHARACTER, character.id, changes)

    await studio.engine.removals.delete(who, [source.id])

    assert (await studio.batch(await studio.ask())).style is None


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
async def test_a_strength_that_is_none_is_refused(studio: Studio, strength: float) -> None:
    with pytest.raises(InvalidInputError, match="0 to 1"):
        await studio.ask(style_strength=strength)


async def test_more_than_four_references_are_refused_and_one_named_twice_counts_once(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)

    with pytest.raises(InvalidInputError, match="at most 4"):
        await studio.ask(style_reference_ids=[new_id() for _ in range(5)])
    batch = await studio.batch(await studio.ask(style_reference_ids=[source.id] * 5))
    assert batch.style is not None
    assert len(batch.style.sources) == 1


async def test_a_batch_without_a_reference_is_planned_as_words_only_when_it_has_one(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)

    plain, styled = await studio.ask(), await studio.ask(style_reference_ids=[source.id], style_strength=0.5)

    assert (await studio.batch(plain)).style is None
    style = (await studio.batch(styled)).style
    assert style is not None
    assert (style.use, style.strength) == (ReferenceUse.WORDS, 0.5)
    assert await studio.status(styled) is BatchStatus.QUEUED


async def test_while_comfyui_is_away_the_batch_waits_for_its_picture_to_be_brought(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    studio.comfyui.fail_next("upload_picture", ServiceUnavailableError())

    batch_id = await studio.ask(workflow_id=await copying(studio), style_reference_ids=[source.id])
    assert await studio.status(batch_id) is BatchStatus.QUEUED
    await studio.advance(10)
    await studio.paint()

    assert await studio.status(batch_id) is BatchStatus.READY
    assert list(studio.comfyui.uploads) == [f"{source.content_hash}.png"]
    assert f"wrldbldr/{source.content_hash}.png" in str(studio.comfyui.graphs[-1]), "by the name it goes by there"


async def test_a_picture_that_comfyui_refuses_fails_the_batch_in_its_words(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    studio.comfyui.fail_next("upload_picture", NotComfyUIError("The page does not exist there (404)."))

    batch_id = await studio.ask(workflow_id=await copying(studio), style_reference_ids=[source.id])

    assert "ComfyUI" in await studio.failure_title(batch_id)


async def test_a_batch_of_several_prompts_brings_its_picture_once(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    brought = list[str]()
    upload = studio.comfyui.uploads.__setitem__

    class Counting(dict[str, bytes]):
        def __setitem__(self, name: str, content: bytes) -> None:
            brought.append(name)
            upload(name, content)

    studio.comfyui.uploads = Counting()
    batch_id = await studio.ask(workflow_id=await copying(studio), style_reference_ids=[source.id], count=3)
    for _ in range(3):
        await studio.paint()

    assert len(await studio.pictures(batch_id)) == 3
    assert brought == [f"{source.content_hash}.png"]


async def test_a_batch_without_a_reference_asks_the_database_nothing_more(studio: Studio) -> None:
    await studio.open()
    source = await painted(studio)
    await studio.ask(style_reference_ids=[source.id])  # from here on the workflow is known to run with one, too
    said = list[str]()
    event.listen(studio.engine.database._trips, "before_cursor_execute", lambda *seen: said.append(str(seen[2])))
    await studio.engine.queue.pause(studio.who)

    await studio.ask()
    without = len(said)
    await studio.ask(style_reference_ids=[source.id])

    assert (without, len(said) - without) == (3, 5), said


async def copying(studio: Studio) -> UUID:
    """A workflow that hands on the picture it is given, one at a time."""
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    workflow = await studio.engine.workflows.add(studio.who, "Copying", graph)
    place = StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=NodeInput(node_id="1", input_name="image"))
    await studio.engine.workflows.change(studio.who, workflow.id, WorkflowChanges(style_reference=place))
    return workflow.id


async def delete_for_good(studio: Studio, picture: Asset) -> None:
    """Delete it, and let the time pass in which it could come back."""
    await studio.engine.removals.delete(studio.who, [picture.id])
    async with studio.engine.database.write() as unit:
        [removal_id] = await unit.removals.before(studio.clock.now())
        await unit.removals.forget(removal_id)


async def is_kept_by_sweeping(studio: Studio, picture: Asset) -> bool:
    """Whether what looks for files that nobody needs leaves this one alone."""
    async with studio.engine.database.read() as unit:
        return await unit.stored_files.unused([picture.content_hash]) == []
