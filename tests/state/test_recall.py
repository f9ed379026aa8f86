"""What was typed and not saved when a login ended is put back from what the browser kept, and from nothing else."""

from typing import Any

import pytest

from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.services.graphs import model_free
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.text import DESCRIPTION_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.add_entity import AddEntity
from wrldbldr.state.editor import Editor
from wrldbldr.state.generate import Generate
from wrldbldr.state.recall import Recall
from wrldbldr.state.world_form import WorldForm

NOTE = "Your unsaved words are back."


def kept(words: list[dict[str, str]] | None = None, *, is_return: bool = True, **more: Any) -> dict[str, Any]:
    """What a browser answers."""
    return {"words": words or [], "forms": {}, "open": "", "is_return": is_return, **more}


async def answer(tab: Tab, sent: dict[str, Any]) -> None:
    """The browser is asked, and answers."""
    await tab.send(Recall.ask)
    tab.forget()
    await tab.send(Recall.put_back(sent))


def typed(studio: Studio, text: str, *, base: str = "", field: str = "description") -> dict[str, str]:
    """What somebody wrote in the editor about the character."""
    return {
        "kind": "character",
        "entity": str(studio.scene.character.id),
        "field": field,
        "text": text,
        "base": base,
    }


def portrait_form(studio: Studio) -> str:
    return f"generate:character:{studio.scene.character.id}:portrait"


def stored(studio: Studio, field: str = "description") -> str:
    return str(studio.committed(f"select {field} from character")[0][0])  # noqa: S608


async def test_the_browser_is_asked_for_what_it_kept_for_this_account_alone(desk: Tab, studio: Studio) -> None:
    await desk.send(Recall.ask)

    assert f'kept("{studio.who.account_id}")' in desk.scripts
    assert (await desk.see(Recall)).account == str(studio.who.account_id)


async def test_words_of_the_editor_are_stored_shown_and_told_of(desk: Tab, studio: Studio) -> None:
    await answer(desk, kept([typed(studio, "She keeps the last lamp.")]))

    assert stored(studio) == (await desk.see(Editor)).description == "She keeps the last lamp."
    assert NOTE in desk.scripts
    assert f'forget("{studio.scene.character.id}:description")' in desk.scripts


async def test_words_about_somebody_whom_the_tab_does_not_show_are_stored_too(shelf: Tab, studio: Studio) -> None:
    await answer(shelf, kept([typed(studio, "Wary", field="mood")]))

    assert stored(studio, "mood") == "Wary"


async def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten_unasked(desk: Tab, studio: Studio) -> None:
    await studio.engine.worlds.update_entity(
        studio.who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(description="Newer words.")
    )

    await answer(desk, kept([typed(studio, "My words.", base="Old words.")]))

    editor = await desk.see(Editor)
    assert stored(studio) == "Newer words."
    assert (editor.description, editor.error_field, editor.refused) == ("My words.", "description", ["description"])
    assert "Newer words." in editor.error
    assert "forget" not in desk.scripts
    await desk.send(Editor.save("character", str(studio.scene.character.id), "description", "My words."))
    assert stored(studio) == "My words."
    assert (await desk.see(Editor)).refused == []


async def test_words_that_cannot_be_saved_are_in_the_form_with_the_reason(desk: Tab, studio: Studio) -> None:
    too_long = "x" * (DESCRIPTION_LIMIT + 1)

    await answer(desk, kept([typed(studio, too_long)]))

    editor = await desk.see(Editor)
    assert (editor.description, editor.refused) == (too_long, ["description"])
    assert "Shorten it" in editor.error
    assert "forget" not in desk.scripts


async def test_words_that_were_saved_after_all_are_forgotten_without_a_note(desk: Tab, studio: Studio) -> None:
    await desk.send(Editor.save("character", str(studio.scene.character.id), "description", "Saved."))
    desk.forget()

    await answer(desk, kept([typed(studio, " Saved. ")]))

    assert "forget" in desk.scripts
    assert NOTE not in desk.scripts


async def test_nobody_is_told_of_words_that_were_never_out_of_sight(desk: Tab, studio: Studio) -> None:
    await answer(desk, kept([typed(studio, "Typed while the server restarted.")], is_return=False))

    assert stored(studio) == "Typed while the server restarted."
    assert NOTE not in desk.scripts


async def test_somebody_elses_words_land_nowhere(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    async with open_tab((await studio.engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret) as tab:
        forms = {portrait_form(studio): {"prompt": "Mine now"}, "world:": {"name": ""}}
        sent = kept([typed(studio, "Mine now")], forms=forms, open=portrait_form(studio))

        await answer(tab, sent)

        assert stored(studio) == ""
        assert not (await tab.see(Generate)).is_open
        assert tab.scripts == ""


async def test_an_answer_that_comes_after_somebody_else_took_the_tab_over_lands_nowhere(
    shelf: Tab, studio: Studio
) -> None:
    await shelf.send(Recall.ask)
    stranger = await other_game_master(studio.engine)
    shelf.turn_into((await studio.engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret)

    await shelf.send(Recall.put_back(kept(forms={"world:": {"name": "Ninefold Winter"}}, open="world:")))

    assert not (await shelf.see(WorldForm)).is_open
    assert "Ninefold Winter" not in str(await shelf.everything())


async def test_everything_set_in_the_generation_dialog_is_back_and_it_is_open(desk: Tab, studio: Studio) -> None:
    other = str((await studio.engine.workflows.add(studio.who, "Watercolours", model_free())).id)
    form = {
        "prompt": "My own words",
        "negative_prompt": "no hats",
        "count": "2",
        "shape": "1:1",
        "seed": "4711",
        "workflow": other,
    }
    name = f"generate:character:{studio.scene.character.id}:sprite"

    await answer(desk, kept(forms={name: form}, open=name))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, dialog.asset_type, dialog.entity_name) == (True, "sprite", "Elven Archer")
    assert (dialog.prompt, dialog.is_edited, dialog.negative_prompt) == ("My own words", True, "no hats")
    assert (dialog.count, dialog.shape, dialog.seed, dialog.workflow) == (2, "1:1", "4711", other)
    assert NOTE in desk.scripts


async def test_a_dialog_that_was_closed_stays_closed_and_has_the_words_when_it_opens(desk: Tab, studio: Studio) -> None:
    await answer(desk, kept(forms={portrait_form(studio): {"prompt": "My own words"}}))
    assert not (await desk.see(Generate)).is_open

    await desk.send(Generate.begin("portrait"))

    assert (await desk.see(Generate)).prompt == "My own words"


async def test_what_nobody_touched_in_a_dialog_does_not_count_as_words(desk: Tab, studio: Studio) -> None:
    await desk.send(Generate.begin("portrait"))
    shown = await desk.see(Generate)
    form = {
        "prompt": shown.prompt,
        "negative_prompt": shown.negative_prompt,
        "count": str(shown.count),
        "shape": shown.shape,
        "seed": shown.seed,
        "workflow": shown.workflow,
    }
    await desk.send(Generate.toggle(False))

    await answer(desk, kept(forms={portrait_form(studio): form}, open=portrait_form(studio)))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, dialog.is_edited, dialog.is_negative_edited) == (True, False, False)
    assert NOTE not in desk.scripts


async def test_a_tab_that_the_server_remembers_is_left_as_it_is(desk: Tab, studio: Studio) -> None:
    await desk.send(Generate.begin("portrait"))
    await desk.send(Generate.keep_prompt("Newest words"))
    older = {portrait_form(studio): {"prompt": "Older words"}}

    await answer(desk, kept(forms=older, open=portrait_form(studio), is_return=False))

    dialog = await desk.see(Generate)
    assert (dialog.is_open, dialog.prompt) == (True, "Newest words")


async def test_the_name_of_somebody_new_is_back(desk: Tab) -> None:
    form = {"name": "Maud", "kind": "location"}

    await answer(desk, kept(forms={"entity": form}, open="entity"))

    dialog = await desk.see(AddEntity)
    assert (dialog.is_open, dialog.name, dialog.kind) == (True, "Maud", "location")
    assert NOTE in desk.scripts


async def test_a_new_world_is_back_at_the_shelf(shelf: Tab) -> None:
    form = {"name": "Ninefold Winter", "motto": "A royal road."}

    await answer(shelf, kept(forms={"world:": form}, open="world:"))

    dialog = await shelf.see(WorldForm)
    assert (dialog.is_open, dialog.world, dialog.name, dialog.motto) == (True, "", "Ninefold Winter", "A royal road.")
    assert NOTE in shelf.scripts


async def test_another_name_for_a_world_is_back_at_the_shelf(shelf: Tab, studio: Studio) -> None:
    name = f"world:{studio.scene.world.id}"

    await answer(shelf, kept(forms={name: {"name": "The Lantern Shore"}}, open=name))

    dialog = await shelf.see(WorldForm)
    assert (dialog.is_open, dialog.world, dialog.name) == (True, str(studio.scene.world.id), "The Lantern Shore")
    assert NOTE in shelf.scripts


@pytest.mark.parametrize(
    "sent",
    [
        {"words": [{"kind": "character"}, 7, {"kind": 1}], "forms": [1], "open": 5, "is_return": "yes"},
        {"words": "x", "forms": {"generate:::": {}, "generate:character:no-id:portrait": {"prompt": "x"}}},
        {"forms": {"world:": "x", "entity": {"name": "x", "kind": "dragon"}, "world:no-id": {}}, "open": "world:no-id"},
        {"forms": {"generate:a:b:c:d": {"prompt": "x"}, "generate:": {}}, "open": "generate:"},
    ],
)
async def test_what_no_browser_of_ours_keeps_changes_nothing(sent: dict[str, Any], desk: Tab) -> None:
    await desk.send(Recall.ask)
    before = await desk.everything()

    await answer(desk, sent)

    assert await desk.everything() == before
    assert desk.scripts == ""


async def test_another_name_for_a_world_that_is_gone_disturbs_nobody(shelf: Tab, studio: Studio) -> None:
    name = f"world:{studio.scene.world.id}"
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)

    await answer(shelf, kept(forms={name: {"name": "Too late"}}, open=name))

    assert not (await shelf.see(WorldForm)).is_open
    assert shelf.scripts == ""


async def test_words_about_what_was_deleted_meanwhile_disturb_nobody(desk: Tab, studio: Studio) -> None:
    words = typed(studio, "Too late.")
    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)

    await answer(desk, kept([words], forms={portrait_form(studio): {"prompt": "Too late."}}))

    assert desk.scripts == ""
