"""The shelf of worlds, and making, renaming and removing one."""

import pytest
from reflex.state import UpdateVarsInternalState
from reflex_base.constants.state import FIELD_MARKER

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab, states_of_ours, vars_of
from wrldbldr.engine import Engine
from wrldbldr.state.me import Me, initials_of
from wrldbldr.state.place import Place
from wrldbldr.state.world_form import WorldForm
from wrldbldr.state.worlds import Worlds

UPDATE_VARS = f"{UpdateVarsInternalState.get_full_name()}.update_vars_internal"


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


async def test_the_browser_is_asked_for_the_demo_world_only_at_an_empty_shelf(shelf: Tab, studio: Studio) -> None:
    await shelf.send(Worlds.enter)
    assert shelf.scripts == ""

    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)
    await shelf.send(Worlds.enter)

    assert "wrldbldr_load_demo" in shelf.scripts
    assert "welcome" in shelf.scripts


@pytest.mark.parametrize(("answer", "worlds"), [(True, 2), (False, 1), ("x" * 1000, 1)])
async def test_the_demo_world_asked_for_at_the_first_visit_is_loaded(
    shelf: Tab, answer: bool, worlds: int, engine: Engine, studio: Studio
) -> None:
    await shelf.send(Worlds.welcome(answer))

    assert len(await engine.worlds.summaries(studio.who)) == worlds


async def test_strangers_can_leave_nothing_in_a_tab(nobody: Tab) -> None:
    names = {
        f"{cls.get_full_name()}.{name}{marker}"
        for cls in states_of_ours()
        for name in vars_of(await nobody.see(cls))
        for marker in ("", FIELD_MARKER)
    }
    before = await nobody.everything()

    await nobody.send_raw(UPDATE_VARS, vars=dict.fromkeys(names, "x" * 1000))

    assert await nobody.everything() == before


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


async def test_what_was_typed_for_a_new_world_is_there_when_the_dialog_opens_again(shelf: Tab, studio: Studio) -> None:
    await shelf.send(WorldForm.begin)
    await shelf.send(WorldForm.keep_typed("name", "Ninefold Winter"))
    await shelf.send(WorldForm.toggle(False))
    await shelf.send(WorldForm.rename(str(studio.scene.world.id)))
    await shelf.send(WorldForm.keep_typed("name", "Not saved"))
    await shelf.send(WorldForm.toggle(False))

    await shelf.send(WorldForm.begin)
    assert (await shelf.see(WorldForm)).name == "Ninefold Winter"

    await shelf.send(WorldForm.save({"name": "Ninefold Winter", "motto": ""}))
    await shelf.send(WorldForm.begin)
    assert (await shelf.see(WorldForm)).name == ""


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
