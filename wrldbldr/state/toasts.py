"""The small notices at the lower right."""

import logging
from collections.abc import Callable, Iterator, Sequence

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import ToastAction

from wrldbldr.api.failures import trace_of
from wrldbldr.services.cards import BatchCard
from wrldbldr.state.news import News
from wrldbldr.state.queue import Queue
from wrldbldr.state.words import spoken

logger = logging.getLogger(__name__)

READY_MILLISECONDS = 8_000
DAY_MILLISECONDS = 24 * 60 * 60 * 1000  # a failure waits for whoever is away from the screen


def toasts_for(news: News) -> list[EventSpec]:
    """One for each batch that ended."""
    return [*_built(ready_toast, news.ready), *_built(failed_toast, news.failed)]


def notice_of(card: BatchCard) -> str:
    """The id of the notice about one attempt at a batch: the next attempt gets another notice, not this one's place."""
    return f"{card.id}-{card.attempt}"


def dismissals(notices: Sequence[str]) -> list[EventSpec]:
    """Take these down where they still hang."""
    return [rx.toast.dismiss(spoken(notice)) for notice in notices]


def _built(toast: Callable[[BatchCard], EventSpec], cards: Sequence[BatchCard]) -> Iterator[EventSpec]:
    """One that cannot be built is missed, and logged; the tab goes on being told of everything else."""
    for card in cards:
        try:
            yield toast(card)
        except Exception as error:  # noqa: BLE001 - see above
            logger.error("A notice could not be built\n%s", trace_of(error))


def ready_toast(card: BatchCard) -> EventSpec:
    """It leaves by itself."""
    pictures = "1 picture" if card.count == 1 else f"{card.count} pictures"
    with_picture = (
        {"class_name": "toast-pic", "style": rx.Style({"background_image": f"url({card.thumbnail})"})}
        if card.thumbnail
        else {}
    )
    return rx.toast.success(
        spoken(f"{card.asset_type.capitalize()} ready for {card.entity_name}"),
        id=notice_of(card),
        description=spoken(f"{pictures}, in the gallery"),
        duration=READY_MILLISECONDS,
        action=ToastAction(label="Choose", on_click=Queue.choose(card.id)),
        **with_picture,
    )


def failed_toast(card: BatchCard) -> EventSpec:
    """It stays until somebody closes it, or until the batch is dealt with."""
    return rx.toast.error(
        spoken(f"{card.asset_type.capitalize()} for {card.entity_name} failed"),
        id=notice_of(card),
        description=spoken(card.failure_title),
        duration=DAY_MILLISECONDS,
        close_button=True,
        action=ToastAction(label="Show", on_click=Queue.show(card.id)),
    )
