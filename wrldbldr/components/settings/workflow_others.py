"""The inputs of a workflow that take nothing of ours: their values, and which are shown where pictures are asked for."""

import reflex as rx

from wrldbldr.components.field import error_line
from wrldbldr.components.icon import icon
from wrldbldr.components.input_control import input_control
from wrldbldr.state.input_cards import InputCard
from wrldbldr.state.workflow_editor import WorkflowEditor


def others() -> rx.Component:
    """Nothing for a workflow that has none."""
    return rx.cond(
        WorkflowEditor.others.length() > 0,
        rx.el.section(
            rx.el.div(
                rx.el.h3("Other inputs", class_name="h2"),
                rx.el.span(WorkflowEditor.others.length(), class_name="end num sm mut"),
                class_name="row",
            ),
            rx.el.p(
                "Shown ones can be set wherever pictures are asked for; locked ones stay as here.",
                class_name="hint plain",
            ),
            rx.el.ul(rx.foreach(WorkflowEditor.others, _line)),
            class_name="panel padded",
        ),
    )


def _line(card: rx.vars.ObjectVar[InputCard]) -> rx.Component:
    def choice(glyph: str, verb: str, *, is_shown: bool) -> rx.Component:
        label = f"{verb} {card.title} {card.word}"
        is_so = card.is_shown if is_shown else ~card.is_shown.to(bool)
        return rx.el.button(
            icon(glyph, 14), type="button", aria_label=label, title=label, aria_pressed=rx.cond(is_so, "true", "false"),
            on_click=WorkflowEditor.show_input(card.key, is_shown),
        )  # fmt: skip

    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(card.word, class_name="sm tr"),
                rx.el.span(card.title, class_name="xs mut tr"),
                class_name="col grow",
                title=f"{card.title} {card.word}",
            ),
            input_control(
                card, WorkflowEditor.lists, prefix="other", on_set=WorkflowEditor.set_input,
                class_name="in value",
            ),
            rx.el.div(
                choice("eye", "Show", is_shown=True), choice("lock", "Lock", is_shown=False), class_name="seg", role="group"
            ),
            class_name="row",
        ),
        error_line(f"other-{card.key}", card.error.to(str)),
        key=f"{card.key}-{WorkflowEditor.version}",
        class_name="other",
    )  # fmt: skip
