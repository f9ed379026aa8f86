"""The shelf of worlds, and making, renaming and removing one."""

import pytest

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.engine import Engine
from wrldbldr.state.me import Me, initials_of
from wrldbldr.state.place import Place
from wrldbldr.state.world_form import WorldForm
from wrldbldr.state.worlds import Worlds


async def test_the_shelf_shows_the_worlds_of_whoever_is_signed_in(shelf: Tab) -> None:
    await shelf.send(Worlds.enter)

    (card,) = (await shelf.see(Worlds)).cards
    assert (card.name, card.character_count, card.location_count) == ("The Lantern Coast", 1, 1)
    assert (await shelf.see(Me)).name == "Aldwin"


async def test_the_shelf_shows_one_fresh_picture_of_each_subject(shelf: Tab, studio: Studio) -> None:
    for _ in range(2):
        batch = await studio.ask(count=2)
        await begin(studio.engine, batch)
        await finish(studio.engine, batch)

    await shelf.send(Worlds.enter)

    (picture,) = (await shelf.see(Worlds)).fresh
    assert picture.href == f"/worlds/{studio.scene.world.id}/create?show={studio.scene.character.id}"
    assert (await shelf.see(Worlds)).cards[0].cover.startswith("/api/assets/")


async def test_reading_the_shelf_again_sends_nothing_that_did_not_change(shelf: Tab) -> None:
    await shelf.send(Worlds.enter)
    shelf.forget()

    await shelf.send(Worlds.refresh)

    assert shelf.delta == {}


async def test_leaving_for_the_shelf_the_tab_is_in_no_world_any_more(desk: Tab) -> None:
    await desk.send(Worlds.enter)

    assert (await desk.see(Place)).world == ""


async def test_the_demo_world_asked_for_at_the_first_visit_is_loaded_once(shelf: Tab, engine: Engine) -> None:
    async with shelf.writing(Worlds) as worlds:
        worlds.wants_demo = "yes"

    await shelf.send(Worlds.enter)

    assert "add_demo" in shelf.scripts  # by way of the browser, so that leaving the page does not stop it
    shelf.forget()
    await shelf.send(Worlds.enter)
    assert "add_demo" not in shelf.scripts


async def test_the_demo_world_joins_the_shelf_and_says_so(shelf: Tab) -> None:
    await shelf.send(Worlds.add_demo)

    assert {card.character_count for card in (await shelf.see(Worlds)).cards} == {9, 1}
    assert "The Lantern Coast is on your shelf" in shelf.scripts
    assert not (await shelf.see(Worlds)).is_adding_demo


async def test_a_new_world_is_opened_at_once(shelf: Tab, engine: Engine, studio: Studio) -> None:
    await shelf.send(WorldForm.begin)
    await shelf.send(WorldForm.save({"name": "Ninefold Winter", "motto": "A royal road."}))

    (made,) = [each.world for each in await engine.worlds.summaries(studio.who) if each.world.name == "Ninefold Winter"]
    assert made.motto == "A royal road."
    assert shelf.redirects == [f"/worlds/{made.id}/create"]


async def test_a_world_without_a_name_is_refused_in_the_form(shelf: Tab) -> None:
    await shelf.send(WorldForm.begin)
    await shelf.send(WorldForm.save({"name": "  ", "motto": ""}))

    form = await shelf.see(WorldForm)
    assert (form.is_open, form.error_field, form.error) == (True, "name", "The name cannot be empty.")


async def test_a_world_is_renamed_where_it_stands(shelf: Tab, studio: Studio) -> None:
    await shelf.send(WorldForm.rename(str(studio.scene.world.id)))
    assert (await shelf.see(WorldForm)).name == "The Lantern Coast"

    await shelf.send(WorldForm.save({"name": "The Lantern Shore", "motto": ""}))

    assert (await shelf.see(Worlds)).cards[0].name == "The Lantern Shore"


async def test_a_world_is_removed_only_after_the_question(shelf: Tab, studio: Studio) -> None:
    await shelf.send(WorldForm.ask_to_delete(str(studio.scene.world.id)))
    assert (await shelf.see(WorldForm)).doomed_name == "The Lantern Coast"
    await shelf.send(WorldForm.keep(False))
    assert studio.committed("select name from world") == [("The Lantern Coast",)]

    await shelf.send(WorldForm.ask_to_delete(str(studio.scene.world.id)))
    await shelf.send(WorldForm.delete)

    assert studio.committed("select name from world") == []
    assert (await shelf.see(Worlds)).cards == []


async def test_somebody_elses_world_cannot_be_removed(studio: Studio, engine: Engine) -> None:
    from tests.fakes.studio import OTHER_PASSWORD, other_game_master

    stranger = await other_game_master(engine)
    secret = (await engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret
    async with open_tab(secret) as tab:
        await tab.send(WorldForm.ask_to_delete(str(studio.scene.world.id)))
        await tab.send(WorldForm.delete)

    assert studio.committed("select name from world") == [("The Lantern Coast",)]


@pytest.mark.parametrize(
    ("name", "initials"), [("Ruth Marlowe", "RM"), ("aldwin", "A"), ("Ursula Kroeber Le Guin", "UG"), ("", "")]
)
def test_initials_are_the_first_letters_of_the_first_and_the_last_name(name: str, initials: str) -> None:
    assert initials_of(name) == initials
