"""Assigning a var sends it, changed or not."""

import reflex as rx


def change(state: rx.State, **values: object) -> None:
    """Assign only what differs from what the tab has."""
    for name, value in values.items():
        if getattr(state, name) != value:
            setattr(state, name, value)
