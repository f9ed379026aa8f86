"""The tags of a picture, or of many: put on by name, taken off with a click."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, text_input
from wrldbldr.components.icon import icon
from wrldbldr.domain.tag import TAG_LIMIT
from wrldbldr.services.tagging import TagUse
from wrldbldr.state.tagging import Tagging

FIELD = "new-tag"


def tag_dialog() -> rx.Component:
    """Everything in it is kept at once."""
    about = rx.cond(Tagging.count == 1, "Of this picture.", f"Of {Tagging.count} pictures.")
    none = rx.el.p("No tags yet. A tag finds pictures again, across the whole world.", class_name="hint")
    return dialog(
        heading("Tags", rx.el.p(about, class_name="sm sec")),
        rx.el.div(
            rx.cond(
                Tagging.tags.length() > 0,
                rx.el.div(rx.foreach(Tagging.tags, _tag), class_name="tag-list"),
                none,
            ),
            _form(),
            class_name="dlg-body col g4",
        ),
        is_open=Tagging.is_open,
        on_open_change=Tagging.toggle,
        class_name="narrow",
    )


def _tag(tag: rx.vars.ObjectVar[TagUse]) -> rx.Component:
    some = rx.cond(
        tag.count.to(int) < Tagging.count, rx.el.span(f"{tag.count} of {Tagging.count}", class_name="xs mut num")
    )
    return rx.el.button(
        icon("tag", 14), rx.el.span(tag.name, class_name="tr"), some, icon("x", 14), type="button", class_name="chip",
        aria_label=f"Take “{tag.name}” off", on_click=Tagging.take_off(tag.name), key=tag.name,
    )  # fmt: skip


def _form() -> rx.Component:
    """A tag that the world knows is offered while one types."""
    return rx.el.form(
        rx.el.label("New tag", html_for=FIELD, class_name="lab"),
        rx.el.div(
            text_input(
                FIELD, name="tag", error=Tagging.error, max_length=TAG_LIMIT, list="known-tags", auto_focus=True,
                key=Tagging.form.to(str),
            ),
            button("Add", glyph="plus", look="warm", type="submit"),
            class_name="row",
        ),
        error_line(FIELD, Tagging.error),
        rx.el.datalist(rx.foreach(Tagging.known, lambda name: rx.el.option(value=name)), id="known-tags"),
        on_submit=Tagging.put_on,
        class_name="col g1",
        no_validate=True,
    )  # fmt: skip
