"""Somebody new, in one step of the keyboard: a name, Tab, a line, Enter."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.domain.text import LINE_LIMIT, NAME_LIMIT
from wrldbldr.state.quick import Quick


def quick_dialog() -> rx.Component:
    """The portrait is asked for with what the workflow comes with."""
    form = rx.el.form(
        field(
            "Name",
            text_input("quick-name", name="name", error=_error_of("name"), auto_focus=True, max_length=NAME_LIMIT),
            error_line("quick-name", _error_of("name")),
            field_id="quick-name",
        ),
        field(
            "One line for the painter",
            text_input(
                "quick-line", name="line", error=_error_of("line"), max_length=LINE_LIMIT,
                placeholder="A ferryman with one eye and a good coat",
            ),
            error_line("quick-line", _error_of("line")),
            field_id="quick-line",
        ),
        rx.el.p("Players do not know them until you say so. The portrait goes to their gallery.", class_name="hint"),
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button("Generate Portrait", rx.el.kbd("⏎"), glyph="brush", look="solid", type="submit"),
            class_name="row end-row",
        ),
        on_submit=Quick.make,
        class_name="col g4 dlg-body",
    )  # fmt: skip
    return dialog(heading("Quick NPC"), form, is_open=Quick.is_open, on_open_change=Quick.toggle, class_name="narrow")


def _error_of(name: str) -> rx.Var[str]:
    return rx.cond(Quick.error_field == name, Quick.error, "").to(str)
