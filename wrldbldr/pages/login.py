"""`/login`: back again."""

import reflex as rx

from wrldbldr.components.button import link
from wrldbldr.pages.page import Page
from wrldbldr.pages.threshold import credentials, threshold
from wrldbldr.state.door import Door


def login() -> rx.Component:
    """Name and password."""
    return threshold(
        rx.el.div(
            rx.el.h1("Welcome back", class_name="name xl b"),
            rx.el.p("Your worlds are where you left them.", class_name="sec"),
            class_name="col",
        ),
        credentials("Sign In", action="/api/auth/login", is_new=False),
        rx.el.p(
            "Here to play? ",
            link("Take a seat", to="/join", class_name="link"),
            " with the code of your table.",
            class_name="sm sec",
        ),
    )


PAGE = Page("/login", "Sign in", login, [Door.at_login])
