"""The queue, as much of it as the game leaves time for."""

import reflex as rx

from wrldbldr.components.button import icon_button, link
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import since
from wrldbldr.components.plate import ember, entity_glyph, thumb
from wrldbldr.components.queue.details import error_box
from wrldbldr.components.queue.dock import group, row, waiting
from wrldbldr.components.queue.words import Batch, spoken_progress
from wrldbldr.state.connection import Connection
from wrldbldr.state.director import Director
from wrldbldr.state.live import Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.place import Place
from wrldbldr.state.queue import Queue


def queue_badge() -> rx.Component:
    """`Queue: 2`, warm while something is painted; opens the panel."""
    look = rx.cond(Live.painting.length() > 0, "btn warm queue-button", "btn line queue-button")
    news = rx.cond(
        Queue.unseen > 0,
        rx.el.span(class_name="dot", title=f"{Queue.unseen} ended since somebody last saw the queue"),
    )
    return rx.fragment(
        rx.el.button(
            icon("list-todo"), rx.el.span("Queue: ", Live.open_count, class_name="num"), news,
            type="button", class_name=look, data_key="q", title="Show or hide the queue (Q)",
            aria_expanded=rx.cond(Director.is_queue_open, "true", "false"), data_unseen=Queue.unseen,
            on_click=Director.toggle_queue,
        ),
        rx.el.button(type="button", hidden=True, aria_hidden=True, on_click=Queue.see),  # assets/ended.js presses it
    )  # fmt: skip


def queue_panel() -> rx.Component:
    """What is painted, what needs somebody, and what waits."""
    is_empty = (Live.open_count + Live.failed_count) == 0
    return rx.cond(
        Director.is_queue_open,
        rx.el.aside(
            rx.el.div(
                rx.el.h2("Generation Queue", class_name="h2"),
                rx.cond(Live.is_paused, rx.el.span("Paused", class_name="bdg warn")),
                rx.el.span(
                    icon_button("x", "Close the queue", size="s", on_click=Director.toggle_queue), class_name="end row"
                ),
                class_name="hd",
            ),
            rx.el.div(
                rx.cond(is_empty, rx.el.p("Nothing is waiting.", class_name="sm mut padded")),
                rx.foreach(
                    Live.painting,
                    lambda batch: rx.cond(Painting.batch == batch.id, _painting(batch), row(batch)),
                ),
                group("Needs you", Live.needs_you, count=Live.failed_count, under=error_box),
                waiting(),
                link(
                    icon("arrow-up-right", 14), "Open the Full Queue", to=f"/worlds/{Place.world}/create?table={Place.table}",
                    class_name="btn ghost s",
                ),
                class_name="scroll",
            ),
            class_name="dock",
            aria_label="Generation Queue",
            id="queue",
        ),
    )  # fmt: skip


def _painting(batch: Batch) -> rx.Component:
    """`Generating · 67 % · 0:51`, over the ember line."""
    facts = rx.el.span(
        rx.el.span("Generating", class_name="yel m"),
        rx.el.span(" · ", Painting.percent, " %", class_name="mut"),
        rx.cond(batch.started_at != "", rx.el.span(" · ", since(batch.started_at), class_name="mut")),
        rx.cond(Connection.is_away, rx.el.span(" · ComfyUI is away", class_name="mut")),
        class_name="xs num tr",
    )
    return rx.el.div(
        rx.el.span(icon("flame"), class_name="yel"),
        thumb(batch.thumbnail, entity_glyph(batch.entity_kind)),
        rx.el.div(
            rx.el.span(
                batch.entity_name, " ", rx.el.span(batch.asset_type.capitalize(), class_name="t"), class_name="name tr"
            ),
            facts,
            class_name="two-lines",
        ),
        icon_button(
            "x", f"Cancel generation for {batch.entity_name}", size="s", on_click=Queue.ask_to_cancel(batch.id)
        ),
        ember(Painting.percent, batch.entity_name, spoken_progress()),
        class_name="brow",
        id=f"batch-{batch.id}",
        key=batch.id,
    )
