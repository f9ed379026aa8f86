"""Who works with this WrldBldr, for owners."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.dialog import dialog
from wrldbldr.components.dialog import heading as dialog_heading
from wrldbldr.components.field import error_line, field, text_input
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.components.question import question
from wrldbldr.components.settings.navigation import heading
from wrldbldr.components.settings.own_account import role_word
from wrldbldr.components.settings.password import AT_LEAST, password_field
from wrldbldr.components.worlds.shelf import counted
from wrldbldr.domain.account import Role
from wrldbldr.domain.text import NAME_LIMIT
from wrldbldr.state.accounts_list import ADD_FORM, DEMOTE, PROMOTE, REMOVE, RENAME, RESET, AccountCard, AccountList

Card = rx.vars.ObjectVar[AccountCard]


def accounts() -> tuple[rx.Component, ...]:
    """The list, room for another, and what opens over them."""
    return (
        heading("Accounts", "Everybody has worlds of their own, which nobody else sees. The queue is shared."),
        rx.el.ul(rx.foreach(AccountList.cards, _person), class_name="panel lines", aria_label="Accounts"),
        _add(),
        _dialog(),
        _remove_question(),
        _demote_question(),
        _promote_question(),
    )


def _person(card: Card) -> rx.Component:
    is_owner = card.role == Role.OWNER
    facts = rx.el.p(
        f"{role_word(is_owner)} · {counted(card.world_count.to(int), 'world')} · added ", ago(card.created_at),
        class_name="hint plain num",
    )  # fmt: skip
    return rx.el.li(
        rx.el.span(card.initials, class_name="face big", aria_hidden=True),
        rx.el.div(rx.el.p(card.name, class_name="name tr"), facts, class_name="grow"),
        rx.cond(card.is_you, rx.el.span("You", class_name="bdg")),
        _menu(card, is_owner),
        key=card.id,
        class_name="row g3",
    )


def _menu(card: Card, is_owner: rx.Var[bool]) -> rx.Component:
    """One's own password is changed with the old one, and nobody removes themselves."""

    def item(glyph: str, words: str, task: str, class_name: str = "") -> rx.Component:
        return rx.dropdown_menu.item(
            icon(glyph), words, on_select=AccountList.begin(task, card.id), class_name=class_name
        )

    others = rx.fragment(
        item("key-round", "Reset Password…", RESET),
        rx.cond(
            is_owner,
            item("user-round", "Make a Game Master…", DEMOTE),
            item("crown", "Make an Owner…", PROMOTE),
        ),
        rx.dropdown_menu.separator(),
        item("trash-2", "Remove…", REMOVE, "danger"),
    )
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(icon_button("ellipsis", f"More for {card.name}")),
        rx.dropdown_menu.content(
            item("pencil", "Rename…", RENAME), rx.cond(card.is_you, rx.fragment(), others), align="end"
        ),
        modal=False,  # else it would take the focus back from the dialog that a click on it opens
    )


def _add() -> rx.Component:
    name_error, password_error = _error_of("name"), _error_of("password")
    name = text_input(
        "account-name", name="name", error=name_error, max_length=NAME_LIMIT, placeholder="Berta", spell_check=False
    )
    return rx.el.form(
        rx.el.h2("Add a game master", class_name="h2"),
        rx.el.div(
            field("Name", name, error_line("account-name", name_error), field_id="account-name"),
            password_field(
                "First password", "account-password", name="password", error=password_error, kind="new-password", hint=AT_LEAST
            ),
            class_name="two",
        ),
        rx.el.div(
            button("Add Game Master", glyph="plus", look="solid", type="submit"),
            rx.el.p("Tell them both; they change the password under Your account.", class_name="hint"),
            class_name="row g3 wrap",
        ),
        id=ADD_FORM,
        on_submit=AccountList.add,
        class_name="col g4 ruled",
        no_validate=True,
    )  # fmt: skip


def _error_of(name: str) -> rx.Var[str]:
    return AccountList.errors.get(name, "").to(str)


def _dialog() -> rx.Component:
    """Another name or another password: one field either way."""
    is_rename = AccountList.task == RENAME
    name = field(
        "Name",
        text_input(
            "subject-name", name="typed", error=AccountList.error, default_value=AccountList.subject_name, auto_focus=True,
            max_length=NAME_LIMIT, spell_check=False,
        ),
        error_line("subject-name", AccountList.error),
        field_id="subject-name",
    )  # fmt: skip
    password = password_field(
        "New password",
        "subject-password",
        name="typed",
        error=AccountList.error,
        kind="new-password",
        hint=AT_LEAST,
        auto_focus=True,
    )
    note = rx.el.p(
        "They are signed out everywhere at once, and their API tokens end. Tell them the new password.",
        class_name="note",
    )
    form = rx.el.form(
        rx.cond(is_rename, name, rx.el.div(password, note, class_name="col g4")),
        rx.el.div(
            rx.dialog.close(button("Cancel", look="ghost")),
            button(rx.cond(is_rename, "Rename", "Reset Password"), look="solid", type="submit"),
            class_name="row end-row",
        ),
        on_submit=AccountList.save,
        class_name="col g4 dlg-body",
        no_validate=True,
    )
    title = rx.cond(is_rename, f"Rename {AccountList.subject_name}", f"A new password for {AccountList.subject_name}")
    return dialog(
        dialog_heading(title),
        form,
        is_open=is_rename | (AccountList.task == RESET),
        on_open_change=AccountList.toggle,
        class_name="narrow",
    )


def _remove_question() -> rx.Component:
    return question(
        f"Remove {AccountList.subject_name}?",
        rx.match(
            AccountList.subject_worlds,
            (0, "They have no world yet. "),
            (1, "Their 1 world goes too, with every character, location and picture in it. "),
            f"Their {AccountList.subject_worlds} worlds go too, with every character, location and picture in them. ",
        ),
        "Whatever they have open is closed at once. This cannot be undone.",
        keep="Keep the Account",
        destroy="Remove the Account",
        is_open=AccountList.task == REMOVE,
        on_open_change=AccountList.toggle,
        on_destroy=AccountList.go_on,
    )


def _demote_question() -> rx.Component:
    return question(
        f"Make {AccountList.subject_name} a game master?",
        "They no longer look after ComfyUI, workflows and accounts. They are signed out everywhere at once, and their API "
        "tokens end; their worlds stay.",
        keep="Keep as Owner",
        destroy="Make a Game Master",
        is_open=AccountList.task == DEMOTE,
        on_open_change=AccountList.toggle,
        on_destroy=AccountList.go_on,
    )


def _promote_question() -> rx.Component:
    return question(
        f"Make {AccountList.subject_name} an owner?",
        "They will look after ComfyUI, workflows and accounts as you do: they can reset your password, and make you a "
        "game master.",
        keep="Keep as Game Master",
        destroy="Make an Owner",
        is_open=AccountList.task == PROMOTE,
        on_open_change=AccountList.toggle,
        on_destroy=AccountList.go_on,
    )
