"""The page for the first visit and the one for signing in: a form in front of the night (assets/sign-in.js sends it)."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon, logo


def threshold(*content: rx.Component) -> rx.Component:
    """The picture behind, the form at the left."""
    brand = rx.el.div(
        rx.el.span(logo(36), class_name="logo"), rx.el.span("WrldBldr", class_name="name md b"), class_name="row g4"
    )
    return rx.el.div(rx.el.main(brand, *content, class_name="door"), class_name="threshold")


def credentials(button_label: str, *after: rx.Component, action: str, is_new: bool) -> rx.Component:
    """Name and password. A refusal is said under them, and what was typed stays."""
    return rx.el.form(
        rx.el.div(
            rx.el.label("Your name", html_for="name", class_name="lab"),
            rx.el.input(
                id="name", name="name", class_name="in", required=True, auto_focus=True, auto_complete="username",
                max_length=80,
            ),
            class_name="f",
        ),
        rx.el.div(
            rx.el.label("Password", html_for="password", class_name="lab"),
            rx.el.div(
                rx.el.input(
                    id="password", name="password", type="password", required=True,
                    auto_complete="new-password" if is_new else "current-password",
                    aria_describedby="password-hint" if is_new else "refusal", data_at_least="8" if is_new else "",
                ),
                rx.el.button(icon("eye"), type="button", aria_label="Show the password", title="Show the password", data_eye="password"),
                class_name="in with",
            ),
            rx.el.p(
                icon("check", 14), rx.el.span("At least 8 characters", data_hint=True), class_name="hint", id="password-hint"
            ) if is_new else rx.fragment(),
            class_name="f",
        ),
        rx.el.p(class_name="hint err refusal", id="refusal", role="alert"),
        button(button_label, look="solid", size="l", type="submit"),
        *after,
        class_name="col g4",
        no_validate=True,  # a refusal is said in our own words
        custom_attrs={"data-sign-in": action},
    )  # fmt: skip
