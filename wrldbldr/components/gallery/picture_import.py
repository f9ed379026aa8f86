"""Bringing a picture to whoever is shown: chosen, or dropped on the gallery."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.state.gallery import ALL, Gallery
from wrldbldr.state.picture_import import PictureImport
from wrldbldr.state.place import Place

FILE_INPUT = "picture-file"
TAKE_DROPS = rx.call_script("import('/picture-file.js')")
SEND_FILES = rx.call_script(
    f"import('/picture-file.js').then((file) => file.send('{FILE_INPUT}'))", callback=PictureImport.take
)
CHOOSE = rx.call_script(f"document.getElementById('{FILE_INPUT}').click()")


def import_button() -> rx.Component:
    """The files are read by the browser, which sends them and says how far it is; the field itself is never seen."""
    return rx.fragment(
        rx.el.input(
            type="file",
            id=FILE_INPUT,
            multiple=True,
            accept="image/png,image/jpeg,image/webp",
            class_name="sr",
            tab_index=-1,
            aria_label="Picture to import",
            on_change=lambda _: [PictureImport.begin, SEND_FILES],
            on_mount=TAKE_DROPS,
            data_kind=Place.kind,
            data_entity=Place.entity,
            data_type=rx.cond(Gallery.tab == ALL, "", Gallery.tab),
        ),
        rx.el.span(id=f"{FILE_INPUT}-progress", role="status", class_name="sm mut num brought"),
        button(
            rx.el.span(rx.cond(PictureImport.is_importing, "Reading…", "Import Picture…"), class_name="wide"),
            glyph="image-up", look="ghost", on_click=CHOOSE, aria_label="Import Picture…",
            title="Or drop it on the gallery. One that was downloaded here brings its prompt and settings back.",
        ),
    )  # fmt: skip
