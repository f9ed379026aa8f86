"""What stands under a row: its details, and what went wrong."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import ago
from wrldbldr.components.queue.words import Batch
from wrldbldr.services.cards import Fact
from wrldbldr.state.queue import Queue
from wrldbldr.state.steering import Steering


def details(batch: Batch) -> rx.Component:
    """The whole prompt, the workflow, the seed, and when; only while they are open."""
    return rx.cond(Queue.opened == batch.id, rx.el.div(facts(batch), class_name="under"))


def facts(batch: Batch) -> rx.Component:
    """Label and value."""

    def line(fact: rx.vars.ObjectVar[Fact]) -> rx.Component:
        return rx.fragment(rx.el.dt(fact.label), rx.el.dd(fact.value))

    def moment(label: str, at: rx.Var[str]) -> rx.Component:
        return rx.cond(at != "", rx.fragment(rx.el.dt(label), rx.el.dd(ago(at))))

    return rx.el.dl(
        rx.foreach(Queue.facts, line),
        moment("Requested", batch.requested_at),
        moment("Started", batch.started_at),
        moment("Completed", batch.completed_at),
        class_name="kv",
    )


def error_box(batch: Batch) -> rx.Component:
    """The cause, what to do about it, and on demand everything there is to know.

    The specification calls the same button Clear in the list (US-18E.3) and Dismiss below the details (US-18B.2).
    """
    is_opened = Queue.opened == batch.id
    copy = [rx.set_clipboard(Queue.details), Queue.copied]
    closed = rx.fragment(
        rx.el.p(batch.failure_title, class_name="err m sm"), rx.el.p(batch.failure_message, class_name="xs sec")
    )
    end = rx.cond(
        is_opened,
        rx.fragment(
            button("Copy Details", glyph="copy", look="ghost", size="s", on_click=copy),
            icon_button(
                "chevron-up", "Hide Details", size="s", aria_expanded="true", on_click=Queue.toggle_details(batch.id)
            ),
        ),
        rx.el.button(
            "Show Details", icon("chevron-down", 14),
            type="button", class_name="btn ghost s", aria_expanded="false", on_click=Queue.toggle_details(batch.id),
        ),
    )  # fmt: skip
    clear = button(rx.cond(is_opened, "Dismiss", "Clear"), look="ghost", size="s", on_click=Queue.clear(batch.id))
    return rx.el.div(
        rx.el.div(
            rx.cond(is_opened, facts(batch), closed),
            rx.el.div(
                button("Retry", glyph="rotate-ccw", look="warm", size="s", on_click=Queue.retry(batch.id)),
                button("Edit and Retry", look="ghost", size="s", on_click=Steering.edit(batch.id)),
                clear,
                rx.el.span(end, class_name="row end"),
                class_name="row g1 wrap",
            ),
            class_name="errbox col",
        ),
        class_name="under",
    )
