"""The question before something is destroyed: the safe answer has the focus."""

from typing import Any

import reflex as rx

from wrldbldr.components.button import button


def question(
    title: rx.Component | rx.Var[str] | str,
    *says: rx.Component | rx.Var[str] | str,
    keep: rx.Var[str] | str,
    destroy: rx.Var[str] | str,
    is_open: rx.Var[bool],
    on_open_change: Any,
    on_destroy: Any,
) -> rx.Component:
    """Ask. Esc and the safe answer close it; only the red button acts."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, class_name="name md b"),
            rx.alert_dialog.description(*says, class_name="sm sec"),
            rx.el.div(
                rx.alert_dialog.cancel(button(keep)),
                rx.alert_dialog.action(button(destroy, look="danger", on_click=on_destroy)),
                class_name="row end-row wrap",
            ),
            class_name="dlg ask",
        ),
        open=is_open,
        on_open_change=on_open_change,
    )
