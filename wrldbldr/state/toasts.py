"""The small notices at the lower right."""

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import ToastAction

from wrldbldr.services.cards import BatchCard
from wrldbldr.state.news import News
from wrldbldr.state.queue import Queue

READY_MILLISECONDS = 8_000
DAY_MILLISECONDS = 24 * 60 * 60 * 1000  # a failure waits for whoever is away from the screen


def toasts_for(news: News) -> list[EventSpec]:
    """One for each batch that ended."""
    return [*(ready_toast(card) for card in news.ready), *(failed_toast(card) for card in news.failed)]


def ready_toast(card: BatchCard) -> EventSpec:
    """It leaves by itself."""
    pictures = "1 picture" if card.count == 1 else f"{card.count} pictures"
    with_picture = (
        {"class_name": "toast-pic", "style": rx.Style({"background_image": f"url({card.thumbnail})"})}
        if card.thumbnail
        else {}
    )
    return rx.toast.success(
        f"{card.asset_type.capitalize()} ready for {card.entity_name}",
        description=f"{pictures}, in the gallery",
        duration=READY_MILLISECONDS,
        action=ToastAction(label="Choose", on_click=Queue.choose(card.id)),
        **with_picture,
    )


def failed_toast(card: BatchCard) -> EventSpec:
    """It stays."""
    return rx.toast.error(
        f"{card.asset_type.capitalize()} for {card.entity_name} failed",
        description=card.failure_title,
        duration=DAY_MILLISECONDS,
        close_button=True,
        action=ToastAction(label="Show", on_click=Queue.show(card.id)),
    )
