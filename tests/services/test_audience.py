"""What players may know: those who are visible, the pictures chosen for them, and that something is being painted."""

from uuid import uuid4

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.services.bulletin import NOT_TOLD, Subject
from wrldbldr.services.worlds import EntityChanges


@pytest.fixture
async def player(engine: Engine, studio: Studio) -> SeatedPlayer:
    return (await engine.players.join(studio.scene.game_session.join_code, "Bram")).who


async def reveal(engine: Engine, who: Principal, studio: Studio, *, visible: bool = True) -> None:
    changes = EntityChanges(visible_to_players=visible)
    await engine.worlds.update_entity(who, EntityType.CHARACTER, studio.scene.character.id, changes)


async def test_who_is_not_visible_to_players_has_no_name_no_picture_and_no_subject(
    painting: Studio, player: SeatedPlayer
) -> None:
    engine = painting.engine
    ready = await painting.ask()
    await painting.paint()
    [asset, *_] = await painting.pictures(ready)
    open_batch = await painting.ask()

    table = await engine.audience.table(player)

    assert table.shown == []
    assert [(bulletin.batch_id, bulletin.subject) for bulletin in table.painting] == [(open_batch, None)]
    with pytest.raises(NotFoundError):
        await engine.audience.picture(player, asset.id)


async def test_who_is_visible_is_there_with_the_pictures_chosen_for_them_and_no_others(
    painting: Studio, player: SeatedPlayer, who: Principal
) -> None:
    engine = painting.engine
    await reveal(engine, who, painting)
    batch_id = await painting.ask(count=2)
    await painting.paint(2)
    first, second = await painting.pictures(batch_id)
    await engine.gallery.activate(who, second.id)
    open_batch = await painting.ask()

    table = await engine.audience.table(player)

    [shown] = table.shown
    assert shown.entity.name == painting.scene.character.name
    assert set(shown.pictures.values()) == {second.id}
    assert (await engine.audience.picture(player, second.id)).content_hash == second.content_hash
    with pytest.raises(NotFoundError):
        await engine.audience.picture(player, first.id)
    [bulletin] = table.painting
    assert bulletin.batch_id == open_batch
    assert bulletin.subject == Subject(EntityType.CHARACTER, painting.scene.character.id, AssetType.PORTRAIT)


async def test_what_is_taken_back_is_gone_at_the_next_look(
    painting: Studio, player: SeatedPlayer, who: Principal
) -> None:
    engine = painting.engine
    await reveal(engine, who, painting)
    batch_id = await painting.ask()
    await painting.paint()
    [asset, *_] = await painting.pictures(batch_id)
    await engine.gallery.activate(who, asset.id)

    await reveal(engine, who, painting, visible=False)

    assert (await engine.audience.table(player)).shown == []
    with pytest.raises(NotFoundError):
        await engine.audience.picture(player, asset.id)


async def test_a_player_learns_that_a_batch_failed_and_nothing_of_why(painting: Studio, player: SeatedPlayer) -> None:
    batch_id = await painting.ask()
    painting.comfyui.start()
    painting.comfyui.fail()
    await painting.rest()
    assert await painting.status(batch_id) is BatchStatus.FAILED

    [bulletin] = (await painting.engine.audience.unfinished(player)).bulletins

    assert (bulletin.batch_id, bulletin.failure, bulletin.subject) == (batch_id, NOT_TOLD, None)


async def test_a_player_knows_nothing_of_another_table_in_the_same_world(
    painting: Studio, who: Principal, player: SeatedPlayer
) -> None:
    engine = painting.engine
    other = await engine.worlds.create_game_session(who, painting.scene.world.id, "Another table")
    elsewhere = (await engine.players.join(other.join_code, "Cora")).who
    batch_id = await painting.ask()

    assert (await engine.audience.unfinished(elsewhere)).bulletins == []
    assert (await engine.audience.table(elsewhere)).painting == []
    for asked in (batch_id, uuid4()):
        with pytest.raises(NotFoundError):
            await engine.audience.bulletin(elsewhere, asked)
    assert (await engine.audience.bulletin(player, batch_id)).batch_id == batch_id


async def test_when_the_world_is_deleted_there_is_no_table_any_more(
    engine: Engine, studio: Studio, who: Principal, player: SeatedPlayer
) -> None:
    await engine.worlds.delete(who, studio.scene.world.id)

    for asked in (engine.audience.table(player), engine.audience.unfinished(player)):
        with pytest.raises(NotFoundError):
            await asked
