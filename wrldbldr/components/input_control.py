"""The control that fits one input of a workflow."""

from collections.abc import Callable

import reflex as rx
from reflex.event import EventCallback

from wrldbldr.components.field import switch
from wrldbldr.services.workflow_inputs import OFF, ON, InputKind
from wrldbldr.state.input_cards import InputCard


def input_control(
    card: rx.vars.ObjectVar[InputCard],
    lists: rx.vars.ObjectVar[dict[str, list[str]]],
    *,
    prefix: str,
    on_set: Callable[[rx.Var[str], rx.Var[str]], EventCallback[()]],
    class_name: str = "in",
) -> rx.Component:
    """A number, a list, a switch or a text, whose name in a form is the input's key. `on_set` takes key and text."""
    key, field_id = card.key.to(str), f"{prefix}-{card.key}"
    told = {
        "aria_label": f"{card.title} {card.word}",
        "aria_invalid": rx.cond(card.error != "", "true", "false"),
        "aria_describedby": rx.cond(card.error != "", f"{field_id}-error", ""),
    }
    typed = {
        "id": field_id,
        "name": key,
        "default_value": card.text,
        "on_blur": lambda text: on_set(key, text),
        "class_name": class_name,
        **told,
    }
    as_text = {"type": "number"}  # were it the prop, Reflex would send a number, and none for what is no number yet
    number = rx.el.input(min=card.minimum, max=card.maximum, step=card.step, custom_attrs=as_text, **typed)
    text = rx.cond(
        card.is_long, rx.el.textarea(rows="2", **typed), rx.el.input(auto_complete="off", spell_check=False, **typed)
    )
    choice = rx.el.select(
        rx.foreach(
            lists.get(card.options.to(str), []).to(list[str]), lambda option: rx.el.option(option, value=option)
        ),
        id=field_id,
        name=key,
        value=card.text,
        on_change=lambda text: on_set(key, text),
        class_name=class_name,
        **told,
    )
    is_on = card.text == ON
    flip = rx.fragment(
        switch(f"{card.title} {card.word}", is_on, on_click=on_set(key, rx.cond(is_on, OFF, ON).to(str)), id=field_id),
        rx.el.input(type="hidden", name=key, value=card.text),
    )
    kinds = InputKind.NUMBER.value, InputKind.CHOICE.value, InputKind.SWITCH.value
    return rx.fragment(rx.match(card.kind, *zip(kinds, (number, choice, flip), strict=True), text))
