"""`/`: the shelf of worlds."""

import reflex as rx

from wrldbldr.components.bar import bar
from wrldbldr.components.button import button
from wrldbldr.components.worlds.archive import FILE_INPUT, import_button, import_progress
from wrldbldr.components.worlds.shelf import fresh_pictures, shelf, shelf_skeleton
from wrldbldr.components.worlds.world_dialog import delete_world_question, world_dialog
from wrldbldr.pages.frame import frame
from wrldbldr.pages.page import Page
from wrldbldr.state.archive import Archive
from wrldbldr.state.live import Live
from wrldbldr.state.recall import Recall
from wrldbldr.state.world_form import WorldForm
from wrldbldr.state.worlds import Worlds


def worlds() -> rx.Component:
    """Every world of whoever is signed in."""
    head = rx.el.div(
        rx.el.div(
            rx.el.h1("Your worlds", class_name="name xl b"),
            rx.el.p("Build them here, play them at the table.", class_name="sec"),
        ),
        rx.el.div(
            import_button(),
            button("Make a World", glyph="plus", look="solid", on_click=WorldForm.begin),
            class_name="row g3 wrap",
        ),
        class_name="row shelf-head",
    )
    content = rx.el.main(
        head,
        import_progress(),
        rx.cond(Worlds.is_loaded, rx.fragment(shelf(), fresh_pictures()), shelf_skeleton()),
        class_name="page",
        data_drop=FILE_INPUT,
    )
    name = rx.el.span("WrldBldr", class_name="name md b")
    return frame(bar(title=name), content, over=(world_dialog(), delete_world_question()))


PAGE = Page("/", "Worlds", worlds, [Worlds.enter, Archive.enter, Recall.ask, Live.begin])
