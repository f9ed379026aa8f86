"""`/setup`: the first visit ever makes the owner account."""

import reflex as rx

from wrldbldr.components.icon import icon
from wrldbldr.pages.page import Page
from wrldbldr.pages.threshold import credentials, threshold
from wrldbldr.services.demo.lantern_coast import NAME, PEOPLE, PICTURE_COUNT, PLACES
from wrldbldr.state.connection import Connection
from wrldbldr.state.door import Door


def setup() -> rx.Component:
    """Who keeps this place, whether to begin with the demo world, and who will paint."""
    return threshold(
        rx.el.div(
            rx.el.h1("Who keeps this place?", class_name="name xl b"),
            rx.el.p(
                "The first account is the owner: it looks after ComfyUI and the workflows that paint. "
                "Everything stays on this machine.",
                class_name="sec",
            ),
            class_name="col",
        ),
        credentials("Make the Owner Account", demo_switch(), action="/api/auth/setup", is_new=True),
        painter_note(),
    )


def demo_switch() -> rx.Component:
    """On unless switched off."""
    return rx.el.label(
        rx.el.input(
            type="checkbox", role="switch", name="demo", class_name="sw", default_checked=True, aria_describedby="demo-what"
        ),
        rx.el.span(
            rx.el.span("Load the demo world", class_name="m"),
            rx.el.span(
                f"{NAME}: {len(PEOPLE)} characters, {len(PLACES)} locations, {PICTURE_COUNT} pictures.", class_name="hint",
                id="demo-what",
            ),
        ),
        class_name="row g3",
    )  # fmt: skip


def painter_note() -> rx.Component:
    """So that nobody is surprised by whose pictures these are."""

    def note(glyph: str, head: rx.Var[str] | str, says: str) -> rx.Component:
        return rx.el.div(
            rx.el.span(icon(glyph), class_name="warm"),
            rx.el.div(rx.el.p(head, class_name="m sm"), rx.el.p(says, class_name="hint")),
            class_name="panel row g3 top painter-note",
        )

    simulator = note(
        "flask-conical",
        "No ComfyUI found at 127.0.0.1:8188",
        "The built-in simulator paints placeholder pictures until you connect your own in Settings. Nothing else changes.",
    )
    at_address = note(
        "flask-conical",
        f"A simulator answers at {Connection.address}",
        "It paints placeholder pictures until you connect your own ComfyUI in Settings. Nothing else changes.",
    )
    found = note("plug-zap", f"ComfyUI found at {Connection.address}", "Your own ComfyUI paints the pictures.")
    away = note(
        "unplug",
        f"ComfyUI at {Connection.address} does not answer yet",
        "You can begin without it: what you ask for waits until it does.",
    )
    return rx.cond(
        Door.is_ready,
        rx.cond(
            Connection.is_simulated,
            rx.cond(Connection.is_built_in, simulator, at_address),
            rx.cond(Connection.is_away, away, found),
        ),
    )


PAGE = Page("/setup", "Set up", setup, [Door.at_setup])
