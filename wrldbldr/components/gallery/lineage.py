"""Where a picture took its style from, and what took it from there."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import hole, plate
from wrldbldr.services.cards import AssetCard
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.lineage import AncestorCard, Lineage
from wrldbldr.state.narrowing import Narrowing


def lineage() -> rx.Component:
    """A line of descent, when there is one: the sources above, the picture itself, and its descendants."""
    return rx.cond(
        Lineage.is_known,
        rx.el.section(
            rx.el.h2("Lineage", class_name="h2 mut"),
            rx.el.ol(rx.foreach(Lineage.ancestors, _ancestor), _itself(), _descendants(), class_name="lineage"),
            class_name="col",
            aria_label="Lineage",
        ),
    )


def _ancestor(card: rx.vars.ObjectVar[AncestorCard]) -> rx.Component:
    words = rx.el.span(
        rx.el.span("Style Reference: ", class_name="xs sec"),
        rx.el.span(card.label, class_name="mono sm"),
        rx.el.span(card.says, class_name="xs sec"),
        class_name="col grow",
    )
    there = rx.el.button(
        plate(card.thumbnail), words, icon("arrow-up-right", 14), type="button", class_name="kin link-kin",
        on_click=Lightbox.show(card.id),
    )  # fmt: skip
    gone = rx.el.div(hole(icon("image-off", 16)), words, class_name="kin")
    return rx.el.li(rx.cond(card.id != "", there, gone))


def _itself() -> rx.Component:
    words = rx.el.span(
        rx.el.span("This picture", class_name="xs sec"),
        rx.el.span(Lineage.itself, class_name="sm m"),
        class_name="col grow",
    )
    return rx.el.li(rx.el.div(plate(Lightbox.asset.thumbnail), words, class_name="kin itself"))


def _descendants() -> rx.Component:
    def small(card: rx.vars.ObjectVar[AssetCard]) -> rx.Component:
        return rx.el.button(
            rx.el.img(src=card.thumbnail, alt=card.label, loading="lazy"), type="button", class_name="plate",
            on_click=Lightbox.show(card.id), key=card.id,
        )  # fmt: skip

    says = rx.cond(
        Lineage.descendant_count == 1,
        "1 picture took its style from this one",
        f"{Lineage.descendant_count} pictures took their style from this one",
    )
    see_all = button(
        "See all", look="ghost", size="s",
        on_click=[Lightbox.toggle(False), Narrowing.show_descendants(Lightbox.asset.id)],
    )  # fmt: skip
    return rx.cond(
        Lineage.descendant_count > 0,
        rx.el.li(
            rx.el.p(says, class_name="xs sec"),
            rx.el.div(rx.foreach(Lineage.newest, small), rx.el.span(see_all, class_name="end"), class_name="row"),
            class_name="col heirs",
        ),
    )
