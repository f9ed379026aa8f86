"""What is new between two looks at a queue. Compared rather than told by events: a look that was missed loses nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wrldbldr.domain.batch import BatchStatus
from wrldbldr.services.cards import BatchCard, iso

OPEN = (BatchStatus.QUEUED, BatchStatus.GENERATING)
LEFT_SECONDS = 60
LEFT_LIMIT = 3


@dataclass(frozen=True, slots=True)
class News:
    """Batches that became ready, failed, began, joined or were withdrawn since the last look; `sentence` says the last
    of it aloud.
    """

    ready: tuple[BatchCard, ...] = ()
    failed: tuple[BatchCard, ...] = ()
    gone: tuple[BatchCard, ...] = ()
    sentence: str = ""


def news_between(before: Mapping[str, BatchCard], after: Sequence[BatchCard]) -> News:
    """Only what changed since the last look; there must have been one, for what was ready long ago is no news."""
    joined = [card for card in after if card.id not in before]
    began = [card for card in after if card.status == BatchStatus.GENERATING and _was(before, card, BatchStatus.QUEUED)]
    gone = [card for card in before.values() if card.status in OPEN and card.id not in {other.id for other in after}]
    sentences = [
        *(f"{titled(card)} was taken off the queue." for card in gone),
        *(f"{titled(card)} is in the queue." for card in joined if card.status == BatchStatus.QUEUED),
        *(f"{titled(card)} is being painted." for card in began),
    ]
    return News(
        ready=tuple(card for card in after if card.status == BatchStatus.READY and _has_ended(before, card)),
        failed=tuple(
            card
            for card in after
            if card.status == BatchStatus.FAILED and (_has_ended(before, card) or _was_tried_again(before, card))
        ),
        gone=tuple(gone),
        sentence=" ".join(sentences),
    )


def lately_left(left: Sequence[BatchCard], gone: Sequence[BatchCard], now: datetime) -> list[BatchCard]:
    """What was withdrawn within the last minute, the last first: a slip of the hand can be made good."""
    withdrawn = [replace(card, status=BatchStatus.CANCELLED, position=0, completed_at=iso(now)) for card in gone]
    return [
        card
        for card in (*reversed(withdrawn), *left)
        if (now - datetime.fromisoformat(card.completed_at)).total_seconds() < LEFT_SECONDS
    ][:LEFT_LIMIT]


def titled(card: BatchCard) -> str:
    """`Portrait of Sefa Thornwick`."""
    return f"{card.asset_type.capitalize()} of {card.entity_name}"


def marks_of(cards: Sequence[BatchCard]) -> dict[str, str]:
    """The icon beside each entity in a list: being painted beats failed beats waiting."""
    order = (BatchStatus.QUEUED, BatchStatus.FAILED, BatchStatus.GENERATING)
    return {card.entity_id: card.status for status in order for card in cards if card.status == status}


def _has_ended(before: Mapping[str, BatchCard], card: BatchCard) -> bool:
    """Whether it was open at the last look, or came and went since."""
    return card.id not in before or _was(before, card, *OPEN)


def _was_tried_again(before: Mapping[str, BatchCard], card: BatchCard) -> bool:
    return card.attempt != before[card.id].attempt


def _was(before: Mapping[str, BatchCard], card: BatchCard, *statuses: BatchStatus) -> bool:
    return card.id in before and before[card.id].status in statuses
