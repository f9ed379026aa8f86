"""How soon a tab shows what happens, how seldom it is changed, and how little is sent for it."""

import asyncio
import json
from collections.abc import Generator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import StateUpdate
from reflex_base.utils.format import json_dumps

from tests.fakes.rows_read import rows_read
from tests.fakes.screen import FRAME
from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.bus import game_session_topic
from wrldbldr.comfyui.messages import Status
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.events import BatchProgressed
from wrldbldr.kit.shared_reads import PATIENCE_SECONDS
from wrldbldr.services.progress import Progress
from wrldbldr.services.queue_look import QueueLook
from wrldbldr.state.connection import Connection
from wrldbldr.state.creator import Creator
from wrldbldr.state.hearing import GAP_SECONDS, HEARTBEAT_SECONDS, served
from wrldbldr.state.live import Live
from wrldbldr.state.painting import Painting
from wrldbldr.state.play import Play

TICK_BYTES = 400
BURST = 1000
LONG_QUEUE = 200
WEEK_SECONDS = 7 * 24 * 3600


async def listening(tab: Tab, studio: Studio, what: object) -> Tab:
    """A tab that shows a batch being painted, at rest."""
    await studio.open()
    await studio.ask()
    studio.comfyui.start()
    await tab.start(what)
    await studio.advance(1.0)
    tab.forget()
    return tab


@pytest.fixture
async def watching(desk: Tab, studio: Studio) -> Tab:
    return await listening(desk, studio, Live.listen)


def tick(studio: Studio, batch_id: object, step: int, of: int = BURST) -> None:
    """The batch gets on; its painter says so as often as it likes."""
    [running] = [batch for batch in studio.engine.progress._progress if str(batch) == str(batch_id)]
    percent = 20 + 79 * step // of
    studio.engine.progress.report(running, Progress(percent, "sampling", step, of))
    topic = game_session_topic(studio.scene.game_session.id)
    studio.engine.bus.publish(topic, BatchProgressed(running, percent, "sampling", step, of))


def frame_bytes(delta: object) -> int:
    """How many bytes a change has on the socket."""
    return len(FRAME) + len(json.dumps(["event"])) + len(json_dumps(StateUpdate(delta=delta)).encode())  # type: ignore[arg-type]


async def test_what_happens_is_shown_before_any_time_passes(watching: Tab, studio: Studio) -> None:
    painting = await watching.see(Painting)

    tick(studio, painting.batch, 10)
    await studio.rest()

    assert (await watching.see(Painting)).step == 10


async def test_what_follows_too_soon_is_shown_together_when_its_time_has_come(watching: Tab, studio: Studio) -> None:
    batch = (await watching.see(Painting)).batch
    for step in (10, 20, 30):
        tick(studio, batch, step)
        await studio.rest()
    assert (await watching.see(Painting)).step == 10

    await studio.advance(GAP_SECONDS)

    assert (await watching.see(Painting)).step == 30
    assert len(watching.deltas) == 2


async def test_a_look_that_never_ends_leaves_the_tab_to_its_next_listener(
    watching: Tab, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: Any, **__: Any) -> None:
        monkeypatch.undo()
        await asyncio.Event().wait()

    monkeypatch.setattr(studio.engine.queue, "look", hang)
    await studio.ask()
    await studio.advance(1.0)
    assert (await watching.see(Live)).open_count == 1

    await watching.start(Live.listen)
    await studio.advance(PATIENCE_SECONDS)

    assert (await watching.see(Live)).open_count == 2


@pytest.fixture
def sockets() -> Generator[set[str]]:
    """Those that are open now."""
    opened = {"socket", "another socket"}
    with served(opened):
        yield opened


async def test_nobody_listens_for_a_tab_that_was_closed(sockets: set[str], watching: Tab, studio: Studio) -> None:
    assert studio.listener_count == 1
    sockets.clear()

    await studio.advance(HEARTBEAT_SECONDS)

    assert studio.listener_count == 0
    await watching.start(Live.listen)  # asked for just before it was closed
    await studio.rest()
    assert studio.listener_count == 0


async def test_what_a_tab_asked_for_before_it_came_back_does_not_end_what_it_hears_now(
    sockets: set[str], watching: Tab, studio: Studio
) -> None:
    sockets.remove("socket")
    before, watching._router = watching._router, {**watching._router, "sid": "another socket"}
    await watching.start(Live.listen)
    await studio.rest()

    watching._router = before
    await watching.start(Live.listen)
    await studio.ask()
    await studio.advance(1.0)

    assert studio.listener_count == 1
    assert (await watching.see(Live)).open_count == 2


@pytest.mark.parametrize("at_once", [1, 10, BURST])
async def test_a_thousand_events_in_half_a_second_are_few_changes(watching: Tab, studio: Studio, at_once: int) -> None:
    batch, steps = (await watching.see(Painting)).batch, count(1)

    for _ in range(BURST // at_once):
        for _ in range(at_once):
            tick(studio, batch, next(steps))
        await studio.clock.advance(0.5 * at_once / BURST)
    await studio.advance(GAP_SECONDS)

    assert (await watching.see(Painting)).step == BURST
    assert len(watching.deltas) <= 0.5 / GAP_SECONDS + 2


async def test_a_tick_is_few_bytes_however_long_the_queue(watching: Tab, studio: Studio) -> None:
    batch, sizes = (await watching.see(Painting)).batch, list[int]()
    tick(studio, batch, 1)
    await studio.advance(1.0)
    for step in (100, 200):
        watching.forget()
        tick(studio, batch, step)
        await studio.advance(GAP_SECONDS)
        sizes += map(frame_bytes, watching.deltas)
        for _ in range(LONG_QUEUE):
            await studio.engine.queue.submit(studio.who, studio.request())
        for _ in range(2):  # what one look sets off is seen by the next
            await studio.advance(1.0)

    assert (await watching.see(Live)).waiting_count == LONG_QUEUE * 2
    assert len(sizes) == 2
    assert max(sizes) <= TICK_BYTES


async def test_a_players_tick_is_fewer_still(guest: Tab, studio: Studio) -> None:
    await listening(guest, studio, Play.enter)
    [batch] = studio.engine.progress._progress

    tick(studio, batch, 100)
    await studio.rest()

    assert 0 < sum(map(frame_bytes, guest.deltas)) <= TICK_BYTES


async def test_a_heartbeat_comes_however_much_happens(guest: Tab, studio: Studio) -> None:
    """A seat that ends in silence is noticed while something is painted all the time."""
    await listening(guest, studio, Play.enter)
    [batch] = studio.engine.progress._progress
    async with studio.engine.database.write() as unit:
        [player] = await unit.players.seated(studio.scene.game_session.id, studio.clock.now())
        await unit.players.remove(player)

    for step in range(1, 19):
        tick(studio, batch, step)
        await studio.advance(HEARTBEAT_SECONDS / 16)

    assert guest.redirects[-1:] == ["/join"]


def looks_at_a_queue(studio: Studio) -> list[float]:
    """When somebody looks from now on; time passes while they do."""
    looks, look = list[float](), studio.engine.queue.look

    async def slow(*of: Any, **how: Any) -> QueueLook:
        looks.append(studio.clock.monotonic())
        studio.clock._elapsed += 0.01
        return await look(*of, **how)

    studio.engine.queue.look = slow
    return looks


async def test_a_tab_where_nothing_happens_looks_at_every_beat_of_its_heart_and_not_at_the_next_tick(
    watching: Tab, studio: Studio
) -> None:
    """Else all of them would, at the first tick after a while, at once."""
    looks = looks_at_a_queue(studio)
    for _ in range(3):
        await studio.advance(HEARTBEAT_SECONDS)
    assert len(looks) == 3

    tick(studio, (await watching.see(Painting)).batch, 10)
    await studio.rest()

    assert len(looks) == 3


async def test_a_heartbeat_at_which_nothing_is_new_sends_nothing(watching: Tab, studio: Studio) -> None:
    await studio.advance(HEARTBEAT_SECONDS * 2)

    assert watching.deltas == []


async def test_how_long_comfyuis_own_queue_is_shows_at_once_and_nothing_is_read_for_it(
    watching: Tab, studio: Studio
) -> None:
    looks = looks_at_a_queue(studio)

    studio.comfyui.stream.tell(Status(queue_remaining=7))
    await studio.rest()

    assert (await watching.see(Connection)).its_queue == "7 jobs"
    assert looks == []


async def test_what_nobody_tells_is_seen_at_the_next_heartbeat(watching: Tab, studio: Studio) -> None:
    config = studio.engine.comfyui.config
    config.current = ComfyUIConfig(max_retries=5)

    await studio.advance(HEARTBEAT_SECONDS)

    assert (await watching.see(Live)).attempts == 5


async def test_the_hearts_of_many_tabs_read_a_queue_once_in_five_seconds(studio: Studio, secret: str) -> None:
    await studio.ask()  # and nobody paints, for that reads too
    async with AsyncExitStack() as stack:
        for _ in range(10):
            tab = await stack.enter_async_context(open_tab(secret, f"/worlds/{studio.scene.world.id}/create"))
            await tab.send(Creator.enter)
            await tab.start(Live.listen)
            await studio.advance(0.1)
        with rows_read() as read:
            await studio.advance(HEARTBEAT_SECONDS)

    assert len(read) == 1


def test_a_tab_may_idle_for_a_week_before_it_is_forgotten_and_its_listener_keeps_it_alive() -> None:
    assert StateManagerMemory().token_expiration == WEEK_SECONDS
    assert HEARTBEAT_SECONDS < WEEK_SECONDS
