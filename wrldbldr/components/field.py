"""Labels, inputs, hints and errors."""

from typing import Any

import reflex as rx

from wrldbldr.components.icon import icon


def field(
    label: str, control: rx.Component, *under: rx.Component, field_id: str, note: rx.Component | None = None
) -> rx.Component:
    """A control with its label above and whatever stands under it."""
    words = rx.el.label(label, html_for=field_id, class_name="lab")
    head = words if note is None else rx.el.div(words, rx.el.span(note, class_name="end hint"), class_name="row")
    return rx.el.div(head, control, *under, class_name="f")


def error_line(field_id: str, message: rx.Var[str]) -> rx.Component:
    """Why a value was refused; nothing while it is not."""
    return rx.cond(
        message != "",
        rx.el.p(icon("circle-alert", 14), message, id=f"{field_id}-error", class_name="hint err", role="alert"),
    )


def text_input(
    field_id: str, *, error: rx.Var[str] | None = None, class_name: str = "in", **props: Any
) -> rx.Component:
    """One line of text. What is typed stays in the browser until the form takes it."""
    return rx.el.input(id=field_id, class_name=class_name, auto_complete="off", **_told(field_id, error), **props)


def text_area(field_id: str, *, error: rx.Var[str] | None = None, class_name: str = "in", **props: Any) -> rx.Component:
    """Several lines of text."""
    return rx.el.textarea(id=field_id, class_name=class_name, **_told(field_id, error), **props)


def switch(label: str, is_on: rx.Var[bool], **props: Any) -> rx.Component:
    """On or off."""
    return rx.el.button(
        type="button", role="switch", aria_checked=rx.cond(is_on, "true", "false"), aria_label=label, class_name="sw",
        **props,
    )  # fmt: skip


def slider(field_id: str, value: rx.vars.NumberVar[Any], *, low: int, high: int, **props: Any) -> rx.Component:
    """A number between two ends."""
    filled = ((value - low) * 100 / (high - low)).to_string() + "%"
    return rx.el.input(
        id=field_id,
        type="range",
        min=str(low),
        max=str(high),
        class_name="range",
        custom_attrs={"style": rx.Var.create({"--v": filled})},
        **props,
    )


def _told(field_id: str, error: rx.Var[str] | None) -> dict[str, Any]:
    if error is None:
        return {}
    is_bad = error != ""
    return {
        "aria_invalid": rx.cond(is_bad, "true", "false"),
        "aria_describedby": rx.cond(is_bad, f"{field_id}-error", ""),
    }
