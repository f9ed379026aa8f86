"""What shows when the browser has lost the server: in our words, and gone by itself."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from wrldbldr.components.icon import icon


def offline_notice() -> rx.Component:
    """Nothing is lost: the page catches up when the server is back."""
    return rx.cond(
        has_connection_errors,
        rx.el.div(
            icon("unplug", 20, class_name="err"),
            rx.el.div(
                rx.el.p("WrldBldr does not answer - reconnecting…", class_name="m"),
                rx.el.p("What is in the queue goes on. This page catches up by itself.", class_name="xs sec"),
            ),
            class_name="offline row g3",
            role="status",
        ),
    )
