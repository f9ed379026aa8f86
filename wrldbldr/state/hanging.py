"""How the pictures of a gallery hang in pages, so that what changes on one of them is all that is sent."""

from collections.abc import Sequence

from wrldbldr.services.cards import TileCard

PAGE = 48
PAGES = 8
"""A gallery holds so many at a time. Whoever goes further leaves the first behind."""

Hanging = list[list[TileCard]]


def in_pages(cards: Sequence[TileCard]) -> Hanging:
    """Cards in full pages; one empty page for none."""
    return [list(cards[start : start + PAGE]) for start in range(0, max(len(cards), 1), PAGE)]


def hung_again(before: Hanging, cards: Sequence[TileCard]) -> Hanging:
    """Cards where they hung before. A new one comes to the page of the one it stands before, so that other pages stay."""
    page_of = {card.id: number for number, page in enumerate(before) for card in page}
    after: Hanging = [[] for _ in before]
    number = len(before) - 1
    for card in reversed(cards):
        number = min(number, page_of.get(card.id, number))
        after[number].append(card)
    for page in after:
        page.reverse()
    return in_pages(cards)[:PAGES] if any(len(page) > 2 * PAGE for page in after) else after
