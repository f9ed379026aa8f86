"""The window about the players at a table: how they join, and who sits there."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.domain.text import NAME_LIMIT
from wrldbldr.state.place import Place
from wrldbldr.state.seats import SeatCard, Seats


def players_button() -> rx.Component:
    """How many sit at the table; opens the window."""
    count = rx.cond(Seats.players.length() > 0, rx.el.span(Seats.players.length(), class_name="bdg tiny num"))
    return rx.el.button(
        icon("users-round"), rx.el.span("Players", class_name="wide"), count,
        type="button", class_name="btn ghost", title="Who sits at the table, and how players join",
        aria_label=f"Players at the table: {Seats.players.length()}", on_click=Seats.toggle(True),
    )  # fmt: skip


def table_dialog() -> rx.Component:
    """The code large enough to be read across a table."""
    return dialog(
        heading("Players", rx.el.p(Place.table_name, class_name="sm sec")),
        rx.el.div(_invitation(), _list(), _another(), class_name="col g4 dlg-body"),
        is_open=Seats.is_open,
        on_open_change=Seats.toggle,
        class_name="narrow",
    )


def _invitation() -> rx.Component:
    copy = [rx.set_clipboard(Seats.link), rx.toast.success("Link copied")]
    words = rx.el.div(
        rx.el.p(
            "Players open the link, or type the code at ", rx.el.span(Seats.place, "/join", class_name="mono"), ".",
            class_name="sm sec",
        ),
        rx.el.p(Seats.code, class_name="join-code", aria_label=f"Join code {Seats.code}"),
        rx.el.div(
            button("Copy Link", glyph="copy", look="solid", size="s", on_click=copy),
            button("New Code", glyph="refresh-cw", look="ghost", size="s", on_click=Seats.change_code, title="The old code opens nothing any more"),
            class_name="row g3 wrap",
        ),
        class_name="col g3 grow",
    )  # fmt: skip
    return rx.fragment(
        rx.el.div(
            rx.el.img(src=Seats.picture, alt="The link as a QR code", class_name="qr"),
            words,
            class_name="row g4 top invite",
        ),
        rx.cond(
            Seats.is_only_here,
            rx.el.p(
                icon("info", 14),
                rx.el.span(
                    "Players’ devices find this machine at ",
                    rx.el.span(Seats.place, class_name="mono"),
                    " while they are in the same network, and if its firewall lets them.",
                ),
                class_name="hint",
            ),
        ),
    )


def _list() -> rx.Component:
    return rx.el.section(
        rx.el.h3("At the table", class_name="lab"),
        rx.cond(
            Seats.players.length() > 0,
            rx.el.ul(rx.foreach(Seats.players, _player), class_name="panel lines"),
            rx.el.p("Nobody yet. Whoever joins appears here at once.", class_name="sm sec"),
        ),
        class_name="col g3",
    )


def _another() -> rx.Component:
    """For a second group in the same world."""
    name = text_input(
        "table-name", name="name", error=Seats.error, placeholder="The Thursday table", max_length=NAME_LIMIT
    )
    return rx.el.form(
        field(
            "Another table in this world",
            rx.el.div(name, button("Set It Up", glyph="plus", type="submit"), class_name="row g3 make"),
            error_line("table-name", Seats.error),
            field_id="table-name",
        ),
        on_submit=Seats.set_up,
        no_validate=True,
    )


def _player(player: rx.vars.ObjectVar[SeatCard]) -> rx.Component:
    return rx.el.li(
        icon("user-round", class_name="mut"),
        rx.el.div(
            rx.el.p(player.name, class_name="sm m tr"),
            rx.el.p("joined ", ago(player.joined_at), class_name="hint plain num"),
            class_name="grow",
        ),
        button(
            "Send Away", size="s", look="dtext", on_click=Seats.send_away(player.id),
            aria_label=f"Send {player.name} away", title="They see and hear nothing more, but could come back with the code",
        ),
        key=player.id,
        class_name="row g3",
    )  # fmt: skip
