"""The other inputs of the chosen workflow, folded away until somebody wants them."""

import reflex as rx

from wrldbldr.components.field import error_line
from wrldbldr.components.icon import icon
from wrldbldr.components.input_control import input_control
from wrldbldr.state.generate import Generate
from wrldbldr.state.input_cards import InputCard
from wrldbldr.state.more_inputs import MoreInputs


def more_inputs() -> rx.Component:
    """Nothing for a workflow that shows none."""
    return rx.cond(
        MoreInputs.words != "",
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", 14), "More of this workflow: ", MoreInputs.words, class_name="row sm m sec"
            ),
            rx.el.div(rx.foreach(MoreInputs.cards, _field), class_name="more-inputs"),
            open=MoreInputs.is_open,
            class_name="more",
        ),
    )


def workflow_lack() -> rx.Component:
    """Why the chosen workflow cannot run; said aloud when it is found out."""
    return rx.el.div(
        rx.cond(MoreInputs.lack != "", rx.el.p(icon("circle-alert", 14), MoreInputs.lack, class_name="hint err")),
        role="status",
    )


def _field(card: rx.vars.ObjectVar[InputCard]) -> rx.Component:
    """A number says how far it may go."""
    bounds = rx.cond(
        (card.minimum != "") & (card.maximum != ""),
        f"{card.minimum} to {card.maximum}",
        "",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.label(card.word, html_for=f"more-{card.key}", class_name="lab tr"),
            rx.el.span(card.title, class_name="end hint tr", title=bounds),
            class_name="row",
        ),
        input_control(card, MoreInputs.lists, prefix="more", on_set=Generate.keep_input),
        error_line(f"more-{card.key}", card.error.to(str)),
        key=card.key,
        class_name="f",
    )
