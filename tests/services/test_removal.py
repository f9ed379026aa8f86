"""Deleting pictures: gone at once from everything, back as they were when it was not meant, and gone for good later."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import PicturesChanged, ShelfChanged, StageChanged
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.services.access import TOGETHER_LIMIT
from wrldbldr.services.removal import keep_purging
from wrldbldr.services.worlds import EntityChanges


async def painted(studio: Studio, count: int = 2, **changes: object) -> list[Asset]:
    batch_id = await studio.ask(count=count, **changes)
    await studio.paint(pictures=count)
    return await studio.pictures(batch_id)


async def delete(studio: Studio, *pictures: Asset) -> UUID:
    return await studio.engine.removals.delete(studio.who, [picture.id for picture in pictures])


async def undo(studio: Studio, removal_id: UUID) -> Sequence[Asset]:
    return await studio.engine.removals.undo(studio.who, removal_id)


def stored(studio: Studio) -> list[str]:
    """All rows but those about deletions, and those by which words are found."""
    return sorted(line for line in studio.dump() if '"remov' not in line and '"picture' not in line)


async def used_everywhere(studio: Studio) -> list[Asset]:
    """Two portraits: the first is used in every way there is."""
    who, scene, engine = studio.who, studio.scene, studio.engine
    first, second = await painted(studio)
    await painted(studio, 1, style_reference_ids=[first.id])
    bram = (await engine.players.join(scene.game_session.join_code, "Bram")).who
    await engine.stage.put(who, scene.game_session.id, first.id, Part.FIGURE)
    await engine.stage.put(who, scene.game_session.id, first.id, Part.HANDOUT, [bram.player_id])
    changes = EntityChanges(style_reference_id=first.id, visible_to_players=True)
    await engine.worlds.update_entity(who, EntityType.CHARACTER, scene.character.id, changes)
    await engine.gallery.update(who, first.id, starred=True, label="The one", tags=["lamp light"], rating=4)
    return [first, second]


async def test_a_deletion_that_is_undone_leaves_every_row_as_it_was(painting: Studio) -> None:
    pictures = [*await used_everywhere(painting), *await painted(painting, 1)]
    before, files = stored(painting), painting.stored_files()

    for chosen in (pictures[:1], pictures[1:], pictures):
        back = await undo(painting, await delete(painting, *chosen))
        assert {asset.id for asset in back} == {picture.id for picture in chosen}

    assert (stored(painting), painting.stored_files()) == (before, files)
    assert painting.committed("select count(*) from removedfile") == [(0,)]


async def test_what_came_back_is_found_by_its_words_where_it_was(painting: Studio) -> None:
    await used_everywhere(painting)
    older = await painted(painting, 1)
    await painting.advance(60)
    await painted(painting, 1)
    words = PictureQuery(text="keeper")
    before = await painting.engine.gallery.page(painting.who, painting.scene.world.id, words)

    await undo(painting, await delete(painting, *older))

    after = await painting.engine.gallery.page(painting.who, painting.scene.world.id, words)
    assert [asset.id for asset in after] == [asset.id for asset in before]
    assert len(after) == 5


async def test_what_was_on_a_stage_that_was_cleared_meanwhile_is_not_put_before_players_again(painting: Studio) -> None:
    first, _ = await used_everywhere(painting)
    who, table, engine = painting.who, painting.scene.game_session.id, painting.engine
    removal_id = await delete(painting, first)

    await engine.stage.clear(who, table)
    [back] = await undo(painting, removal_id)

    assert back.id == first.id
    assert await engine.stage.pieces(who, table) == []


async def test_what_is_deleted_is_gone_everywhere_at_once(painting: Studio) -> None:
    first, second = await used_everywhere(painting)
    who, scene, engine = painting.who, painting.scene, painting.engine
    bram = (await engine.players.join(scene.game_session.join_code, "Cora")).who

    await delete(painting, first)

    with pytest.raises(NotFoundError):
        await engine.gallery.find(who, first.id)
    with pytest.raises(NotFoundError):
        await engine.audience.picture(bram, first.id, 64)
    assert first.id not in {asset.id for asset in await engine.gallery.page(who, scene.world.id)}
    assert await engine.gallery.active(who, scene.world.id) == {}
    assert await engine.stage.pieces(who, scene.game_session.id) == []
    assert (await engine.worlds.find_entity(who, EntityType.CHARACTER, scene.character.id)).style_reference_id is None
    assert [fresh.id for fresh in await engine.gallery.fresh(who, 9)] != [first.id]
    assert (await engine.archive.size(who, scene.world.id)).picture_count == 2
    with pytest.raises(NotFoundError):
        await painting.ask(style_reference_ids=[first.id])
    assert (await engine.gallery.find(who, second.id)).id == second.id


async def test_a_picture_that_became_active_meanwhile_stays_it(painting: Studio) -> None:
    first, second = await painted(painting)
    removal_id = await delete(painting, first)
    await painting.engine.gallery.activate(painting.who, second.id)

    [back] = await undo(painting, removal_id)

    assert not back.is_active
    active = await painting.engine.gallery.active(painting.who, painting.scene.world.id)
    assert active == {(painting.scene.character.id, AssetType.PORTRAIT): second.id}


async def test_what_took_its_place_on_the_stage_or_as_style_meanwhile_stays(painting: Studio) -> None:
    first, second = await used_everywhere(painting)
    who, scene, engine = painting.who, painting.scene, painting.engine
    removal_id = await delete(painting, first)
    await engine.stage.put(who, scene.game_session.id, second.id, Part.FIGURE)
    changes = EntityChanges(style_reference_id=second.id)
    await engine.worlds.update_entity(who, EntityType.CHARACTER, scene.character.id, changes)

    await undo(painting, removal_id)

    staged = await engine.stage.pieces(who, scene.game_session.id)
    assert [(one.piece.part, one.asset.id) for one in staged] == [(Part.FIGURE, second.id), (Part.HANDOUT, first.id)]
    entity = await engine.worlds.find_entity(who, EntityType.CHARACTER, scene.character.id)
    assert entity.style_reference_id == second.id


async def test_a_handout_comes_back_for_those_who_still_sit_there(painting: Studio) -> None:
    first, _ = await used_everywhere(painting)
    removal_id = await delete(painting, first)
    async with painting.engine.database.write() as unit:
        [player] = await unit.players.seated(painting.scene.game_session.id, painting.clock.now())
        await unit.players.remove(player)

    await undo(painting, removal_id)

    assert painting.committed("select count(*) from stagepiece") == [(2,)]
    assert painting.committed("select count(*) from stagesight") == [(0,)]


async def test_pictures_of_somebody_who_was_deleted_meanwhile_do_not_come_back(painting: Studio) -> None:
    first, _ = await painted(painting)
    removal_id = await delete(painting, first)
    await painting.engine.worlds.delete_entity(painting.who, EntityType.CHARACTER, painting.scene.character.id)

    with pytest.raises(NotFoundError):
        await undo(painting, removal_id)

    assert painting.committed("select count(*) from asset") == [(0,)]


async def test_a_picture_whose_batch_or_source_is_gone_comes_back_without_it(painting: Studio) -> None:
    source, _ = await painted(painting)
    [heir] = await painted(painting, 1, style_reference_ids=[source.id])
    removal_id = await delete(painting, heir)
    await delete(painting, source)

    await undo(painting, removal_id)

    ancestors = (await painting.engine.gallery.ancestors([heir]))[heir.id]
    assert [(one.source_id, one.label) for one in ancestors] == [(None, source.label)]


async def test_many_heirs_have_their_source_back_with_as_few_statements_as_two(
    painting: Studio, statements: list[tuple[str, Any]]
) -> None:
    few, many = await painted(painting)
    await painted(painting, 2, style_reference_ids=[few.id])
    await painted(painting, 5, style_reference_ids=[many.id])
    before, sent = stored(painting), list[int]()

    for source in (few, many):
        removal_id = await delete(painting, source)
        statements.clear()
        await undo(painting, removal_id)
        sent.append(len(statements))

    assert stored(painting) == before
    assert sent[0] == sent[1], statements


async def test_undoing_twice_or_too_late_is_refused(painting: Studio) -> None:
    first, second = await painted(painting)
    removal_id = await delete(painting, first)
    await undo(painting, removal_id)
    late = await delete(painting, second)
    await painting.advance(UNDO_TIME.total_seconds())

    for each in (removal_id, late):
        with pytest.raises(NotFoundError, match="is final"):
            await undo(painting, each)


async def test_rows_and_files_go_for_good_after_ten_minutes_and_no_sooner(painting: Studio) -> None:
    first, second = await painted(painting)
    await delete(painting, first)
    painting._nursery.start(keep_purging(painting.engine.removals, painting.clock), name="purge")
    await painting.advance(UNDO_TIME.total_seconds() - 1)
    assert first.content_hash in painting.stored_files()

    await painting.advance(61)

    assert first.content_hash not in painting.stored_files()
    assert second.content_hash in painting.stored_files()
    assert painting.committed("select count(*) from removal") == [(0,)]


async def test_what_the_last_process_left_is_purged_at_the_start_and_a_twin_keeps_its_file(painting: Studio) -> None:
    first, second = await painted(painting)
    async with painting.engine.database.write() as unit:
        twin = Asset(**(first.model_dump() | {"id": new_id(), "batch_id": None, "is_active": False}))
        await unit.assets.add_all([twin])
    await delete(painting, first, second)
    await painting.advance(UNDO_TIME.total_seconds())

    assert await painting.engine.removals.purge() == 1

    assert first.content_hash in painting.stored_files()
    assert second.content_hash not in painting.stored_files()


async def test_the_question_says_in_words_what_uses_the_picture(painting: Studio) -> None:
    first, second = await used_everywhere(painting)
    await painting.engine.queue.pause(painting.who)
    await painting.ask(style_reference_ids=[first.id])

    uses = await painting.engine.removals.uses(painting.who, [first.id])

    assert uses.sentences == [
        "It stands for Elven Archer now.",
        "It is on the stage of The first table: players see it no more.",
        "It is the style reference of Elven Archer.",
        "1 waiting batch will still take the style of it.",
        "1 picture took the style of it, and will stay.",
    ]
    both = await painting.engine.removals.uses(painting.who, [first.id, second.id])
    assert both.sentences[0] == "They stand for Elven Archer now."
    assert (await painting.engine.removals.uses(painting.who, [second.id])).sentences == []


async def test_every_screen_hears_of_it_and_of_the_way_back_once_for_each_entity(painting: Studio) -> None:
    first, second = await used_everywhere(painting)
    topics, scene = painting.topics(), painting.scene
    world, table, account = (painting.listener(topics[name]) for name in ("world", "table", "account"))

    await undo(painting, await delete(painting, first, second))

    assert world.heard == [PicturesChanged(scene.world.id, scene.character.id)] * 2
    assert table.heard == [StageChanged(scene.game_session.id)] * 2
    assert account.heard == [ShelfChanged(scene.world.id)] * 2


async def test_all_of_them_go_or_none(painting: Studio) -> None:
    first, _ = await painted(painting)

    with pytest.raises(NotFoundError):
        await painting.engine.removals.delete(painting.who, [first.id, new_id()])

    assert painting.committed("select count(*) from asset") == [(2,)]


@pytest.mark.parametrize("ids", [[], [new_id() for _ in range(TOGETHER_LIMIT + 1)]], ids=["none", "too many"])
async def test_how_many_at_once_is_bounded(painting: Studio, ids: list[UUID]) -> None:
    with pytest.raises(InvalidInputError, match="1 to 500"):
        await painting.engine.removals.delete(painting.who, ids)
