"""Selecting pictures, and what is done with all of them."""

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_gallery import paint
from tests.state.test_removal import offered
from wrldbldr.state import picked as picked_module
from wrldbldr.state.creator import Creator
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.narrowing import Narrowing
from wrldbldr.state.picked import Picked
from wrldbldr.state.removal import Removing
from wrldbldr.state.tagging import Tagging


async def ids(desk: Tab) -> list[str]:
    return (await desk.see(Picked)).ids


async def hanging(desk: Tab, studio: Studio, count: int = 4) -> list[str]:
    """Pictures as they hang in the grid."""
    await paint(studio, count)
    await desk.send(Gallery.refresh)
    return [card.id for card in (await desk.see(Gallery)).assets]


async def test_pictures_are_selected_one_by_one_by_range_and_all_at_once(desk: Tab, studio: Studio) -> None:
    a, b, c, d = await hanging(desk, studio)

    await desk.send(Picked.toggle(b))
    await desk.send(Picked.pick(f"range {d}"))
    assert await ids(desk) == [b, c, d]
    await desk.send(Picked.pick(f"toggle {c}"))
    assert await ids(desk) == [b, d]
    await desk.send(Picked.pick(f"range {a}"))
    assert await ids(desk) == [b, d, a, c]
    await desk.send(Picked.pick("none"))
    assert await ids(desk) == []
    await desk.send(Picked.pick("all"))
    assert await ids(desk) == [a, b, c, d]


@pytest.mark.parametrize(
    "words", ["", "toggle", "range x", "toggle 00000000-0000-4000-8000-000000000000", "some of it"]
)
async def test_what_is_no_picture_of_this_world_is_not_selected(words: str, desk: Tab, studio: Studio) -> None:
    await desk.send(Picked.pick(words))

    assert await ids(desk) == []


async def test_what_is_gone_is_selected_no_more_and_the_rest_stays(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Picked.pick(f"toggle {a}"))
    await desk.send(Picked.pick(f"toggle {b}"))
    await desk.send(Removing.ask(a))
    await desk.send(Removing.delete)

    await desk.send(Picked.refresh)

    assert await ids(desk) == [b]


async def test_in_front_of_somebody_else_nothing_is_selected(desk: Tab, studio: Studio) -> None:
    await hanging(desk, studio)
    await desk.send(Picked.pick("all"))

    await desk.send(Creator.select(str(studio.scene.location.id)))

    assert await ids(desk) == []


async def test_what_a_search_a_filter_or_a_kind_hides_is_selected_no_more(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Gallery.star(a, True))
    for hide, left in (
        (Narrowing.search("keeper"), [a, b]),
        (Narrowing.toggle_starred, [a]),
        (Narrowing.search("nobody at all"), []),
    ):
        await desk.send(Narrowing.clear)
        await desk.send(Picked.pick("none"))
        await desk.send(Picked.toggle(a))
        await desk.send(Picked.toggle(b))
        await desk.send(hide)
        assert await ids(desk) == left

    await desk.send(Narrowing.clear)
    await desk.send(Picked.toggle(a))
    await desk.send(Narrowing.by_kind("sprite"))

    assert await ids(desk) == []


async def test_how_many_can_be_selected_is_bounded(desk: Tab, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picked_module, "TOGETHER_LIMIT", 3)
    await hanging(desk, studio)

    await desk.send(Picked.pick("all"))

    assert await ids(desk) == []
    assert "At most 500 pictures can be selected." in desk.scripts


async def test_all_are_starred_and_the_stars_come_off_when_all_have_one(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Gallery.star(a, True))
    await desk.send(Picked.toggle(a))
    await desk.send(Picked.toggle(b))
    assert not (await desk.see(Picked)).are_starred

    await desk.send(Picked.star)
    assert (await desk.see(Picked)).are_starred
    assert studio.committed("select count(*) from asset where is_starred") == [(2,)]
    await desk.send(Picked.star)

    assert studio.committed("select count(*) from asset where is_starred") == [(0,)]


async def test_all_are_tagged_at_once(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Picked.toggle(a))
    await desk.send(Picked.toggle(b))
    await desk.send(Picked.tag)
    assert ((await desk.see(Tagging)).is_open, (await desk.see(Tagging)).count) == (True, 2)

    await desk.send(Tagging.put_on({"tag": "lamp light"}))

    assert studio.committed("select count(*) from assettag where name = 'lamp light'") == [(2,)]


async def test_only_one_can_be_set_active_and_the_reason_is_said(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Picked.toggle(a))
    await desk.send(Picked.toggle(b))
    assert (await desk.see(Picked)).why_not == "Only one picture can be active: choose one."
    await desk.send(Picked.activate)
    assert studio.committed("select count(*) from asset where is_active") == [(0,)]
    assert "choose one" in desk.scripts

    await desk.send(Picked.toggle(a))
    await desk.send(Picked.activate)

    assert studio.committed("select count(*) from asset where is_active") == [(1,)]
    assert (await desk.see(Picked)).why_not == "It is active already."


async def test_one_question_and_one_undo_for_all_of_them(desk: Tab, studio: Studio) -> None:
    a, b, c, _ = await hanging(desk, studio)
    for asset in (a, b, c):
        await desk.send(Picked.toggle(asset))
    await desk.send(Picked.ask_to_delete)
    assert (await desk.see(Removing)).title == "Delete 3 pictures?"

    await desk.send(Removing.delete)
    assert studio.committed("select count(*) from asset") == [(1,)]
    await desk.send(Removing.undo(offered(desk)))

    assert studio.committed("select count(*) from asset") == [(4,)]
    assert "3 pictures are back" in desk.scripts


async def test_one_is_downloaded_as_it_is_and_several_as_one_zip(desk: Tab, studio: Studio) -> None:
    a, b, *_ = await hanging(desk, studio)
    await desk.send(Picked.toggle(a))
    await desk.send(Picked.download)
    assert f"/api/assets/{a}/image?download=1" in desk.scripts

    await desk.send(Picked.toggle(b))
    await desk.send(Picked.download)

    assert "/api/assets/zip/" in desk.scripts
