"""How ComfyUI is now, and how it was."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.field import switch
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import until
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.connection import Connection


def comfyui_panel() -> rx.Component:
    """Beside the form."""
    return rx.el.aside(
        _now(), _last_hour(), rx.cond(ComfyUIForm.is_owner, _simulator()), class_name="col g4", aria_label="ComfyUI now"
    )


def _now() -> rx.Component:
    obstructed = _word("yel", "hourglass", "Answers, and cannot be used")
    word = rx.match(
        Connection.state_name,
        ("connected", _word("ok", "circle-check", "Connected")),
        ("degraded", rx.cond(Connection.is_obstructed, obstructed, _word("yel", "activity", "Shaky"))),
        ("stuck", _word("err", "hourglass", "Stuck")),
        ("circuit_open", _word("err", "timer", "Resting")),
        _word("err", "unplug", "Disconnected"),
    )
    retry = button(
        rx.cond(Connection.is_trying, "Trying…", "Retry Now"),
        glyph="refresh-cw",
        size="s",
        on_click=Connection.retry_now,
    )
    facts = rx.el.dl(
        _fact("Address", rx.cond(Connection.is_built_in, "inside WrldBldr", Connection.address)),
        _fact("Version", rx.cond(Connection.is_simulated, "the simulator", f"ComfyUI {Connection.version}"),
              is_known=Connection.version != ""),
        _fact("Device", Connection.devices, is_known=Connection.devices != ""),
        _fact("Its own queue", Connection.its_queue, is_known=Connection.its_queue != ""),
        class_name="kv",
    )  # fmt: skip
    trouble = rx.el.div(
        rx.el.p(Connection.message, class_name="sm sec"),
        rx.cond(Connection.retry_at != "", rx.el.p("Next try in ", until(Connection.retry_at), class_name="hint num")),
        rx.cond(Connection.state_name != "degraded", retry),
        class_name="col g2",
    )
    return rx.el.section(
        word,
        rx.cond(Connection.state_name == "connected", rx.fragment(), trouble),
        facts,
        class_name="panel col g3 padded",
        aria_label="State of the connection",
    )


def _word(colour: str, glyph: str, word: str) -> rx.Component:
    return rx.el.div(rx.el.span(icon(glyph, 20), class_name=colour), rx.el.span(word, class_name="m"), class_name="row")


def _fact(name: str, value: rx.Var[str], *, is_known: rx.Var[bool] | bool = True) -> rx.Component:
    return rx.cond(is_known, rx.fragment(rx.el.dt(name), rx.el.dd(value)))


def _last_hour() -> rx.Component:
    bars = rx.foreach(
        ComfyUIForm.last_hour, lambda kind: rx.el.i(class_name=rx.match(kind, ("connected", "up"), ("", "unknown"),
                                                                        ("degraded", "shaky"), "down"))
    )  # fmt: skip
    return rx.el.section(
        rx.el.h2("Last hour", class_name="h2"),
        rx.el.div(bars, class_name="history", role="img", aria_label=ComfyUIForm.last_hour_words),
        rx.el.div(rx.el.span("an hour ago"), rx.el.span("now", class_name="end"), class_name="row hint"),
        rx.el.p(ComfyUIForm.last_hour_words, class_name="hint"),
        class_name="panel col g2 padded",
    )


def _simulator() -> rx.Component:
    return rx.el.section(
        rx.el.span(icon("flask-conical"), class_name="warm"),
        rx.el.div(
            rx.el.div("Use the simulator instead", class_name="sm m"),
            rx.el.div(
                "Paints placeholder pictures without a graphics card. Good for trying things out.", class_name="hint"
            ),
            class_name="grow",
        ),
        switch("Use the simulator", ComfyUIForm.uses_simulator, on_click=ComfyUIForm.toggle_simulator),
        class_name="panel row g3 top padded",
    )
