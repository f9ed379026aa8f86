"""What is new at a queue. Read from what changed rather than told by events: a look that was missed loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from wrldbldr.domain.batch import BatchStatus
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.queue_look import ENDED, Changed

SAID = {
    BatchStatus.CANCELLED: ("was taken off the queue", "were taken off the queue"),
    BatchStatus.QUEUED: ("is in the queue", "are in the queue"),
    BatchStatus.GENERATING: ("is being painted", "are being painted"),
}


@dataclass(frozen=True, slots=True)
class News:
    """Batches that became ready or failed since the last look, and how many more of them did; `sentence` says aloud what
    joined, began or was withdrawn.
    """

    ready: tuple[BatchCard, ...] = ()
    failed: tuple[BatchCard, ...] = ()
    more: int = 0
    sentence: str = ""

    @property
    def ended_count(self) -> int:
        """How many ended."""
        return len(self.ready) + len(self.failed) + self.more


def news_of(changed: Changed) -> News:
    """What there is to tell of what changed."""
    return News(
        ready=tuple(_in(changed.ended, BatchStatus.READY)),
        failed=tuple(_in(changed.ended, BatchStatus.FAILED)),
        more=sum(changed.counts.get(status, 0) for status in ENDED) - len(changed.ended),
        sentence=" ".join(_sentences(changed)),
    )


def _sentences(changed: Changed) -> list[str]:
    """One for each batch that is named, and one for all others of its kind."""
    sentences: list[str] = []
    for status, (one, several) in SAID.items():
        named = _in(changed.under_way, status)
        sentences += [f"{titled(card)} {one}." for card in named]
        more = changed.counts.get(status, 0) - len(named)
        if more:
            sentences.append(f"{more} {'more ' if named else ''}{one if more == 1 else several}.")
    return sentences


def titled(card: BatchCard) -> str:
    """`Portrait of Sefa Thornwick`."""
    return f"{card.asset_type.capitalize()} of {card.entity_name}"


def _in(cards: Sequence[BatchCard], status: BatchStatus) -> list[BatchCard]:
    return [card for card in cards if card.status == status]
