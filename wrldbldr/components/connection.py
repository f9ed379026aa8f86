"""How ComfyUI is: a badge in every bar, and a banner while something is wrong."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from wrldbldr.components.button import button, link, link_button
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago, line_until, until
from wrldbldr.state.connection import Connection


def connection_badge() -> rx.Component:
    """In one glance: icon, word and colour."""
    away = _badge("err", icon("unplug", 14), "ComfyUI disconnected")
    resting = _badge("err", icon("timer", 14), rx.el.span("Resting ", until(Connection.retry_at), class_name="num"))
    stuck = _badge("err", icon("hourglass", 14), "ComfyUI stuck")
    shaky = rx.cond(
        Connection.is_obstructed,
        _badge("warn", icon("hourglass", 14), "Waiting for ComfyUI"),
        _badge("warn", icon("activity", 14), "ComfyUI shaky"),
    )
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
    shaky = _soft_banner("activity", "ComfyUI is shaky")
    settings = link_button("Connection Settings", to="/settings", look="ghost")
    obstructed = _soft_banner("hourglass", "The queue waits for ComfyUI", settings)
    wrong = rx.match(
        Connection.state_name,
        ("disconnected", _banner("unplug", "ComfyUI Disconnected - Reconnecting…", still="no answer")),
        ("circuit_open", _banner("timer", "ComfyUI Unavailable", still="no answer")),
        ("stuck", _banner("hourglass", "ComfyUI Is Stuck", still="stuck")),
        ("degraded", rx.cond(Connection.is_obstructed, obstructed, shaky)),
        rx.fragment(),
    )
    return rx.el.div(rx.cond(has_connection_errors, rx.fragment(), wrong), role="status")


def _badge(look: str, *inside: rx.Component | str) -> rx.Component:
    return rx.el.span(*inside, class_name=f"bdg {look}")


def _banner(glyph: str, title: str, *, still: str) -> rx.Component:
    """`still` is what Retry Now has found when it changed nothing. What ticks is not read aloud."""
    countdown = rx.cond(
        Connection.retry_at != "",
        rx.el.span("Next try in ", until(Connection.retry_at), ". ", class_name="num b", aria_hidden=True),
    )
    asked = rx.cond(
        Connection.asked_at != "",
        rx.el.span(
            "Asked ", rx.el.span(ago(Connection.asked_at), aria_hidden=True), f": still {still}. ", class_name="b"
        ),
    )
    address = rx.el.span(Connection.address, class_name="mono")
    retry = button(
        rx.cond(Connection.is_trying, "Trying…", "Retry Now"),
        glyph="refresh-cw",
        look="line",
        on_click=Connection.retry_now,
        aria_disabled=rx.cond(Connection.is_trying, "true", "false"),
    )
    return rx.el.div(
        rx.el.span(icon(glyph, 20), class_name="err"),
        rx.el.div(
            rx.el.p(title, class_name="m"),
            rx.el.p(
                countdown,
                rx.cond(Connection.is_trying, "Asking now… ", asked),
                Connection.message,
                " It was tried at ",
                address,
                ".",
                class_name="sm sec",
            ),
            class_name="grow",
        ),
        rx.cond(Connection.retry_at != "", line_until(Connection.retry_at)),
        link_button("Connection Settings", to="/settings", look="ghost"),
        retry,
        class_name="banner",
    )


def _soft_banner(glyph: str, title: str, *end: rx.Component) -> rx.Component:
    """Worth a word, and nothing to do on this page."""
    return rx.el.div(
        rx.el.span(icon(glyph, 20), class_name="yel"),
        rx.el.div(rx.el.p(title, class_name="m"), rx.el.p(Connection.message, class_name="sm sec"), class_name="grow"),
        *end,
        class_name="banner soft",
    )
