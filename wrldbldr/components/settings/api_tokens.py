"""Tokens with which programs act for somebody: made here, shown once, and ended here."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.empty import empty
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.components.question import question
from wrldbldr.components.settings.navigation import heading
from wrldbldr.domain.text import NAME_LIMIT
from wrldbldr.state.accounts_own import TOKEN_FORM, ApiTokens, OpenCard


def api_tokens() -> tuple[rx.Component, ...]:
    """For everybody."""
    says = (
        "A program shows a token instead of signing in, and may do what you may. ",
        rx.el.a("What it can ask for", href="/api/docs", target="_blank", class_name="link"),
        ".",
    )
    return heading("API tokens", *says), _make(), rx.cond(ApiTokens.secret != "", _new()), _list(), _question()


def _make() -> rx.Component:
    control = rx.el.div(
        text_input(
            "token-label", name="label", error=ApiTokens.error, placeholder="Backup script", max_length=NAME_LIMIT,
            class_name="in grow",
        ),
        button("Make a Token", glyph="key-round", look="solid", type="submit"),
        class_name="row g3 make",
    )  # fmt: skip
    return rx.el.form(
        field("What is it for?", control, error_line("token-label", ApiTokens.error), field_id="token-label"),
        id=TOKEN_FORM,
        on_submit=ApiTokens.make,
        no_validate=True,
    )


def _new() -> rx.Component:
    """The one time it is seen. Leaving the page puts it away too."""
    secret = rx.el.input(
        id="token-secret", value=ApiTokens.secret, read_only=True, spell_check=False, auto_complete="off",
        aria_label=f"The token {ApiTokens.secret_label}", class_name="in mono grow",
    )  # fmt: skip
    copy = button(
        "Copy",
        glyph="copy",
        look="warm",
        on_click=[rx.set_clipboard(ApiTokens.secret), rx.toast.success("Token copied")],
    )
    return rx.el.section(
        rx.el.p(ApiTokens.secret_label, class_name="name md tr"),
        rx.el.p("Copy it now: it is stored nowhere and never shown again.", class_name="sm sec"),
        rx.el.div(secret, copy, button("Done", on_click=ApiTokens.put_away), class_name="row g3 make"),
        on_unmount=ApiTokens.put_away,
        role="status",
        class_name="panel col g3 padded fresh-token",
    )


def _list() -> rx.Component:
    nothing = empty("No token yet", "Make one when a program is to work for you.", glyph="key-round")
    return rx.el.section(
        rx.el.h2("In use", class_name="h2"),
        rx.cond(
            ApiTokens.tokens.length() > 0,
            rx.el.ul(rx.foreach(ApiTokens.tokens, _token), class_name="panel lines"),
            nothing,
        ),
        class_name="col g3 ruled",
    )


def _token(token: rx.vars.ObjectVar[OpenCard]) -> rx.Component:
    revoke = button(
        "Revoke…",
        size="s",
        look="dtext",
        on_click=ApiTokens.ask_to_revoke(token.id),
        aria_label=f"Revoke the token {token.label}…",
    )
    return rx.el.li(
        icon("key-round", class_name="mut"),
        rx.el.div(
            rx.el.p(token.label, class_name="sm m tr"),
            rx.el.p("made ", ago(token.created_at), class_name="hint plain num"),
            class_name="grow",
        ),
        revoke,
        key=token.id,
        class_name="row g3",
    )


def _question() -> rx.Component:
    return question(
        f"Revoke {ApiTokens.doomed_label}?",
        "Whatever program shows it is let in no more, from now on. Your worlds stay as they are.",
        keep="Keep It",
        destroy="Revoke the Token",
        is_open=ApiTokens.doomed != "",
        on_open_change=ApiTokens.keep,
        on_destroy=ApiTokens.revoke,
    )
