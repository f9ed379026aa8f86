"""What stands in a world's place where there is none."""

import reflex as rx

from wrldbldr.components.button import link_button
from wrldbldr.components.empty import empty


def no_such_world() -> rx.Component:
    """It is gone, or not theirs."""
    return rx.el.main(
        empty(
            "There is no such world",
            "It was deleted, or it belongs to somebody else.",
            link_button("All Worlds", to="/"),
            size="lg",
        ),
        class_name="middle",
    )
