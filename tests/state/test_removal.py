"""Deleting pictures: the question before, and the way back after."""

import re
from typing import Any

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_gallery import paint
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.removal import Removing, delete_pictures


def offered(desk: Tab) -> str:
    """The id of the deletion that the last notice offers to undo."""
    return re.findall(r"undo.{0,80}?([0-9a-f-]{36})", desk.scripts)[-1]


async def test_a_picture_is_deleted_only_after_the_question_which_says_what_uses_it(desk: Tab, studio: Studio) -> None:
    first, *_ = await paint(studio)
    await desk.send(Gallery.activate(first))
    await desk.send(Removing.ask(first))
    removing = await desk.see(Removing)
    assert (removing.is_asking, removing.title) == (True, "Delete Elven_Archer_Portrait_001?")
    assert removing.says.startswith("It stands for Elven Archer now.")
    assert studio.committed("select count(*) from asset") == [(3,)]

    await desk.send(Removing.delete)

    assert studio.committed("select count(*) from asset") == [(2,)]
    assert not (await desk.see(Removing)).is_asking
    assert "Elven_Archer_Portrait_001 is deleted" in desk.scripts

    await desk.send(Removing.undo(offered(desk)))

    assert studio.committed("select count(*) from asset") == [(3,)]
    assert "Elven_Archer_Portrait_001 is back" in desk.scripts


async def test_an_undo_that_comes_twice_is_answered_in_words(desk: Tab, studio: Studio) -> None:
    first, *_ = await paint(studio)
    await desk.send(Removing.ask(first))
    await desk.send(Removing.delete)
    removal = offered(desk)
    await desk.send(Removing.undo(removal))
    desk.forget()

    await desk.send(Removing.undo(removal))

    assert "it was undone already, or is final" in desk.scripts


async def test_what_somebody_else_deleted_while_the_question_hung_there_is_no_trouble(
    desk: Tab, studio: Studio
) -> None:
    first, *_ = await paint(studio)
    await desk.send(Removing.ask(first))
    await desk.send(Removing.delete)
    desk.forget()

    await desk.send(Removing.delete)

    assert desk.scripts == ""


@pytest.mark.usefixtures("desk")
async def test_many_are_deleted_with_as_few_statements_as_two(
    studio: Studio, statements: list[tuple[str, Any]]
) -> None:
    pictures, world = await paint(studio, 6), str(studio.scene.world.id)
    sent = list[int]()

    for chosen in (pictures[:2], pictures[2:]):
        statements.clear()
        await delete_pictures(studio.who, world, chosen)
        sent.append(len(statements))

    assert studio.committed("select count(*) from asset") == [(0,)]
    assert sent[0] == sent[1], statements


async def test_a_picture_that_is_deleted_elsewhere_is_not_shown_large_any_more(desk: Tab, studio: Studio) -> None:
    first, *_ = await paint(studio)
    await desk.send(Lightbox.show(first))
    await desk.send(Lightbox.refresh)
    assert (await desk.see(Lightbox)).is_open

    await desk.send(Removing.ask(first))
    await desk.send(Removing.delete)
    await desk.send(Lightbox.refresh)

    assert not (await desk.see(Lightbox)).is_open
