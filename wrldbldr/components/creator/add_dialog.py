"""Adding somebody or somewhere, and removing them."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.question import question
from wrldbldr.state.add_entity import ENTITY_FORM, AddEntity
from wrldbldr.state.place import Place


def add_dialog() -> rx.Component:
    """A kind and a name."""

    def kind(value: str, label: str, glyph: str) -> rx.Component:
        return rx.el.button(
            icon(glyph, 14), label, type="button", aria_pressed=rx.cond(AddEntity.kind == value, "true", "false"),
            on_click=AddEntity.choose_kind(value),
        )  # fmt: skip

    form = rx.el.form(
        rx.el.div(
            kind("character", "Character", "user-round"), kind("location", "Location", "map"), class_name="seg",
            role="group", aria_label="Kind",
        ),
        field(
            "Name",
            text_input(
                "entity-name", name="name", error=AddEntity.error, auto_focus=True, default_value=AddEntity.name,
                on_blur=AddEntity.keep_name, data_autosave=True,
            ),
            error_line("entity-name", AddEntity.error),
            field_id="entity-name",
        ),
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button(
                rx.cond(AddEntity.kind == "location", "Add the Location", "Add the Character"), look="solid", type="submit"
            ),
            class_name="row end-row",
        ),
        rx.el.input(type="hidden", name="kind", value=AddEntity.kind),
        on_submit=AddEntity.add,
        data_unsaved=ENTITY_FORM,
        class_name="col g4 dlg-body",
    )  # fmt: skip
    return dialog(
        heading(f"New in {Place.world_name}"),
        form,
        is_open=AddEntity.is_open,
        on_open_change=AddEntity.toggle,
        class_name="narrow",
    )


def delete_entity_question() -> rx.Component:
    """Their pictures go too."""
    pictures = rx.match(
        AddEntity.doomed_pictures,
        ("0", "There are no pictures to lose. "),
        ("1", "The 1 picture goes too. "),
        f"All {AddEntity.doomed_pictures} pictures go too. ",
    )
    return question(
        f"Delete {Place.entity_name}?",
        pictures,
        "This cannot be undone.",
        keep="Keep",
        destroy="Delete",
        is_open=AddEntity.is_asking,
        on_open_change=AddEntity.toggle_question,
        on_destroy=AddEntity.delete,
    )
