"""The pictures of whoever or whatever is shown, with one menu for all of them."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.empty import empty, three_holes
from wrldbldr.components.gallery.bulk_bar import bulk_bar
from wrldbldr.components.gallery.figures import figure_items
from wrldbldr.components.gallery.picture_import import FILE_INPUT, import_button
from wrldbldr.components.gallery.tile import asset_tile
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import ember
from wrldbldr.components.question import question
from wrldbldr.components.queue.words import spoken_progress
from wrldbldr.services.cards import AssetCard
from wrldbldr.state.gallery import ALL, Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.handout import Handout
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.moving import Moving
from wrldbldr.state.painting import Painting
from wrldbldr.state.picked import Picked
from wrldbldr.state.place import Place
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.removal import Removing
from wrldbldr.state.style_reference import StyleReference

TABS = (("portrait", "Portraits"), ("sprite", "Sprites"), ("backdrop", "Backdrops"), ("item", "Items"))


def gallery() -> rx.Component:
    """Tabs, the grid, and more of it on demand."""
    more = rx.cond(
        Gallery.has_more,
        rx.el.div(button("Load More", look="line", on_click=Gallery.load_more), class_name="row center more"),
    )
    is_empty = (Gallery.assets.length() == 0) & (Painting.entity != Place.entity)
    return rx.el.section(
        head(),
        rx.cond(
            is_empty, no_pictures(), rx.fragment(rx.context_menu.root(rx.context_menu.trigger(grid()), menu()), more)
        ),
        bulk_bar(),
        delete_question(),
        class_name="gallery",
        aria_label="Pictures",
        data_drop=FILE_INPUT,
    )


def head() -> rx.Component:
    """Which pictures."""

    def tab(value: str, label: str, count: rx.vars.NumberVar) -> rx.Component:
        return rx.el.button(
            label, rx.el.span(count, class_name="num"), type="button", role="tab",
            aria_selected=rx.cond(Gallery.tab == value, "true", "false"), aria_controls="pictures",
            on_click=Gallery.choose_tab(value),
        )  # fmt: skip

    def tab_of(value: str, label: str) -> rx.Component:
        count = Gallery.counts.get(value, 0).to(int)
        return rx.cond((count > 0) | (Gallery.tab == value), tab(value, label, count))

    starred = rx.el.button(
        icon("star"), type="button", class_name=rx.cond(Gallery.only_starred, "btn sq ghost lit", "btn sq ghost"),
        aria_label="Starred only", title="Starred only", aria_pressed=rx.cond(Gallery.only_starred, "true", "false"),
        on_click=Gallery.toggle_starred,
    )  # fmt: skip
    tabs = rx.el.div(
        tab(ALL, "All", Gallery.total), *(tab_of(*each) for each in TABS), class_name="tabs grow", role="tablist",
        aria_label="Kind of picture",
    )  # fmt: skip
    return rx.fragment(rx.el.div(tabs, import_button(), starred, class_name="row"), lineage_filters())


def lineage_filters() -> rx.Component:
    """By where pictures took their style from."""
    styled = rx.el.button(
        icon("palette", 14), "Generated from reference", rx.cond(Gallery.only_styled, icon("x", 14)), type="button",
        class_name="chip", aria_pressed=rx.cond(Gallery.only_styled, "true", "false"), on_click=Gallery.toggle_styled,
    )  # fmt: skip
    source = rx.el.button(
        icon("palette", 14), rx.el.span("In the style of ", rx.el.span(Gallery.source_label, class_name="mono xs")),
        icon("x", 14), type="button", class_name="chip", aria_pressed="true",
        aria_label=f"In the style of {Gallery.source_label}: show all pictures again", on_click=Gallery.leave_source,
    )  # fmt: skip
    return rx.el.div(
        rx.cond(Gallery.source != "", source, rx.cond((Gallery.total > 0) | Gallery.only_styled, styled)),
        class_name="row wrap filters",
    )


def grid() -> rx.Component:
    """As many tiles as fit beside each other."""

    def tile(card: rx.vars.ObjectVar[AssetCard], index: rx.vars.NumberVar[int]) -> rx.Component:
        return asset_tile(
            asset=card.id,
            label=card.label,
            asset_type=card.asset_type,
            thumbnail=card.thumbnail,
            is_active=card.is_active,
            is_starred=card.is_starred,
            is_simulated=card.is_simulated,
            is_first=index == 0,
            is_picked=Picked.ids.contains(card.id),
            key=card.id,
        )

    return rx.el.div(
        rx.cond(Painting.entity == Place.entity, painting_tile()),
        rx.foreach(Gallery.assets, tile),
        class_name=rx.cond(Place.kind == "location", "tiles of-place", "tiles"),
        id="pictures",
        role="tabpanel",
        data_grid=True,
        data_picking=rx.cond(Picked.ids.length() > 0, "yes", ""),
    )


def painting_tile() -> rx.Component:
    """What is being painted hangs here already."""
    shown = rx.cond(
        Painting.preview != "",
        rx.el.img(src=Painting.preview, alt="Live preview"),
        rx.el.span(icon("flame", 28), class_name="hole"),
    )
    return rx.el.div(
        rx.el.div(
            shown,
            ember(Painting.percent, Place.entity_name, spoken_progress(), thick=True),
            class_name="plate",
            key=Painting.batch,
        ),
        rx.el.div(rx.el.span(f"Painting {Painting.percent} %", class_name="yel num"), class_name="lbl"),
        class_name="tile",
    )


def menu() -> rx.Component:
    """For the picture it was opened over."""
    item = rx.context_menu.item
    download = rx.call_script(f"wrldbldrDownload('/api/assets/{Gallery.target}/image?download=1')")
    return rx.context_menu.content(
        rx.context_menu.label(Gallery.target_label),
        item(
            icon("circle-check"), rx.cond(Gallery.target_is_active, "Active Already", "Set as Active"),
            disabled=Gallery.target_is_active, on_select=Gallery.activate(Gallery.target),
        ),
        item(
            icon("palette"), "Use as Style Reference", rx.el.kbd("S"), on_select=Generate.begin_in_style(Gallery.target)
        ),
        item(
            icon("paintbrush"), f"Use for Every Picture of {Place.entity_name}",
            on_select=StyleReference.use_always(Gallery.target),
        ),
        item(icon("info"), "View Generation Info", rx.el.kbd("I"), on_select=Lightbox.show(Gallery.target)),
        item(icon("shuffle"), "Remix", rx.el.kbd("R"), on_select=Remix.begin(Gallery.target, Part.REMIX)),
        item(
            icon("star"), rx.cond(Gallery.target_is_starred, "Take the Star Off", "Star"), rx.el.kbd("."),
            on_select=Gallery.star(Gallery.target, ~Gallery.target_is_starred),
        ),
        item(icon("folder-input"), "Move to…", on_select=Moving.begin(Gallery.target)),
        item(icon("cast"), "Show to Players…", on_select=Handout.show(Gallery.target)),
        item(icon("download"), "Download", on_select=download),
        *figure_items(item, Gallery.target),
        rx.context_menu.separator(),
        item(
            icon("trash-2"), "Delete…", rx.el.kbd("Del"), class_name="danger",
            on_select=Removing.ask(Gallery.target),
        ),
    )  # fmt: skip


def delete_question() -> rx.Component:
    """What uses the pictures is said before they are gone."""
    return question(
        Removing.title,
        Removing.says,
        keep="Keep",
        destroy=Removing.answer,
        is_open=Removing.is_asking,
        on_open_change=Removing.toggle,
        on_destroy=Removing.delete,
    )


def no_pictures() -> rx.Component:
    """None yet, or none that match."""
    none_of_kind = rx.cond(
        Gallery.only_styled | (Gallery.source != ""),
        empty("Nothing here", "No picture here took its style from another."),
        empty("Nothing here", "No picture of this kind, or none with a star."),
    )
    none_yet = rx.el.div(
        three_holes(),
        empty(
            "No pictures yet",
            "Describe what a painter would see, then ask. It is painted while you go on writing.",
            size="lg",
        ),
    )
    is_narrowed = Gallery.only_starred | (Gallery.source != "") | (Gallery.total > 0)
    return rx.cond(Gallery.is_loaded, rx.cond(is_narrowed, none_of_kind, none_yet))
