"""To whom pictures go."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.field import error_line
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import entity_glyph, thumb
from wrldbldr.services.cards import EntityCard
from wrldbldr.state.moving import Moving

FIELD = "move-to"


def move_dialog() -> rx.Component:
    """Everybody in this world, narrowed by what is looked for."""
    find = rx.el.div(
        icon("search"),
        rx.el.input(
            id=FIELD, type="search", placeholder="Find", aria_label="Find a character or location", auto_focus=True,
            default_value="", on_change=Moving.look_for, auto_complete="off",
        ),
        class_name="in quiet with",
    )  # fmt: skip
    nobody = rx.el.p("Nobody and nowhere matches that.", class_name="hint", role="status")
    body = rx.el.div(
        find,
        error_line(FIELD, Moving.error),
        rx.cond(Moving.found.length() > 0, rx.el.ul(rx.foreach(Moving.found, _choice), class_name="scroll"), nobody),
        rx.cond(Moving.hint != "", rx.el.p(Moving.hint, class_name="hint num", role="status")),
        rx.el.p("Labels that were given here are given anew there. None becomes active.", class_name="hint"),
        class_name="col g3 dlg-body move-to",
    )
    return rx.fragment(
        dialog(heading(Moving.title), body, is_open=Moving.is_open, on_open_change=Moving.toggle, class_name="narrow"),
        drop_question(),
    )


def drop_question() -> rx.Component:
    """A picture lies on somebody whose it is not. Nothing is destroyed, so the answer is not red."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(f"Move to {Moving.target_name} and set active?", class_name="name md b"),
            rx.alert_dialog.description(
                f"{Moving.label} leaves the gallery where it hangs now, and stands for {Moving.target_name}.",
                class_name="sm sec",
            ),
            rx.el.div(
                rx.alert_dialog.cancel(button("Leave It There")),
                rx.alert_dialog.action(
                    button("Move and Set Active", glyph="circle-check", look="solid", on_click=Moving.move_dropped)
                ),
                class_name="row end-row wrap",
            ),
            class_name="dlg ask",
        ),
        open=Moving.is_asking,
        on_open_change=Moving.toggle_question,
    )


def _choice(card: rx.vars.ObjectVar[EntityCard]) -> rx.Component:
    words = rx.el.span(
        rx.el.span(card.name, class_name="name tr"),
        rx.el.span(card.summary, class_name="xs mut tr"),
        class_name="two-lines",
    )
    return rx.el.li(
        rx.el.button(
            thumb(card.thumbnail, entity_glyph(card.kind)),
            words,
            type="button",
            class_name="ent",
            on_click=Moving.move(card.id),
        ),
        key=card.id,
    )
