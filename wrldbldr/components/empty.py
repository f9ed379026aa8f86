"""Where there is nothing yet: one sentence, one button, and why if the button cannot work."""

import reflex as rx

from wrldbldr.components.icon import icon
from wrldbldr.components.plate import hole


def empty(
    title: str, says: rx.Var[str] | str, *actions: rx.Component, glyph: str = "", size: str = "md"
) -> rx.Component:
    """A place that waits to be filled."""
    mark = [rx.el.span(icon(glyph, 28), class_name="empty-mark")] if glyph else []
    return rx.el.div(
        *mark,
        rx.el.p(title, class_name=f"name {size} {'b' if size == 'lg' else ''}".strip()),
        rx.el.p(says, class_name="sec" if size == "lg" else "hint center"),
        *actions,
        class_name="empty",
    )


def three_holes() -> rx.Component:
    """Three frames with nothing in them, and a flame in the middle one."""
    return rx.el.div(
        hole(icon("user-round", 28), class_name="card left"),
        hole(icon("flame", 28), class_name="card lit"),
        hole(icon("image", 28), class_name="card right"),
        class_name="row center three-holes",
        aria_hidden=True,
    )
