"""The dialog with the words prompts begin with."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputsError
from wrldbldr.engine import current
from wrldbldr.state.accounts_own import FOCUS_ON_ERROR
from wrldbldr.state.change import change
from wrldbldr.state.principal import Follows, signed_in


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """That of one kind of picture."""

    asset_type: str
    label: str
    template: str
    error: str


class PromptTemplates(rx.State):
    """What is typed stays in the browser until it is saved."""

    is_open: rx.Field[bool] = rx.field(False)
    cards: rx.Field[list[TemplateCard]] = rx.field(default_factory=list)

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """Open it with the templates as they are."""
        templates = await current().templates.all(who)
        change(self, is_open=True, cards=[_card(kind, templates[kind]) for kind in AssetType])

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed."""
        if not is_open:
            change(self, is_open=False)

    @rx.event
    @signed_in
    async def save(self, who: Principal, form: dict[str, Any]) -> Follows:
        """Store them all. What is refused stays typed, with the reason there."""
        typed = {kind: str(form[kind.value]) for kind in AssetType if kind.value in form}
        try:
            await current().templates.change(who, typed)
        except InvalidInputsError as error:
            change(self, cards=[_card(kind, typed[kind], error.sentences.get(kind, "")) for kind in typed])
            return FOCUS_ON_ERROR
        change(self, is_open=False)
        return rx.toast.success("Saved", description="The next prompt begins with it.")


def _card(kind: AssetType, template: str, error: str = "") -> TemplateCard:
    return TemplateCard(kind.value, kind.capitalize(), template, error)
