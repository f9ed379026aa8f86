"""Worlds as files, at the shelf."""

from typing import Any

import pytest

from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.fakes.world_files import brought, files, zipped
from tests.state.tab import Tab, open_tab
from wrldbldr.services.archive import WorldSize
from wrldbldr.state.archive import Archive, _words
from wrldbldr.state.worlds import Worlds


async def test_an_export_says_how_much_it_will_be_and_is_fetched_by_the_browser(shelf: Tab, studio: Studio) -> None:
    world = await brought(studio, zipped(files()))

    await shelf.send(Archive.export(str(world.id)))

    assert "Exporting Elsewhere" in shelf.scripts
    assert "1 picture, about 1 MB" in shelf.scripts
    assert f"/api/worlds/{world.id}/export" in shelf.scripts


@pytest.mark.parametrize("world", ["", "x", "'); alert('", "00000000-0000-4000-8000-000000000009"])
async def test_what_is_no_world_of_ones_own_is_not_fetched(world: str, shelf: Tab) -> None:
    await shelf.send(Archive.export(world))

    assert "There is no such world." in shelf.scripts
    assert "wrldbldrDownload" not in shelf.scripts


async def test_somebody_elses_world_is_not_fetched(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    secret = (await studio.engine.accounts.log_in(stranger.name, OTHER_PASSWORD)).secret
    async with open_tab(secret) as tab:
        await tab.send(Archive.export(str(studio.scene.world.id)))

        assert "There is no such world." in tab.scripts
        assert "Lantern" not in tab.scripts


async def test_a_world_that_came_in_joins_the_shelf_and_says_so(shelf: Tab, studio: Studio) -> None:
    await shelf.send(Archive.enter)
    await shelf.send(Archive.begin_import)
    assert (await shelf.see(Archive)).is_importing
    world = await brought(studio, zipped(files()))

    await shelf.send(Archive.take({"id": str(world.id)}))

    assert not (await shelf.see(Archive)).is_importing
    assert "Elsewhere is on your shelf" in shelf.scripts
    assert {card.name for card in (await shelf.see(Worlds)).cards} == {"Elsewhere", "The Lantern Coast"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"error": "This file is no zip."}, "This file is no zip."),
        ({}, ""),
        ({"error": "x" * 9000}, "x" * 400),
        ({"id": 7}, ""),
    ],
)
async def test_why_there_is_no_world_stands_at_the_shelf(answer: dict[str, Any], error: str, shelf: Tab) -> None:
    await shelf.send(Archive.begin_import)

    await shelf.send(Archive.take(answer))

    assert (await shelf.see(Archive)).error == error
    assert not (await shelf.see(Archive)).is_importing


def test_a_world_that_could_not_come_back_is_told_so_before_it_leaves() -> None:
    assert _words(WorldSize("Elsewhere", 31, 14_200_000)) == "31 pictures, about 14 MB"
    assert _words(WorldSize("Elsewhere", 4000, 5 * 2**30)).startswith(
        "4,000 pictures, about 5,369 MB. The file will be larger"
    )
