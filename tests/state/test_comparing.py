"""Two pictures side by side."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from tests.state.test_gallery import paint
from tests.state.test_picked import hanging
from wrldbldr.state.comparing import Comparing
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.picked import Picked
from wrldbldr.state.removal import Removing


async def shown(desk: Tab) -> tuple[str, str]:
    comparing = await desk.see(Comparing)
    assert comparing.is_open
    return comparing.left.id, comparing.right.id


async def test_two_that_are_selected_are_compared_and_no_more_or_fewer(desk: Tab, studio: Studio) -> None:
    a, b, c, _ = await hanging(desk, studio)
    await desk.send(Picked.toggle(b))
    await desk.send(Comparing.begin_picked)
    assert not (await desk.see(Comparing)).is_open
    await desk.send(Picked.toggle(a))

    await desk.send(Comparing.begin_picked)

    assert await shown(desk) == (b, a)
    assert [one.label for one in (await desk.see(Comparing)).differences] == ["Seed", "Number in its batch"]
    await desk.send(Picked.toggle(c))
    await desk.send(Comparing.begin_picked)
    assert "Select two pictures to compare them." in desk.scripts


async def test_arrows_go_through_the_batch_of_the_one_that_is_shown_large(desk: Tab, studio: Studio) -> None:
    a, b, c = await paint(studio, 3)
    await paint(studio, 2)
    await desk.send(Lightbox.show(b))
    await desk.send(Comparing.begin)
    assert await shown(desk) == (b, a)

    await desk.send(Comparing.step(1))
    assert await shown(desk) == (b, c)
    await desk.send(Comparing.step(1))
    assert await shown(desk) == (b, a)
    await desk.send(Comparing.step(-1))
    assert await shown(desk) == (b, c)
    await desk.send(Comparing.swap)
    assert await shown(desk) == (c, b)
    await desk.send(Comparing.step(1))

    assert await shown(desk) == (c, a)


async def test_one_that_is_deleted_meanwhile_is_passed_over(desk: Tab, studio: Studio) -> None:
    a, b, c = await paint(studio, 3)
    await desk.send(Lightbox.show(a))
    await desk.send(Comparing.begin)
    await desk.send(Removing.ask(c))
    await desk.send(Removing.delete)

    await desk.send(Comparing.step(1))

    assert await shown(desk) == (a, b)


async def test_one_that_is_alone_cannot_be_compared(desk: Tab, studio: Studio) -> None:
    [only] = await paint(studio, 1)
    await desk.send(Lightbox.show(only))

    await desk.send(Comparing.begin)

    assert not (await desk.see(Comparing)).is_open
    assert "no other picture" in desk.scripts
