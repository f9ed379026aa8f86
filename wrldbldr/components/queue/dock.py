"""The queue beside the work: the picture being painted, what needs somebody, what waits, what is ready."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.empty import empty
from wrldbldr.components.question import question
from wrldbldr.components.queue.alerts import alerts
from wrldbldr.components.queue.batch_menu import batch_menu
from wrldbldr.components.queue.batch_row import batch_row
from wrldbldr.components.queue.details import details, error_box
from wrldbldr.components.queue.live_card import live_card
from wrldbldr.components.queue.words import Batch
from wrldbldr.components.skeleton import dock_skeleton
from wrldbldr.services.cards import BatchCard
from wrldbldr.state.connection import Connection
from wrldbldr.state.live import Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.queue import Queue
from wrldbldr.state.steering import Steering

WAITING = "Waiting"

Batches = rx.vars.ArrayVar[Sequence[BatchCard]]


def dock() -> rx.Component:
    """Groups that are empty are absent."""
    nothing = empty(
        "The queue is empty", "What you ask for waits here, in order, and stays until you clear it.",
        glyph="flame-kindling",
    )  # fmt: skip
    is_empty = (Live.open_count + Live.ready_count + Live.failed_count + Live.left.length()) == 0
    body = rx.cond(Live.is_loaded, rx.cond(is_empty, nothing, groups()), dock_skeleton())
    return rx.el.aside(
        rx.el.div(
            rx.el.h2("Generation Queue", class_name="h2"),
            rx.cond(
                Live.is_paused,
                rx.el.span("Paused", class_name="bdg warn"),
                rx.cond(
                    Connection.is_waited_for & (Live.open_count > 0),
                    rx.el.span("Waiting for ComfyUI", class_name="bdg warn"),
                ),
            ),
            rx.el.span(
                alerts(),
                rx.cond(
                    Live.is_paused,
                    icon_button("play", "Resume the queue", size="s", on_click=Queue.resume),
                    icon_button("pause", "Pause the queue", size="s", on_click=Queue.pause),
                ),
                icon_button("panel-right-close", "Hide the queue", size="s", on_click=Queue.toggle_dock),
                class_name="end row",
            ),
            class_name="hd",
        ),
        rx.el.div(body, class_name="scroll"),
        class_name="dock",
        aria_label="Generation Queue",
        id="queue",
    )


def groups() -> rx.Component:
    """In this order, whatever happened first."""
    is_running = Painting.batch != ""
    return rx.fragment(
        rx.cond(
            Live.is_paused,
            rx.el.div(
                rx.el.span("The queue is paused: what is being painted goes on to its end, nothing else begins."),
                button("Resume", glyph="play", size="s", on_click=Queue.resume),
                class_name="note in-dock row g3",
            ),
        ),
        rx.cond(
            Connection.is_waited_for & ~Live.is_paused & (Live.open_count > 0),
            rx.el.p(
                "Nothing is lost. These start by themselves when ComfyUI can be used; one already sent is looked up first "
                "and never painted twice.",
                class_name="note in-dock",
            ),
        ),
        rx.foreach(
            Live.painting,
            lambda batch: rx.cond(is_running & (Painting.batch == batch.id), live_card(batch), row(batch)),
        ),
        group(
            "Needs you",
            Live.needs_you,
            rx.cond(Live.failed_count > 1, ghost("Retry All", Steering.retry_all)),
            rx.cond(Live.failed_count > 1, ghost("Clear Failed", Steering.clear_failed)),
            count=Live.failed_count,
            under=error_box,
        ),
        waiting(),
        group("Ready", Live.ready, ghost("Clear Completed", Queue.clear_completed), count=Live.ready_count),
        group("Just left the queue", Live.left, count=Live.left.length(), under=lambda _: rx.fragment()),
    )


def ghost(label: str, on_click: Any) -> rx.Component:
    """What a heading can do for all below it."""
    return button(label, look="ghost", size="s", on_click=on_click)


def group(
    title: str,
    batches: Batches,
    *end: rx.Component,
    count: rx.vars.NumberVar[int],
    under: Callable[[Batch], rx.Component] = details,
) -> rx.Component:
    """One heading and its rows; of very many the first, and more of them on demand."""
    head = rx.el.h3(title, rx.el.span(count, class_name="num"), rx.el.span(*end, class_name="end"), class_name="grp")
    rows = rx.foreach(batches, lambda batch: rx.el.li(row(batch), under(batch), data_batch=batch.id, key=batch.id))
    more = rx.cond(
        count > batches.length(),
        rx.el.div(
            button(f"Show More of {count}", look="ghost", size="s", on_click=Live.show_more),
            class_name="row center more",
        ),
    )
    listed = rx.el.ul(rows, data_order=title == WAITING or None)
    body = rx.context_menu.root(rx.context_menu.trigger(listed), batch_menu()) if title == WAITING else listed
    return rx.cond(count > 0, rx.el.section(head, body, more, aria_label=title))


def waiting() -> rx.Component:
    """What waits, in an order that can be changed."""
    all_of_it = rx.cond(Live.waiting_count > 1, ghost("Cancel All…", Steering.ask_to_cancel_all))
    return rx.fragment(
        group(WAITING, Live.waiting, all_of_it, count=Live.waiting_count),
        rx.el.input(
            type="text", hidden=True, aria_hidden=True, tab_index=-1, data_steer=True, on_change=Steering.steer
        ),  # assets/queue.js writes into it
    )


def row(batch: Batch) -> rx.Component:
    """A card as a row's properties."""
    return batch_row(
        batch=batch.id,
        status=batch.status,
        name=batch.entity_name,
        kind=batch.entity_kind,
        asset_type=batch.asset_type,
        thumbnail=batch.thumbnail,
        position=batch.position,
        count=batch.count,
        attempt=batch.attempt,
        attempts=Live.attempts,
        ready_from=batch.ready_from,
        ready_until=batch.ready_until,
        completed_at=batch.completed_at,
        is_held_up=Connection.is_waited_for,
        is_opened=Queue.opened == batch.id,
        key=batch.id,
    )


def cancel_question() -> rx.Component:
    """Cancelling throws away what is painted."""
    return question(
        f"Cancel generation for {Queue.doomed_name}?",
        rx.cond(
            Queue.doomed_is_painting,
            f"It is {Queue.doomed_percent} % painted. What ComfyUI has done so far is thrown away.",
            "It leaves the queue. You can ask for it again at any time.",
        ),
        keep=rx.cond(Queue.doomed_is_painting, "Keep Painting", "Keep in Queue"),
        destroy="Cancel Generation",
        is_open=Queue.doomed != "",
        on_open_change=Queue.keep,
        on_destroy=Queue.cancel,
    )


def cancel_all_question() -> rx.Component:
    """Everything that waits."""
    return question(
        f"Cancel {Live.waiting_count} waiting batches?",
        "They leave the queue. What is being painted goes on.",
        keep="Keep in Queue",
        destroy="Cancel All",
        is_open=Steering.is_asking,
        on_open_change=Steering.toggle_question,
        on_destroy=Steering.cancel_all,
    )


def announcements() -> rx.Component:
    """What changed in the queue, for those who cannot see it; ends of batches are said by their toasts."""
    return rx.fragment(
        rx.el.div(Live.sentence, class_name="sr", role="status", aria_live="polite"),
        rx.el.div(Steering.said, class_name="sr", role="status", aria_live="polite"),
    )
