"""The shell around every page for people who are signed in."""

import reflex as rx

from wrldbldr.components.connection import banner
from wrldbldr.components.keys import keys_dialog
from wrldbldr.components.queue.dock import announcements
from wrldbldr.state.recall import Recall


def frame(bar: rx.Component, *content: rx.Component, over: tuple[rx.Component, ...] = ()) -> rx.Component:
    """The bar, what is wrong with ComfyUI, the page below it, and the windows that open over it."""
    return rx.el.div(
        bar, banner(), *content, announcements(), keys_dialog(), *over, class_name="app", data_account=Recall.account
    )
