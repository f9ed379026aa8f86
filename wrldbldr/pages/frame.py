"""The shell around every page for people who are signed in."""

from collections.abc import Sequence

import reflex as rx

from wrldbldr.components.connection import banner
from wrldbldr.components.keys import KEYS, keys_dialog
from wrldbldr.components.queue.dock import announcements
from wrldbldr.state.recall import Recall


def frame(
    bar: rx.Component,
    *content: rx.Component,
    over: tuple[rx.Component, ...] = (),
    keys: Sequence[tuple[str, str]] = KEYS,
) -> rx.Component:
    """The bar, what is wrong with ComfyUI, the page below it, and the windows that open over it."""
    return rx.el.div(
        bar,
        banner(),
        *content,
        announcements(),
        keys_dialog(keys),
        *over,
        class_name="app",
        data_account=Recall.account,
    )
