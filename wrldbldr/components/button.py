"""Buttons and links that look like them."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from wrldbldr.components.icon import icon

Look = Literal["", "solid", "warm", "line", "ghost", "danger", "dtext"]
Size = Literal["", "s", "l"]


def button(
    *label: rx.Component | rx.Var[str] | str, glyph: str = "", look: Look = "", size: Size = "", **props: Any
) -> rx.Component:
    """A verb to click. `look` soft unless named; solid once per view."""
    props.setdefault("type", "button")
    small = 14 if size == "s" or look == "solid" else 16
    lead = [icon(glyph, small)] if glyph else []
    return rx.el.button(*lead, *label, class_name=_classes(look, size), **props)


def icon_button(
    glyph: str, name: rx.Var[str] | str, *, look: Look = "ghost", size: Size = "", **props: Any
) -> rx.Component:
    """A button that is only an icon; `name` is read aloud and shown as a tooltip."""
    props.setdefault("type", "button")
    mark = icon(glyph, 14 if size == "s" else 16)
    return rx.el.button(mark, class_name=f"{_classes(look, size)} sq", aria_label=name, title=name, **props)


def unable(label: str, *, glyph: str, why: str, why_id: str) -> rx.Component:
    """A button that cannot work now: it stays reachable and the reason stands under it."""
    return rx.fragment(
        button(label, glyph=glyph, aria_disabled=True, aria_describedby=why_id),
        rx.el.p(icon("info", 14), why, id=why_id, class_name="hint center"),
    )


def link(*children: rx.Component | rx.Var[str] | str, to: rx.Var[str] | str, **props: Any) -> rx.Component:
    """A way to another page that does not load everything anew."""
    return ReactRouterLink.create(*children, to=to, **props)


def link_button(label: str, *, to: rx.Var[str] | str, look: Look = "", **props: Any) -> rx.Component:
    """A link as weighty as a button."""
    return link(label, to=to, class_name=_classes(look, ""), **props)


def _classes(look: str, size: str) -> str:
    return " ".join(filter(None, ("btn", look, size)))
