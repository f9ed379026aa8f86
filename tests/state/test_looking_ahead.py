"""Where a batch would stand, and when it would be ready: true for as long as the dialog is open, though its table rests."""

from tests.fakes.engine import begin, finish
from tests.fakes.studio import Studio
from tests.state.tab import Tab
from wrldbldr.domain.world import EntityType
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.generate import Generate
from wrldbldr.state.hearing import HEARTBEAT_SECONDS
from wrldbldr.state.live import Live


async def ask_elsewhere(studio: Studio) -> None:
    """Put a batch in the queue at a table of another world."""
    worlds = studio.engine.worlds
    world = await worlds.create(studio.who, "Another world")
    [table] = await worlds.game_sessions(studio.who, world.id)
    widow = await worlds.create_entity(studio.who, EntityType.CHARACTER, world.id, EntityChanges(name="Tide Widow"))
    await studio.ask(game_session_id=table.id, entity_id=widow.id)


async def painted(studio: Studio, seconds: float) -> None:
    """A batch took so long."""
    batch = await studio.ask()
    await begin(studio.engine, batch)
    await studio.advance(seconds)
    await finish(studio.engine, batch)


async def test_the_dialog_hears_of_what_is_asked_for_at_another_table(desk: Tab, studio: Studio) -> None:
    await desk.start(Live.listen)
    await desk.send(Generate.begin("portrait"))
    await studio.rest()
    assert (await desk.see(Generate)).position == 1

    await ask_elsewhere(studio)
    await studio.advance(1.0)

    assert (await desk.see(Generate)).position == 2


async def test_the_dialog_says_at_every_heartbeat_when_it_would_be_ready_by_now(desk: Tab, studio: Studio) -> None:
    for _ in range(2):
        await painted(studio, seconds=60)
    await desk.start(Live.listen)
    await desk.send(Generate.begin("portrait"))
    await studio.advance(1.0)
    before = (await desk.see(Generate)).ready_from
    assert before

    await studio.advance(HEARTBEAT_SECONDS)

    assert (await desk.see(Generate)).ready_from > before
