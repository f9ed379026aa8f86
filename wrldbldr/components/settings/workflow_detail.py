"""One workflow: what goes where, its defaults, and its other inputs. Whoever is no owner reads it."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.field import error_line, field, text_area, text_input
from wrldbldr.components.icon import asset_icon, icon
from wrldbldr.components.settings.workflow_others import others
from wrldbldr.components.settings.workflow_trial import trial, try_button
from wrldbldr.services.workflow_mapping import Mark
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.workflow_editor import (
    HEIGHT,
    NEGATIVE,
    WIDTH,
    LackCard,
    OptionCard,
    PaintCard,
    SlotCard,
    WorkflowEditor,
)
from wrldbldr.state.workflow_tasks import DELETE, RENAME, WorkflowTasks


def workflow_detail() -> rx.Component:
    """The head with what can be done, the mapping in the middle, and the rest beside it."""
    return rx.el.form(
        _head(),
        rx.cond(
            MyAccount.is_owner,
            rx.fragment(),
            rx.el.p("Only the owner of this WrldBldr changes workflows.", class_name="note"),
        ),
        rx.el.fieldset(
            rx.el.div(_verdict(), trial(), _mapping(), class_name="col g4"),
            rx.el.div(_defaults(), others(), _paints(), class_name="col g4"),
            disabled=~MyAccount.is_owner,
            class_name="workflow-desk",
        ),
        id="workflow-detail",
        on_submit=lambda _: WorkflowEditor.save,
        class_name="col g4 workflow-detail",
        no_validate=True,
        aria_label="The workflow",
    )


def _head() -> rx.Component:
    check = button(
        rx.cond(WorkflowEditor.is_checking, "Checking…", "Check It"),
        glyph="refresh-cw",
        look="ghost",
        on_click=WorkflowEditor.check,
        aria_disabled=rx.cond(WorkflowEditor.is_checking, "true", "false"),
    )
    save = button(
        "Save Mapping", glyph="check", look="solid", type="submit",
        aria_disabled=rx.cond(WorkflowEditor.is_changed, "false", "true"), aria_describedby="workflow-unsaved",
    )  # fmt: skip
    state = rx.cond(
        WorkflowEditor.is_changed,
        rx.fragment(
            "Not saved yet. ",
            rx.el.button("Discard", type="button", class_name="link", on_click=WorkflowEditor.discard),
        ),
        "Everything is saved.",
    )
    more = rx.fragment(
        icon_button("pencil", f"Rename {WorkflowEditor.name}…", on_click=WorkflowTasks.begin(RENAME)),
        icon_button("trash-2", f"Delete {WorkflowEditor.name}…", on_click=WorkflowTasks.begin(DELETE)),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h2(WorkflowEditor.name, class_name="name lg b"),
            rx.el.p(WorkflowEditor.facts, rx.cond(WorkflowEditor.is_built_in, " Comes with WrldBldr.", ""), class_name="sm sec"),
            class_name="grow",
        ),
        rx.el.div(
            rx.el.div(check, rx.cond(MyAccount.is_owner, rx.fragment(try_button(), save, more)), class_name="row"),
            rx.cond(MyAccount.is_owner, rx.el.p(state, id="workflow-unsaved", class_name="hint plain")),
            class_name="col g1 workflow-verbs",
        ),
        class_name="row top wrap",
    )  # fmt: skip


def _verdict() -> rx.Component:
    """Whether ComfyUI would take it, and all that it lacks; said aloud when it changes."""

    def line(lack: rx.vars.ObjectVar[LackCard]) -> rx.Component:
        nearest = rx.cond(lack.nearest != "", rx.el.span(" Nearest: ", rx.el.span(lack.nearest, class_name="mono")))
        return rx.el.li(lack.sentence, nearest, class_name="sm")

    mark = rx.cond(
        WorkflowEditor.is_ok,
        rx.el.span(icon("circle-check"), class_name="ok"),
        rx.el.span(icon("circle-alert"), class_name=rx.cond(WorkflowEditor.lacks.length() > 0, "err", "mut")),
    )
    return rx.el.div(
        rx.el.p(mark, WorkflowEditor.verdict, class_name="row sm"),
        rx.cond(
            WorkflowEditor.lacks.length() > 0, rx.el.ul(rx.foreach(WorkflowEditor.lacks, line), class_name="errbox col")
        ),
        role="status",
        class_name="col workflow-verdict",
    )


def _mapping() -> rx.Component:
    def notice(sentence: rx.Var[str]) -> rx.Component:
        return rx.el.p(icon("info", 14), sentence, class_name="hint")

    return rx.el.section(
        rx.el.h3("What goes where", class_name="h2 mut"),
        rx.foreach(WorkflowEditor.notices, notice),
        rx.el.div(rx.foreach(WorkflowEditor.slots, _slot)),
        class_name="col",
    )


def _slot(slot: rx.vars.ObjectVar[SlotCard]) -> rx.Component:
    name, error = slot.name.to(str), slot.error.to(str)
    field_id = f"slot-{name}"

    def option(one: rx.vars.ObjectVar[OptionCard]) -> rx.Component:
        return rx.el.option(one.label, value=one.key)

    badge = rx.match(
        slot.mark,
        (Mark.FOUND.value, rx.el.span(icon("wand-sparkles", 14), "Found", class_name="bdg new")),
        (Mark.CHOSEN.value, rx.el.span(icon("hand", 14), "Chosen", class_name="bdg warmb")),
        rx.el.span(icon("circle-dashed", 14), "Missing", class_name=rx.cond(name == "positive", "bdg err", "bdg")),
    )
    select = rx.el.select(
        rx.foreach(slot.options.to(list[OptionCard]), option),
        id=field_id,
        value=slot.chosen,
        on_change=lambda key: WorkflowEditor.place(name, key),
        aria_invalid=rx.cond(error != "", "true", "false"),
        aria_describedby=f"{field_id}-says",
        class_name="in quiet",
    )
    words = rx.el.div(
        rx.cond(error != "", rx.el.span(error, class_name="err", role="alert"), slot.says),
        id=f"{field_id}-says",
        class_name="hint",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.label(slot.label, html_for=field_id, class_name="sm m"), rx.el.p(slot.hint, class_name="hint plain")
        ),
        rx.el.div(select, words, class_name="col g1"),
        rx.el.div(badge),
        key=name,
        class_name="slot",
    )


def _defaults() -> rx.Component:
    negative_error = _error_of(NEGATIVE)
    negative = text_area(
        NEGATIVE, error=negative_error, key=f"{NEGATIVE}-{WorkflowEditor.version}", rows="2",
        default_value=WorkflowEditor.typed.get(NEGATIVE, "").to(str),
        on_change=lambda text: WorkflowEditor.fill(NEGATIVE, text),
    )  # fmt: skip
    return rx.el.section(
        rx.el.h3("Defaults", class_name="h2"),
        field("Negative Prompt", negative, error_line(NEGATIVE, negative_error), field_id=NEGATIVE),
        rx.el.div(_side("Width", WIDTH), _side("Height", HEIGHT), class_name="row top"),
        rx.el.p("The dialog opens with this size, and programs that ask for none get it.", class_name="hint"),
        class_name="panel col g3 padded",
    )


def _side(label: str, name: str) -> rx.Component:
    error = _error_of(name)
    typed = text_input(
        name, error=error, key=f"{name}-{WorkflowEditor.version}", input_mode="numeric", placeholder="by its kind",
        default_value=WorkflowEditor.typed.get(name, "").to(str), on_change=lambda text: WorkflowEditor.fill(name, text),
        class_name="in num",
    )  # fmt: skip
    return rx.el.div(field(label, typed, error_line(name, error), field_id=name), class_name="grow")


def _paints() -> rx.Component:
    """Something always paints every kind: one is taken over, never given up."""

    def kind(card: rx.vars.ObjectVar[PaintCard]) -> rx.Component:
        name = card.asset_type.to(str)
        says = rx.cond(card.is_on, "Used", "Use It")
        return rx.el.li(
            asset_icon(name, 16),
            rx.el.span(card.label, class_name="sm grow"),
            rx.cond(
                card.is_on,
                rx.el.span(icon("check", 14), says, class_name="bdg new"),
                rx.cond(
                    MyAccount.is_owner,
                    button(says, size="s", on_click=WorkflowTasks.paint(name), aria_label=f"Use it for {card.label}"),
                ),
            ),
            class_name="row other",
        )

    return rx.el.section(
        rx.el.h3("Used for", class_name="h2"),
        rx.el.ul(rx.foreach(WorkflowEditor.paints, kind)),
        class_name="panel padded",
    )


def _error_of(name: str) -> rx.Var[str]:
    return WorkflowEditor.errors.get(name, "").to(str)
