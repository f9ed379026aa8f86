"""The picture being painted, as large as the dock allows."""

import reflex as rx

from wrldbldr.components.button import button
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import about, since
from wrldbldr.components.plate import ember, entity_glyph
from wrldbldr.components.queue.details import details
from wrldbldr.components.queue.words import Batch, phase, pictures, spoken_progress
from wrldbldr.state.connection import Connection
from wrldbldr.state.painting import Painting
from wrldbldr.state.queue import Queue


def live_card(batch: Batch) -> rx.Component:
    """Live preview, what it is, how far it is, and the ember line under it."""
    is_shown = Painting.preview != ""
    seen = rx.cond(
        is_shown,
        rx.el.img(src=Painting.preview, alt="Live preview"),
        rx.el.span(entity_glyph(batch.entity_kind, 28), class_name="hole"),
    )
    tag = rx.cond(
        is_shown,
        rx.el.span(
            icon("flame", 14, class_name="yel"),
            "Live preview",
            rx.cond(Connection.is_simulated, rx.el.span("simulated", class_name="warm")),
            class_name="bdg dark corner",
        ),
        rx.el.span(icon("flame", 14, class_name="yel"), "Painting", class_name="bdg dark corner"),
    )
    return rx.el.section(
        rx.el.div(
            seen, tag, caption(batch), ember(Painting.percent, batch.entity_name, spoken_progress(), thick=True),
            class_name="plate live", id=f"batch-{batch.id}", key=batch.id,  # the next batch's line begins anew
        ),
        rx.el.div(
            rx.el.span("Generating", class_name="xs yel m"),
            rx.el.span(
                rx.cond(
                    batch.ready_until == "",
                    pictures(batch.count.to(int)),
                    about(batch.ready_from, batch.ready_until, tail=" left"),
                ),
                class_name="xs mut num tr",
            ),
            rx.el.span(
                details_button(batch),
                button("Cancel", glyph="x", look="ghost", size="s", on_click=Queue.ask_to_cancel(batch.id)),
                class_name="end row g1",
            ),
            class_name="row live-foot",
        ),
        details(batch),
        class_name="live-card",
        aria_label="Being painted",
    )  # fmt: skip


def caption(batch: Batch) -> rx.Component:
    """Over the foot of the preview, on its own ground."""
    return rx.el.div(
        rx.el.div(
            rx.el.p(batch.entity_name, " ", rx.el.span(batch.asset_type.capitalize(), class_name="t"), class_name="name md b tr"),
            rx.el.p(phase(), rx.cond(Painting.began_at != "", rx.fragment(" · ", since(Painting.began_at))), class_name="xs sec num tr"),
            class_name="grow",
        ),
        rx.el.span(Painting.percent, rx.el.span(" %", class_name="unit"), class_name="num name lg b percent"),
        class_name="live-words",
    )  # fmt: skip


def details_button(batch: Batch) -> rx.Component:
    """Everything that was asked for."""
    is_opened = Queue.opened == batch.id
    return rx.el.button(
        rx.cond(is_opened, icon("chevron-up", 14), icon("chevron-down", 14)), "Details",
        type="button", class_name="btn ghost s", aria_expanded=rx.cond(is_opened, "true", "false"),
        on_click=Queue.toggle_details(batch.id),
    )  # fmt: skip
