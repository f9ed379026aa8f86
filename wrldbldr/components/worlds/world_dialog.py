"""Making, renaming and removing a world."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.question import question
from wrldbldr.state.world_form import NEW_WORLD_FORM, WorldForm


def world_dialog() -> rx.Component:
    """A name, and a line under it."""
    is_new = WorldForm.world == ""
    name_error = rx.cond(WorldForm.error_field == "name", WorldForm.error, "").to(str)
    motto_error = rx.cond(WorldForm.error_field == "motto", WorldForm.error, "").to(str)
    form = rx.el.form(
        field(
            "Name",
            text_input(
                "world-name", name="name", error=name_error, default_value=WorldForm.name, auto_focus=True,
                on_blur=lambda typed: WorldForm.keep_typed("name", typed), data_autosave=True, placeholder="The Lantern Coast",
            ),
            error_line("world-name", name_error),
            field_id="world-name",
        ),
        field(
            "Motto",
            text_input(
                "world-motto", name="motto", error=motto_error, default_value=WorldForm.motto,
                on_blur=lambda typed: WorldForm.keep_typed("motto", typed), data_autosave=True,
                placeholder="The lamps are going out, one by one.",
            ),
            error_line("world-motto", motto_error),
            field_id="world-motto",
        ),
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button(rx.cond(is_new, "Make the World", "Save"), look="solid", type="submit"),
            class_name="row end-row",
        ),
        on_submit=WorldForm.save,
        data_unsaved=f"{NEW_WORLD_FORM}{WorldForm.world}",
        class_name="col g4 dlg-body",
    )  # fmt: skip
    return dialog(
        heading(rx.cond(is_new, "A new world", "Rename the world")),
        form,
        is_open=WorldForm.is_open,
        on_open_change=WorldForm.toggle,
        class_name="narrow",
    )


def delete_world_question() -> rx.Component:
    """Everything in it goes too."""
    return question(
        f"Delete {WorldForm.doomed_name}?",
        "Its characters, locations and queue go with it",
        rx.match(
            WorldForm.doomed_pictures,
            (0, ". "),
            (1, ", and its 1 picture. "),
            f", and all {WorldForm.doomed_pictures} pictures. ",
        ),
        "This cannot be undone.",
        keep="Keep It",
        destroy="Delete the World",
        is_open=WorldForm.doomed != "",
        on_open_change=WorldForm.keep,
        on_destroy=WorldForm.delete,
    )
