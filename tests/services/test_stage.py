"""The stage: what a game master puts before players is what they see, remembered, and nothing else."""

from uuid import UUID, uuid4

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import StageChanged
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.domain.stage import FIGURES, Part, StageFullError
from wrldbldr.domain.world import EntityType
from wrldbldr.services.stage import StageService
from wrldbldr.services.worlds import EntityChanges


@pytest.fixture
def boards(painting: Studio) -> StageService:
    return painting.engine.stage


@pytest.fixture
def table(painting: Studio) -> UUID:
    return painting.scene.game_session.id


async def join(studio: Studio, name: str) -> SeatedPlayer:
    return (await studio.engine.players.join(studio.scene.game_session.join_code, name)).who


@pytest.fixture
async def bram(painting: Studio) -> SeatedPlayer:
    return await join(painting, "Bram")


@pytest.fixture
async def cora(painting: Studio) -> SeatedPlayer:
    return await join(painting, "Cora")


async def painted(studio: Studio, asset_type: AssetType = AssetType.PORTRAIT, entity_id: UUID | None = None) -> Asset:
    """One picture more, of the character or the location of the scene unless somebody else is named."""
    is_place = asset_type is AssetType.BACKDROP
    batch_id = await studio.ask(
        asset_type=asset_type,
        entity_type=EntityType.LOCATION if is_place else EntityType.CHARACTER,
        entity_id=entity_id or (studio.scene.location if is_place else studio.scene.character).id,
    )
    await studio.paint()
    [asset] = await studio.pictures(batch_id)
    return asset


async def show_to_players(studio: Studio, *, visible: bool = True) -> None:
    changes = EntityChanges(visible_to_players=visible)
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)


async def seen(studio: Studio, player: SeatedPlayer) -> list[tuple[Part, UUID]]:
    return [(one.part, one.asset_id) for one in await studio.engine.audience.stage(player)]


async def opens(studio: Studio, player: SeatedPlayer, asset: Asset) -> bool:
    """Whether the picture itself is given to a player."""
    try:
        return (await studio.engine.audience.picture(player, asset.id)).content_hash == asset.content_hash
    except NotFoundError:
        return False


async def test_whoever_stands_on_the_stage_is_seen_though_nobody_may_know_their_name(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    asset = await painted(painting)
    assert not await opens(painting, bram, asset)

    await boards.put(who, table, asset.id, Part.FIGURE)

    [one] = await painting.engine.audience.stage(bram)
    assert (one.part, one.asset_id, one.name) == (Part.FIGURE, asset.id, "")
    assert await opens(painting, bram, asset)
    assert painting.scene.character.name not in (await painting.engine.audience.picture(bram, asset.id)).name
    assert (await painting.engine.audience.table(bram)).shown == []


async def test_they_have_a_name_as_soon_as_they_are_visible_to_players(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    await boards.put(who, table, (await painted(painting)).id, Part.FIGURE)

    await show_to_players(painting)

    [one] = await painting.engine.audience.stage(bram)
    assert one.name == painting.scene.character.name


async def test_what_is_taken_back_is_gone_for_good(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    asset = await painted(painting)
    piece = await boards.put(who, table, asset.id, Part.FIGURE)

    await boards.take_back(who, table, piece.id)

    assert await seen(painting, bram) == []
    assert not await opens(painting, bram, asset)
    with pytest.raises(NotFoundError):
        await boards.take_back(who, table, piece.id)


async def test_a_handout_for_some_is_nothing_to_the_others(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer, cora: SeatedPlayer
) -> None:
    asset = await painted(painting, AssetType.ITEM)

    await boards.put(who, table, asset.id, Part.HANDOUT, [bram.player_id])

    assert await seen(painting, bram) == [(Part.HANDOUT, asset.id)]
    assert await seen(painting, cora) == []
    assert (await opens(painting, bram, asset), await opens(painting, cora, asset)) == (True, False)
    [staged] = await boards.pieces(who, table)
    assert (staged.piece.is_for_all, staged.player_ids) == (False, [bram.player_id])


async def test_revealed_again_a_handout_is_shown_to_those_named_now(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer, cora: SeatedPlayer
) -> None:
    asset = await painted(painting, AssetType.ITEM)
    first = await boards.put(who, table, asset.id, Part.HANDOUT, [bram.player_id])

    again = await boards.put(who, table, asset.id, Part.HANDOUT, [cora.player_id])
    assert (await seen(painting, bram), len(await seen(painting, cora))) == ([], 1)
    await boards.put(who, table, asset.id, Part.HANDOUT)

    assert first.id == again.id
    assert [len(await seen(painting, player)) for player in (bram, cora, await join(painting, "Dara"))] == [1, 1, 1]


async def test_a_handout_to_whoever_left_is_nobodys_and_not_their_heirs(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    await boards.put(who, table, (await painted(painting)).id, Part.HANDOUT, [bram.player_id])
    await painting.engine.players.leave(bram)

    heir = await join(painting, "Bram")

    assert await seen(painting, heir) == []
    [staged] = await boards.pieces(who, table)
    assert staged.player_ids == []


async def test_a_backdrop_takes_the_place_of_the_one_before_and_stands_first(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    figure = await painted(painting)
    first, second = await painted(painting, AssetType.BACKDROP), await painted(painting, AssetType.BACKDROP)
    await boards.put(who, table, figure.id, Part.FIGURE)
    await boards.put(who, table, first.id, Part.BACKDROP)

    await boards.put(who, table, second.id, Part.BACKDROP)

    assert await seen(painting, bram) == [(Part.BACKDROP, second.id), (Part.FIGURE, figure.id)]
    assert not await opens(painting, bram, first)


async def test_nobody_stands_on_the_stage_twice_and_their_new_picture_stands_where_the_old_one_did(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    other = await painting.engine.worlds.create_entity(
        who, EntityType.CHARACTER, painting.scene.world.id, EntityChanges(name="Sefa Thornwick")
    )
    portrait, others = await painted(painting), await painted(painting, entity_id=other.id)
    sprite = await painted(painting, AssetType.SPRITE)
    for asset in (portrait, others, sprite):
        await boards.put(who, table, asset.id, Part.FIGURE)

    assert [asset_id for _, asset_id in await seen(painting, bram)] == [sprite.id, others.id]


async def test_figures_stand_in_the_order_they_are_given(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    pieces = []
    for name in ("Ada", "Bo", "Cy"):
        changes = EntityChanges(name=name)
        entity = await painting.engine.worlds.create_entity(who, EntityType.CHARACTER, painting.scene.world.id, changes)
        asset = await painted(painting, entity_id=entity.id)
        pieces.append(await boards.put(who, table, asset.id, Part.FIGURE))
    a, b, c = pieces

    await boards.arrange(who, table, [c.id, a.id])

    assert [one.piece_id for one in await painting.engine.audience.stage(bram)] == [c.id, a.id, b.id]
    with pytest.raises(NotFoundError):
        await boards.arrange(who, table, [uuid4()])


async def test_who_is_brought_on_has_the_active_sprite_else_the_active_portrait_else_a_reason(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    async def bring_on() -> None:
        await boards.bring_on(who, table, EntityType.CHARACTER, painting.scene.character.id)

    with pytest.raises(InvalidInputError, match="no picture of Elven Archer"):
        await bring_on()
    portrait = await painted(painting)
    await bring_on()
    assert await seen(painting, bram) == [(Part.FIGURE, portrait.id)]
    sprite = await painted(painting, AssetType.SPRITE)

    await bring_on()

    assert await seen(painting, bram) == [(Part.FIGURE, sprite.id)]


async def test_a_location_is_brought_on_with_its_backdrop(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    asset = await painted(painting, AssetType.BACKDROP)

    await boards.bring_on(who, table, EntityType.LOCATION, painting.scene.location.id)

    assert await seen(painting, bram) == [(Part.BACKDROP, asset.id)]


async def test_everything_is_remembered_for_each_table_by_itself_until_it_is_cleared(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    other = await painting.engine.worlds.create_game_session(who, painting.scene.world.id, "Another table")
    elsewhere = (await painting.engine.players.join(other.join_code, "Dara")).who
    await boards.put(who, table, (await painted(painting)).id, Part.FIGURE)
    await boards.put(who, table, (await painted(painting, AssetType.BACKDROP)).id, Part.BACKDROP)
    await boards.put(who, other.id, (await painted(painting, AssetType.ITEM)).id, Part.HANDOUT)
    assert (len(await seen(painting, bram)), len(await seen(painting, elsewhere))) == (2, 1)
    await painting.restart()
    assert len(await painting.engine.audience.stage(bram)) == 2

    await boards.clear(who, table)

    assert (await seen(painting, bram), len(await seen(painting, elsewhere))) == ([], 1)


async def test_a_picture_that_is_deleted_leaves_the_stage_and_so_does_a_character(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    item, portrait = await painted(painting, AssetType.ITEM), await painted(painting)
    await boards.put(who, table, item.id, Part.HANDOUT)
    await boards.put(who, table, portrait.id, Part.FIGURE)

    await painting.engine.removals.delete(who, [item.id])
    assert await seen(painting, bram) == [(Part.FIGURE, portrait.id)]
    await painting.engine.worlds.delete_entity(who, EntityType.CHARACTER, painting.scene.character.id)

    assert await seen(painting, bram) == []
    assert painting.committed("select count(*) from stagepiece") == [(0,)]


async def test_everybody_at_the_table_hears_that_something_changed_and_nothing_of_what(
    painting: Studio, boards: StageService, table: UUID, who: Principal
) -> None:
    asset = await painted(painting)
    listener = painting.table()

    piece = await boards.put(who, table, asset.id, Part.FIGURE)
    await boards.arrange(who, table, [piece.id])
    await boards.take_back(who, table, piece.id)
    await boards.clear(who, table)

    assert listener.heard == [StageChanged(table)] * 4


@pytest.mark.parametrize(
    ("asset_type", "part"),
    [(AssetType.ITEM, Part.FIGURE), (AssetType.PORTRAIT, Part.BACKDROP), (AssetType.BACKDROP, Part.FIGURE)],
)
async def test_a_picture_that_does_not_fit_its_part_is_refused(
    painting: Studio, boards: StageService, table: UUID, who: Principal, asset_type: AssetType, part: Part
) -> None:
    asset = await painted(painting, asset_type)

    with pytest.raises(InvalidInputError, match="handouts"):
        await boards.put(who, table, asset.id, part)


async def test_a_picture_of_another_world_does_not_come_on_this_stage(
    painting: Studio, boards: StageService, who: Principal
) -> None:
    asset = await painted(painting)
    other = await painting.engine.worlds.create(who, "Another world")
    [there] = await painting.engine.worlds.game_sessions(who, other.id)

    with pytest.raises(NotFoundError, match="no such picture"):
        await boards.put(who, there.id, asset.id, Part.HANDOUT)


async def test_only_a_handout_is_for_some_and_they_sit_at_this_table(
    painting: Studio, boards: StageService, table: UUID, who: Principal, bram: SeatedPlayer
) -> None:
    asset = await painted(painting)

    with pytest.raises(InvalidInputError, match="Everybody sees the stage"):
        await boards.put(who, table, asset.id, Part.FIGURE, [bram.player_id])
    with pytest.raises(InvalidInputError, match="at least one player"):
        await boards.put(who, table, asset.id, Part.HANDOUT, [])
    with pytest.raises(NotFoundError, match="no such player"):
        await boards.put(who, table, asset.id, Part.HANDOUT, [bram.player_id, uuid4()])


async def test_the_stage_holds_so_many_and_says_so(
    painting: Studio, boards: StageService, table: UUID, who: Principal
) -> None:
    for number in range(FIGURES):
        changes = EntityChanges(name=f"Guard {number}")
        entity = await painting.engine.worlds.create_entity(who, EntityType.CHARACTER, painting.scene.world.id, changes)
        await boards.put(who, table, (await painted(painting, entity_id=entity.id)).id, Part.FIGURE)

    with pytest.raises(StageFullError, match="room for 8"):
        await boards.put(who, table, (await painted(painting)).id, Part.FIGURE)
