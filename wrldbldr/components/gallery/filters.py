"""What stands above the pictures: a search, what they are narrowed to, how many there are, and how large they are shown."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.gallery.picture_import import import_button
from wrldbldr.components.icon import ASSET_ICONS, icon
from wrldbldr.domain.asset import RATING_LIMIT
from wrldbldr.domain.picture_query import COUNTED, PictureOrder
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.state.filters import Filters
from wrldbldr.state.gallery import ALL, Gallery
from wrldbldr.state.narrowing import Choice, Narrowing
from wrldbldr.state.place import Place

KINDS = (("portrait", "Portraits"), ("sprite", "Sprites"), ("backdrop", "Backdrops"), ("item", "Items"))
ORDERS = {
    PictureOrder.NEWEST: "Newest first",
    PictureOrder.OLDEST: "Oldest first",
    PictureOrder.RATING: "Best rated first",
}
SEARCH_PAUSE_MS = 250


def head() -> rx.Component:
    """Of one gallery, or of all pictures."""
    return rx.fragment(
        rx.cond(Place.shows_all, title(), rx.el.div(tabs(), import_button(), class_name="row")),
        rx.el.div(search_field(), chips(), measures(), class_name="row wrap filters", role="search"),
    )


def title() -> rx.Component:
    """That these are all there are."""
    return rx.el.div(
        rx.el.h1("All pictures", class_name="name xl b"),
        rx.el.span(Gallery.total_words, " in this world", class_name="sec num"),
        class_name="row baseline",
    )


def tabs() -> rx.Component:
    """The kinds of picture somebody has."""

    def tab(value: str, label: str, count: rx.Var[Any]) -> rx.Component:
        return rx.el.button(
            label, rx.el.span(count, class_name="num"), type="button", role="tab",
            aria_selected=rx.cond(Gallery.tab == value, "true", "false"), aria_controls="pictures",
            on_click=Narrowing.by_kind(value),
        )  # fmt: skip

    def tab_of(value: str, label: str) -> rx.Component:
        count = Gallery.counts.get(value, 0).to(int)
        words = rx.cond(count > COUNTED, f"{COUNTED:,}+", count.to_string())
        return rx.cond((count > 0) | (Gallery.tab == value), tab(value, label, words))

    return rx.el.div(
        tab(ALL, "All", Gallery.total_words), *(tab_of(*each) for each in KINDS), class_name="tabs grow", role="tablist",
        aria_label="Kind of picture",
    )  # fmt: skip


def search_field() -> rx.Component:
    """Words of labels, prompts and tags."""
    clear = rx.el.button(icon("x", 14), type="button", aria_label="Clear the search", on_click=Narrowing.clear_search)
    return rx.el.div(
        icon("search"),
        rx.el.input(
            id="search-pictures", type="search", placeholder="Search pictures", aria_label="Search label, prompt and tags",
            default_value=Filters.text, on_change=Narrowing.search.debounce(SEARCH_PAUSE_MS), data_key="f",
            auto_complete="off", max_length=LINE_LIMIT, key=Filters.form.to(str),
        ),
        rx.cond(Filters.text != "", clear, rx.el.kbd("F")),
        class_name="in quiet with search",
    )  # fmt: skip


def chip(
    glyph: str, label: rx.Component | rx.Var[str] | str, is_on: rx.Var[bool] | bool, on_click: Any, **props: Any
) -> rx.Component:
    """Something to narrow to; while it is on, a cross says that it can be taken away."""
    return rx.el.button(
        icon(glyph, 14), label, rx.cond(is_on, icon("x", 14)), type="button", class_name="chip",
        aria_pressed=rx.cond(is_on, "true", "false"), on_click=on_click, **props,
    )  # fmt: skip


def chips() -> rx.Component:
    """What can be chosen at once, and whatever else was chosen."""

    def kind(value: str, label: str) -> rx.Component:
        is_on = Gallery.tab == value
        return chip(ASSET_ICONS[value], label, is_on, Narrowing.by_kind(rx.cond(is_on, ALL, value)))

    def chosen(is_on: rx.Var[bool], glyph: str, label: rx.Component | rx.Var[str] | str, off: Any) -> rx.Component:
        return rx.cond(is_on, chip(glyph, label, True, off))

    source = chip(
        "palette", rx.el.span("In the style of ", rx.el.span(Filters.source_label, class_name="mono xs")), True,
        Narrowing.leave_source, aria_label=f"In the style of {Filters.source_label}: show all pictures again",
    )  # fmt: skip
    rated = rx.cond(Filters.rating < RATING_LIMIT, f"Rated {Filters.rating} or better", f"Rated {RATING_LIMIT}")
    order = rx.match(Filters.order, *((each.value, name) for each, name in ORDERS.items()), "")
    styled = chip("palette", "Generated from reference", Filters.styled, Narrowing.toggle_styled)
    return rx.fragment(
        rx.cond(Place.shows_all, rx.fragment(*(kind(*each) for each in KINDS))),
        chip("star", "Starred", Filters.starred, Narrowing.toggle_starred),
        rx.cond(Filters.source != "", source, styled),
        chosen(Filters.rating > 0, "sparkles", rated, Narrowing.by_rating(0)),
        chosen(Filters.tag != "", "tag", Filters.tag, Narrowing.by_tag("")),
        chosen(Filters.whose != "", "user-round", Filters.whose_name, Narrowing.by_whose("")),
        chosen(Filters.workflow != "", "workflow", Filters.workflow_name, Narrowing.by_workflow("")),
        chosen(Filters.unused, "circle-dashed", "Unused", Narrowing.toggle_unused),
        chosen(
            Filters.order != PictureOrder.NEWEST.value,
            "arrow-down-up",
            order,
            Narrowing.in_order(PictureOrder.NEWEST.value),
        ),
        more_filters(),
    )


def more_filters() -> rx.Component:
    """What is asked for more seldom."""
    unused = rx.el.label(
        rx.el.input(type="checkbox", checked=Filters.unused, on_change=lambda _: Narrowing.toggle_unused),
        "Unused: active for nobody, on no stage, nobody’s style reference", class_name="row sm whether",
    )  # fmt: skip
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(icon("sliders-horizontal", 14), "More filters", type="button", class_name="chip")
        ),
        rx.popover.content(
            rx.el.div(
                rating_choice(),
                select("Tag", "Any tag", Filters.tag, Narrowing.tags, Narrowing.by_tag),
                rx.cond(
                    Place.shows_all,
                    select("Of whom", "Anybody and anywhere", Filters.whose, Narrowing.people, Narrowing.by_whose),
                ),
                select("Workflow", "Any workflow", Filters.workflow, Narrowing.workflows, Narrowing.by_workflow),
                unused,
                order_choice(),
                class_name="col g4 more-filters",
            )
        ),
        open=Narrowing.is_open,
        on_open_change=Narrowing.toggle_menu,
    )


def rating_choice() -> rx.Component:
    """At least so many stars."""

    def at_least(rating: int) -> rx.Component:
        return rx.el.button(
            f"{rating}+" if rating < RATING_LIMIT else f"{rating}", type="button",
            aria_pressed=rx.cond(Filters.rating == rating, "true", "false"), on_click=Narrowing.by_rating(rating),
        )  # fmt: skip

    return rx.el.div(
        rx.el.span("Rating", class_name="lab"),
        rx.el.div(
            *(at_least(rating) for rating in range(1, RATING_LIMIT + 1)),
            class_name="seg",
            role="group",
            aria_label="Rated so or better",
        ),
        class_name="col g1",
    )


def select(
    label: str, nothing: str, value: rx.Var[str], choices: rx.vars.ArrayVar[Sequence[Choice]], choose: Any
) -> rx.Component:
    """One of a list, or any."""

    def option(choice: rx.vars.ObjectVar[Choice]) -> rx.Component:
        return rx.el.option(choice.name, value=choice.id)

    return rx.el.label(
        rx.el.span(label, class_name="lab"),
        rx.el.select(
            rx.el.option(nothing, value=""),
            rx.foreach(choices, option),
            value=value,
            on_change=choose,
            class_name="in",
        ),
        class_name="col g1",
    )


def order_choice() -> rx.Component:
    """Which come first: the end of a long gallery is never far."""
    return rx.el.label(
        rx.el.span("Order", class_name="lab"),
        rx.el.select(
            *(rx.el.option(name, value=order.value) for order, name in ORDERS.items()),
            value=Filters.order, on_change=Narrowing.in_order, class_name="in",
        ),
        class_name="col g1",
    )  # fmt: skip


def measures() -> rx.Component:
    """How many there are, and how large they are shown; the browser remembers that (assets/gallery.js)."""
    return rx.el.div(
        rx.el.span(Gallery.tally, class_name="sec sm num", role="status", aria_live="polite"),
        rx.el.span(icon("grid-3x3", 14), class_name="mut"),
        rx.el.input(
            type="range", min="88", max="280", step="8", default_value="144", class_name="sizes", data_sizes=True,
            aria_label="Size of the pictures",
        ),
        rx.el.span(icon("grid-2x2", 14), class_name="mut"),
        class_name="row end measures",
    )  # fmt: skip


def clear_button() -> rx.Component:
    """Show everything again."""
    return button("Clear Filters", glyph="x", look="warm", on_click=Narrowing.clear)
