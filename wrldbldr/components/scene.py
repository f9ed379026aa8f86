"""The stage as players see it: the backdrop, and who stands before it."""

from collections.abc import Sequence

import reflex as rx

from wrldbldr.services.player_cards import FigureCard


def scene(
    backdrop: rx.Var[str], figures: rx.vars.ArrayVar[Sequence[FigureCard]], place: rx.Var[str], *over: rx.Component
) -> rx.Component:
    """As large as where it is put. A bare black ground while nothing is shown; `over` stands on it."""
    return rx.el.div(
        rx.cond(backdrop != "", rx.el.img(src=backdrop, alt="", key=backdrop, class_name="scene-back")),
        rx.el.ul(rx.foreach(figures, _figure), class_name="scene-figures"),
        rx.cond(place != "", rx.el.p(place, class_name="name b scene-place")),
        *over,
        class_name="scene",
    )


def _figure(card: rx.vars.ObjectVar[FigureCard]) -> rx.Component:
    return rx.el.li(
        rx.el.img(src=card.image, alt=card.name, key=card.image),
        key=card.id,
        custom_attrs={"data-type": card.asset_type},
    )
