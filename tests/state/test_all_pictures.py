"""All pictures of a world: opened, narrowed, read on and on, and kept up to date with little."""

import json
from uuid import UUID

from tests.db.rows import NOW
from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType
from wrldbldr.state.creator import Creator
from wrldbldr.state.filters import Filters
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.hanging import PAGE, PAGES
from wrldbldr.state.lightbox import BESIDE, Lightbox
from wrldbldr.state.narrowing import Narrowing
from wrldbldr.state.place import Place
from wrldbldr.state.tagging import Tagging


async def paint(studio: Studio, count: int = 2, **asked: object) -> list[str]:
    batch = await studio.ask(count=count, **asked)
    await begin(studio.engine, batch)
    return [str(asset) for asset in await finish(studio.engine, batch)]


async def fill(studio: Studio, count: int) -> None:
    """So many pictures of one character that were painted at some time."""
    [one] = await paint(studio, 1)
    [asset] = [
        each for each in await studio.engine.gallery.page(studio.who, studio.scene.world.id) if str(each.id) == one
    ]
    like = asset.model_dump(exclude={"id", "batch_id", "label", "number", "is_active", "created_at"})
    async with studio.engine.database.write() as unit:
        for number in range(count - 1):
            await unit.assets.add_all(
                [Asset(**like, label=f"Old_{number}", number=100 + number, created_at=NOW.replace(year=2020))]
            )


async def shown(desk: Tab) -> list[str]:
    return [card.id for card in (await desk.see(Gallery)).assets]


async def test_all_pictures_of_the_world_are_shown_whoever_is_on_them(desk: Tab, studio: Studio) -> None:
    mine = await paint(studio)
    place = studio.scene.location
    theirs = await paint(studio, 1, entity_type=EntityType.LOCATION, entity_id=place.id, asset_type=AssetType.BACKDROP)

    await desk.send(Creator.show_all)

    assert sorted(await shown(desk)) == sorted([*mine, *theirs])
    gallery = await desk.see(Gallery)
    assert (gallery.counts, gallery.tally, gallery.total_words) == ({"portrait": 2, "backdrop": 1}, "3", "3")
    assert "wrldbldrFace('all')" in desk.scripts
    await desk.send(Narrowing.by_whose(str(place.id)))
    assert (await shown(desk), (await desk.see(Gallery)).tally) == (theirs, "1 of 3")
    await desk.send(Creator.select(str(studio.scene.character.id)))
    assert sorted(await shown(desk)) == sorted(mine), "and filters stay behind"
    assert not (await desk.see(Place)).shows_all


async def test_the_address_leads_to_all_pictures_and_news_leave_the_tab_there(studio: Studio, secret: str) -> None:
    await paint(studio)
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/create?show=all") as tab:
        await tab.send(Creator.enter)
        assert (await tab.see(Place)).shows_all
        assert len(await shown(tab)) == 2

        await paint(studio, 1)
        await tab.send(Creator.refresh)
        await tab.send(Gallery.refresh)

        assert len(await shown(tab)) == 3
        assert (await tab.see(Place)).shows_all


async def test_filters_narrow_together_survive_news_and_are_cleared_at_once(desk: Tab, studio: Studio) -> None:
    first, second = await paint(studio)
    gallery = studio.engine.gallery
    await gallery.update(studio.who, (await gallery.page(studio.who, studio.scene.world.id))[0].id, tags=["tide"])
    await desk.send(Lightbox.show(second))
    await desk.send(Lightbox.rate(4))

    await desk.send(Narrowing.search("keeper"))
    assert sorted(await shown(desk)) == sorted([first, second])
    await desk.send(Narrowing.by_rating(3))
    assert await shown(desk) == [second]
    await desk.send(Narrowing.by_tag("tide"))
    assert (await shown(desk), (await desk.see(Gallery)).is_empty) == ([], True)
    await desk.send(Gallery.refresh)
    assert await shown(desk) == []
    await desk.send(Narrowing.clear)

    assert len(await shown(desk)) == 2
    assert not (await desk.see(Filters)).are_any


async def test_a_tag_of_the_picture_shown_large_leads_to_all_that_have_it_whoever_is_on_them(
    desk: Tab, studio: Studio
) -> None:
    place, gallery = studio.scene.location, studio.engine.gallery
    mine, _ = await paint(studio)
    [theirs] = await paint(
        studio, 1, entity_type=EntityType.LOCATION, entity_id=place.id, asset_type=AssetType.BACKDROP
    )
    for asset in (mine, theirs):
        await gallery.update(studio.who, UUID(asset), tags=["tide"])
    await desk.send(Creator.select(str(studio.scene.character.id)))
    await desk.send(Narrowing.search("keeper"))
    await desk.send(Lightbox.show(mine))

    await desk.send(Narrowing.show_tagged("tide"))

    assert sorted(await shown(desk)) == sorted([mine, theirs])
    assert ((await desk.see(Gallery)).tally, (await desk.see(Filters)).text) == ("2 of 3", "")
    assert (await desk.see(Place)).shows_all
    assert not (await desk.see(Lightbox)).is_open
    assert "wrldbldrFace('all')" in desk.scripts


async def test_nobody_can_ask_for_what_there_is_not(desk: Tab, studio: Studio) -> None:
    await paint(studio)
    for event in (
        Narrowing.by_rating(9),
        Narrowing.in_order("random"),
        Narrowing.by_workflow("x"),
        Narrowing.by_tag("x" * 50),
        Narrowing.show_tagged(""),
    ):
        desk.forget()
        await desk.send(event)
        assert "toast" in desk.scripts or "error" in desk.scripts
    await desk.send(Gallery.refresh)

    assert len(await shown(desk)) == 2


async def test_page_follows_page_and_each_is_sent_by_itself(desk: Tab, studio: Studio) -> None:
    await fill(studio, 3 * PAGE + 5)
    await desk.send(Creator.show_all)
    assert len(await shown(desk)) == PAGE
    desk.forget()

    await desk.send(Gallery.load_more)

    assert {name.rpartition(".")[2] for name in desk.delta if ".page_" in name} == {"page_1"}
    for _ in range(3):
        await desk.send(Gallery.load_more)
    found = await shown(desk)
    assert len(found) == len(set(found)) == 3 * PAGE + 5
    assert not (await desk.see(Gallery)).has_more


async def test_a_new_picture_in_an_open_gallery_sends_one_page_and_little(desk: Tab, studio: Studio) -> None:
    await fill(studio, 4 * PAGE)
    await desk.send(Creator.show_all)
    for _ in range(2):
        await desk.send(Gallery.load_more)
    await paint(studio, 1)
    desk.forget()

    await desk.send(Gallery.refresh)

    assert {name.rpartition(".")[2] for name in desk.delta if ".page_" in name} == {"page_0"}
    assert len(await shown(desk)) == 3 * PAGE + 1
    assert len(json.dumps(desk.deltas, default=vars_of)) < 20_000


def vars_of(value: object) -> object:
    return {name: getattr(value, name) for name in getattr(value, "__slots__", ())}


async def test_whoever_goes_very_far_leaves_the_first_pages_behind_and_can_go_back(desk: Tab, studio: Studio) -> None:
    await fill(studio, PAGE * (PAGES + 2))
    await desk.send(Creator.show_all)
    first = await shown(desk)
    for _ in range(PAGES):
        await desk.send(Gallery.load_more)
    gallery = await desk.see(Gallery)
    assert (len(gallery.assets), gallery.is_cut) == (2 * PAGE, True)
    far = await shown(desk)
    assert not set(far) & set(first)

    await desk.send(Gallery.refresh)
    assert await shown(desk) == far, "and stays there when something happens"
    await desk.send(Gallery.start_over)

    assert (await shown(desk), (await desk.see(Gallery)).is_cut) == (first, False)


async def test_pictures_deleted_on_another_screen_do_not_end_the_gallery(desk: Tab, studio: Studio) -> None:
    await fill(studio, 2 * PAGE)
    await desk.send(Creator.show_all)
    await studio.engine.removals.delete(studio.who, [UUID((await shown(desk))[-1])])

    await desk.send(Gallery.load_more)
    await desk.send(Gallery.load_more)

    assert len(await shown(desk)) == 2 * PAGE - 1


async def test_the_strip_of_the_picture_shown_large_holds_its_neighbours_only(desk: Tab, studio: Studio) -> None:
    await fill(studio, PAGE)
    await desk.send(Creator.show_all)
    hanging = await shown(desk)

    await desk.send(Lightbox.show(hanging[20]))

    lightbox = await desk.see(Lightbox)
    assert [card.id for card in lightbox.strip] == hanging[20 - BESIDE : 21 + BESIDE]
    assert (lightbox.previous, lightbox.next) == (hanging[19], hanging[21])


async def test_among_all_pictures_a_style_is_used_for_whoever_is_on_the_picture(desk: Tab, studio: Studio) -> None:
    place = studio.scene.location
    [picture] = await paint(
        studio, 1, entity_type=EntityType.LOCATION, entity_id=place.id, asset_type=AssetType.BACKDROP
    )
    await desk.send(Creator.show_all)

    await desk.send(Generate.begin_in_style(picture))

    assert (await desk.see(Generate)).is_open
    assert (await desk.see(Generate)).entity_name == place.name


async def test_many_pictures_are_tagged_at_once_and_a_tag_that_is_none_is_refused_in_the_dialog(
    desk: Tab, studio: Studio
) -> None:
    first, second = await paint(studio)
    await desk.send(Creator.show_all)
    await desk.send(Tagging.begin([first, second]))
    await desk.send(Tagging.put_on({"tag": " lamp  light "}))
    await desk.send(Tagging.begin_one(second))
    await desk.send(Tagging.put_on({"tag": "tide"}))
    await desk.send(Tagging.begin([first, second]))
    assert [(use.name, use.count) for use in (await desk.see(Tagging)).tags] == [("lamp light", 2), ("tide", 1)]

    await desk.send(Tagging.put_on({"tag": "x" * 41}))
    assert "41 characters" in (await desk.see(Tagging)).error
    await desk.send(Tagging.take_off("lamp light"))

    assert await studio.engine.gallery.tags(studio.who, studio.scene.world.id) == {"tide": 1}
    await desk.send(Tagging.begin([]))
    assert "Tag 1 to 500 pictures" in desk.scripts


async def test_the_same_star_again_takes_the_rating_back(desk: Tab, studio: Studio) -> None:
    first, _ = await paint(studio)
    await desk.send(Lightbox.show(first))
    for pressed, expected in ((4, 4), (2, 2), (2, 0), (5, 5), (0, 0)):
        await desk.send(Lightbox.rate(pressed))
        assert (await desk.see(Lightbox)).asset.rating == expected


async def test_a_browser_that_was_away_finds_what_it_had_narrowed_the_gallery_to(studio: Studio, secret: str) -> None:
    await paint(studio)
    async with open_tab(secret, f"/worlds/{studio.scene.world.id}/create?show=all") as tab:
        await tab.send(Creator.enter)
        await tab.send(Narrowing.search("nobody"))

        await tab.send(Creator.enter)

        assert (await tab.see(Filters)).text == "nobody"
        assert await shown(tab) == []


async def test_the_first_page_of_many_is_small(desk: Tab, studio: Studio) -> None:
    await fill(studio, 3 * PAGE)
    desk.forget()

    await desk.send(Creator.show_all)

    assert len(await shown(desk)) == PAGE
    assert len(json.dumps(desk.deltas, default=vars_of)) < 30_000
