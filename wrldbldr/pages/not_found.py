"""Any other address."""

import reflex as rx

from wrldbldr.components.button import link_button
from wrldbldr.components.empty import empty
from wrldbldr.pages.page import Page


def not_found() -> rx.Component:
    """It says so, and leads home."""
    return rx.el.main(
        empty(
            "This page is blank", "Nothing was ever written at this address.", link_button("All Worlds", to="/", look="warm"),
            glyph="book-open", size="lg",
        ),
        class_name="app middle",
    )  # fmt: skip


PAGE = Page("/404", "Not found", not_found)
