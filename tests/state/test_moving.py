"""Hanging pictures in the gallery of somebody else."""

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_gallery import paint
from tests.state.test_picked import hanging
from tests.state.test_removal import offered
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state import moving as moving_module
from wrldbldr.state.creator import Creator
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.moving import Moving
from wrldbldr.state.picked import Picked


@pytest.fixture
async def widow(desk: Tab, studio: Studio) -> str:
    """Another character of the world, in the list of the tab."""
    changes = EntityChanges(name="Tide Widow")
    entity = await studio.engine.worlds.create_entity(studio.who, EntityType.CHARACTER, studio.scene.world.id, changes)
    await desk.send(Creator.refresh)
    return str(entity.id)


def whose(studio: Studio, asset: str) -> tuple[str, bool]:
    """Whose a picture is, and whether it stands for them."""
    [(entity, is_active)] = studio.committed(
        f"select entity_id, is_active from asset where id = '{asset.replace('-', '')}'"  # noqa: S608 - words of ours
    )
    return entity, bool(is_active)


async def test_those_that_are_selected_are_moved_to_somebody_from_the_list(
    desk: Tab, studio: Studio, widow: str
) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Picked.toggle(a))
    await desk.send(Picked.toggle(b))
    await desk.send(Moving.begin_picked)
    await desk.send(Moving.look_for("tide"))
    moving = await desk.see(Moving)
    assert (moving.is_open, moving.title) == (True, "Move 2 pictures to…")
    assert [card.id for card in moving.found] == [widow]

    await desk.send(Moving.move(widow))

    assert whose(studio, a) == whose(studio, b) == (widow.replace("-", ""), False)
    assert not (await desk.see(Moving)).is_open
    for event in (Gallery.refresh, Picked.refresh):  # as the news of it brings them
        await desk.send(event)
    assert (await desk.see(Picked)).ids == [], "they hang here no more"
    assert "2 pictures hang with Tide Widow now" in desk.scripts


async def test_a_move_can_be_undone_from_its_notice_once(desk: Tab, studio: Studio, widow: str) -> None:
    a, b, *_ = await hanging(desk, studio)
    before = whose(studio, a), whose(studio, b)
    for asset in (a, b):
        await desk.send(Picked.toggle(asset))
    await desk.send(Moving.begin_picked)
    await desk.send(Moving.move(widow))
    assert (whose(studio, a), whose(studio, b)) != before
    move = offered(desk)

    await desk.send(Moving.undo(move))

    assert (whose(studio, a), whose(studio, b)) == before
    assert "2 pictures hang where they hung before" in desk.scripts
    await desk.send(Moving.undo(move))
    assert "There is no such move to undo: it was undone already" in desk.scripts


async def test_a_list_that_is_too_long_says_how_the_others_are_found(
    desk: Tab, studio: Studio, widow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving_module, "CHOICES", 2)
    [asset] = await paint(studio, 1)
    total = len((await desk.see(Creator)).everyone)
    assert total > 2

    await desk.send(Moving.begin(asset))
    assert (await desk.see(Moving)).hint == f"2 of {total}: type to find others"
    await desk.send(Moving.look_for("tide"))

    assert ([card.id for card in (await desk.see(Moving)).found], (await desk.see(Moving)).hint) == ([widow], "")


async def test_what_does_not_fit_is_refused_in_the_list_with_the_reason(desk: Tab, studio: Studio) -> None:
    [asset] = await paint(studio, 1)
    await desk.send(Moving.begin(asset))

    await desk.send(Moving.move(str(studio.scene.location.id)))

    moving = await desk.see(Moving)
    assert moving.is_open
    assert moving.error.endswith("has no portraits: those are of characters.")


async def test_a_picture_dropped_on_whose_it_is_stands_for_them(desk: Tab, studio: Studio) -> None:
    _, second = await paint(studio, 2)
    character = str(studio.scene.character.id)

    await desk.send(Moving.drop(f"{second} on {character}"))

    assert whose(studio, second) == (character.replace("-", ""), True)
    assert not (await desk.see(Moving)).is_asking


async def test_a_picture_dropped_on_somebody_else_is_moved_after_a_question(
    desk: Tab, studio: Studio, widow: str
) -> None:
    [asset] = await paint(studio, 1, AssetType.ITEM)
    await desk.send(Moving.drop(f"{asset} on {widow}"))
    moving = await desk.see(Moving)
    assert (moving.is_asking, moving.target_name) == (True, "Tide Widow")
    assert whose(studio, asset)[0] != widow.replace("-", "")

    await desk.send(Moving.move_dropped)

    assert whose(studio, asset) == (widow.replace("-", ""), True)


@pytest.mark.parametrize("words", ["", "x on y", "a picture on somebody"])
async def test_what_is_no_drop_moves_nothing(words: str, desk: Tab, studio: Studio) -> None:
    await paint(studio, 1)

    await desk.send(Moving.drop(words))

    assert "There is no such" in desk.scripts
