"""`/worlds/<id>/create`: Creator Mode."""

import reflex as rx

from wrldbldr.components.bar import bar, modes, queue_button, table_chooser
from wrldbldr.components.button import icon_button, unable
from wrldbldr.components.creator.add_dialog import add_dialog, delete_entity_question
from wrldbldr.components.creator.entity_editor import entity_editor
from wrldbldr.components.creator.entity_list import entity_list
from wrldbldr.components.creator.generate_dialog import generate_dialog
from wrldbldr.components.creator.style_reference import style_picker
from wrldbldr.components.creator.table_dialog import players_button, table_dialog
from wrldbldr.components.director.reveal_dialog import reveal_dialog
from wrldbldr.components.empty import empty, three_holes
from wrldbldr.components.gallery.compare import compare_dialog
from wrldbldr.components.gallery.grid import gallery
from wrldbldr.components.gallery.lightbox import lightbox
from wrldbldr.components.gallery.move_dialog import move_dialog
from wrldbldr.components.gallery.tag_dialog import tag_dialog
from wrldbldr.components.icon import ornament
from wrldbldr.components.queue.choose_dialog import choose_dialog
from wrldbldr.components.queue.dock import cancel_all_question, cancel_question, dock
from wrldbldr.components.skeleton import editor_skeleton, list_skeleton
from wrldbldr.components.worlds.no_such_world import no_such_world
from wrldbldr.pages.frame import frame
from wrldbldr.pages.page import Page
from wrldbldr.state.creator import Creator
from wrldbldr.state.live import Live
from wrldbldr.state.place import Mode, Place
from wrldbldr.state.queue import Queue
from wrldbldr.state.recall import Recall


def creator() -> rx.Component:
    """Who and what lives there at the left, the one that is shown in the middle, the queue at the right."""
    name = rx.el.span(Place.world_name, class_name="name md b tr")
    work = rx.el.main(
        rx.cond(Creator.is_loaded, shown(), editor_skeleton()),
        class_name="work",
    )
    desk = rx.el.div(
        rx.cond(Creator.is_loaded, entity_list(), list_skeleton()), work, dock(),
        class_name="desk",
        data_queue=rx.cond(Queue.is_toggled, "toggled", ""),
        data_browsing=rx.cond(Creator.is_browsing, "yes", ""),
    )  # fmt: skip
    return frame(
        bar(
            table_chooser(Mode.CREATE),
            rx.cond(Creator.is_missing, rx.fragment(), modes(Mode.CREATE)),
            title=name,
            end=(rx.cond(Creator.is_missing, rx.fragment(), rx.fragment(players_button(), queue_button())),),
        ),
        rx.cond(Creator.is_missing, no_such_world(), desk),
        over=(
            generate_dialog(),
            style_picker(),
            add_dialog(),
            delete_entity_question(),
            cancel_question(),
            cancel_all_question(),
            choose_dialog(),
            lightbox(),
            tag_dialog(),
            table_dialog(),
            compare_dialog(),
            move_dialog(),
            reveal_dialog(),
        ),
    )


def shown() -> rx.Component:
    """Somebody, all pictures, or that there is nobody yet."""
    return rx.cond(Place.entity != "", somebody(), rx.cond(Place.shows_all, everything(), nobody()))


def everything() -> rx.Component:
    """All pictures of the world."""
    browse = rx.el.button(
        type="button", class_name="sr", tab_index=-1, aria_hidden=True, data_browse=True, on_click=Creator.browse
    )
    back = icon_button("arrow-left", "Back to the list", on_click=rx.call_script("wrldbldrBack()"), data_phone=True)
    return rx.el.div(back, browse, gallery(), class_name="everything")


def somebody() -> rx.Component:
    """The editor, and the pictures below it."""
    return rx.fragment(entity_editor(), ornament(), gallery())


def nobody() -> rx.Component:
    """An empty world."""
    cannot = unable(
        "Generate Portrait",
        glyph="brush",
        why="Add a character first: a portrait needs someone to belong to.",
        why_id="why",
    )
    return rx.fragment(
        rx.el.h1(Place.world_name, class_name="name xl b"),
        rx.el.div(
            three_holes(),
            empty(
                "No pictures yet", "Describe a character, then ask for a portrait. It is painted while you go on writing.",
                cannot, size="lg",
            ),
            class_name="middle",
        ),
    )  # fmt: skip


PAGE = Page("/worlds/[world_id]/create", "Creator Mode", creator, [Creator.enter, Recall.ask, Live.begin])
