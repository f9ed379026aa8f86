"""From picture to picture, faster than they are shown."""

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.fakes.world_files import in_pieces
from tests.services.test_picture_import import saying
from tests.state.tab import Tab
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.world import EntityType
from wrldbldr.media.parameters import texts_of
from wrldbldr.state.creator import Creator
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.lineage import Lineage


async def test_each_press_goes_on_from_where_the_one_before_led_and_stops_at_the_ends(
    desk: Tab, studio: Studio
) -> None:
    batch = await studio.ask(count=3)
    await begin(studio.engine, batch)
    await finish(studio.engine, batch)
    await desk.send(Gallery.refresh)
    ids = [card.id for card in (await desk.see(Gallery)).assets]
    await desk.send(Lightbox.show(ids[0]))

    for _ in range(3):
        await desk.send(Lightbox.step(1))
    assert (await desk.see(Lightbox)).asset.id == ids[2]

    await desk.send(Lightbox.step(-1))
    assert (await desk.see(Lightbox)).asset.id == ids[1]
    await desk.send(Lightbox.step(7))
    assert (await desk.see(Lightbox)).asset.id == ids[1]


async def test_its_title_is_whose_picture_it_is_whoever_the_tab_shows(desk: Tab, studio: Studio) -> None:
    source = await studio.ask(count=1)
    await begin(studio.engine, source)
    [source_id] = await finish(studio.engine, source)
    place = studio.scene.location
    heir = await studio.ask(
        count=1, entity_type=EntityType.LOCATION, entity_id=place.id, asset_type=AssetType.BACKDROP,
        style_reference_ids=[source_id],
    )  # fmt: skip
    await begin(studio.engine, heir)
    [heir_id] = await finish(studio.engine, heir)
    await desk.send(Creator.select(str(place.id)))
    await desk.send(Lightbox.show(str(heir_id)))
    [ancestor] = (await desk.see(Lineage)).ancestors

    await desk.send(Lightbox.show(ancestor.id))

    lightbox = await desk.see(Lightbox)
    assert (lightbox.entity_name, lightbox.asset.id) == ("Elven Archer", str(source_id))
    assert [card.id for card in lightbox.strip] == [str(source_id)], "it does not hang in the gallery that is shown"


async def test_a_picture_that_was_brought_says_that_its_source_is_not_in_this_world(desk: Tab, studio: Studio) -> None:
    style = (StyleOrigin("Brother_Aldwin_Portrait_003", ReferenceUse.PICTURE, "IPAdapter", 0.65),)
    subject, content = (EntityType.CHARACTER, studio.scene.character.id), saying(texts_of(Recipe(style=style)))
    brought = await studio.engine.picture_import.add(studio.who, subject, in_pieces(content))

    await desk.send(Lightbox.show(str(brought.asset.id)))

    assert [(card.id, card.label, card.says) for card in (await desk.see(Lineage)).ancestors] == [
        ("", "Brother_Aldwin_Portrait_003", "Using IPAdapter, strength 0.65; not in this world")
    ]
