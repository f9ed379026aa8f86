"""Bringing a world in from a file, at the shelf of worlds."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.state.archive import Archive

FILE_INPUT = "world-file"
SEND_FILE = rx.call_script(f"import('/world-file.js').then((file) => file.send('{FILE_INPUT}'))", callback=Archive.take)


def import_button() -> rx.Component:
    """The file is sent by the browser; the field itself is never seen. One may be dropped anywhere on the page, too."""
    return rx.fragment(
        rx.el.input(
            type="file",
            id=FILE_INPUT,
            accept=".zip,application/zip",
            class_name="sr",
            tab_index=-1,
            aria_label="File with an exported world",
            on_change=lambda _: [Archive.begin_import, SEND_FILE],
        ),
        button(
            rx.cond(Archive.is_importing, "Importing…", "Import World…"),
            glyph="upload",
            title="Bring in a world that was exported, or drop its zip here",
            on_click=rx.call_script(f"document.getElementById('{FILE_INPUT}').click()"),
        ),
    )


def import_progress() -> rx.Component:
    """How much of the file is there, and after it why there is no world, should there be none."""
    arriving = rx.el.div(
        rx.el.progress(id="world-sent", max="1", value="0", aria_label="How much of the file was sent"),
        rx.el.span("Sending…", id="world-sent-words", class_name="hint", role="status"),
        class_name="row g3 arriving",
    )
    refused = rx.el.p(icon("circle-alert", 14), Archive.error, class_name="hint err arriving", role="alert")
    return rx.cond(Archive.is_importing, arriving, rx.cond(Archive.error != "", refused))
