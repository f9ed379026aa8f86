"""Creator Mode's list, and whom the tab is in front of."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.add_entity import AddEntity
from wrldbldr.state.creator import Creator
from wrldbldr.state.director import Director
from wrldbldr.state.editor import Editor
from wrldbldr.state.moving import Moving
from wrldbldr.state.place import Place


async def test_the_page_opens_in_front_of_the_first_in_the_list(studio: Studio, secret: str) -> None:
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/create") as tab:
        await tab.send(Creator.enter)

        place = await tab.see(Place)
        assert (place.world_name, place.entity_name) == ("The Lantern Coast", "Elven Archer")
        assert (await tab.see(Creator)).is_browsing
        assert [card.name for card in (await tab.see(Creator)).locations] == ["The Drowned Stair"]


async def test_the_address_may_name_whom_to_show_and_at_which_table(studio: Studio, secret: str) -> None:
    scene = studio.scene
    table = await studio.engine.worlds.create_game_session(studio.who, scene.world.id, "Thursday")
    path = f"/worlds/{scene.world.id}/create?table={table.id}&show={scene.location.id}"
    async with open_tab(secret, path) as tab:
        await tab.send(Creator.enter)

        place = await tab.see(Place)
        assert (place.entity_name, place.table_name) == ("The Drowned Stair", "Thursday")
        assert len(place.tables) == 2
        assert not (await tab.see(Creator)).is_browsing, "on a phone, a link to somebody does not open the list"


async def test_a_world_that_is_not_theirs_is_missing(studio: Studio, engine: Engine) -> None:
    from tests.fakes.studio import OTHER_PASSWORD, other_game_master

    stranger = await other_game_master(engine)
    secret = (await engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/create") as tab:
        await tab.send(Creator.enter)

        assert (await tab.see(Creator)).is_missing
        assert (await tab.see(Place)).world_name == ""


async def test_an_address_that_is_no_id_is_missing(secret: str) -> None:
    async with open_tab(secret, "/worlds/nowhere/create") as tab:
        await tab.send(Creator.enter)

        assert (await tab.see(Creator)).is_missing


async def test_opening_the_page_again_does_not_leave_whoever_is_shown(desk: Tab, studio: Studio) -> None:
    await desk.send(Creator.select(str(studio.scene.location.id)))
    await desk.send(Creator.enter)

    assert (await desk.see(Place)).entity_name == "The Drowned Stair"


async def test_find_narrows_the_list_by_every_word_in_name_and_description(desk: Tab, studio: Studio) -> None:
    await studio.engine.worlds.create_entity(
        studio.who, EntityType.CHARACTER, studio.scene.world.id,
        EntityChanges(name="Pim", description="Pickpocket, aged eleven"),
    )  # fmt: skip
    await desk.send(Creator.refresh)

    await desk.send(Creator.look_for("ELEVEN pim"))

    creator = await desk.see(Creator)
    assert [card.name for card in creator.characters] == ["Pim"]
    assert creator.locations == []


async def test_no_more_is_looked_for_than_a_line(desk: Tab) -> None:
    for state in (Creator, Moving, Director):
        await desk.send(state.look_for("x" * 5000))

        assert len((await desk.see(state)).find) == LINE_LIMIT


async def test_whoever_was_deleted_elsewhere_is_no_longer_shown(desk: Tab, studio: Studio) -> None:
    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)

    await desk.send(Creator.refresh)

    assert (await desk.see(Place)).entity_name == "The Drowned Stair"


async def test_somebody_new_needs_only_a_name_and_is_shown_at_once(desk: Tab) -> None:
    await desk.send(AddEntity.begin("character"))
    await desk.send(AddEntity.add({"name": ""}))
    assert (await desk.see(AddEntity)).error == "The name cannot be empty."

    await desk.send(AddEntity.add({"name": "Maud Emberly"}))

    assert (await desk.see(Place)).entity_name == "Maud Emberly"
    assert (await desk.see(Editor)).name == "Maud Emberly"
    assert not (await desk.see(AddEntity)).is_open


async def test_a_name_that_was_typed_is_there_when_the_dialog_opens_again_until_it_is_used(desk: Tab) -> None:
    await desk.send(AddEntity.begin("character"))
    await desk.send(AddEntity.keep_name("Maud Emberly"))
    await desk.send(AddEntity.toggle(False))
    await desk.send(AddEntity.begin("character"))
    assert (await desk.see(AddEntity)).name == "Maud Emberly"

    await desk.send(AddEntity.add({"name": "Maud Emberly"}))
    await desk.send(AddEntity.keep_name("Maud Emberly"))

    assert (await desk.see(AddEntity)).name == ""


async def test_somebody_is_removed_only_after_the_question(desk: Tab, studio: Studio) -> None:
    await desk.send(AddEntity.ask_to_delete)
    assert (await desk.see(AddEntity)).is_asking
    assert studio.committed("select count(*) from character") == [(1,)]

    await desk.send(AddEntity.delete)

    assert studio.committed("select count(*) from character") == [(0,)]
    assert (await desk.see(Place)).entity_name == "The Drowned Stair"
