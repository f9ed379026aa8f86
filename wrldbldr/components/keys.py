"""Which keys do what (assets/keys.js)."""

from collections.abc import Sequence

import reflex as rx

from wrldbldr.components.dialog import dialog_with_trigger, heading

KEYS = (
    ("G", "Generate for whoever is shown"),
    ("Ctrl ⏎", "Generate, inside the dialog"),
    ("Ctrl ⇧ ⏎", "Generate before everything else of yours that waits"),
    ("/", "Find a character or location"),
    ("F", "Search pictures"),
    ("Q", "Show or hide the queue"),
    ("Alt ↑ ↓", "Move a waiting batch, with ⇧ to an end"),
    ("← → ↑ ↓", "Move among pictures"),
    ("⏎", "Look at a picture"),
    ("X", "Select a picture, or not"),
    ("⇧ ⏎", "Select all up to a picture, as ⇧ and a click do"),
    ("Ctrl A", "Select all pictures that are shown"),
    (".", "Star a picture"),
    ("S", "Use a picture as style reference"),
    ("I", "View Generation Info"),
    ("R", "Remix a picture"),
    ("T", "Tag a picture"),
    ("1 – 5, 0", "Rate a picture, where it is shown large"),
    ("A", "Set as Active, where a batch's pictures are chosen"),
    ("C", "Compare the picture that is shown large with the others of its batch"),
    ("+ − 0", "Enlarge both, and back, where two are compared"),
    ("Del", "Delete a picture"),
    ("Alt T", "Go to the notices"),
    ("Esc", "Close, or select nothing"),
    ("?", "This list"),
)


DIRECTOR_KEYS = (
    ("N", "Quick NPC: a name, one line, and their portrait is on its way"),
    ("J K", "The next character, the one before"),
    ("B", "Bring them on the stage, or take them off"),
    ("R", "Show a picture: to everybody, to some, or on the stage"),
    ("G", "Generate their portrait"),
    ("S", "Generate their sprite"),
    ("Ctrl ⏎", "Generate or reveal, inside the dialog"),
    ("Ctrl ⇧ ⏎", "Generate before everything else of yours that waits"),
    ("/", "Find a character"),
    ("Q", "Show or hide the queue"),
    ("Alt ↑ ↓", "Move a waiting batch, with ⇧ to an end"),
    ("Alt T", "Go to the notices"),
    ("Esc", "Close"),
    ("?", "This list"),
)
"""In Director Mode."""


def keys_dialog(keys: Sequence[tuple[str, str]]) -> rx.Component:
    """The list, opened by `?` or from the account's menu."""
    lines = [rx.fragment(rx.el.dt(rx.el.kbd(key)), rx.el.dd(does)) for key, does in keys]
    return dialog_with_trigger(
        heading("Keys"),
        rx.el.dl(*lines, class_name="kv keys"),
        data_key="?",
        class_name="narrow",
    )
