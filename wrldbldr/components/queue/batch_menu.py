"""What can be done with a batch that waits: one menu for all of them, opened by a right click or by a row's grip."""

import reflex as rx

from wrldbldr.components.icon import icon
from wrldbldr.state.queue import Queue
from wrldbldr.state.steering import Steering

MOVES = (
    ("top", "Move to Top", "arrow-up-to-line", "Alt ⇧ ↑"),
    ("up", "Move Up", "arrow-up", "Alt ↑"),
    ("down", "Move Down", "arrow-down", "Alt ↓"),
    ("bottom", "Move to Bottom", "arrow-down-to-line", "Alt ⇧ ↓"),
)


def batch_menu() -> rx.Component:
    """For the row it was opened over."""
    item = rx.context_menu.item
    moves = [
        item(icon(glyph), label, rx.el.kbd(key), on_select=Steering.move("", move)) for move, label, glyph, key in MOVES
    ]
    return rx.context_menu.content(
        rx.context_menu.label(Steering.target_name),
        *moves,
        rx.context_menu.separator(),
        item(icon("chevron-down"), "Show Details", on_select=Queue.toggle_details(Steering.target)),
        item(icon("x"), "Cancel…", class_name="danger", on_select=Queue.ask_to_cancel(Steering.target)),
    )
