"""`/worlds/<id>/direct`: Director Mode, while the game runs."""

import reflex as rx

from wrldbldr.components.bar import bar, modes, table_chooser
from wrldbldr.components.button import link
from wrldbldr.components.creator.generate_dialog import generate_dialog
from wrldbldr.components.creator.style_reference import style_picker
from wrldbldr.components.creator.table_dialog import players_button, table_dialog
from wrldbldr.components.director.npc_list import npc_list
from wrldbldr.components.director.queue_panel import queue_badge, queue_panel
from wrldbldr.components.director.quick_dialog import quick_dialog
from wrldbldr.components.director.reveal_dialog import reveal_dialog
from wrldbldr.components.director.stage_panel import reach, stage_panel
from wrldbldr.components.icon import icon
from wrldbldr.components.keys import DIRECTOR_KEYS
from wrldbldr.components.queue.dock import cancel_all_question, cancel_question
from wrldbldr.components.skeleton import list_skeleton
from wrldbldr.components.worlds.no_such_world import no_such_world
from wrldbldr.pages.frame import frame
from wrldbldr.pages.page import Page
from wrldbldr.state.director import Director
from wrldbldr.state.live import Live
from wrldbldr.state.place import Mode, Place
from wrldbldr.state.recall import Recall


def director() -> rx.Component:
    """Who is at hand at the left, the stage in the middle, the queue at the right when it is wanted."""
    title = rx.el.div(
        rx.el.span("Director Mode", class_name="name md b"),
        rx.el.span(Place.world_name, class_name="sm mut tr wide"),
        class_name="row g3 where",
    )
    leave = link(
        icon("log-out"), rx.el.span("Exit", class_name="wide"), to=f"/worlds/{Place.world}/create?table={Place.table}",
        class_name="btn line", title="Exit Director Mode", aria_label="Exit Director Mode",
    )  # fmt: skip
    desk = rx.el.div(
        rx.cond(Director.is_loaded, npc_list(), list_skeleton()),
        stage_panel(),
        queue_panel(),
        reach(),
        class_name="director",
        data_queue=rx.cond(Director.is_queue_open, "open", ""),
    )
    return frame(
        bar(
            table_chooser(Mode.DIRECT), modes(Mode.DIRECT),
            title=title,
            end=(rx.cond(Director.is_missing, rx.fragment(), rx.fragment(players_button(), queue_badge(), leave)),),
        ),
        rx.cond(Director.is_missing, no_such_world(), desk),
        over=(
            generate_dialog(), style_picker(), quick_dialog(), reveal_dialog(), cancel_question(), cancel_all_question(),
            table_dialog(),
        ),
        keys=DIRECTOR_KEYS,
    )  # fmt: skip


PAGE = Page("/worlds/[world_id]/direct", "Director Mode", director, [Director.enter, Recall.ask, Live.begin])
