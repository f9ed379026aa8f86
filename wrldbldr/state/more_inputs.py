"""What else of the chosen workflow can be set where pictures are asked for, and whether it can run at all."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.input_setting import Scalar
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.engine import current
from wrldbldr.services.workflow_inputs import InputField
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.input_cards import InputCard, cards_of, lists_of, typed_settings, words_of
from wrldbldr.state.principal import Follows, signed_in
from wrldbldr.state.style_reference import StyleReference


class MoreInputs(rx.State):
    """Beside the dialog (state/generate.py), which opens it, and keeps what is set with the rest of the draft.

    `words` names the inputs, empty when there are none; `lack` is what keeps the workflow from running.
    """

    cards: rx.Field[list[InputCard]] = rx.field(default_factory=list)
    lists: rx.Field[dict[str, list[str]]] = rx.field(default_factory=dict)
    words: rx.Field[str] = rx.field("")
    is_open: rx.Field[bool] = rx.field(False)
    lack: rx.Field[str] = rx.field("")
    _fields: tuple[InputField, ...] = ()
    _workflow: str = ""

    @rx.event(background=True)
    @signed_in
    async def look(self, who: Principal) -> AsyncGenerator[Follows]:
        """Compare the workflow with what ComfyUI has. An answer about one that is not chosen any more is dropped."""
        async with self:
            asked, is_styled = self._workflow, bool((await self.get_state(StyleReference)).references)
        lack = await current().orders.lacks(who, parsed_id(asked, "workflow"), is_styled=is_styled)
        async with self:
            if self._workflow == asked:
                change(self, lack=lack)
        yield None


async def show_more(state: rx.State, who: Principal, workflow: str, texts: Mapping[str, str]) -> None:
    """Show the inputs of a workflow in the tab of `state`, with what was set of them."""
    more = await state.get_state(MoreInputs)
    fields = await current().orders.fields(who, parsed_id(workflow, "workflow"))
    more._fields = fields
    lack = more.lack if more._workflow == workflow else ""  # noqa: SLF001
    more._workflow = workflow  # noqa: SLF001
    change(
        more,
        cards=cards_of(fields, texts),
        lists=lists_of(fields),
        words=words_of(fields),
        is_open=any(field.key in texts for field in fields),
        lack=lack,
    )


async def draw_more(state: rx.State, texts: Mapping[str, str], errors: Mapping[str, str]) -> bool:
    """Bring the inputs up to date with what was set, and what was refused of it. False when none of that is among them."""
    more = await state.get_state(MoreInputs)
    change(more, cards=cards_of(more._fields, texts, errors=errors))
    is_told = any(card.error for card in more.cards)
    change(more, is_open=more.is_open or is_told)
    return is_told


async def typed_inputs(state: rx.State, form: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, str]:
    """What a form holds of the inputs that show, by key; `texts` for what it does not hold."""
    fields = (await state.get_state(MoreInputs))._fields
    known = {**texts, **{key: str(text) for key, text in form.items()}}
    return {field.key: known[field.key] for field in fields if field.key in known}


async def settings_of(state: rx.State, texts: Mapping[str, str]) -> dict[NodeInput, Scalar]:
    """What is set otherwise than the workflow was saved. Raises InvalidInputsError."""
    return typed_settings((await state.get_state(MoreInputs))._fields, texts)
