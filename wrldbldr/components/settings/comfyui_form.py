"""Where ComfyUI is, and how patient to be with it."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.field import error_line, field, slider, switch, text_input
from wrldbldr.components.icon import icon
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.services.comfyui_settings import BUILT_IN
from wrldbldr.state.comfyui_form import ComfyUIForm, HeaderLine

DEFAULTS = ComfyUIConfig()


def comfyui_form() -> rx.Component:
    """Everything that can be set, in three groups, and one button that saves it."""
    return rx.el.form(
        rx.el.div(
            rx.el.h1("ComfyUI connection", class_name="name lg b"),
            rx.el.p(
                "Where pictures are painted. Changes apply at once, nothing needs restarting.", class_name="sec sm"
            ),
        ),
        rx.cond(
            ComfyUIForm.is_owner,
            rx.fragment(),
            rx.el.p("Only the owner of this WrldBldr changes these.", class_name="note"),
        ),
        rx.el.fieldset(_place(), _failing(), _patience(), disabled=~ComfyUIForm.is_owner, class_name="col g6"),
        rx.cond(ComfyUIForm.is_owner, _end()),
        on_submit=lambda _: ComfyUIForm.save,
        class_name="col g6",
        no_validate=True,
    )


def _place() -> rx.Component:
    error = _error_of("url")
    is_built_in = ComfyUIForm.url == BUILT_IN
    address = rx.el.div(
        text_input(
            "url",
            error=error,
            key=f"url-{ComfyUIForm.version}",
            default_value=rx.cond(is_built_in, "", ComfyUIForm.url),
            on_change=ComfyUIForm.type_url,
            placeholder=rx.cond(is_built_in, "the built-in simulator", "found by itself"),
            spell_check=False,
            input_mode="url",
            class_name="in grow",
        ),
        button(
            rx.cond(ComfyUIForm.is_testing, "Testing…", "Test"),
            glyph="plug-zap",
            look="line",
            on_click=ComfyUIForm.test,
            aria_disabled=rx.cond(ComfyUIForm.is_testing, "true", "false"),
        ),
        class_name="row g3",
    )
    hint = rx.el.p("Such as http://studio-pc:8188, or https://example.org/comfy behind a proxy.", class_name="hint")
    return rx.el.section(
        field("Address", address, error_line("url", error), hint, _verdict(), field_id="url"),
        rx.cond(ComfyUIForm.url.startswith("https"), _certificate()),
        _headers(),
        class_name="col g4",
    )


def _verdict() -> rx.Component:
    """What the test found; said aloud when it comes."""
    found = ComfyUIForm.verdict
    words = rx.el.div(
        rx.cond(
            found.is_ok,
            rx.el.span(icon("circle-check", 20), class_name="ok"),
            rx.el.span(icon("circle-alert", 20), class_name="err"),
        ),
        rx.el.div(rx.el.p(found.title, class_name="m"), rx.el.p(found.sentence, class_name="sm sec")),
        class_name="row g3 top panel verdict",
    )
    return rx.el.div(rx.cond(found.title != "", words), role="status")


def _certificate() -> rx.Component:
    """Its own words carry the danger: whoever is in between could read the headers."""
    words = rx.el.div(
        rx.el.div("Check its certificate", class_name="sm m"),
        rx.el.div("Switch it off only for a server of your own that made its certificate itself.", class_name="hint"),
        class_name="grow",
    )
    return rx.el.div(
        words,
        switch("Check its certificate", ComfyUIForm.verify_tls, on_click=ComfyUIForm.toggle_tls),
        class_name="row g3 top",
    )


def _headers() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2("Request headers", class_name="lab"),
            rx.el.span("for a proxy, a login or a hosted server", class_name="hint end"),
            class_name="row",
        ),
        rx.el.ul(rx.foreach(ComfyUIForm.headers, _header), class_name="col g3"),
        error_line("headers", _error_of("headers")),
        rx.el.div(button("Add a Header", glyph="plus", size="s", look="ghost", on_click=ComfyUIForm.add_header)),
        class_name="f",
    )


def _header(line: rx.vars.ObjectVar[HeaderLine]) -> rx.Component:
    kept = rx.el.div(
        rx.el.span(line.name, class_name="mono"),
        rx.el.span(icon("lock", 14), "stored, never shown again", class_name="end mut sm row g1"),
        class_name="in row grow kept",
    )
    typed = rx.el.div(
        text_input(
            f"header-name-{line.key}",
            default_value=line.name,
            placeholder="Authorization",
            aria_label="Name of the header",
            on_change=lambda name: ComfyUIForm.name_header(line.key, name),
            class_name="in mono header-name",
        ),
        text_input(
            f"header-value-{line.key}",
            type="password",
            placeholder="Bearer …",
            aria_label="Value of the header",
            on_change=lambda value: ComfyUIForm.fill_header(line.key, value),
            class_name="in mono grow",
        ),
        class_name="row g3 grow header-typed",
    )
    replace = rx.cond(line.is_kept, button("Replace", on_click=ComfyUIForm.replace_header(line.key)))
    remove = icon_button("trash-2", f"Remove the header {line.name}", on_click=ComfyUIForm.remove_header(line.key))
    return rx.el.li(rx.cond(line.is_kept, kept, typed), replace, remove, key=line.key.to_string(), class_name="row g3")


def _failing() -> rx.Component:
    waits = rx.cond(
        ComfyUIForm.waits.length() > 0,
        rx.el.div(
            rx.foreach(
                ComfyUIForm.waits,
                lambda seconds: rx.el.span(seconds, " s", style={"flex": seconds.to_string()}),
            ),
            class_name="waits num",
            aria_hidden=True,
        ),
    )
    return rx.el.section(
        rx.el.h2("When a request fails", class_name="h2"),
        rx.el.p(
            "Only faults that pass are tried again: no answer, a time-out, a server error. A faulty workflow fails at once.",
            class_name="hint",
        ),
        rx.el.div(
            _dial("max_retries", "Tries again", " times", ends=("1", "5")),
            _dial("base_delay_seconds", "First wait", " s", ends=("1 s", "30 s")),
            class_name="two",
        ),
        waits,
        rx.el.p(
            "Each wait is three times the last. After five faults in a row the connection rests for 60 s, then one "
            "request tries the door.",
            class_name="hint",
        ),
        class_name="col g3 ruled",
    )


def _dial(name: str, label: str, unit: str, *, ends: tuple[str, str]) -> rx.Component:
    value, (low, high) = ComfyUIForm.numbers[name], ends
    return field(
        label,
        slider(
            name,
            value.to(int),
            low=int(low.split()[0]),
            high=int(high.split()[0]),
            key=f"{name}-{ComfyUIForm.version}",
            default_value=value,
            on_change=lambda value: ComfyUIForm.choose(name, value),
        ),
        rx.el.div(rx.el.span(low), rx.el.span(high, class_name="end"), class_name="row hint num"),
        error_line(name, _error_of(name)),
        field_id=name,
        note=rx.el.span(value, unit, class_name="num b dial"),
    )


def _patience() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Patience", class_name="h2"),
        rx.el.div(
            _seconds("queue_timeout_seconds", "Sending a batch"),
            _seconds("history_timeout_seconds", "Reading history"),
            _seconds("image_timeout_seconds", "Fetching a picture"),
            _seconds("stall_timeout_seconds", "Call it stuck after", "flagged, not killed"),
            class_name="four",
        ),
        class_name="col g3 ruled",
    )


def _seconds(name: str, label: str, hint: str = "") -> rx.Component:
    error = _error_of(name)
    box = rx.el.div(
        text_input(
            name,
            error=error,
            key=f"{name}-{ComfyUIForm.version}",
            default_value=ComfyUIForm.numbers[name],
            on_change=lambda value: ComfyUIForm.choose(name, value),
            input_mode="numeric",
            class_name="num",
        ),
        rx.el.span("s", class_name="mut sm", aria_hidden=True),
        class_name="in with",
    )
    default = f"default {getattr(DEFAULTS, name)}"
    return field(
        label,
        box,
        error_line(name, error),
        rx.el.p(f"{default}, {hint}" if hint else default, class_name="hint"),
        field_id=name,
    )


def _end() -> rx.Component:
    can_save = ComfyUIForm.is_changed
    return rx.el.div(
        button("Save", glyph="check", look="solid", type="submit", aria_disabled=rx.cond(can_save, "false", "true")),
        rx.cond(
            can_save,
            button("Discard Changes", look="ghost", on_click=ComfyUIForm.discard),
            rx.el.span("Nothing changed yet.", class_name="hint"),
        ),
        rx.el.span(button("Back to Defaults", look="ghost", on_click=ComfyUIForm.use_defaults), class_name="end"),
        class_name="row g3 form-end",
    )


def _error_of(name: str) -> rx.Var[str]:
    return ComfyUIForm.errors.get(name, "").to(str)
