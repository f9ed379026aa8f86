"""What a game master does with ten thousand batches and a hundred thousand pictures, beside the same with a hundred."""

from collections.abc import AsyncGenerator, Callable

import pytest

from tests.benchmarks.conftest import Folders
from tests.benchmarks.desk import Desk, open_desk
from tests.benchmarks.figures import LONGER, Deed, Figure, best_of, table
from tests.fakes.studio import Stage

ROUNDS = 9

STEERING: tuple[tuple[str, Deed[Desk]], ...] = (
    ("move one to the top", Desk.move_to_top),
    ("move one up", Desk.move_up),
    ("drag one to the middle", Desk.drag),
    ("cancel one", Desk.cancel),
    ("read the queue for a tab", Desk.read_queue),
    ("read a page of the queue for a program", Desk.page_of_queue),
    ("look at one", Desk.report),
    ("look ahead before asking", Desk.outlook),
)
LOOKING: tuple[tuple[str, Deed[Desk], float | None], ...] = (
    ("first page", Desk.first_page, 20.0),
    ("a page nine tenths of the way down", Desk.deep_page, 20.0),
    ("first page of the whole world", Desk.page_of_world, 20.0),
    ("the same, nine tenths of the way down", Desk.deep_page_of_world, 20.0),
    ("first page of sprites", Desk.sprites, None),
    ("first page of starred ones", Desk.starred, None),
    ("search: two words that many have", Desk.search_common, None),
    ("search: a rare word", Desk.search_rare, None),
    ("search: a word that none has", Desk.search_nothing, None),
    ("first page with a tag", Desk.tagged, None),
    ("first page with four stars or more", Desk.rated, None),
    ("first page of unused ones", Desk.unused, None),
    ("how many of each kind", Desk.counts, None),
    ("the active ones", Desk.active, None),
    ("what was painted last", Desk.painted_last, None),
    ("the shelf of worlds", Desk.shelf, None),
)


@pytest.fixture
async def desks(folders: Folders, stage: Stage) -> AsyncGenerator[tuple[Desk, Desk]]:
    async with open_desk(folders.few, stage.scene) as few, open_desk(folders.many, stage.scene) as many:
        yield few, many


async def test_the_queue_is_steered_as_quickly_with_ten_thousand_batches(
    desks: tuple[Desk, Desk], tell: Callable[[str], None]
) -> None:
    figures = [
        Figure("add 100 batches", "ms", *await best_of(ROUNDS, Desk.ask, *desks, after=Desk.put_back), aim=200.0)
    ]
    for desk in desks:
        await desk.ask(ROUNDS * LONGER)  # one to cancel each time
    figures += [Figure(what, "ms", *await best_of(ROUNDS, deed, *desks)) for what, deed in STEERING]
    for desk in desks:
        await desk.put_back()
    tell(table("The queue: batches that wait", "100", "10,000", figures))
    assert not [figure.what for figure in figures if figure.grows]


async def test_a_gallery_opens_as_quickly_with_a_hundred_thousand_pictures(
    desks: tuple[Desk, Desk], tell: Callable[[str], None]
) -> None:
    figures = [Figure(what, "ms", *await best_of(ROUNDS, deed, *desks), aim) for what, deed, aim in LOOKING]
    tell(table("The gallery: pictures of one character", "100", "100,000", figures))
    assert not [figure.what for figure in figures if figure.grows]
