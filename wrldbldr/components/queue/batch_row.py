"""One row of the queue, 48 px: status, picture, two lines, at most two actions."""

import reflex as rx

from wrldbldr.components.button import button, icon_button
from wrldbldr.components.icon import icon
from wrldbldr.components.moment import about, ago
from wrldbldr.components.plate import entity_glyph, thumb
from wrldbldr.components.queue.words import pictures
from wrldbldr.state.queue import Queue
from wrldbldr.state.steering import Steering


@rx.memo
def batch_row(
    *,
    batch: rx.Var[str],
    status: rx.Var[str],
    name: rx.Var[str],
    kind: rx.Var[str],
    asset_type: rx.Var[str],
    thumbnail: rx.Var[str],
    position: rx.Var[int],
    count: rx.Var[int],
    attempt: rx.Var[int],
    attempts: rx.Var[int],
    ready_from: rx.Var[str],
    ready_until: rx.Var[str],
    completed_at: rx.Var[str],
    is_held_up: rx.Var[bool],
    is_opened: rx.Var[bool],
    rest: rx.RestProp,
) -> rx.Component:
    """It is drawn anew only when something of its own changes. A click on its words opens the details."""
    tried = rx.cond(attempt.to(int) <= attempts.to(int), f"attempt {attempt} of {attempts}", f"attempt {attempt}")
    again = rx.cond(attempt.to(int) > 1, rx.fragment(" · ", tried))
    waits = rx.cond(
        is_held_up,
        "waits for ComfyUI",
        rx.fragment(f"#{position} in queue", about(ready_from, ready_until, lead=" · ")),
    )
    facts = rx.match(
        status,
        ("queued", rx.fragment(waits, again)),
        ("ready", rx.fragment(pictures(count.to(int)), " · ", ago(completed_at))),
        ("failed", rx.fragment(tried)),
        ("cancelled", rx.fragment(ago(completed_at))),
        rx.fragment("sent, not begun"),
    )
    words = rx.el.button(
        rx.el.span(name, " ", rx.el.span(asset_type.to(str).capitalize(), class_name="t"), class_name="name tr"),
        rx.el.span(status_word(status), rx.el.span(" · ", facts, class_name="mut"), class_name="xs num tr"),
        type="button", class_name="two-lines", aria_expanded=rx.cond(is_opened, "true", "false"),
        title="Show Details", on_click=Queue.toggle_details(batch),
    )  # fmt: skip
    mark = rx.cond(status == "queued", grip(name), status_icon(status))
    return rx.el.div(
        mark, thumb(thumbnail, entity_glyph(kind)), words, row_actions(batch, status, name), rest,
        class_name="brow", id=f"batch-{batch}", data_status=status, on_context_menu=Steering.aim(batch),
    )  # fmt: skip


def grip(name: rx.Var[str]) -> rx.Component:
    """By this a waiting batch is dragged; pressed, it opens the menu (assets/queue.js)."""
    return rx.el.button(
        icon("hourglass"), icon("grip-vertical"), type="button", class_name="grip", data_grip=True,
        aria_label=f"Move {name}", aria_haspopup="menu", title="Drag to move, press for more",
        custom_attrs={"aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown Alt+Shift+ArrowUp Alt+Shift+ArrowDown"},
    )  # fmt: skip


def status_icon(status: rx.Var[str]) -> rx.Component:
    """Its colour and shape."""
    return rx.fragment(
        rx.match(
            status,
            ("queued", rx.el.span(icon("hourglass"), class_name="mut")),
            ("generating", rx.el.span(icon("flame"), class_name="yel")),
            ("ready", rx.el.span(icon("check"), class_name="ok")),
            ("failed", rx.el.span(icon("circle-x"), class_name="err")),
            rx.el.span(icon("ban"), class_name="mut"),
        )
    )


def status_word(status: rx.Var[str]) -> rx.Component:
    """The status in one word, as everywhere."""
    tone = rx.match(
        status, ("queued", "sec m"), ("generating", "yel m"), ("ready", "ok m"), ("failed", "err m"), "mut m"
    )
    return rx.el.span(status.to(str).capitalize(), class_name=tone)


def row_actions(batch: rx.Var[str], status: rx.Var[str], name: rx.Var[str]) -> rx.Component:
    """What can be done with it now. A failed one has its buttons in the box below."""
    cancel = icon_button("x", f"Cancel generation for {name}", size="s", on_click=Queue.ask_to_cancel(batch))
    waiting = rx.fragment(
        icon_button("arrow-up-to-line", f"Move {name} to the top", size="s", on_click=Steering.move(batch, "top")),
        cancel,
    )
    again = button("Ask Again", glyph="rotate-ccw", look="ghost", size="s", on_click=Steering.ask_again(batch))
    ready = rx.fragment(
        button("Select", look="warm", size="s", on_click=Queue.choose(batch), aria_label=f"Select for {name}"),
        icon_button("x", "Clear", size="s", on_click=Queue.clear(batch)),
    )
    acts = rx.match(
        status, ("queued", waiting), ("ready", ready), ("failed", rx.fragment()), ("cancelled", again), cancel
    )
    return rx.el.div(acts, class_name="row g1")
