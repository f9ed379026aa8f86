"""The small notices at the lower right."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import ToastAction

from wrldbldr.api.failures import trace_of
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.services.cards import BatchCard
from wrldbldr.state.director import Director
from wrldbldr.state.news import News
from wrldbldr.state.place import Mode
from wrldbldr.state.queue import Queue
from wrldbldr.state.words import notice_id, spoken

logger = logging.getLogger(__name__)

READY_MILLISECONDS = 8_000
DAY_MILLISECONDS = 24 * 60 * 60 * 1000  # a failure waits for whoever is away from the screen


def toasts_for(news: News, mode: str) -> list[EventSpec]:
    """A notice for each batch that ended, and a word to the browser, which may have more to do while nobody looks.

    Of very many only the last are told one by one.
    """
    told = [*_built(partial(ready_toast, mode=mode), news.ready), *_built(failed_toast, news.failed)]
    if news.more:
        told.insert(0, rx.toast.info(spoken(f"{news.more} more batches ended"), description="The queue shows them."))
    return told


def notice_of(card: BatchCard) -> str:
    """The id of the notice about a batch as it is shown."""
    return notice_id(card.id, card.attempt)


def dismissals(notices: Sequence[str]) -> list[EventSpec]:
    """Take these down where they still hang."""
    return [rx.toast.dismiss(spoken(notice)) for notice in notices]


def _built(toast: Callable[[BatchCard], EventSpec], cards: Sequence[BatchCard]) -> Iterator[EventSpec]:
    """One that cannot be built is missed, and logged; the tab goes on being told of everything else."""
    for card in cards:
        try:
            yield from (toast(card), told(card))
        except Exception as error:  # noqa: BLE001 - see above
            logger.error("A notice could not be built\n%s", trace_of(error))


def headline(card: BatchCard) -> str:
    """`Portrait ready for Sefa Thornwick`."""
    if card.status == BatchStatus.FAILED:
        return f"{card.asset_type.capitalize()} for {card.entity_name} failed"
    return f"{card.asset_type.capitalize()} ready for {card.entity_name}"


def summary(card: BatchCard) -> str:
    """What came of it: `4 pictures, in the gallery`, or why nothing did."""
    if card.status == BatchStatus.FAILED:
        return card.failure_title
    return ("1 picture" if card.count == 1 else f"{card.count} pictures") + ", in the gallery"


def told(card: BatchCard) -> EventSpec:
    """For the browser's own notification and the tone, where they are switched on (assets/ended.js)."""
    return rx.call_script(
        f"wrldbldrEnded({spoken(notice_of(card))}, {spoken(headline(card))}, {spoken(summary(card))})"
    )


def ready_toast(card: BatchCard, mode: str) -> EventSpec:
    """It leaves by itself. While the game runs, the next step is to show it to the players."""
    actions: dict[str, Any] = {"action": ToastAction(label="Choose", on_click=Queue.choose(card.id))}
    if mode == Mode.DIRECT:
        actions = {
            "action": ToastAction(label="Show", on_click=Director.show_batch(card.id)),
            "cancel": ToastAction(label="Set Active", on_click=Director.activate_batch(card.id)),
        }
    with_picture = (
        {"class_name": "toast-pic", "style": rx.Style({"background_image": f"url({card.thumbnail})"})}
        if card.thumbnail
        else {}
    )
    return rx.toast.success(
        spoken(headline(card)),
        id=notice_of(card),
        description=spoken(summary(card)),
        duration=READY_MILLISECONDS,
        **actions,
        **with_picture,
    )


def failed_toast(card: BatchCard) -> EventSpec:
    """It stays until somebody closes it, or until the batch is dealt with."""
    return rx.toast.error(
        spoken(headline(card)),
        id=notice_of(card),
        description=spoken(summary(card)),
        duration=DAY_MILLISECONDS,
        close_button=True,
        action=ToastAction(label="Show", on_click=Queue.show(card.id)),
    )
