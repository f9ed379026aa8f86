"""A field for a password, with an eye to look at what was typed (assets/sign-in.js)."""

from typing import Literal

import reflex as rx

from wrldbldr.components.field import error_line, field
from wrldbldr.components.icon import icon
from wrldbldr.domain.account import PASSWORD_MINIMUM

AT_LEAST = f"At least {PASSWORD_MINIMUM} characters."


def password_field(
    label: str,
    field_id: str,
    *,
    name: str,
    error: rx.Var[str],
    kind: Literal["current-password", "new-password"],
    hint: str = "",
    auto_focus: bool = False,
) -> rx.Component:
    """What is typed stays in the browser until the form takes it, and is in no var even then."""
    is_bad = error != ""
    hint_id = f"{field_id}-hint"
    box = rx.el.div(
        rx.el.input(
            id=field_id,
            name=name,
            type="password",
            auto_complete=kind,
            auto_focus=auto_focus,
            aria_invalid=rx.cond(is_bad, "true", "false"),
            aria_describedby=rx.cond(is_bad, f"{field_id}-error", hint_id if hint else ""),
        ),
        rx.el.button(
            icon("eye"), type="button", aria_label="Show the password", title="Show the password", data_eye=field_id
        ),
        class_name="in with",
    )
    under = rx.el.p(hint, id=hint_id, class_name="hint") if hint else rx.fragment()
    return field(label, box, error_line(field_id, error), rx.cond(is_bad, rx.fragment(), under), field_id=field_id)
