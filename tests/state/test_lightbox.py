"""From picture to picture, faster than they are shown."""

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.lightbox import Lightbox


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
