"""Which keys do what (assets/keys.js)."""

import reflex as rx

from wrldbldr.components.dialog import dialog_with_trigger, heading

KEYS = (
    ("G", "Generate for whoever is shown"),
    ("Ctrl ⏎", "Generate, inside the dialog"),
    ("/", "Find a character or location"),
    ("Q", "Show or hide the queue"),
    ("← → ↑ ↓", "Move among pictures"),
    ("⏎", "Look at a picture"),
    (".", "Star a picture"),
    ("S", "Use a picture as style reference"),
    ("I", "View Generation Info"),
    ("R", "Remix a picture"),
    ("Del", "Delete a picture"),
    ("Esc", "Close"),
    ("?", "This list"),
)


def keys_dialog() -> rx.Component:
    """The list, opened by `?` or from the account's menu."""
    lines = [rx.fragment(rx.el.dt(rx.el.kbd(key)), rx.el.dd(does)) for key, does in KEYS]
    return dialog_with_trigger(
        heading("Keys"),
        rx.el.dl(*lines, class_name="kv keys"),
        data_key="?",
        class_name="narrow",
    )
