"""What is done to the workflow that is shown, beside what goes where: its name, what it paints, its end."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, InvalidInputError
from wrldbldr.engine import current
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.state.accounts_own import FOCUS_ON_ERROR
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken
from wrldbldr.state.workflow_editor import show_workflow
from wrldbldr.state.workflow_list import WorkflowList, list_workflows

RENAME, DELETE = "rename", "delete"


class WorkflowTasks(rx.State):
    """`task` is what the open dialog or question is about, and `workflow` which; both empty while there is none."""

    task: rx.Field[str] = rx.field("")
    workflow: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def begin(self, who: Principal, task: str) -> None:
        """Open the dialog or the question about the workflow that is shown."""
        shown = (await self.get_state(WorkflowList)).chosen
        if task in {RENAME, DELETE}:
            found = await current().workflows.find(who, parsed_id(shown, "workflow"))
            change(self, task=task, workflow=shown, name=found.name, error="")

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog or the question was closed."""
        if not is_open:
            change(self, task="", error="")

    @rx.event
    @signed_in
    async def rename(self, who: Principal, form: dict[str, Any]) -> Follows:
        """Another name. What is refused stays typed."""
        workflow_id = parsed_id(self.workflow, "workflow")
        try:
            await current().workflows.change(who, workflow_id, WorkflowChanges(name=str(form.get("name", ""))))
        except InvalidInputError as error:
            self.error = error.message
            return FOCUS_ON_ERROR
        change(self, task="", error="")
        await self._show(who, self.workflow)
        return None

    @rx.event
    @signed_in
    async def delete(self, who: Principal) -> Follow:
        """The question was answered with yes. What paints something stays, and says so."""
        self.task = ""
        try:
            await current().workflows.delete(who, parsed_id(self.workflow, "workflow"))
        except ConflictError as error:
            return rx.toast.error(spoken(error.message), close_button=True)
        await self._show(who, "")
        return rx.toast.success(spoken(f"{self.name} is deleted"), description="Pictures it painted stay.")

    @rx.event
    @signed_in
    async def paint(self, who: Principal, asset_type: str) -> None:
        """From now on the workflow that is shown paints a kind of picture, unless somebody chooses another."""
        shown = (await self.get_state(WorkflowList)).chosen
        chosen = parsed_word(AssetType, asset_type, "kind of picture")
        await current().workflows.set_defaults(who, {chosen: parsed_id(shown, "workflow")})
        await self._show(who, shown)

    async def _show(self, who: Principal, workflow: str) -> None:
        """The list as it is now; without `workflow` the first of it is shown."""
        await list_workflows(self, who)
        listed = await self.get_state(WorkflowList)
        change(listed, chosen=workflow or listed.cards[0].id)
        await show_workflow(self, who, listed.chosen)
