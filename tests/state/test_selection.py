"""Choosing among the pictures of one batch."""

from uuid import UUID

import pytest

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_removal import offered
from wrldbldr.state.creator import Creator
from wrldbldr.state.place import Place
from wrldbldr.state.queue import Queue
from wrldbldr.state.removal import Removing
from wrldbldr.state.selection import Selection


@pytest.fixture
async def batch(studio: Studio) -> UUID:
    """Three pictures of the character, of which the first is active."""
    batch = await studio.ask(count=3)
    await begin(studio.engine, batch)
    await finish(studio.engine, batch)
    return batch


async def ids(studio: Studio, batch: UUID) -> list[str]:
    return [str(picture.id) for picture in await studio.pictures(batch)]


async def test_select_shows_the_pictures_of_the_batch_wherever_the_tab_is_in_its_world(
    desk: Tab, studio: Studio, batch: UUID
) -> None:
    await desk.send(Creator.select(str(studio.scene.location.id)))

    await desk.send(Queue.choose(str(batch)))

    selection = await desk.see(Selection)
    assert (selection.is_open, selection.title, selection.place) == (True, "Portrait of Elven Archer", 1)
    assert [card.id for card in selection.pictures] == await ids(studio, batch)
    assert (await desk.see(Place)).entity_name == "The Drowned Stair", "the work at hand stays where it was"


async def test_arrows_go_round(desk: Tab, batch: UUID) -> None:
    await desk.send(Queue.choose(str(batch)))
    places: list[int] = []

    for by in (1, 1, 1, -1):
        await desk.send(Selection.step(by))
        places.append((await desk.see(Selection)).place)

    assert places == [2, 3, 1, 3]


async def test_what_is_discarded_is_removed_only_when_the_choice_is_made(
    desk: Tab, studio: Studio, batch: UUID
) -> None:
    first, second, third = await ids(studio, batch)
    await desk.send(Queue.choose(str(batch)))
    await desk.send(Selection.discard)
    await desk.send(Selection.show(third))
    await desk.send(Selection.discard)
    await desk.send(Selection.discard)
    assert await ids(studio, batch) == [first, second, third]

    await desk.send(Selection.finish)

    assert await ids(studio, batch) == [second, third]
    assert (await studio.batch(batch)).cleared_at is None
    assert not (await desk.see(Selection)).is_open


async def test_closing_it_keeps_everything(desk: Tab, studio: Studio, batch: UUID) -> None:
    await desk.send(Queue.choose(str(batch)))
    await desk.send(Selection.discard)
    await desk.send(Selection.toggle(False))
    await desk.send(Queue.choose(str(batch)))

    assert (await desk.see(Selection)).discarded == []
    assert len(await ids(studio, batch)) == 3


async def test_a_batch_of_which_nothing_is_kept_can_be_chosen_from_again_once_that_is_undone(
    desk: Tab, studio: Studio, batch: UUID
) -> None:
    await desk.send(Queue.choose(str(batch)))
    pictures = await ids(studio, batch)
    for asset in pictures:
        await desk.send(Selection.show(asset))
        await desk.send(Selection.discard)

    await desk.send(Selection.finish)

    assert await ids(studio, batch) == []
    await desk.send(Removing.undo(offered(desk)))
    assert (await studio.batch(batch)).cleared_at is None
    await desk.send(Queue.choose(str(batch)))
    assert [card.id for card in (await desk.see(Selection)).pictures] == pictures


async def test_the_one_that_is_set_active_is_kept(desk: Tab, studio: Studio, batch: UUID) -> None:
    await desk.send(Queue.choose(str(batch)))
    await desk.send(Selection.step(1))
    await desk.send(Selection.discard)

    await desk.send(Selection.activate)

    selection = await desk.see(Selection)
    assert [card.is_active for card in selection.pictures] == [False, True, False]
    assert (selection.place, selection.discarded) == (2, [])
    assert [picture.is_active for picture in await studio.pictures(batch)] == [False, True, False]


async def test_pictures_that_were_deleted_meanwhile_cannot_be_chosen(desk: Tab, studio: Studio, batch: UUID) -> None:
    for asset in await ids(studio, batch):
        await studio.engine.removals.delete(studio.who, [UUID(asset)])

    await desk.send(Queue.choose(str(batch)))
    await desk.send(Selection.show("not an id"))

    assert "There is no such picture: they were deleted." in desk.scripts
    assert not (await desk.see(Selection)).is_open
