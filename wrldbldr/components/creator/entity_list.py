"""Who and what lives in a world."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.empty import empty
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import entity_glyph, thumb
from wrldbldr.services.cards import EntityCard
from wrldbldr.state.add_entity import AddEntity
from wrldbldr.state.creator import Creator
from wrldbldr.state.live import Live
from wrldbldr.state.place import Place


def entity_list() -> rx.Component:
    """Characters, then locations; narrowed by what is looked for."""
    nobody = empty(
        "No one lives here yet",
        "A name is enough to begin. The rest can wait.",
        button("Add a Character", glyph="plus", look="warm", on_click=AddEntity.begin("character")),
    )
    no_match = rx.el.p(
        f"Nobody and nowhere matches “{Creator.find}”.", class_name="hint center no-match", role="status"
    )
    groups = rx.fragment(
        group("Characters", "users-round", Creator.characters),
        group("Locations", "map", Creator.locations),
        rx.cond(Creator.characters.length() + Creator.locations.length() == 0, no_match),
    )
    return rx.el.nav(
        rx.el.div(
            find_field(),
            icon_button("plus", "Add a character or location", look="", on_click=AddEntity.begin("character")),
            class_name="row side-head",
        ),
        rx.el.div(all_pictures(), rx.cond(Creator.everyone.length() > 0, groups, nobody), class_name="scroll"),
        class_name="side",
        aria_label="Characters and locations",
    )


def find_field() -> rx.Component:
    """Narrow the list."""
    return rx.el.div(
        icon("search"),
        rx.el.input(
            id="find", type="search", placeholder="Find", aria_label="Find a character or location",
            default_value=Creator.find, on_change=Creator.look_for, data_key="/", auto_complete="off",
        ),
        rx.el.kbd("/"),
        class_name="in quiet with",
    )  # fmt: skip


def all_pictures() -> rx.Component:
    """Every picture of the world, whoever is on it."""
    return rx.el.button(
        rx.el.span(icon("images"), class_name="hole thumb"),
        rx.el.span(rx.el.span("All pictures", class_name="name tr"), class_name="two-lines"),
        type="button", class_name="ent all", aria_current=rx.cond(Place.shows_all, "true", "false"), title="All pictures",
        on_click=Creator.show_all,
    )  # fmt: skip


def group(title: str, glyph: str, cards: rx.vars.ArrayVar[list[EntityCard]]) -> rx.Component:
    """One kind, with how many there are."""
    head = rx.el.h2(icon(glyph, 14), title, rx.el.span(cards.length(), class_name="num"), class_name="grp")
    return rx.cond(cards.length() > 0, rx.el.section(head, rx.el.ul(rx.foreach(cards, _row))))


def _row(card: rx.vars.ObjectVar[EntityCard]) -> rx.Component:
    return entity_row(
        entity=card.id,
        kind=card.kind,
        name=card.name,
        summary=card.summary,
        thumbnail=card.thumbnail,
        mark=Live.marks.get(card.id, rx.cond(card.visible_to_players, "", "hidden")).to(str),
        is_current=Place.entity == card.id,
        key=card.id,
    )


@rx.memo
def entity_row(
    *,
    entity: rx.Var[str],
    kind: rx.Var[str],
    name: rx.Var[str],
    summary: rx.Var[str],
    thumbnail: rx.Var[str],
    mark: rx.Var[str],
    is_current: rx.Var[bool],
    rest: rx.RestProp,
) -> rx.Component:
    """One row of the list; it is drawn anew only when something of its own changes."""
    words = rx.el.span(
        rx.el.span(name, class_name="name tr"), rx.el.span(summary, class_name="xs mut tr"), class_name="two-lines"
    )
    return rx.el.li(
        rx.el.button(
            thumb(thumbnail, entity_glyph(kind)), words, entity_mark(mark),
            type="button", class_name="ent", aria_current=rx.cond(is_current, "true", "false"), title=name, data_entity=entity,
            on_click=Creator.select(entity),
        ),
        rest,
    )  # fmt: skip


def entity_mark(mark: rx.Var[str]) -> rx.Component:
    """What goes on with somebody: being painted, failed, waiting, hidden from players."""

    def sign(glyph: str, says: str, tone: str) -> rx.Component:
        return rx.el.span(icon(glyph, 14), rx.el.span(says, class_name="sr"), class_name=tone, title=says)

    return rx.fragment(
        rx.match(
            mark,
            ("generating", sign("flame", "Generating", "yel")),
            ("failed", sign("circle-x", "A generation failed", "err")),
            ("queued", sign("hourglass", "Queued", "mut")),
            ("hidden", sign("eye-off", "Hidden from players", "info")),
            rx.fragment(),
        )
    )
