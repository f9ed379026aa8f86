"""The Workflows section: what is chosen and typed is kept or refused whole, and nobody but the owner changes anything."""

from collections.abc import AsyncGenerator

import pytest

from tests.comfyui.graphs import model_free, text_to_image
from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMode, Workflow
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.workflow_mapping import key_of
from wrldbldr.state.workflow_editor import HEIGHT, NEGATIVE, WIDTH, SlotCard, WorkflowEditor
from wrldbldr.state.workflow_list import WorkflowList
from wrldbldr.state.workflow_tasks import DELETE, RENAME, WorkflowTasks


def at(node_id: str, input_name: str) -> NodeInput:
    return NodeInput(node_id=node_id, input_name=input_name)


STEPS = "inputs.3.steps"
SHIPPED = ["backdrop", "portrait", "sprite", "text-to-picture"]


@pytest.fixture
async def woodcut(studio: Studio) -> Workflow:
    return await studio.engine.workflows.add(studio.who, "Woodcut", text_to_image())


@pytest.fixture
async def desk(secret: str, woodcut: Workflow) -> AsyncGenerator[Tab]:
    """The owner's tab at the settings, in front of the woodcut."""
    async with open_tab(secret, "/settings?section=workflows") as tab:
        await tab.send(WorkflowList.enter)
        await tab.send(WorkflowList.choose(str(woodcut.id)))
        tab.forget()
        yield tab


async def slot(tab: Tab, name: str) -> SlotCard:
    return next(one for one in (await tab.see(WorkflowEditor)).slots if one.name == name)


async def place(tab: Tab, name: str, label: str) -> None:
    """Choose a place by what the list calls it."""
    [key] = [option.key for option in (await slot(tab, name)).options if option.label == label]
    await tab.send(WorkflowEditor.place(name, key))


async def test_the_list_says_what_each_paints_and_whether_comfyui_has_all_of_it(
    studio: Studio, secret: str, woodcut: Workflow
) -> None:
    await studio.engine.workflows.add(studio.who, "Paper", model_free())
    async with open_tab(secret, "/settings") as tab:
        await tab.send(WorkflowList.enter)

        listed = await tab.see(WorkflowList)
        assert [(card.name, card.facts, card.mark) for card in listed.cards] == [
            ("Paper", "1 node missing", "lacking"),
            ("Woodcut", "7 nodes", "ok"),
            ("backdrop", "Backdrops · 10 nodes", "ok"),
            ("portrait", "Portraits · 10 nodes", "ok"),
            ("sprite", "Sprites · 10 nodes", "ok"),
            ("text-to-picture", "Items · 7 nodes", "ok"),
        ]
        assert listed.chosen == listed.cards[0].id
        editor = await tab.see(WorkflowEditor)
        assert (editor.name, editor.is_ok, editor.lacks[0].sentence) == (
            "Paper", False, "Your ComfyUI lacks the node ImageScale: Make it larger (2).",
        )  # fmt: skip


async def test_while_comfyui_is_away_the_list_shows_and_nothing_is_called_missing(
    studio: Studio, secret: str, woodcut: Workflow
) -> None:
    studio.comfyui.go_down()
    async with open_tab(secret, "/settings") as tab:
        await tab.send(WorkflowList.enter)

        assert {card.mark for card in (await tab.see(WorkflowList)).cards} == {"unknown"}
        assert (await tab.see(WorkflowEditor)).verdict == "ComfyUI is away: what it lacks shows when it is back."


async def test_when_comfyui_is_back_the_list_and_the_workflow_are_looked_at_again(
    studio: Studio, secret: str, woodcut: Workflow
) -> None:
    studio.comfyui.go_down()
    async with open_tab(secret, "/settings") as tab:
        await tab.send(WorkflowList.look_again)
        assert (await tab.see(WorkflowList)).cards == []
        await tab.send(WorkflowList.enter)
        studio.comfyui.come_back()

        await tab.send(WorkflowList.look_again)

        assert {card.mark for card in (await tab.see(WorkflowList)).cards} == {"ok"}
        assert (await tab.see(WorkflowEditor)).is_ok


async def test_what_was_found_shows_and_there_is_nothing_to_save(desk: Tab) -> None:
    editor = await desk.see(WorkflowEditor)

    assert [(one.label, one.mark) for one in editor.slots][:3] == [
        ("Prompt", "found"), ("Negative Prompt", "found"), ("Seed", "found"),
    ]  # fmt: skip
    assert (editor.slots[-1].label, editor.slots[-1].mark) == ("Style Reference Input", "missing")
    assert (editor.typed[NEGATIVE], editor.typed[WIDTH], editor.is_changed) == ("blurry", "", False)
    assert [(one.title, one.word, one.text) for one in editor.others][:2] == [
        ("KSampler", "steps", "4"), ("KSampler", "guidance", "6.0"),
    ]  # fmt: skip


async def test_what_is_chosen_and_typed_is_stored_with_one_button(desk: Tab, studio: Studio, woodcut: Workflow) -> None:
    await place(desk, "positive", "CLIPTextEncode (7) → text")
    await place(desk, "negative", "Nothing")
    await place(desk, "style_reference", "None (inject into prompt)")
    await desk.send(WorkflowEditor.fill(NEGATIVE, "hands"))
    await desk.send(WorkflowEditor.fill(WIDTH, " 896 "))
    await desk.send(WorkflowEditor.fill(HEIGHT, "1152"))
    await desk.send(WorkflowEditor.show_input(STEPS, True))
    assert (await slot(desk, "positive")).mark == "chosen"
    assert (await desk.see(WorkflowEditor)).is_changed

    await desk.send(WorkflowEditor.save)

    found = await studio.engine.workflows.find(studio.who, woodcut.id)
    form = await studio.engine.workflows.form(studio.who, woodcut.id)
    assert (found.bindings.positive, found.bindings.negative) == ((at("7", "text"),), ())
    assert found.bindings.style_reference.mode is StyleReferenceMode.PROMPT_INJECTION
    assert found.default_negative_prompt == "hands"
    assert (form.width, form.height, form.shown) == (896, 1152, (at("3", "steps"),))
    editor = await desk.see(WorkflowEditor)
    assert (editor.is_changed, editor.errors, editor.typed[WIDTH]) == (False, {}, "896")


async def test_what_is_refused_stays_with_its_reason_and_nothing_is_stored(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await place(desk, "positive", "CLIPTextEncode (7) → text")
    await desk.send(WorkflowEditor.fill(WIDTH, "900"))

    await desk.send(WorkflowEditor.save)

    editor = await desk.see(WorkflowEditor)
    assert set(editor.errors) == {"positive", WIDTH, HEIGHT}
    assert "takes the negative prompt already" in (await slot(desk, "positive")).error
    assert (editor.typed[WIDTH], editor.is_changed) == ("900", True)
    assert (await studio.engine.workflows.find(studio.who, woodcut.id)).bindings == woodcut.bindings


@pytest.mark.parametrize("typed", ["wide", "-8", "8.5", "²", "1" * 5000])
async def test_a_size_that_is_no_number_is_refused_in_its_field(desk: Tab, typed: str) -> None:
    await desk.send(WorkflowEditor.fill(WIDTH, typed))
    await desk.send(WorkflowEditor.save)

    editor = await desk.see(WorkflowEditor)
    assert editor.errors == {WIDTH: "Pixels are a whole number."}
    assert editor.typed[WIDTH] == typed


async def test_what_is_not_saved_is_there_again_after_a_look_at_another(desk: Tab, woodcut: Workflow) -> None:
    await desk.send(WorkflowEditor.fill(NEGATIVE, "hands"))
    cards = (await desk.see(WorkflowList)).cards
    await desk.send(WorkflowList.choose(cards[1].id))
    assert (await desk.see(WorkflowEditor)).typed[NEGATIVE] != "hands"

    await desk.send(WorkflowList.choose(str(woodcut.id)))

    editor = await desk.see(WorkflowEditor)
    assert (editor.typed[NEGATIVE], editor.is_changed) == ("hands", True)
    await desk.send(WorkflowEditor.discard)
    editor = await desk.see(WorkflowEditor)
    assert (editor.typed[NEGATIVE], editor.is_changed) == ("blurry", False)


async def test_an_input_that_takes_something_of_ours_from_now_on_is_shown_no_more(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await desk.send(WorkflowEditor.show_input(STEPS, True))
    await place(desk, "count", "KSampler (3) → steps")
    await desk.send(WorkflowEditor.save)

    assert (await desk.see(WorkflowEditor)).errors == {}
    assert (await studio.engine.workflows.form(studio.who, woodcut.id)).shown == ()


async def test_a_browser_can_choose_only_what_the_lists_offer(desk: Tab) -> None:
    before = await desk.everything()

    await desk.send(WorkflowEditor.place("positive", key_of({"positive": (at("3", "seed"),)})))
    await desk.send(WorkflowEditor.place("soul", "x"))
    await desk.send(WorkflowEditor.fill("soul", "x"))
    await desk.send(WorkflowEditor.show_input("x", True))
    await desk.send(WorkflowTasks.begin("burn"))

    assert await desk.everything() == before


async def test_it_is_compared_again_on_demand_and_says_what_is_lacking(desk: Tab, studio: Studio) -> None:
    assert (await desk.see(WorkflowEditor)).is_ok
    studio.comfyui.go_down()

    await desk.send(WorkflowEditor.check)

    editor = await desk.see(WorkflowEditor)
    assert (editor.is_ok, editor.is_checking) == (False, False)
    assert editor.verdict == "ComfyUI is away: what it lacks shows when it is back."


async def test_it_paints_from_now_on_what_it_is_used_for(desk: Tab, studio: Studio, woodcut: Workflow) -> None:
    await desk.send(WorkflowTasks.paint("portrait"))

    assert (await studio.engine.workflows.defaults(studio.who))[AssetType.PORTRAIT] == woodcut.id
    editor = await desk.see(WorkflowEditor)
    assert [one.asset_type for one in editor.paints if one.is_on] == ["portrait"]
    assert editor.facts == "Used for portraits. 7 nodes."
    assert (await desk.see(WorkflowList)).cards[0].facts == "Portraits · 7 nodes"


async def test_another_name_is_given_or_refused_where_it_is_typed(desk: Tab) -> None:
    await desk.send(WorkflowTasks.begin(RENAME))
    await desk.send(WorkflowTasks.rename({"name": " "}))
    tasks = await desk.see(WorkflowTasks)
    assert (tasks.task, tasks.error) == (RENAME, "The name cannot be empty.")

    await desk.send(WorkflowTasks.rename({"name": "Linocut"}))

    assert (await desk.see(WorkflowTasks)).task == ""
    assert (await desk.see(WorkflowEditor)).name == "Linocut"
    assert [card.name for card in (await desk.see(WorkflowList)).cards] == ["Linocut", *SHIPPED]


async def test_one_that_is_deleted_makes_room_for_the_next_and_one_that_paints_stays(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await desk.send(WorkflowTasks.paint("portrait"))
    await desk.send(WorkflowTasks.begin(DELETE))
    await desk.send(WorkflowTasks.delete)
    assert "Woodcut paints every portrait, so it stays." in desk.scripts
    assert (await desk.see(WorkflowEditor)).name == "Woodcut"
    shipped = (await desk.see(WorkflowList)).cards[-1]
    await desk.send(WorkflowList.choose(shipped.id))
    await desk.send(WorkflowTasks.paint("portrait"))
    await desk.send(WorkflowList.choose(str(woodcut.id)))

    await desk.send(WorkflowTasks.begin(DELETE))
    await desk.send(WorkflowTasks.delete)

    assert [card.name for card in (await desk.see(WorkflowList)).cards] == SHIPPED
    assert (await desk.see(WorkflowEditor)).name == SHIPPED[0]


async def test_a_file_that_arrived_is_shown_and_one_that_did_not_says_why(desk: Tab, studio: Studio) -> None:
    made = await studio.engine.workflows.add(studio.who, "Linocut", text_to_image())
    await desk.send(WorkflowList.begin_import)
    assert (await desk.see(WorkflowList)).is_importing

    await desk.send(WorkflowList.take({"id": str(made.id), "notices": ["A note was left out."]}))

    assert "A note was left out." in desk.scripts
    listed = await desk.see(WorkflowList)
    assert (listed.is_importing, listed.chosen, len(listed.cards)) == (False, str(made.id), 6)
    assert (await desk.see(WorkflowEditor)).name == "Linocut"
    await desk.send(WorkflowList.take({"error": "This is not JSON."}))
    assert (await desk.see(WorkflowList)).error == "This is not JSON."
    for made_up in ({}, {"id": 3}, {"id": "x"}, {"id": str(made.id), "notices": {"x": 1}}, {"error": ["x"] * 10_000}):
        await desk.send(WorkflowList.take(made_up))
    assert (await desk.see(WorkflowEditor)).name == "Linocut"


async def test_another_game_master_reads_it_all_and_changes_nothing(studio: Studio, woodcut: Workflow) -> None:
    await other_game_master(studio.engine)
    hers = (await studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).secret
    async with open_tab(hers, "/settings") as tab:
        await tab.send(WorkflowList.enter)
        assert (await tab.see(WorkflowEditor)).name == "Woodcut"
        before = studio.committed("select * from workflow"), studio.committed("select * from workflowdefault")

        await tab.send(WorkflowEditor.fill(NEGATIVE, "hands"))
        await tab.send(WorkflowTasks.begin(RENAME))
        for event in (
            WorkflowEditor.save,
            WorkflowTasks.paint("portrait"),
            WorkflowTasks.rename({"name": "Mine"}),
            WorkflowTasks.delete,
        ):
            tab.forget()
            await tab.send(event)
            assert "Only the owner" in tab.scripts

        assert before == (
            studio.committed("select * from workflow"),
            studio.committed("select * from workflowdefault"),
        )
        assert str(woodcut.id.hex) not in str(studio.committed("select * from workflowform"))


async def test_what_somebody_removed_meanwhile_is_told_and_not_brought_back(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await studio.engine.workflows.delete(studio.who, woodcut.id)

    await desk.send(WorkflowEditor.fill(NEGATIVE, "hands"))
    await desk.send(WorkflowEditor.save)

    assert "There is no such workflow." in desk.scripts
    await desk.send(WorkflowList.enter)
    assert (await desk.see(WorkflowEditor)).name == SHIPPED[0]


async def test_what_another_owner_saved_shows_when_the_page_opens_again(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await studio.engine.workflows.change(studio.who, woodcut.id, WorkflowChanges(default_negative_prompt="hands"))

    await desk.send(WorkflowList.enter)

    assert (await desk.see(WorkflowEditor)).typed[NEGATIVE] == "hands"


async def test_two_owners_who_change_different_things_at_once_both_have_their_way(
    desk: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await place(desk, "negative", "Nothing")
    steps = WorkflowChanges(bindings={"count": (at("3", "steps"),)}, default_negative_prompt="hands")
    await studio.engine.workflows.change(studio.who, woodcut.id, steps)

    await desk.send(WorkflowEditor.save)

    found = await studio.engine.workflows.find(studio.who, woodcut.id)
    assert (found.bindings.negative, found.bindings.count) == ((), (at("3", "steps"),))
    assert found.default_negative_prompt == "hands"
    desk.forget()
    await desk.send(WorkflowEditor.save)
    assert desk.scripts == ""
