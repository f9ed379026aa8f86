"""Pictures in the grid, and one of them large."""

import pytest

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.state import gallery as gallery_module
from wrldbldr.state.creator import Creator
from wrldbldr.state.editor import Editor
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.lightbox import Lightbox, neighbours
from wrldbldr.state.narrowing import Narrowing


async def paint(studio: Studio, count: int = 3, asset_type: AssetType = AssetType.PORTRAIT) -> list[str]:
    batch = await studio.ask(count=count, asset_type=asset_type)
    await begin(studio.engine, batch)
    return [str(asset) for asset in await finish(studio.engine, batch)]


async def labels(desk: Tab) -> list[str]:
    return [card.label for card in (await desk.see(Gallery)).assets]


async def test_every_kind_has_a_tab_with_its_count(desk: Tab, studio: Studio) -> None:
    await paint(studio, 3)
    await paint(studio, 1, AssetType.SPRITE)
    await desk.send(Gallery.refresh)
    assert ((await desk.see(Gallery)).total, (await desk.see(Gallery)).counts) == (4, {"portrait": 3, "sprite": 1})

    await desk.send(Narrowing.by_kind("sprite"))

    assert await labels(desk) == ["Elven_Archer_Sprite_001"]


async def test_more_is_loaded_only_when_asked_for(desk: Tab, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_module, "PAGE", 2)
    await paint(studio, 3)
    await desk.send(Gallery.refresh)
    assert (len(await labels(desk)), (await desk.see(Gallery)).has_more) == (2, True)

    await desk.send(Gallery.load_more)
    await desk.send(Gallery.refresh)

    assert (len(await labels(desk)), (await desk.see(Gallery)).has_more) == (3, False)


async def test_only_starred_pictures_are_shown_on_demand(desk: Tab, studio: Studio) -> None:
    _, second, _ = await paint(studio)
    await desk.send(Gallery.star(second, True))
    await desk.send(Narrowing.toggle_starred)

    assert [card.id for card in (await desk.see(Gallery)).assets] == [second]


async def test_the_active_picture_is_the_one_the_editor_frames(desk: Tab, studio: Studio) -> None:
    _, second, _ = await paint(studio)
    await desk.send(Gallery.activate(second))
    await desk.send(Creator.refresh)

    assert (await desk.see(Editor)).hero == f"/api/assets/{second}/image"


async def test_somebody_elses_pictures_are_no_part_of_the_menu(desk: Tab, studio: Studio) -> None:
    await desk.send(Gallery.aim("00000000-0000-4000-8000-000000000000"))

    assert "There is no such picture." in desk.scripts


async def test_one_picture_large_knows_how_it_came_to_be_and_its_neighbours(desk: Tab, studio: Studio) -> None:
    await paint(studio)
    await desk.send(Gallery.refresh)
    shown = [card.id for card in (await desk.see(Gallery)).assets]

    await desk.send(Lightbox.show(shown[1]))

    lightbox = await desk.see(Lightbox)
    assert (lightbox.is_open, lightbox.previous, lightbox.next) == (True, shown[0], shown[2])
    assert lightbox.prompt == "an old keeper of lanterns"
    assert lightbox.seed.isdecimal()
    assert {"Size", "Model", "Workflow", "Batch", "Attempts", "Asked by"} <= {fact.label for fact in lightbox.facts}


async def test_the_picture_shown_large_can_be_starred_and_made_active(desk: Tab, studio: Studio) -> None:
    _, second, _ = await paint(studio)
    await desk.send(Lightbox.show(second))
    await desk.send(Lightbox.star)
    await desk.send(Lightbox.activate)

    picture = (await desk.see(Lightbox)).asset
    assert (picture.is_starred, picture.is_active) == (True, True)


def test_there_is_nobody_before_the_first_and_after_the_last() -> None:
    assert neighbours(["a", "b"], "a") == ("", "b")
    assert neighbours(["a", "b"], "b") == ("a", "")
    assert neighbours(["a", "b"], "c") == ("", "")
