"""Hanging pictures in the gallery of somebody else, and back."""

from typing import Any
from uuid import UUID

import pytest

from tests.fakes.studio import Studio, other_game_master
from tests.services.test_bulk import ids, of
from tests.services.test_removal import painted
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.services.moving import MOVES_KEPT
from wrldbldr.services.worlds import EntityChanges

CHARACTER = EntityType.CHARACTER


async def stranger(studio: Studio, name: str = "Tide Widow") -> Entity:
    """Another character of the world."""
    return await studio.engine.worlds.create_entity(
        studio.who, CHARACTER, studio.scene.world.id, EntityChanges(name=name)
    )


async def move(studio: Studio, entity: Entity, *pictures: Asset, active: bool = False) -> UUID:
    moved = await studio.engine.moving.move(studio.who, ids([*pictures]), CHARACTER, entity.id, active=active)
    assert moved.undo_id is not None
    return moved.undo_id


async def undo(studio: Studio, undo_id: UUID) -> list[UUID]:
    return [asset.id for asset in await studio.engine.moving.undo(studio.who, undo_id)]


async def test_moved_pictures_get_numbers_and_labels_of_their_new_gallery_and_stand_for_nobody(
    painting: Studio,
) -> None:
    first, second, third = await painted(painting, 3)
    widow = await stranger(painting)
    await painting.ask(entity_id=widow.id)
    await painting.paint()
    await painting.engine.gallery.update(painting.who, second.id, label="At the harbour")
    world = painting.listener(painting.topics()["world"])

    await painting.engine.moving.move(painting.who, ids([second, first]), CHARACTER, widow.id)

    hanging = await of(painting, widow)
    assert [(asset.label, asset.number, asset.is_active) for asset in hanging] == [
        ("Tide_Widow_Portrait_001", 1, True),
        ("Tide_Widow_Portrait_002", 2, False),
        ("At the harbour", 3, False),
    ]
    assert [asset.id for asset in hanging][1:] == [first.id, second.id]
    assert ids(await of(painting, painting.scene.character)) == [third.id]
    assert {event.entity_id for event in world.heard if isinstance(event, PicturesChanged)} == {
        widow.id,
        painting.scene.character.id,
    }


async def test_one_can_become_the_active_one_where_it_arrives(painting: Studio) -> None:
    first, second = await painted(painting)
    widow = await stranger(painting)
    await painting.engine.moving.move(painting.who, [first.id], CHARACTER, widow.id)

    await painting.engine.moving.move(painting.who, [second.id], CHARACTER, widow.id, active=True)

    active = await painting.engine.gallery.active(painting.who, painting.scene.world.id)
    assert active == {(widow.id, AssetType.PORTRAIT): second.id}
    with pytest.raises(InvalidInputError, match="Only one picture can be active"):
        await painting.engine.moving.move(painting.who, ids([first, second]), CHARACTER, widow.id, active=True)


async def test_moving_to_where_it_hangs_changes_nothing_but_may_make_it_active(painting: Studio) -> None:
    first, second = await painted(painting)
    character = painting.scene.character

    assert (await painting.engine.moving.move(painting.who, [first.id], CHARACTER, character.id)).pictures == []
    assert (await painting.engine.gallery.find(painting.who, first.id)).is_active
    await painting.engine.moving.move(painting.who, [second.id], CHARACTER, character.id, active=True)

    assert (await painting.engine.gallery.find(painting.who, second.id)).is_active


async def test_what_is_on_the_stage_stays_there_when_it_is_moved(painting: Studio) -> None:
    first, _ = await painted(painting)
    table, widow = painting.scene.game_session.id, await stranger(painting)
    await painting.engine.stage.put(painting.who, table, first.id, Part.HANDOUT)

    await painting.engine.moving.move(painting.who, [first.id], CHARACTER, widow.id)

    [staged] = await painting.engine.stage.pieces(painting.who, table)
    assert (staged.asset.id, staged.entity.id) == (first.id, widow.id)


async def test_a_portrait_does_not_fit_a_place_and_nothing_is_moved_then(painting: Studio) -> None:
    [portrait] = await painted(painting, 1)
    [item] = await painted(painting, 1, asset_type=AssetType.ITEM)
    place = painting.scene.location

    with pytest.raises(InvalidInputError, match="has no portraits: those are of characters"):
        await painting.engine.moving.move(painting.who, ids([item, portrait]), EntityType.LOCATION, place.id)

    assert await of(painting, place) == []
    await painting.engine.moving.move(painting.who, [item.id], EntityType.LOCATION, place.id)
    assert [asset.label for asset in await of(painting, place)] == ["The_Drowned_Stair_Item_001"]


async def test_pictures_do_not_leave_their_world(painting: Studio) -> None:
    [portrait] = await painted(painting, 1)
    elsewhere = await painting.engine.worlds.create(painting.who, "Elsewhere")
    other = await painting.engine.worlds.create_entity(
        painting.who, CHARACTER, elsewhere.id, EntityChanges(name="Another")
    )

    with pytest.raises(NotFoundError):
        await painting.engine.moving.move(painting.who, [portrait.id], CHARACTER, other.id)


async def test_a_move_that_is_undone_leaves_everything_as_it_was(painting: Studio) -> None:
    first, second, third = await painted(painting, 3)
    widow = await stranger(painting)
    await painting.engine.gallery.update(painting.who, second.id, label="At the harbour")
    before = painting.dump()
    undo_id = await move(painting, widow, first, second)
    assert ids(await of(painting, painting.scene.character)) == [third.id]
    world = painting.listener(painting.topics()["world"])

    assert set(await undo(painting, undo_id)) == {first.id, second.id}

    assert painting.dump() == before, "numbers, labels and which is active, too"
    assert {event.entity_id for event in world.heard if isinstance(event, PicturesChanged)} == {
        widow.id,
        painting.scene.character.id,
    }


async def test_the_picture_in_whose_place_one_became_active_is_active_again(painting: Studio) -> None:
    [own] = await painted(painting, 1)
    widow = await stranger(painting)
    await painting.ask(entity_id=widow.id)
    await painting.paint()
    before = painting.dump()

    await undo(painting, await move(painting, widow, own, active=True))

    assert painting.dump() == before


async def test_what_took_its_place_meanwhile_stays(painting: Studio) -> None:
    first, second = await painted(painting)
    widow = await stranger(painting)
    undo_id = await move(painting, widow, first, second)
    await painting.engine.gallery.update(painting.who, first.id, label="The lantern")
    [newer] = await painted(painting, 1)

    await undo(painting, undo_id)

    assert [
        (asset.id, asset.number, asset.label, asset.is_active) for asset in await of(painting, painting.scene.character)
    ] == [
        (newer.id, 1, "Elven_Archer_Portrait_001", True),
        (second.id, 2, "Elven_Archer_Portrait_002", False),
        (first.id, 3, "The lantern", False),
    ]


async def test_the_next_number_is_looked_up_once_however_many_lost_theirs(
    painting: Studio, statements: list[tuple[str, Any]]
) -> None:
    pictures = await painted(painting, 3)
    undo_id = await move(painting, await stranger(painting), *pictures)
    await painted(painting, 3)
    statements.clear()

    await undo(painting, undo_id)

    assert len([statement for statement, _ in statements if "max(asset.number)" in statement]) == 1
    hanging = await of(painting, painting.scene.character)
    assert sorted((asset.number, asset.label[-3:]) for asset in hanging) == [(n, f"00{n}") for n in range(1, 7)]


async def test_what_hangs_elsewhere_by_now_or_is_gone_stays_away(painting: Studio) -> None:
    first, second, third = await painted(painting, 3)
    widow, other = await stranger(painting), await stranger(painting, "Berta")
    undo_id = await move(painting, widow, first, second, third)
    await move(painting, other, second)
    await painting.engine.removals.delete(painting.who, [third.id])

    assert await undo(painting, undo_id) == [first.id]

    assert ids(await of(painting, other)) == [second.id]
    with pytest.raises(NotFoundError, match="undone already"):
        await undo(painting, undo_id)


async def test_a_move_can_be_undone_by_whoever_made_it_and_for_ten_minutes(painting: Studio) -> None:
    [picture] = await painted(painting, 1)
    widow = await stranger(painting)
    undo_id = await move(painting, widow, picture)
    with pytest.raises(NotFoundError):
        await painting.engine.moving.undo(await other_game_master(painting.engine), undo_id)

    await painting.advance(UNDO_TIME.total_seconds())

    with pytest.raises(NotFoundError):
        await undo(painting, undo_id)
    assert ids(await of(painting, widow)) == [picture.id]


async def test_of_the_moves_of_an_account_only_those_it_made_last_can_be_undone(painting: Studio) -> None:
    [picture] = await painted(painting, 1)
    widow = await stranger(painting)
    oldest, *_ = [
        await move(painting, (widow, painting.scene.character)[turn % 2], picture) for turn in range(MOVES_KEPT + 1)
    ]

    with pytest.raises(NotFoundError):
        await undo(painting, oldest)
