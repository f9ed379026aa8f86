"""Everybody's accounts, for owners."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.errors import ConflictError, InvalidInputError, NotFoundError
from wrldbldr.engine import current
from wrldbldr.services.administration import AccountChanges, AccountReport
from wrldbldr.services.cards import iso
from wrldbldr.state.accounts_own import FOCUS_ON_ERROR, emptied
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.me import initials_of
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken

ADD_FORM = "add-account-form"
RENAME, RESET, REMOVE, DEMOTE, PROMOTE = "rename", "reset", "remove", "demote", "promote"


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One person's line."""

    id: str
    name: str
    initials: str
    role: str
    world_count: int
    created_at: str
    is_you: bool


class AccountList(rx.State):
    """`task` is what the open dialog or question is about, and `subject` whom; both empty while there is none."""

    cards: rx.Field[list[AccountCard]] = rx.field(default_factory=list)
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=dict)  # of the form for a new one
    task: rx.Field[str] = rx.field("")
    subject: rx.Field[str] = rx.field("")
    subject_name: rx.Field[str] = rx.field("")
    subject_worlds: rx.Field[int] = rx.field(0)
    error: rx.Field[str] = rx.field("")  # of the dialog

    @rx.event
    @signed_in
    async def add(self, who: Principal, form: dict[str, Any]) -> Follows:
        """A new game master. What is refused stays typed."""
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        try:
            made = await current().administration.create(who, name, password)
        except InvalidInputError as error:
            self.errors = {error.field: error.message}
            return FOCUS_ON_ERROR
        except ConflictError as error:
            self.errors = {"name": error.message}
            return FOCUS_ON_ERROR
        change(self, errors={})
        await show_everyone(self, who)
        told = rx.toast.success(spoken(f"{made.name} can sign in now"), description="With the password you typed.")
        return [emptied(ADD_FORM), told]

    @rx.event
    @signed_in
    async def begin(self, who: Principal, task: str, account: str) -> Follow:
        """Open the dialog or the question about somebody, with what is true of them now."""
        if task not in {RENAME, RESET, REMOVE, DEMOTE, PROMOTE}:
            return None
        everyone = await show_everyone(self, who)
        found = next((report for report in everyone if str(report.id) == account), None)
        if found is None:
            raise NotFoundError("account")
        change(self, task=task, subject=account, subject_name=found.name, subject_worlds=found.world_count, error="")
        if task == RENAME:
            return rx.call_script("wrldbldrFocus('subject-name')")
        return rx.call_script("wrldbldrFocus('subject-password')") if task == RESET else None

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog or the question was closed."""
        if not is_open:
            change(self, task="", error="")

    @rx.event
    @signed_in
    async def save(self, who: Principal, form: dict[str, Any]) -> Follows:
        """The dialog's one field: another name, or another password. What is refused stays typed."""
        typed, task, name = str(form.get("typed", "")), self.task, self.subject_name
        changes = AccountChanges(name=typed) if task == RENAME else AccountChanges(password=typed)
        try:
            await self._update(who, self.subject, changes)
        except (InvalidInputError, ConflictError) as error:
            self.error = error.message
            return FOCUS_ON_ERROR
        change(self, task="", error="")
        if task == RENAME:
            return None
        return rx.toast.success(spoken(f"{name} has another password"), description="They are signed out everywhere.")

    @rx.event
    @signed_in
    async def go_on(self, who: Principal) -> Follow:
        """The question was answered with yes."""
        task, self.task, account = self.task, "", self.subject
        if task in {DEMOTE, PROMOTE}:
            await self._update(who, account, AccountChanges(role=Role.DM if task == DEMOTE else Role.OWNER))
        elif task == REMOVE:
            await current().administration.remove(who, parsed_id(account, "account"))
            await show_everyone(self, who)
            return rx.toast.success(spoken(f"{self.subject_name} is removed"))
        return None

    async def _update(self, who: Principal, account: str, changes: AccountChanges) -> None:
        account_id = parsed_id(account, "account")
        await current().administration.update(who, account_id, changes)
        if account_id != who.account_id:  # what changes about oneself is heard by every tab of one's own
            await show_everyone(self, who)


async def show_everyone(state: rx.State, who: Principal) -> list[AccountReport]:
    """Bring the list in the tab of `state` up to date: empty for whoever is no owner."""
    everyone = await current().administration.everyone(who) if who.role is Role.OWNER else []
    accounts = await state.get_state(AccountList)
    change(accounts, cards=[_card(report, who) for report in everyone])
    return everyone


def _card(report: AccountReport, who: Principal) -> AccountCard:
    return AccountCard(
        id=str(report.id),
        name=report.name,
        initials=initials_of(report.name),
        role=report.role,
        world_count=report.world_count,
        created_at=iso(report.created_at),
        is_you=report.id == who.account_id,
    )
