"""Pausing the queue, on every screen."""

from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.state.live import Live
from wrldbldr.state.queue import Queue

A_MOMENT_SECONDS = 1.0


async def test_a_pause_shows_in_every_tab_and_what_waits_waits_until_it_is_resumed(desk: Tab, studio: Studio) -> None:
    await studio.open()
    await desk.start(Live.listen)
    await studio.advance(A_MOMENT_SECONDS)

    await desk.send(Queue.pause)
    await studio.ask()
    await studio.advance(A_MOMENT_SECONDS)

    live = await desk.see(Live)
    assert (live.is_paused, len(live.waiting), live.painting) == (True, 1, [])

    await desk.send(Queue.resume)
    await studio.advance(A_MOMENT_SECONDS)
    await studio.advance(A_MOMENT_SECONDS)

    live = await desk.see(Live)
    assert (live.is_paused, live.waiting) == (False, [])
