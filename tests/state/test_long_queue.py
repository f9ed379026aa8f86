"""What a tab shows of a long queue, and what it is told after a while elsewhere."""

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.services.queue_look import TOLD_LIMIT
from wrldbldr.state.creator import Creator
from wrldbldr.state.live import ROWS, Live
from wrldbldr.state.queue import Queue
from wrldbldr.state.worlds import Worlds


async def a_moment(studio: Studio) -> None:
    """Longer than a listener pauses between two looks, twice: what one look sets off is seen by the next."""
    for _ in range(2):
        await studio.advance(1.0)


@pytest.fixture
async def watching(desk: Tab, studio: Studio) -> Tab:
    """The owner's tab listens; nobody paints."""
    await desk.start(Live.listen)
    await a_moment(studio)
    desk.forget()
    return desk


async def test_of_very_many_that_ended_while_the_tab_was_elsewhere_all_are_counted_and_a_few_told_one_by_one(
    watching: Tab, studio: Studio
) -> None:
    asked = [await studio.ask() for _ in range(TOLD_LIMIT + 10)]
    await a_moment(studio)
    await watching.send(Worlds.enter)
    await watching.start(Live.listen)
    async with studio.engine.database.write() as unit:
        for batch in (await unit.batches.find_all(asked)).values():
            batch.start(studio.clock.now())
            batch.finish(studio.clock.now())

    watching.forget()
    await watching.send(Creator.enter)
    await watching.start(Live.listen)
    await a_moment(studio)

    assert (await watching.see(Queue)).unseen == TOLD_LIMIT + 10
    assert watching.scripts.count("wrldbldrEnded") == TOLD_LIMIT
    assert "10 more batches ended" in watching.scripts


async def test_more_of_a_long_queue_is_shown_on_demand(watching: Tab, studio: Studio) -> None:
    for _ in range(ROWS + 3):
        await studio.ask()
    await a_moment(studio)
    live = await watching.see(Live)
    assert (len(live.waiting), live.waiting_count) == (ROWS, ROWS + 3)

    await watching.start(Live.show_more)
    await a_moment(studio)

    assert len((await watching.see(Live)).waiting) == ROWS + 3


async def test_what_was_withdrawn_is_offered_again_on_every_tab_of_the_table(watching: Tab, studio: Studio) -> None:
    withdrawn = await studio.ask()
    await studio.engine.queue.cancel_waiting(studio.who, studio.scene.game_session.id)
    await a_moment(studio)

    live = await watching.see(Live)
    assert [(card.id, card.status) for card in live.left] == [(str(withdrawn), "cancelled")]
    assert "Portrait of Elven Archer was taken off the queue." in live.sentence
