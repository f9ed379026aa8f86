"""Who one is here, one's password, and the browsers in which the account is open."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.components.settings.navigation import heading
from wrldbldr.components.settings.password import AT_LEAST, password_field
from wrldbldr.state.accounts_own import PASSWORD_FORM, MyAccount, OpenCard
from wrldbldr.state.me import Me


def own_account() -> tuple[rx.Component, ...]:
    """For everybody."""
    return heading("Your account", "How you sign in, and where you are signed in now."), _person(), _password(), _open()


def _person() -> rx.Component:
    says = rx.cond(
        MyAccount.is_owner,
        "Looks after this WrldBldr: ComfyUI, workflows and accounts; and has worlds of their own.",
        "Has worlds of their own.",
    )
    return rx.el.section(
        rx.el.span(Me.initials, class_name="face big", aria_hidden=True),
        rx.el.div(
            rx.el.p(Me.name, class_name="name md tr"), rx.el.p(role_word(MyAccount.is_owner), " · ", says, class_name="hint plain"),
            class_name="grow",
        ),
        class_name="panel row g3 padded",
        aria_label="Who you are",
    )  # fmt: skip


def role_word(is_owner: rx.Var[bool]) -> rx.Var[str]:
    """What somebody is called."""
    return rx.cond(is_owner, "Owner", "Game master").to(str)


def _password() -> rx.Component:
    return rx.el.form(
        rx.el.h2("Password", class_name="h2"),
        rx.el.input(  # so that the browser's store of passwords knows whose this is
            type="text", name="username", auto_complete="username", value=Me.name, read_only=True, hidden=True
        ),
        rx.el.div(
            password_field(
                "Old password", "old_password", name="old_password", error=_error_of("old_password"), kind="current-password"
            ),
            password_field(
                "New password", "new_password", name="new_password", error=_error_of("new_password"), kind="new-password",
                hint=AT_LEAST,
            ),
            class_name="two",
        ),
        rx.el.div(
            button("Change Password", look="solid", type="submit"),
            rx.el.p("Your other browsers are signed out by it. Tokens stay.", class_name="hint"),
            class_name="row g3 wrap",
        ),
        id=PASSWORD_FORM,
        on_submit=MyAccount.change_password,
        class_name="col g4 ruled",
        no_validate=True,
    )  # fmt: skip


def _error_of(name: str) -> rx.Var[str]:
    return MyAccount.errors.get(name, "").to(str)


def _open() -> rx.Component:
    several = MyAccount.logins.length() > 2  # with one other, its own button says the same
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Where you are signed in", class_name="h2"),
            rx.cond(
                several,
                button("Sign Out All Others", glyph="log-out", size="s", look="ghost", on_click=MyAccount.end_others),
            ),
            class_name="row between",
        ),
        rx.el.ul(rx.foreach(MyAccount.logins, _login), class_name="panel lines"),
        class_name="col g3 ruled",
    )


def _login(login: rx.vars.ObjectVar[OpenCard]) -> rx.Component:
    end = button("End", size="s", on_click=MyAccount.end(login.id), aria_label=f"End {login.label}")
    return rx.el.li(
        icon("monitor", class_name="mut"),
        rx.el.div(
            rx.el.p(login.label, class_name="sm m tr"),
            rx.el.p("signed in ", ago(login.created_at), class_name="hint plain num"),
            class_name="grow",
        ),
        rx.cond(login.is_this, rx.el.span("This browser", class_name="bdg"), end),
        key=login.id,
        class_name="row g3",
    )
