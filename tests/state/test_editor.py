"""The form loses nothing that was typed, and overwrites nobody."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.text import DESCRIPTION_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.editor import Editor
from wrldbldr.state.place import Place


def stored(studio: Studio, field: str) -> str:
    return str(studio.committed(f"select {field} from character")[0][0])  # noqa: S608


async def type_into(desk: Tab, studio: Studio, field: str, value: str) -> None:
    await desk.send(Editor.save("character", str(studio.scene.character.id), field, value))


async def test_a_field_that_is_left_is_saved(desk: Tab, studio: Studio) -> None:
    await type_into(desk, studio, "description", "A graceful elven archer.")

    assert stored(studio, "description") == "A graceful elven archer."
    assert (await desk.see(Editor)).is_saved


async def test_leaving_a_field_as_it_was_writes_nothing(desk: Tab, studio: Studio) -> None:
    listener = studio.listener(studio.topics()["world"])

    await type_into(desk, studio, "name", "Elven Archer")

    assert listener.heard == []


async def test_what_cannot_be_saved_says_why_and_is_still_there_after_a_look_elsewhere(
    desk: Tab, studio: Studio
) -> None:
    too_long = "x" * (DESCRIPTION_LIMIT + 1)
    await type_into(desk, studio, "description", too_long)
    editor = await desk.see(Editor)
    assert editor.error_field == "description"
    assert "Shorten it" in editor.error

    await desk.send(Creator.select(str(studio.scene.location.id)))
    assert (await desk.see(Editor)).error == ""
    await desk.send(Creator.select(str(studio.scene.character.id)))

    editor = await desk.see(Editor)
    assert (editor.description, editor.error_field) == (too_long, "description")
    assert "Shorten it" in editor.error
    assert stored(studio, "description") == ""


async def test_what_was_refused_is_tried_again_though_it_is_what_the_form_shows(desk: Tab, studio: Studio) -> None:
    too_long = "x" * (DESCRIPTION_LIMIT + 1)
    await type_into(desk, studio, "description", too_long)
    await type_into(desk, studio, "mood", "Wary")
    assert not (await desk.see(Editor)).is_saved

    await type_into(desk, studio, "description", too_long)
    assert (await desk.see(Editor)).error_field == "description"
    await type_into(desk, studio, "description", "Short.")

    editor = await desk.see(Editor)
    assert (editor.error_field, editor.error, editor.is_saved) == ("", "", True)
    assert (stored(studio, "description"), stored(studio, "mood")) == ("Short.", "Wary")


async def test_text_that_arrives_after_the_form_was_filled_anew_is_put_into_it(desk: Tab, studio: Studio) -> None:
    form = (await desk.see(Editor)).form

    await type_into(desk, studio, "description", "Typed before the server restarted.")

    editor = await desk.see(Editor)
    assert editor.description == stored(studio, "description") == "Typed before the server restarted."
    assert editor.form != form


async def test_text_from_a_field_that_is_there_no_more_is_put_into_the_one_that_took_its_place(
    desk: Tab, studio: Studio
) -> None:
    before = (await desk.see(Editor)).form
    await desk.send(Creator.select(str(studio.scene.location.id)))
    await desk.send(Creator.select(str(studio.scene.character.id)))
    form = (await desk.see(Editor)).form
    assert form != before

    await desk.send(Editor.begin("description", before))  # both were said to a server that did not answer
    await type_into(desk, studio, "description", "Typed before the server restarted.")

    assert (await desk.see(Editor)).form != form


async def test_saving_a_field_that_somebody_is_in_leaves_the_form_alone(desk: Tab, studio: Studio) -> None:
    form = (await desk.see(Editor)).form
    await desk.send(Editor.begin("description", form))

    await type_into(desk, studio, "description", "A graceful elven archer.")

    assert (await desk.see(Editor)).form == form


async def test_a_field_is_saved_for_whom_it_was_written_though_the_tab_shows_somebody_else_by_then(
    desk: Tab, studio: Studio
) -> None:
    await desk.send(Creator.select(str(studio.scene.location.id)))

    await type_into(desk, studio, "name", "Sefa Thornwick")

    assert stored(studio, "name") == "Sefa Thornwick"
    assert (await desk.see(Editor)).name == "The Drowned Stair"
    assert (await desk.see(Place)).entity_name == "The Drowned Stair"


async def test_a_change_made_elsewhere_appears_unless_somebody_is_writing_here(desk: Tab, studio: Studio) -> None:
    async def change_elsewhere(mood: str) -> None:
        await studio.engine.worlds.update_entity(
            studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(mood=mood)
        )
        await desk.send(Creator.refresh)

    form = (await desk.see(Editor)).form
    await desk.send(Editor.begin("description", form))
    await change_elsewhere("Wary")
    assert (await desk.see(Editor)).form == form

    await desk.send(Editor.leave("description"))
    await change_elsewhere("Amused")

    assert (await desk.see(Editor)).mood == "Amused"
    assert (await desk.see(Editor)).form != form


async def test_hiding_somebody_from_players_is_stored_at_once(desk: Tab, studio: Studio) -> None:
    await desk.send(Editor.show_to_players(True))

    assert studio.committed("select visible_to_players from character") == [(1,)]
    assert (await desk.see(Editor)).is_visible


async def test_a_field_that_is_none_cannot_be_written(desk: Tab, studio: Studio) -> None:
    await type_into(desk, studio, "world_id", "somewhere else")

    assert stored(studio, "world_id") == studio.scene.world.id.hex
