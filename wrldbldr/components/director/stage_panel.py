"""What players see now, and what can be put before them."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import hole, plate
from wrldbldr.components.scene import scene
from wrldbldr.services.director_cards import PieceCard, PlaceCard
from wrldbldr.state.director import Director
from wrldbldr.state.quick import Quick
from wrldbldr.state.reveal import Reveal


def stage_panel() -> rx.Component:
    """The stage as large as the page allows, the places below it, and everything that is shown."""
    return rx.el.main(
        rx.el.h1("Director Mode", class_name="sr"),
        rx.el.div(
            rx.el.span(icon("tv", 14), "Players see this", class_name="bdg warmb"),
            rx.el.span(Director.place, class_name="name md b tr grow"),
            button("Clear the Stage", glyph="blinds", on_click=Director.clear, title="Take everything back, handouts too"),
            button("Handout…", rx.el.kbd("R"), glyph="scroll-text", data_key="r", on_click=Reveal.begin),
            class_name="row stage-head",
        ),
        rx.el.div(scene(Director.backdrop, Director.figures, Director.place), class_name="plate framed preview"),
        places(),
        shown(),
        class_name="work director-work",
    )  # fmt: skip


def places() -> rx.Component:
    """Where the scene is set: one press hangs a backdrop, another takes it back."""

    def place(card: rx.vars.ObjectVar[PlaceCard]) -> rx.Component:
        is_on = card.piece != ""
        hang = rx.el.button(
            plate(card.picture), rx.el.span(card.name, class_name="m tr"), type="button", class_name="place",
            aria_pressed=rx.cond(is_on, "true", "false"), title=card.name,
            on_click=Director.toggle_on_stage("location", card.id),
        )  # fmt: skip
        none_yet = rx.el.button(
            hole(icon("brush")), rx.el.span(card.name, class_name="m tr"), type="button", class_name="place",
            aria_label=f"Generate Backdrop of {card.name}", title=f"No backdrop yet: generate one of {card.name}",
            on_click=Director.generate("location", card.id, "backdrop"),
        )  # fmt: skip
        return rx.el.li(rx.cond(card.picture != "", hang, none_yet), key=card.id)

    return rx.cond(
        Director.places.length() > 0,
        rx.el.section(
            rx.el.h2("Backdrop", class_name="lab"),
            rx.el.ul(rx.foreach(Director.places, place), class_name="places"),
            class_name="col",
        ),
    )


def shown() -> rx.Component:
    """Every picture that players see, whose name they are not told, and the way to take it back."""
    return rx.el.section(
        rx.el.h2("Shown now", class_name="lab"),
        rx.cond(
            Director.pieces.length() > 0,
            rx.el.ul(rx.foreach(Director.pieces, _piece), class_name="pieces"),
            rx.el.p(
                "Nothing. Bring somebody on, hang a backdrop, or reveal a handout. Whoever is hidden from players is shown "
                "without their name.",
                class_name="sm mut",
            ),
        ),
        class_name="col",
    )


def reach() -> rx.Component:
    """On a phone: what a thumb wants, at the lower edge."""
    return rx.el.div(
        button("Quick NPC", glyph="plus", on_click=Quick.toggle(True)),
        button("Handout", glyph="scroll-text", on_click=Reveal.begin),
        button("Clear", glyph="blinds", on_click=Director.clear, aria_label="Clear the stage"),
        class_name="reach",
        role="group",
        aria_label="At hand",
    )


def _piece(card: rx.vars.ObjectVar[PieceCard]) -> rx.Component:
    is_figure = card.part == "figure"
    whose = rx.match(card.part, ("backdrop", "the backdrop of "), ("handout", "the handout of "), "")
    words = rx.el.div(
        rx.el.p(card.name, class_name="name b tr"),
        rx.el.p(
            rx.match(
                card.part,
                ("backdrop", rx.fragment("Backdrop")),
                ("handout", rx.fragment("Handout to ", card.seen_by)),
                rx.fragment("On the stage"),
            ),
            rx.cond(card.seen_as != "", rx.fragment(", as “", card.seen_as, "”")),
            class_name="xs mut tr",
        ),
        class_name="two-lines grow",
    )
    return rx.el.li(
        plate(card.thumbnail, class_name="thumb"),
        words,
        rx.cond(
            is_figure,
            rx.fragment(
                icon_button("chevron-left", f"Move {card.name} to the left", size="s", on_click=Director.move(card.id, -1)),
                icon_button("chevron-right", f"Move {card.name} to the right", size="s", on_click=Director.move(card.id, 1)),
            ),
        ),
        icon_button("x", f"Take {whose}{card.name} back", size="s", on_click=Director.take_back(card.id)),
        key=card.id,
    )  # fmt: skip
