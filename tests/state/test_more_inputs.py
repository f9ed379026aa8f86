"""What else of a workflow can be set, in the dialog and in the editor."""

import pytest

from tests.comfyui.graphs import text_to_image
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.workflow import NodeInput, Workflow
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.state.generate import Generate
from wrldbldr.state.more_inputs import MoreInputs
from wrldbldr.state.workflow_editor import WorkflowEditor
from wrldbldr.state.workflow_list import WorkflowList

STEPS, SAMPLER, CFG = "inputs.3.steps", "inputs.3.sampler_name", "inputs.3.cfg"


@pytest.fixture
async def woodcut(studio: Studio) -> Workflow:
    """Paints portraits, and shows its steps and its sampler."""
    workflows, who = studio.engine.workflows, studio.who
    made = await workflows.add(who, "Woodcut", text_to_image())
    shown = [NodeInput(node_id="3", input_name=name) for name in ("steps", "sampler_name")]
    await workflows.change(who, made.id, WorkflowChanges(shown=shown))
    await workflows.set_defaults(who, {AssetType.PORTRAIT: made.id})
    return made


@pytest.fixture
async def dialog(woodcut: Workflow, desk: Tab) -> Tab:
    await desk.send(Generate.begin("portrait"))
    return desk


async def submit(tab: Tab, **inputs: str) -> None:
    await tab.send(Generate.submit({"prompt": "a lamp", "negative_prompt": "", "seed": "", **inputs}))


def stored(studio: Studio) -> list[tuple[object, ...]]:
    return studio.committed("select inputs from batch")


async def test_the_dialog_shows_what_the_workflow_shows_as_it_was_saved(dialog: Tab) -> None:
    more = await dialog.see(MoreInputs)

    assert (more.words, more.is_open) == ("steps, sampler", False)
    assert [(card.title, card.word, card.kind, card.text) for card in more.cards] == [
        ("KSampler", "steps", "number", "4"), ("KSampler", "sampler", "choice", "euler"),
    ]  # fmt: skip
    assert (more.cards[0].minimum, more.cards[0].maximum, more.cards[0].step) == ("1", "10000", "1")
    assert more.lists[more.cards[1].options] == ["euler", "dpmpp_2m"]


async def test_what_is_set_is_sent_and_what_is_not_stays_the_workflows(dialog: Tab, studio: Studio) -> None:
    await dialog.send(Generate.keep_input(SAMPLER, "dpmpp_2m"))

    await submit(dialog, **{STEPS: "4"})

    assert stored(studio) == [('[{"node_id": "3", "input_name": "sampler_name", "value": "dpmpp_2m"}]',)]


async def test_what_is_refused_is_said_at_its_input_and_stays_typed(dialog: Tab, studio: Studio) -> None:
    await submit(dialog, **{STEPS: "0", SAMPLER: "magic"})

    more = await dialog.see(MoreInputs)
    assert [(card.text, card.error) for card in more.cards] == [
        ("0", "KSampler steps is 1 to 10,000; 0 is not possible."),
        ("magic", "KSampler sampler cannot be magic. Choose one in the list."),
    ]
    assert (more.is_open, (await dialog.see(Generate)).is_open, stored(studio)) == (True, True, [])


async def test_what_was_set_is_there_when_the_dialog_opens_again_and_gone_with_another_workflow(
    dialog: Tab, studio: Studio, woodcut: Workflow
) -> None:
    await dialog.send(Generate.keep_input(STEPS, "12"))
    await dialog.send(Generate.toggle(False))
    await dialog.send(Generate.begin("portrait"))

    more = await dialog.see(MoreInputs)
    assert (more.cards[0].text, more.is_open) == ("12", True)

    plain = (await studio.engine.workflows.defaults(studio.who))[AssetType.ITEM]
    await dialog.send(Generate.choose_workflow(str(plain)))
    assert ((await dialog.see(MoreInputs)).words, (await dialog.see(MoreInputs)).cards) == ("", [])
    await dialog.send(Generate.choose_workflow(str(woodcut.id)))
    assert (await dialog.see(MoreInputs)).cards[0].text == "4"


async def test_a_form_that_was_never_touched_sends_nothing_of_it(dialog: Tab, studio: Studio) -> None:
    await submit(dialog, **{STEPS: "4", SAMPLER: "euler", CFG: "1"})

    assert stored(studio) == [(None,)]


async def test_the_dialog_says_what_the_chosen_workflow_lacks_before_anything_is_sent(
    dialog: Tab, studio: Studio, woodcut: Workflow
) -> None:
    assert not (await dialog.see(MoreInputs)).lack
    lacking = await studio.engine.workflows.add(studio.who, "Old", text_to_image(checkpoint="tyni.safetensors"))

    await dialog.send(Generate.choose_workflow(str(lacking.id)))

    says = (await dialog.see(MoreInputs)).lack
    assert says == (
        "Old cannot run as it is. Your ComfyUI lacks the model tyni.safetensors: CheckpointLoaderSimple (4). "
        "Nearest: tiny.safetensors."
    )
    await dialog.send(Generate.choose_workflow(str(woodcut.id)))
    assert not (await dialog.see(MoreInputs)).lack


async def test_the_editor_sets_a_locked_value_and_refuses_one_that_comfyui_does_not_take(
    secret: str, studio: Studio, woodcut: Workflow
) -> None:
    async with open_tab(secret, "/settings?section=workflows") as tab:
        await tab.send(WorkflowList.enter)
        await tab.send(WorkflowList.choose(str(woodcut.id)))
        await tab.send(WorkflowEditor.set_input(CFG, "-1"))
        await tab.send(WorkflowEditor.set_input(STEPS, "many"))
        await tab.send(WorkflowEditor.save)

        editor = await tab.see(WorkflowEditor)
        assert {card.key: (card.text, card.error) for card in editor.others if card.error} == {
            STEPS: ("many", "KSampler steps is a whole number."),
            CFG: ("-1", "KSampler guidance is 0 to 100; -1 is not possible."),
        }
        await tab.send(WorkflowEditor.set_input(STEPS, "4"))
        await tab.send(WorkflowEditor.set_input(CFG, "3,5"))
        await tab.send(WorkflowEditor.show_input(CFG, True))
        await tab.send(WorkflowEditor.save)

        editor = await tab.see(WorkflowEditor)
        assert {card.key: (card.text, card.is_shown) for card in editor.others}[CFG] == ("3.5", True)
    workflow = await studio.engine.workflows.find(studio.who, woodcut.id)
    form = await studio.engine.workflows.form(studio.who, woodcut.id)
    assert workflow.graph["3"]["inputs"]["cfg"] == 3.5  # pyright: ignore[reportIndexIssue, reportCallIssue, reportArgumentType, reportOptionalSubscript]
    assert len(form.shown) == 3
