"""What takes room on the disk, for owners."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.components.question import question
from wrldbldr.components.settings.navigation import heading
from wrldbldr.components.skeleton import form_skeleton
from wrldbldr.state.storage import Storage, StorageLine

Line = rx.vars.ObjectVar[StorageLine]


def storage() -> tuple[rx.Component, ...]:
    """The parts, who has how much, and what can be done."""
    warning = rx.el.p(
        icon("triangle-alert", 16), Storage.warning, class_name="panel row g3 padded low-room", role="alert"
    )
    counted = rx.fragment(
        rx.cond(Storage.warning != "", warning),
        rx.el.ul(rx.foreach(Storage.lines, _line), class_name="panel lines", aria_label="What takes room"),
        _care(),
        rx.el.section(
            rx.el.h2("Pictures by game master", class_name="h2"),
            rx.el.ul(rx.foreach(Storage.people, _line), class_name="panel lines"),
            class_name="col g3 ruled",
        ),
    )
    return (
        heading("Storage", Storage.free),
        rx.cond(Storage.lines.length() > 0, counted, form_skeleton()),
        _question(),
    )


def _line(line: Line) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(line.label, class_name="sm m tr"),
            rx.cond(line.says != "", rx.el.p(line.says, class_name="hint plain num")),
            class_name="grow",
        ),
        rx.el.span(line.size, class_name="sm num"),
        key=line.label,
        class_name="row g3",
    )


def _care() -> rx.Component:
    look = button(
        rx.cond(Storage.is_looking, "At Work…", "Look for Unused Files"),
        glyph="search",
        on_click=Storage.sweep,
        disabled=Storage.is_looking,
    )
    empty = rx.cond(
        Storage.has_trash,
        button(
            "Empty the Trash…",
            glyph="trash-2",
            look="dtext",
            on_click=Storage.ask(True),
            disabled=Storage.is_looking,
        ),
    )
    hint = "WrldBldr looks every hour by itself. What is younger than an hour is left alone: it may just be on its way."
    return rx.el.div(
        rx.el.div(look, empty, class_name="row g3 wrap"),
        rx.el.p(rx.cond(Storage.report != "", Storage.report, hint), class_name="hint", role="status"),
        class_name="col g3",
    )


def _question() -> rx.Component:
    return question(
        "Empty the trash?",
        "No picture of this database uses what is in it. If you put an older backup of the database back, pictures in it "
        "that were deleted since will lack their files.",
        keep="Keep It",
        destroy="Empty the Trash",
        is_open=Storage.is_asking,
        on_open_change=Storage.ask,
        on_destroy=Storage.empty,
    )
