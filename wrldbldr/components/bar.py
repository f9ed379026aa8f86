"""The bar on top of every page: where one is, how ComfyUI is, the queue, and who is signed in."""

import reflex as rx

from wrldbldr.components.button import link
from wrldbldr.components.connection import connection_badge
from wrldbldr.components.icon import icon, logo
from wrldbldr.services.cards import GameSessionCard
from wrldbldr.state.live import Live
from wrldbldr.state.me import Me
from wrldbldr.state.place import Mode, Place
from wrldbldr.state.queue import Queue
from wrldbldr.state.seats import Seats

MODE_NAMES = {Mode.CREATE: "Creator Mode", Mode.DIRECT: "Director Mode"}
SIGN_OUT = rx.call_script("wrldbldrSignOut()")
SHOW_KEYS = rx.call_script("document.querySelector('[data-key=\"?\"]').click()")


def bar(*middle: rx.Component, title: rx.Component, end: tuple[rx.Component, ...] = ()) -> rx.Component:
    """`title` says where one is; what belongs to the page stands after it and, at the `end`, before the account."""
    return rx.el.header(
        link(logo(), to="/", class_name="logo", aria_label="All worlds", title="All worlds"),
        title,
        *middle,
        rx.el.div(connection_badge(), *end, account_menu(), class_name="row end g3"),
        class_name="bar",
    )


def modes(mode: Mode) -> rx.Component:
    """Between preparing, playing, and what players see: their door opens in a window of its own."""

    def to(other: Mode, label: str, glyph: str) -> rx.Component:
        return link(
            icon(glyph, 14), rx.el.span(label), to=f"/worlds/{Place.world}/{other}?table={Place.table}",
            aria_current="page" if other is mode else "false",
        )  # fmt: skip

    play = rx.el.a(
        icon("tv", 14), rx.el.span("Play"), href=f"/join/{Seats.code}", target="_blank",
        title="What players see, in a window of its own: for a screen on the wall", aria_current="false",
    )  # fmt: skip
    return rx.el.nav(
        to(Mode.CREATE, "Create", "brush"), to(Mode.DIRECT, "Direct", "drama"), play, class_name="seg modes",
        aria_label="Mode",
    )  # fmt: skip


def table_chooser(mode: Mode) -> rx.Component:
    """Which game session one works at; only where there are several."""

    def line(table: rx.vars.ObjectVar[GameSessionCard]) -> rx.Component:
        address = f"/worlds/{Place.world}/{mode}?table={table.id}"
        return rx.dropdown_menu.item(table.name, on_select=rx.redirect(address))

    return rx.cond(
        Place.tables.length() > 1,
        rx.dropdown_menu.root(
            rx.dropdown_menu.trigger(
                rx.el.button(
                    icon("library", 14),
                    rx.el.span(Place.table_name, class_name="sec tr"),
                    icon("chevron-down", 14),
                    type="button",
                    class_name="btn ghost s",
                    aria_label=f"Game session: {Place.table_name}",
                )
            ),
            rx.dropdown_menu.content(rx.foreach(Place.tables, line)),
        ),
    )


def queue_button() -> rx.Component:
    """How many batches are on their way, and how many ended unseen. It hides the dock on a wide window, else shows it."""
    lively = rx.cond(Live.painting.length() > 0, "bdg warmb tiny num", "bdg tiny num")
    count = rx.cond(Live.open_count > 0, rx.el.span(Live.open_count, class_name=lively))
    news = rx.cond(
        Queue.unseen > 0,
        rx.el.span(
            Queue.unseen, " new", title="Ended since somebody last saw the queue", class_name="bdg new tiny num"
        ),
    )
    return rx.fragment(
        rx.el.button(
            icon("list-todo"), rx.el.span("Queue", class_name="wide"), count, news,
            type="button", class_name="btn ghost queue-button", data_key="q", title="Show or hide the queue",
            data_unseen=Queue.unseen, on_click=Queue.toggle_dock,
        ),
        rx.el.button(type="button", hidden=True, aria_hidden=True, on_click=Queue.see),  # assets/ended.js presses it
    )  # fmt: skip


def account_menu() -> rx.Component:
    """Who is signed in."""
    face = rx.el.button(
        Me.initials, type="button", class_name="face", aria_label=f"Account of {Me.name}", title=Me.name
    )
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(face),
        rx.dropdown_menu.content(
            rx.cond(Place.world != "", rx.fragment(_go_to(Mode.CREATE, "brush"), _go_to(Mode.DIRECT, "drama"))),
            rx.dropdown_menu.item(icon("settings"), "Settings", on_select=rx.redirect("/settings")),
            rx.dropdown_menu.item(icon("keyboard"), "Keys", rx.el.kbd("?"), on_select=SHOW_KEYS),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(icon("log-out"), "Sign Out", on_select=SIGN_OUT),
            align="end",
        ),
    )


def _go_to(mode: Mode, glyph: str) -> rx.Component:
    """On a phone, where the bar has no room for the modes."""
    address = f"/worlds/{Place.world}/{mode}?table={Place.table}"
    return rx.dropdown_menu.item(icon(glyph), MODE_NAMES[mode], on_select=rx.redirect(address))
