"""The workflows there are, at the left, and the one that is shown, with what opens over it."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog
from wrldbldr.components.dialog import heading as dialog_heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.question import question
from wrldbldr.components.settings.prompt_templates import prompt_templates
from wrldbldr.components.settings.workflow_detail import workflow_detail
from wrldbldr.domain.text import NAME_LIMIT
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.prompt_templates import PromptTemplates
from wrldbldr.state.workflow_list import KNOWN, LACKING, WorkflowCard, WorkflowList
from wrldbldr.state.workflow_tasks import DELETE, RENAME, WorkflowTasks

FILE_INPUT = "workflow-file"
SEND_FILE = rx.call_script(
    f"import('/workflow-file.js').then((file) => file.send('{FILE_INPUT}'))", callback=WorkflowList.take
)


def workflows() -> tuple[rx.Component, ...]:
    """A file may be dropped anywhere on it."""
    return _list(), workflow_detail(), _rename(), _delete_question(), prompt_templates()


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Workflows", class_name="h2"),
            rx.cond(MyAccount.is_owner, _import()),
            class_name="row between hd",
        ),
        rx.cond(
            WorkflowList.error != "",
            rx.el.p(icon("circle-alert", 14), WorkflowList.error, class_name="hint err", role="alert"),
        ),
        rx.el.ul(rx.foreach(WorkflowList.cards, _line), aria_label="Workflows"),
        rx.cond(
            MyAccount.is_owner,
            rx.el.p("Drop a workflow here: as ComfyUI saves or exports it, or a PNG it made.", class_name="hint plain"),
        ),
        rx.el.div(
            button("Prompt Templates…", glyph="text-cursor-input", look="ghost", on_click=PromptTemplates.begin),
            class_name="row",
        ),
        class_name="workflow-list",
    )


def _import() -> rx.Component:
    """The file is read by the browser, which sends it; the field itself is never seen."""
    words = rx.cond(WorkflowList.is_importing, "Reading…", "Import")
    return rx.fragment(
        rx.el.input(
            type="file",
            id=FILE_INPUT,
            accept=".json,.png,application/json,image/png",
            class_name="sr",
            tab_index=-1,
            aria_label="File with a workflow",
            on_change=lambda _: [WorkflowList.begin_import, SEND_FILE],
        ),
        button(
            words, glyph="upload", size="s", on_click=rx.call_script(f"document.getElementById('{FILE_INPUT}').click()")
        ),
    )


def _line(card: rx.vars.ObjectVar[WorkflowCard]) -> rx.Component:
    is_lacking = card.mark == LACKING
    mark = rx.match(
        card.mark,
        (KNOWN, rx.el.span(icon("check", 14), class_name="ok", title="Your ComfyUI has all of it")),
        (LACKING, rx.el.span(icon("circle-x", 14), class_name="err")),
        rx.fragment(),
    )
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.span(card.name, class_name="sm m tr"),
                rx.el.span(card.facts, class_name=rx.cond(is_lacking, "xs err", "xs mut")),
                class_name="col grow",
            ),
            mark,
            type="button",
            on_click=WorkflowList.choose(card.id),
            aria_current=rx.cond(WorkflowList.chosen == card.id, "true", "false"),
            class_name="row",
        ),
        key=card.id,
    )


def _rename() -> rx.Component:
    name = field(
        "Name",
        text_input(
            "workflow-name", name="name", error=WorkflowTasks.error, default_value=WorkflowTasks.name, auto_focus=True,
            max_length=NAME_LIMIT, spell_check=False,
        ),
        error_line("workflow-name", WorkflowTasks.error),
        field_id="workflow-name",
    )  # fmt: skip
    form = rx.el.form(
        name,
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button("Rename", look="solid", type="submit"),
            class_name="row end-row",
        ),
        on_submit=WorkflowTasks.rename,
        class_name="col g4 dlg-body",
        no_validate=True,
    )
    return dialog(
        dialog_heading(f"Rename {WorkflowTasks.name}"),
        form,
        is_open=WorkflowTasks.task == RENAME,
        on_open_change=WorkflowTasks.toggle,
        class_name="narrow",
    )


def _delete_question() -> rx.Component:
    return question(
        f"Delete {WorkflowTasks.name}?",
        "Its mapping goes too, and batches that wait for it fail. Pictures it painted stay, and so does the file you "
        "brought it from.",
        keep="Keep the Workflow",
        destroy="Delete the Workflow",
        is_open=WorkflowTasks.task == DELETE,
        on_open_change=WorkflowTasks.toggle,
        on_destroy=WorkflowTasks.delete,
    )
