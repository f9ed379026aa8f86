"""Puts back what was typed and not saved when a login ended, or when the server forgot the tab."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.state.add_entity import put_back_entity_form
from wrldbldr.state.editor import put_back_words
from wrldbldr.state.generate import put_back_drafts
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.unsaved import ask_for_unsaved, forget_unsaved, unsaved_of
from wrldbldr.state.world_form import put_back_world_form


class Recall(rx.State):
    """`account` tells the browser for whom it keeps what is typed; empty once the tab's state was forgotten."""

    account: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def ask(self, who: Principal) -> Follow:
        """The page opens, or the browser is back after an interruption."""
        self.account = str(who.account_id)
        return ask_for_unsaved(self.account, Recall.put_back)

    @rx.event
    @signed_in
    async def put_back(self, who: Principal, sent: dict[str, Any]) -> Follows:
        """The browser says what it keeps, for the account it was asked about."""
        if self.account != str(who.account_id):
            return None
        unsaved = unsaved_of(sent)
        words = await put_back_words(self, who, unsaved.words)
        forms = [
            await put_back_drafts(self, who, unsaved),
            await put_back_entity_form(self, unsaved),
            await put_back_world_form(self, who, unsaved),
        ]
        follows: list[Any] = [forget_unsaved(*words.settled)] if words.settled else []
        if unsaved.is_return and (words.are_back or any(forms)):
            follows.append(rx.toast.info("Your unsaved words are back."))
        return follows
