"""Times that go on in the browser, without a tick from the server (assets/moment.js)."""

import reflex as rx


def ago(at: rx.Var[str]) -> rx.Component:
    """How long something is past: `2 min ago`. Empty while `at` is, as all of these."""
    return rx.el.time(data_at=at, data_mode="ago")


def since(at: rx.Var[str]) -> rx.Component:
    """How long something has been going on, as a stopwatch: `0:38`."""
    return rx.el.time(data_at=at, data_mode="since")


def until(at: rx.Var[str]) -> rx.Component:
    """How long it takes until something happens: `15s`, and `a moment` when it is due."""
    return rx.el.time(data_at=at, data_mode="until")


def line_until(at: rx.Var[str]) -> rx.Component:
    """The same wait as a line that grows shorter."""
    return rx.el.time(data_at=at, data_mode="line", class_name="wait", aria_hidden=True)


def about(at: rx.Var[str], end: rx.Var[str], *, lead: str = "", tail: str = "") -> rx.Component:
    """How long it takes until something happens between two moments: `about 1–2 min`, with a word before and after it.

    Nothing, without these words too, while it cannot be said, or when both moments are past.
    """
    return rx.el.time(data_at=at, data_end=end, data_mode="about", data_lead=lead, data_tail=tail)
