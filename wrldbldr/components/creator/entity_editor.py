"""Whoever or whatever is shown: picture, words, and what to ask for."""

from typing import Any

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.creator.style_reference import own_style
from wrldbldr.components.field import error_line, field, switch, text_area, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import entity_glyph, hole, plate, simulated
from wrldbldr.state.add_entity import AddEntity
from wrldbldr.state.connection import Connection
from wrldbldr.state.creator import Creator
from wrldbldr.state.editor import Editor
from wrldbldr.state.generate import Generate
from wrldbldr.state.place import Place

IS_LOCATION = Place.kind == "location"


def entity_editor() -> rx.Component:
    """The picture at the left, the form beside it."""
    return rx.el.section(
        hero(),
        rx.el.div(
            head(), description(), rx.cond(IS_LOCATION, rx.fragment(), mood_and_goal()), own_style(), generate_buttons(), away_note(),
            class_name="col g3 form", key=Editor.form,
        ),
        class_name=rx.cond(IS_LOCATION, "ed wide-hero", "ed"),
        aria_label=Place.entity_name,
    )  # fmt: skip


def hero() -> rx.Component:
    """The active portrait, or the active backdrop of a location."""
    caption = rx.cond(IS_LOCATION, "Active backdrop", "Active portrait")
    none_yet = rx.cond(IS_LOCATION, "No backdrop yet", "No portrait yet")
    return rx.el.figure(
        rx.cond(
            Editor.hero != "",
            plate(
                Editor.hero,
                f"{Place.entity_name}: {caption}",
                simulated(Editor.hero_is_simulated),
                class_name="framed",
            ),
            hole(entity_glyph(Place.kind, 28), class_name="framed"),
        ),
        rx.el.figcaption(rx.cond(Editor.hero != "", caption, none_yet), class_name="cap"),
        class_name="hero",
    )


def head() -> rx.Component:
    """The name, which is a field like the others, and what concerns the whole."""
    menu = rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(icon_button("ellipsis", f"More for {Place.entity_name}")),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item(
                icon("trash-2"), f"Delete {Place.entity_name}…", on_select=AddEntity.ask_to_delete, class_name="danger"
            ),
            align="end",
        ),
        modal=False,  # else it would take the focus back from the dialog that a click on it opens
    )
    visible = rx.el.div(
        rx.cond(Editor.is_visible, icon("eye", 14), icon("eye-off", 14)),
        rx.el.span("Visible to players", class_name="wide"),
        switch("Visible to players", Editor.is_visible, on_click=Editor.show_to_players(~Editor.is_visible)),
        class_name="row sm sec",
    )
    return rx.el.div(
        icon_button("arrow-left", "Back to the list", on_click=rx.call_script("wrldbldrBack()"), data_phone=True),
        rx.el.button(
            type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_browse=True, on_click=Creator.browse
        ),
        rx.el.h1(Place.entity_name, class_name="sr"),
        rx.el.div(
            rx.el.label("Name", html_for="name", class_name="sr"),
            text_input("name", error=_error_of("name"), class_name="in title", **_saved_as("name", Editor.name)),
            error_line("name", _error_of("name")),
            class_name="ed-name",
        ),
        rx.el.div(visible, menu, class_name="row"),
        class_name="row top ed-head",
    )  # fmt: skip


def description() -> rx.Component:
    """What pictures are painted from."""
    return field(
        "Description",
        text_area(
            "description", error=_error_of("description"), class_name="in quiet tall", rows="4",
            placeholder="Who are they, and what would a painter see?", **_saved_as("description", Editor.description),
        ),
        error_line("description", _error_of("description")),
        field_id="description",
        note=saved_mark(),
    )  # fmt: skip


def saved_mark() -> rx.Component:
    """Everything typed is stored."""
    return rx.el.span(
        rx.cond(Editor.is_saved, rx.el.span(icon("check", 14, class_name="ok"), "Saved", class_name="row g1")),
        role="status",
    )


def mood_and_goal() -> rx.Component:
    """What a character brings to the table."""
    return rx.el.div(
        field(
            "Mood",
            text_input("mood", error=_error_of("mood"), class_name="in quiet", **_saved_as("mood", Editor.mood)),
            error_line("mood", _error_of("mood")),
            field_id="mood",
        ),
        field(
            "Immediate Goal",
            text_input(
                "goal", error=_error_of("immediate_goal"), class_name="in quiet",
                **_saved_as("immediate_goal", Editor.immediate_goal),
            ),
            error_line("goal", _error_of("immediate_goal")),
            field_id="goal",
        ),
        class_name="mood",
    )  # fmt: skip


def generate_buttons() -> rx.Component:
    """The most likely picture first."""
    item = button("Item", glyph="gem", on_click=Generate.begin("item"))
    of_character = rx.fragment(
        button(
            "Generate Portrait", rx.el.kbd("G"), glyph="brush", look="solid", data_key="g",
            on_click=Generate.begin("portrait"),
        ),
        button("Generate Sprite", glyph="person-standing", on_click=Generate.begin("sprite")),
        item,
    )  # fmt: skip
    of_location = rx.fragment(
        button(
            "Generate Backdrop", rx.el.kbd("G"), glyph="brush", look="solid", data_key="g",
            on_click=Generate.begin("backdrop"),
        ),
        item,
    )  # fmt: skip
    return rx.el.div(rx.cond(IS_LOCATION, of_location, of_character), class_name="row wrap")


def away_note() -> rx.Component:
    """Asking is always possible."""
    return rx.cond(
        Connection.is_waited_for,
        rx.el.p(
            icon("info", 14),
            "You can still ask: new batches wait in the queue for ComfyUI.",
            class_name="hint",
        ),
    )


def _saved_as(name: str, value: rx.Var[str]) -> dict[str, Any]:
    """Filled once, saved when left; assets/keys.js says it is left when nothing was typed for a moment.

    Until the server has it, the browser keeps what is typed (assets/unsaved.js).
    """
    return {
        "default_value": value,
        "on_focus": Editor.begin(name, Editor.form),
        "on_blur": lambda typed: [Editor.save(Place.kind, Place.entity, name, typed), Editor.leave(name)],
        "data_autosave": True,
        "data_owner": Place.entity,
        "data_kind": Place.kind,
        "data_field": name,
        "data_saved": value,
        "data_refused": rx.cond(Editor.refused.contains(name), "yes", ""),
    }


def _error_of(name: str) -> rx.Var[str]:
    return rx.cond(Editor.error_field == name, Editor.error, "").to(str)
