"""`/play/<game session>`: what the players at a table see, on a phone in the hand or a screen on the wall."""

from collections.abc import Sequence

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from wrldbldr.components.button import icon_button
from wrldbldr.components.dialog import dialog, heading
from wrldbldr.components.empty import empty
from wrldbldr.components.icon import icon, logo
from wrldbldr.components.plate import hole, plate
from wrldbldr.components.scene import scene
from wrldbldr.pages.page import Page
from wrldbldr.services.player_cards import FigureCard, SightCard
from wrldbldr.state.play import Play

LEAVE = rx.call_script("wrldbldrLeaveTable()")
IS_ON = (Play.backdrop != "") | (Play.figures.length() > 0)


def play() -> rx.Component:
    """Whom and what the players know, and that something is being painted. No controls but one's own."""
    return rx.el.div(
        rx.el.header(
            rx.el.span(logo(), class_name="logo"),
            rx.el.h1(Play.world_name, class_name="name tr"),
            rx.el.div(
                rx.el.span(class_name=rx.cond(has_connection_errors, "lamp off", "lamp"), aria_hidden=True),
                rx.el.span(rx.cond(has_connection_errors, "Reconnecting", "Live"), " · ", Play.player, class_name="tr"),
                icon_button("log-out", "Leave the table", size="s", on_click=LEAVE),
                class_name="row end g3 xs mut",
            ),
            class_name="play-bar",
        ),
        rx.cond(Play.is_loaded, sights(), rx.el.main(class_name="play-main", aria_busy=True)),
        painting(),
        lightbox(),
        class_name="play",
        data_stage=rx.cond(IS_ON, "yes", ""),
    )


def stage() -> rx.Component:
    """What the game master has put there, from edge to edge, and by name whom it shows."""

    def name(card: rx.vars.ObjectVar[FigureCard]) -> rx.Component:
        return rx.el.li(plate(card.thumbnail), rx.el.span(card.name, class_name="m tr"), key=card.id)

    return rx.cond(
        IS_ON,
        rx.el.section(
            scene(Play.backdrop, Play.figures, Play.place),
            rx.cond(
                Play.figures.length() > 0,
                rx.el.ul(rx.foreach(Play.figures, name), class_name="cast", aria_label="On the stage"),
            ),
            aria_label="The stage",
        ),
    )


def handouts() -> rx.Component:
    """What was handed out and is not taken back; each opened by itself when it came."""

    def handout(card: rx.vars.ObjectVar[SightCard]) -> rx.Component:
        words = rx.el.span(
            rx.el.span("Handout", class_name="xs warm m"),
            rx.el.span(card.name, class_name="name b tr"),
            class_name="two-lines",
        )
        return rx.el.li(
            rx.el.button(
                plate(card.thumbnail), words, icon("chevron-right"), type="button", on_click=Play.show(card.id),
                class_name="handout",
            ),
            key=card.id,
        )  # fmt: skip

    return rx.cond(
        Play.handouts.length() > 0,
        rx.el.ul(rx.foreach(Play.handouts, handout), class_name="handouts", aria_label="Handouts"),
    )


def sights() -> rx.Component:
    """The stage first, then everybody and everything they may know."""
    known = rx.el.div(
        rx.cond(Play.people.length() > 0, section("People you know", Play.people, "user-round", "sights")),
        rx.cond(Play.places.length() > 0, section("Places you know", Play.places, "image", "sights wide")),
        class_name="known",
    )
    return rx.el.main(
        stage(),
        handouts(),
        rx.cond(
            IS_ON | (Play.people.length() + Play.places.length() + Play.handouts.length() > 0),
            known,
            empty(
                "The curtain is still down",
                "Your game master shows people and places here as you meet them. Nothing needs to be reloaded.",
                glyph="flame",
                size="lg",
            ),
        ),
        class_name="play-main",
    )


def section(title: str, cards: rx.vars.ArrayVar[Sequence[SightCard]], glyph: str, class_name: str) -> rx.Component:
    """Pictures with names under them."""

    def sight(card: rx.vars.ObjectVar[SightCard]) -> rx.Component:
        picture = rx.cond(card.image != "", plate(card.thumbnail), hole(icon(glyph, 28)))
        return rx.el.li(
            rx.el.button(
                picture, rx.el.span(card.name, class_name="m tr"), type="button", class_name="sight",
                disabled=card.image == "", on_click=Play.show(card.id),
            ),
            title=card.name,
            key=card.id,
        )  # fmt: skip

    return rx.el.section(
        rx.el.h2(title, class_name="lab"),
        rx.el.ul(rx.foreach(cards, sight), class_name=class_name),
        class_name="col g3",
    )


def painting() -> rx.Component:
    """One quiet line at the bottom, read aloud when it begins; the percentage only shows."""
    return rx.el.div(
        rx.cond(
            Play.painting != "",
            rx.el.div(
                icon("flame", class_name="yel"),
                rx.el.span(Play.painting, class_name="sm tr"),
                rx.el.span(class_name="ember", style={"--p": f"{Play.percent}%"}, aria_hidden=True),
                class_name="row g3 pill",
            ),
        ),
        class_name="play-foot",
        role="status",
        aria_live="polite",
    )


def lightbox() -> rx.Component:
    """One picture, as large as the screen allows."""
    return dialog(
        heading(Play.shown_card.name),
        rx.el.img(src=Play.shown_card.image, alt=Play.shown_card.name, class_name="sight-large"),
        is_open=Play.shown_card.name != "",
        on_open_change=Play.close,
        class_name="sight-box",
    )


PAGE = Page("/play/[table]", "Play", play, [Play.enter])
