"""The workflow that is shown is tried out, and what came of it shows beside it."""

from tests.comfyui.graphs import text_to_image
from tests.fakes.studio import Studio
from tests.state.tab import open_tab
from wrldbldr.state.workflow_editor import WIDTH, WorkflowEditor
from wrldbldr.state.workflow_list import WorkflowList
from wrldbldr.state.workflow_trial import WorkflowTrial


async def test_the_picture_shows_with_the_workflow_it_was_painted_by(studio: Studio, secret: str) -> None:
    woodcut = await studio.engine.workflows.add(studio.who, "Woodcut", text_to_image())
    async with open_tab(secret, "/settings?section=workflows") as tab:
        await tab.send(WorkflowList.enter)
        await tab.send(WorkflowList.choose(str(woodcut.id)))

        trying = await tab.start(WorkflowTrial.begin)
        await studio.rest()
        assert (await tab.see(WorkflowTrial)).is_trying
        await studio.paint()
        await studio.advance(2)
        await trying.wait_all()

        shown = await tab.see(WorkflowTrial)
        assert (shown.is_trying, shown.workflow, shown.title) == (False, str(woodcut.id), "")
        assert shown.picture.startswith("data:image/webp;base64,")


async def test_what_is_typed_wrongly_is_said_in_its_field_and_nothing_is_painted(studio: Studio, secret: str) -> None:
    woodcut = await studio.engine.workflows.add(studio.who, "Woodcut", text_to_image())
    async with open_tab(secret, "/settings?section=workflows") as tab:
        await tab.send(WorkflowList.enter)
        await tab.send(WorkflowList.choose(str(woodcut.id)))
        await tab.send(WorkflowEditor.fill(WIDTH, "wide"))

        await tab.send(WorkflowTrial.begin)

        assert (await tab.see(WorkflowEditor)).errors == {WIDTH: "Pixels are a whole number."}
        assert not (await tab.see(WorkflowTrial)).is_trying
    assert studio.comfyui.submissions == []


async def test_while_comfyui_is_away_the_reason_shows(studio: Studio, secret: str) -> None:
    studio.comfyui.go_down()
    async with open_tab(secret, "/settings?section=workflows") as tab:
        await tab.send(WorkflowList.enter)

        await tab.send(WorkflowTrial.begin)

        shown = await tab.see(WorkflowTrial)
        assert (shown.is_trying, shown.picture, bool(shown.title)) == (False, "", True)
