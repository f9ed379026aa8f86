"""`/join`, `/join/<code>`: a player sits down at a table with a code and a name."""

import reflex as rx

from wrldbldr.components.button import button, link
from wrldbldr.domain.player import PLAYER_NAME_LIMIT
from wrldbldr.pages.page import Page
from wrldbldr.pages.threshold import threshold
from wrldbldr.state.door import Door


def join() -> rx.Component:
    """No account, no password."""
    return threshold(
        rx.el.div(
            rx.el.h1("Take a seat", class_name="name xl b"),
            rx.el.p("Your game master has the code of the table. You need no account.", class_name="sec"),
            class_name="col",
        ),
        rx.cond(Door.is_ready, seat_form()),
        rx.el.p("You are the game master? ", link("Sign in", to="/login", class_name="link"), ".", class_name="sm sec"),
    )


def seat_form() -> rx.Component:
    """A refusal is said under the fields, and what was typed stays (assets/sign-in.js sends it)."""
    return rx.el.form(
        rx.el.div(
            rx.el.label("Code of the table", html_for="code", class_name="lab"),
            rx.el.input(
                id="code", name="code", class_name="in code", required=True, default_value=Door.code, max_length=20,
                auto_focus=Door.code == "", auto_complete="off", auto_capitalize="characters", spell_check=False,
            ),
            class_name="f",
        ),
        rx.el.div(
            rx.el.label("Your name at the table", html_for="name", class_name="lab"),
            rx.el.input(
                id="name", name="name", class_name="in", required=True, auto_focus=Door.code != "",
                auto_complete="nickname", max_length=PLAYER_NAME_LIMIT,
            ),
            class_name="f",
        ),
        rx.el.p(class_name="hint err refusal", id="refusal", role="alert"),
        button("Sit Down", look="solid", size="l", type="submit"),
        class_name="col g4",
        no_validate=True,  # a refusal is said in our own words
        custom_attrs={"data-sign-in": "/api/auth/join"},
    )  # fmt: skip


PAGE = Page("/join", "Join a table", join, [Door.at_join])
PAGE_WITH_CODE = Page("/join/[code]", "Join a table", join, [Door.at_join])
