"""The pictures of whoever or whatever is shown, with one menu for all of them."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.empty import empty, three_holes
from wrldbldr.components.gallery.bulk_bar import bulk_bar
from wrldbldr.components.gallery.figures import figure_items
from wrldbldr.components.gallery.filters import clear_button, head
from wrldbldr.components.gallery.picture_import import FILE_INPUT
from wrldbldr.components.gallery.tile import asset_tile
from wrldbldr.components.icon import icon
from wrldbldr.components.plate import ember
from wrldbldr.components.question import question
from wrldbldr.components.queue.words import spoken_progress
from wrldbldr.services.cards import TileCard
from wrldbldr.state.filters import Filters
from wrldbldr.state.gallery import ALL, FIELDS, Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.moving import Moving
from wrldbldr.state.painting import Painting
from wrldbldr.state.picked import Picked
from wrldbldr.state.place import Place
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.removal import Removing
from wrldbldr.state.reveal import Reveal
from wrldbldr.state.style_reference import StyleReference
from wrldbldr.state.tagging import Tagging

BONES = 6


def gallery() -> rx.Component:
    """What they are narrowed to, the grid, and more of it when its end comes near."""
    is_painted_here = (Painting.entity == Place.entity) & (Place.entity != "")
    hangs = rx.fragment(rx.context_menu.root(rx.context_menu.trigger(grid(is_painted_here)), menu()), more())
    return rx.el.section(
        head(),
        rx.cond(Gallery.is_empty & ~is_painted_here, no_pictures(), hangs),
        bulk_bar(),
        delete_question(),
        class_name="gallery",
        aria_label="Pictures",
        data_drop=rx.cond(Place.shows_all, "", FILE_INPUT),
    )


def more() -> rx.Component:
    """The browser presses it when it comes near (assets/gallery.js); each page has its own, so that each is pressed."""
    bones = [rx.el.div(class_name="sk bone-tile") for _ in range(BONES)]
    return rx.cond(
        Gallery.has_more,
        rx.fragment(
            rx.el.div(*bones, class_name="tiles waiting", aria_hidden=True),
            rx.el.div(
                button("Load More", look="line", on_click=Gallery.load_more, data_more=True, key=Gallery.last),
                class_name="row center more",
            ),
        ),
    )


def grid(is_painted_here: rx.Var[bool]) -> rx.Component:
    """As many tiles as fit beside each other, page after page."""

    def tile(card: rx.vars.ObjectVar[TileCard]) -> rx.Component:
        return asset_tile(
            asset=card.id,
            label=card.label,
            asset_type=card.asset_type,
            is_active=card.is_active,
            is_starred=card.is_starred,
            is_simulated=card.is_simulated,
            rating=card.rating,
            is_first=card.id == Gallery.page_0[0].id,
            is_picked=Picked.ids.contains(card.id),
            key=card.id,
        )

    return rx.el.div(
        rx.cond(is_painted_here, painting_tile()),
        rx.cond(Gallery.is_cut, newer()),
        *(rx.foreach(getattr(Gallery, name), tile) for name in FIELDS),
        class_name=rx.cond(Place.kind == "location", "tiles of-place", "tiles"),
        id="pictures",
        role="tabpanel",
        data_grid=True,
        data_picking=rx.cond(Picked.ids.length() > 0, "yes", ""),
    )


def newer() -> rx.Component:
    """Whoever went very far left the first pictures behind."""
    return rx.el.div(
        button(
            "Back to the First", glyph="arrow-up-to-line", look="line", on_click=[Gallery.start_over, Picked.refresh]
        ),
        class_name="row center newer",
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
        rx.cond(
            Place.shows_all,
            rx.fragment(),
            item(
                icon("paintbrush"), f"Use for Every Picture of {Place.entity_name}",
                on_select=StyleReference.use_always(Gallery.target),
            ),
        ),
        item(icon("info"), "View Generation Info", rx.el.kbd("I"), on_select=Lightbox.show(Gallery.target)),
        item(icon("shuffle"), "Remix", rx.el.kbd("R"), on_select=Remix.begin(Gallery.target, Part.REMIX)),
        item(
            icon("star"), rx.cond(Gallery.target_is_starred, "Take the Star Off", "Star"), rx.el.kbd("."),
            on_select=Gallery.star(Gallery.target, ~Gallery.target_is_starred),
        ),
        item(icon("tag"), "Tag…", rx.el.kbd("T"), on_select=Tagging.begin_one(Gallery.target)),
        item(icon("folder-input"), "Move to…", on_select=Moving.begin(Gallery.target)),
        item(icon("cast"), "Show to Players…", on_select=Reveal.show(Gallery.target)),
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
    no_match = rx.el.div(
        empty(
            "Nothing matches",
            "No picture here is like that. Take a filter away, or look for other words.",
            clear_button(),
        ),
        class_name="no-match-pictures",
    )
    none_yet = rx.el.div(
        three_holes(),
        empty(
            "No pictures yet",
            rx.cond(
                Place.shows_all,
                "Choose somebody or somewhere and ask for a picture. Whatever is painted in this world hangs here too.",
                "Describe what a painter would see, then ask. It is painted while you go on writing.",
            ),
            size="lg",
        ),
    )
    is_narrowed = Filters.are_any | (Gallery.tab != ALL)
    return rx.cond(Gallery.is_loaded, rx.cond(is_narrowed, no_match, none_yet))
