"""Pictures in pages: what changes on one page is all that changes."""

from wrldbldr.services.cards import TileCard
from wrldbldr.state.hanging import PAGE, PAGES, Hanging, hung_again, in_pages


def card(number: int, *, starred: bool = False) -> TileCard:
    return TileCard(str(number), f"Nr {number}", "portrait", False, starred, False, 0)


def cards(*numbers: int) -> list[TileCard]:
    return [card(number) for number in numbers]


def ids(pages: Hanging) -> list[list[int]]:
    return [[int(card.id) for card in page] for page in pages]


def test_new_pictures_come_to_the_first_page_and_the_others_stay() -> None:
    before = [cards(9, 8, 7), cards(6, 5), cards(4, 3)]

    assert ids(hung_again(before, cards(11, 10, 9, 8, 7, 6, 5, 4, 3))) == [[11, 10, 9, 8, 7], [6, 5], [4, 3]]


def test_what_is_gone_leaves_a_gap_on_its_page_only() -> None:
    before = [cards(9, 8), cards(7, 6), cards(5, 4)]

    assert ids(hung_again(before, cards(9, 8, 6))) == [[9, 8], [6], []]
    assert ids(hung_again(before, [])) == [[], [], []]


def test_a_picture_that_moved_up_is_nowhere_twice() -> None:
    before = [cards(9, 8), cards(7, 6)]

    after = hung_again(before, cards(6, 9, 8, 7))

    assert sorted(number for page in ids(after) for number in page) == [6, 7, 8, 9]
    assert [number for page in ids(after) for number in page] == [6, 9, 8, 7]


def test_a_page_that_would_grow_without_end_is_made_anew() -> None:
    before = [cards(*range(10, 0, -1))]

    after = hung_again(before, cards(*range(3 * PAGE, 0, -1)))

    assert [len(page) for page in after] == [PAGE, PAGE, PAGE]
    assert len(hung_again(before, cards(*range(20 * PAGE, 0, -1)))) == PAGES


def test_nothing_hangs_on_one_empty_page() -> None:
    assert in_pages([]) == [[]]
