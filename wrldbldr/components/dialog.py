"""The frame of a dialog."""

from typing import Any

import reflex as rx

from wrldbldr.components.button import icon_button


def dialog(*body: rx.Component, is_open: rx.Var[bool], on_open_change: Any, class_name: str) -> rx.Component:
    """A window over the page. Esc and a click beside it close it."""
    content = rx.dialog.content(*body, class_name=f"dlg {class_name}", aria_describedby="")
    return rx.dialog.root(content, open=is_open, on_open_change=on_open_change)


def heading(title: rx.Component | rx.Var[str] | str, *under: rx.Component) -> rx.Component:
    """Its name, and the button that closes it."""
    return rx.el.div(
        rx.el.div(rx.dialog.title(title, class_name="name lg b"), *under, class_name="grow"),
        close_button(),
        class_name="row top dlg-head",
    )


def close_button() -> rx.Component:
    """The cross."""
    return rx.dialog.close(icon_button("x", "Close"))


def dialog_with_trigger(*body: rx.Component, data_key: str, class_name: str) -> rx.Component:
    """A window that a key opens, without the server."""
    trigger = rx.el.button(type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_key=data_key)
    return rx.dialog.root(
        rx.dialog.trigger(trigger), rx.dialog.content(*body, class_name=f"dlg {class_name}", aria_describedby="")
    )
