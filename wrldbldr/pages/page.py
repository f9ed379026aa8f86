"""What a page is to the app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import reflex as rx
from reflex.event import EventCallback


@dataclass(frozen=True, slots=True)
class Page:
    """An address, what the browser's tab says, what is drawn, and what happens when the page opens."""

    route: str
    title: str
    draw: Callable[[], rx.Component]
    on_load: Sequence[EventCallback[()]] = field(default_factory=list)


def add(app: rx.App, page: Page) -> None:
    """Let the app serve it."""
    app.add_page(page.draw, route=page.route, title=f"{page.title} · WrldBldr", on_load=list(page.on_load))
