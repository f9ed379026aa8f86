"""What a picture is called, and the pencil that changes it."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.field import error_line, text_input
from wrldbldr.domain.text import LABEL_LIMIT
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.relabel import FIELD, Relabel


def asset_label() -> rx.Component:
    """The label of the picture that is shown large, or a field in its place."""
    label = rx.el.div(
        rx.el.p(Lightbox.asset.label, class_name="mono mut"),
        icon_button("pencil", "Rename", size="s", on_click=Relabel.begin),
        class_name="row g1 asset-label",
    )
    form = rx.el.form(
        text_input(
            FIELD, name="label", error=Relabel.error, default_value=Lightbox.asset.label, auto_focus=True,
            max_length=LABEL_LIMIT, spell_check=False, aria_label="Label", class_name="in mono",
        ),
        error_line(FIELD, Relabel.error),
        rx.el.div(
            button("Rename", look="solid", size="s", type="submit"),
            button("Cancel", look="ghost", size="s", on_click=Relabel.stop),
            class_name="row g1",
        ),
        on_submit=Relabel.save,
        class_name="col asset-label",
        no_validate=True,
        key=Lightbox.asset.id,
    )  # fmt: skip
    is_field = (Relabel.asset != "") & (Relabel.asset == Lightbox.asset.id)
    return rx.cond(is_field, form, label)
