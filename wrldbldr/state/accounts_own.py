"""One's own account: its password, the browsers in which it is open, and the tokens of its scripts."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from wrldbldr.domain.account import Principal, Role, TokenKind
from wrldbldr.domain.errors import InvalidInputError, TooManyAttemptsError
from wrldbldr.engine import current
from wrldbldr.services.accounts import TokenReport
from wrldbldr.services.cards import iso
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken

PASSWORD_FORM, TOKEN_FORM = "password-form", "token-form"
# The field is marked after the event that marks it, and other sections of the page are there, unseen.
FOCUS_ON_ERROR = rx.call_script(
    "requestAnimationFrame(() => [...document.querySelectorAll('[aria-invalid=true]')]"
    ".find((field) => field.getClientRects().length)?.focus())"
)


def emptied(form: str) -> EventSpec:
    """What was typed into this form is stored, so it goes. No var ever holds it: the fields are the browser's own."""
    return rx.call_script(f"document.getElementById({spoken(form)})?.reset()")


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A browser or a token that opens the account."""

    id: str
    label: str
    created_at: str
    is_this: bool


class MyAccount(rx.State):
    """`errors` says by field why a password was not changed."""

    logins: rx.Field[list[OpenCard]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    is_owner: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def change_password(self, who: Principal, form: dict[str, Any]) -> Follows:
        """With the old one. What is refused stays typed."""
        old, new = str(form.get("old_password", "")), str(form.get("new_password", ""))
        try:
            await current().accounts.change_password(who, old, new)
        except InvalidInputError as error:
            self.errors = {error.field: error.message}
            return FOCUS_ON_ERROR
        except TooManyAttemptsError as error:
            self.errors = {"old_password": error.message}
            return FOCUS_ON_ERROR
        change(self, errors={})
        await show_own(self, who)
        told = rx.toast.success("Password changed", description="Your other browsers are signed out.")
        return [emptied(PASSWORD_FORM), told]

    @rx.event
    @signed_in
    async def end(self, who: Principal, login: str) -> None:
        """That browser is signed out."""
        await current().accounts.revoke(who, parsed_id(login, "browser"))
        await show_own(self, who)

    @rx.event
    @signed_in
    async def end_others(self, who: Principal) -> Follow:
        """Only this browser stays signed in."""
        await current().accounts.sign_out_others(who)
        await show_own(self, who)
        return rx.toast.success("Your other browsers are signed out")


class ApiTokens(rx.State):
    """`secret` is that of a token just made, until its panel is closed; `doomed` the one a question is asked about."""

    tokens: rx.Field[list[OpenCard]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    secret: rx.Field[str] = rx.field("")
    secret_label: rx.Field[str] = rx.field("")
    doomed: rx.Field[str] = rx.field("")
    doomed_label: rx.Field[str] = rx.field("")
    _shown: str = ""  # the id of the token whose secret that is

    @rx.event
    @signed_in
    async def make(self, who: Principal, form: dict[str, Any]) -> Follows:
        """A new token; its secret shows until its panel is closed."""
        label = str(form.get("label", ""))
        try:
            secret = await current().accounts.make_api_token(who, label)
        except InvalidInputError as error:
            self.error = error.message
            return FOCUS_ON_ERROR
        change(self, error="", secret=secret, secret_label=label.strip())
        await show_own(self, who)
        self._shown = next((card.id for card in self.tokens), "")
        return emptied(TOKEN_FORM)

    @rx.event
    @signed_in
    async def put_away(self, who: Principal) -> None:
        """The panel with the secret is closed, or the page is left: nobody is shown it again."""
        change(self, secret="", secret_label="")

    @rx.event
    @signed_in
    async def ask_to_revoke(self, who: Principal, token: str) -> None:
        """A program may depend on it."""
        doomed = next((card for card in self.tokens if card.id == token), None)
        if doomed is not None:
            self.doomed, self.doomed_label = doomed.id, doomed.label

    @rx.event
    @signed_in
    async def keep(self, who: Principal, is_open: bool) -> None:
        """The question was answered with no, or closed."""
        if not is_open:
            self.doomed = ""

    @rx.event
    @signed_in
    async def revoke(self, who: Principal) -> None:
        """The question was answered with yes."""
        token, self.doomed = self.doomed, ""
        await current().accounts.revoke(who, parsed_id(token, "token"))
        await show_own(self, who)
        if token == self._shown:  # nobody is told to copy what opens nothing
            change(self, secret="", secret_label="")


async def show_own(state: rx.State, who: Principal) -> None:
    """Bring what opens the account, and what its person may do, up to date in the tab of `state`."""
    reports = await current().accounts.tokens(who)
    own, tokens = await state.get_state(MyAccount), await state.get_state(ApiTokens)
    change(own, logins=_cards(reports, TokenKind.BROWSER), is_owner=who.role is Role.OWNER)
    change(tokens, tokens=_cards(reports, TokenKind.API))


def _cards(reports: list[TokenReport], kind: TokenKind) -> list[OpenCard]:
    """This one first, then the newest."""
    cards = [OpenCard(str(r.id), r.label, iso(r.created_at), r.is_this) for r in reports if r.kind is kind]
    return sorted(cards, key=lambda card: not card.is_this)
