"""What can be done with the pictures that are selected."""

from typing import Any

import reflex as rx

from wrldbldr.components.button import Look, button, icon_button
from wrldbldr.components.icon import icon
from wrldbldr.state.comparing import Comparing
from wrldbldr.state.moving import Moving
from wrldbldr.state.picked import Picked

REASON = "why-not-active"


def bulk_bar() -> rx.Component:
    """Over the pictures, as long as any is selected. Without room for words the icons stand alone."""
    many = Picked.ids.length()
    starred = rx.cond(Picked.are_starred, "Take the Stars Off", "Star")
    bar = rx.el.div(
        rx.el.span(many, rx.el.span(" selected", class_name="wide"), class_name="b sm num", role="status"),
        _act("star", starred, on_click=Picked.star),
        _act("tag", "Tag…", on_click=Picked.tag),
        _act("folder-input", "Move to…", on_click=Moving.begin_picked),
        _act("download", "Download", on_click=Picked.download),
        rx.cond(many == 2, _act("columns-2", "Compare", on_click=Comparing.begin_picked)),
        _activate(),
        _act("trash-2", f"Delete {many}…", look="dtext", on_click=Picked.ask_to_delete),
        icon_button("x", "Select nothing", on_click=Picked.pick("none")),
        class_name="bulk",
        role="toolbar",
        aria_label="Selected pictures",
    )
    return rx.fragment(
        rx.cond(many > 0, rx.el.div(bar, class_name="bulk-room")),
        rx.el.input(
            type="text", hidden=True, aria_hidden=True, tab_index=-1, data_pick=True, on_change=Picked.pick
        ),  # assets/picking.js writes into these two
        rx.el.input(type="text", hidden=True, aria_hidden=True, tab_index=-1, data_drop_on=True, on_change=Moving.drop),
    )


def _act(glyph: str, name: rx.Var[str] | str, *, look: Look = "", **props: Any) -> rx.Component:
    return button(rx.el.span(name, class_name="wide"), glyph=glyph, look=look, aria_label=name, title=name, **props)


def _activate() -> rx.Component:
    """It stays reachable when it cannot work, and says why."""
    is_refused = Picked.why_not != ""
    return rx.el.span(
        button(
            rx.el.span("Set as Active", class_name="wide"),
            glyph="circle-check",
            aria_label="Set as Active",
            aria_disabled=rx.cond(is_refused, "true", "false"),
            aria_describedby=rx.cond(is_refused, REASON, ""),
            on_click=Picked.activate,
        ),
        rx.cond(is_refused, rx.el.span(Picked.why_not, id=REASON, class_name="why", role="tooltip")),
        class_name="with-why",
    )


def check(asset: rx.Var[str], label: rx.Var[str], is_picked: rx.Var[bool]) -> rx.Component:
    """At the corner of a tile."""
    return rx.el.button(
        icon("check", 14),
        type="button",
        class_name="tick",
        role="checkbox",
        aria_checked=rx.cond(is_picked, "true", "false"),
        aria_label=f"Select {label}",
        tab_index=-1,
        data_act="x",
        on_click=Picked.toggle(asset),
    )
