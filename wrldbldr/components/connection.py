"""How ComfyUI is: a badge in every bar, and a banner while something is wrong."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from wrldbldr.components.button import button, link
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import until
from wrldbldr.state.connection import Connection


def connection_badge() -> rx.Component:
    """In one glance: icon, word and colour."""
    away = _badge("err", icon("unplug", 14), "ComfyUI disconnected")
    resting = _badge("err", icon("timer", 14), rx.el.span("Resting ", until(Connection.retry_at), class_name="num"))
    stuck = _badge("err", icon("hourglass", 14), "ComfyUI stuck")
    shaky = _badge("warn", icon("activity", 14), "ComfyUI shaky")
    fine = rx.cond(
        Connection.is_simulated,
        _badge("warmb", icon("flask-conical", 14), "Simulator"),
        _badge("out", icon("plug-zap", 14, class_name="ok"), "ComfyUI"),
    )
    badges = rx.match(
        Connection.state_name,
        ("connected", fine),
        ("degraded", shaky),
        ("disconnected", away),
        ("circuit_open", resting),
        ("stuck", stuck),
        rx.fragment(),
    )
    return link(badges, to="/settings", title=Connection.message, class_name="connection")


def banner() -> rx.Component:
    """What is wrong and what to do. It pushes the page down, and leaves by itself.

    While the page itself is cut off nothing is known of ComfyUI, and nothing could be tried from here.
    """
    wrong = rx.match(
        Connection.state_name,
        ("disconnected", _banner("unplug", "ComfyUI Disconnected - Reconnecting…")),
        ("circuit_open", _banner("timer", "ComfyUI Unavailable")),
        ("stuck", _banner("hourglass", "ComfyUI Is Stuck")),
        ("degraded", _banner("activity", "ComfyUI is shaky", soft=True)),
        rx.fragment(),
    )
    return rx.el.div(rx.cond(has_connection_errors, rx.fragment(), wrong), role="status")


def _badge(look: str, *inside: rx.Component | str) -> rx.Component:
    return rx.el.span(*inside, class_name=f"bdg {look}")


def _banner(glyph: str, title: str, *, soft: bool = False) -> rx.Component:
    countdown = rx.cond(
        Connection.retry_at != "",
        rx.el.span("Next try in ", until(Connection.retry_at), ". ", class_name="num b", aria_hidden=True),
    )
    address = rx.el.span(Connection.address, class_name="mono")
    retry = button(
        rx.cond(Connection.is_trying, "Trying…", "Retry Now"),
        glyph="refresh-cw",
        size="s",
        on_click=Connection.retry_now,
        aria_disabled=rx.cond(Connection.is_trying, "true", "false"),
    )
    return rx.el.div(
        rx.el.span(icon(glyph, 20), class_name="yel" if soft else "err"),
        rx.el.div(
            rx.el.p(title, class_name="m"),
            rx.el.p(
                countdown,
                Connection.message,
                rx.fragment() if soft else rx.fragment(" It was tried at ", address, "."),
                class_name="sm sec",
            ),
            class_name="grow",
        ),
        rx.fragment() if soft else retry,
        class_name="banner soft" if soft else "banner",
    )
