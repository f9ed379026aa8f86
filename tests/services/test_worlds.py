"""What a game master does to their worlds, and who hears of it."""

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.events import Event, QueueMoved, WorldChanged
from wrldbldr.domain.world import JOIN_ALPHABET, Character, EntityType, Location
from wrldbldr.engine import Engine
from wrldbldr.services.worlds import EntityChanges

EVERYTHING = EntityChanges(
    name=" Odile  Marrow ",
    description="Smuggler\r\ncaptain",
    visible_to_players=True,
    mood="amused",
    immediate_goal="the ledger",
)


async def test_a_new_world_has_a_table_to_play_at(engine: Engine, who: Principal) -> None:
    world = await engine.worlds.create(who, " The  Lantern Coast ", "The lamps are going out.")

    [table] = await engine.worlds.game_sessions(who, world.id)
    assert (world.name, world.motto, table.name) == ("The Lantern Coast", "The lamps are going out.", "The first table")


async def test_join_codes_differ_and_can_be_read_aloud(engine: Engine, who: Principal, studio: Studio) -> None:
    for number in range(20):
        await engine.worlds.create_game_session(who, studio.scene.world.id, f"Table {number}")

    codes = [table.join_code for table in await engine.worlds.game_sessions(who, studio.scene.world.id)]

    assert len(set(codes)) == 21
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) <= set(JOIN_ALPHABET)
    assert not set(JOIN_ALPHABET) & set("01ILO")


async def test_a_character_is_made_from_what_is_known_and_the_rest_can_wait(
    engine: Engine, who: Principal, studio: Studio
) -> None:
    world_id = studio.scene.world.id

    known = await engine.worlds.create_entity(who, EntityType.CHARACTER, world_id, EVERYTHING)
    unknown = await engine.worlds.create_entity(who, EntityType.CHARACTER, world_id, EntityChanges(name="Pim"))

    assert isinstance(known, Character)
    assert isinstance(unknown, Character)
    assert (known.name, known.description, known.visible_to_players) == ("Odile Marrow", "Smuggler\ncaptain", True)
    assert (known.mood, known.immediate_goal) == ("amused", "the ledger")
    assert (unknown.description, unknown.visible_to_players, unknown.mood) == ("", False, "")


async def test_without_a_name_nothing_is_made(engine: Engine, who: Principal, studio: Studio) -> None:
    with pytest.raises(InvalidInputError, match="Give it a name"):
        await engine.worlds.create_entity(who, EntityType.LOCATION, studio.scene.world.id, EntityChanges())

    assert len(await engine.worlds.entities(who, EntityType.LOCATION, studio.scene.world.id)) == 1


async def test_a_change_leaves_what_it_does_not_name_as_it_is(engine: Engine, who: Principal, studio: Studio) -> None:
    made = await engine.worlds.create_entity(who, EntityType.CHARACTER, studio.scene.world.id, EVERYTHING)

    await engine.worlds.update_entity(who, EntityType.CHARACTER, made.id, EntityChanges(mood="", description="Retired"))

    found = await engine.worlds.find_entity(who, EntityType.CHARACTER, made.id)
    assert isinstance(found, Character)
    assert (found.name, found.description, found.mood) == ("Odile Marrow", "Retired", "")
    assert (found.immediate_goal, found.visible_to_players) == ("the ledger", True)


async def test_a_location_has_no_mood_and_does_not_mind(engine: Engine, who: Principal, studio: Studio) -> None:
    made = await engine.worlds.create_entity(who, EntityType.LOCATION, studio.scene.world.id, EVERYTHING)

    assert isinstance(made, Location)
    assert "mood" not in made.model_dump()


@pytest.mark.parametrize(
    "changes",
    [
        EntityChanges(name=""),
        EntityChanges(name="x" * 81),
        EntityChanges(description="x" * 10_000),
        EntityChanges(mood="x" * 201),
        EntityChanges(immediate_goal="\x00"),
    ],
)
async def test_a_change_that_is_refused_changes_nothing(studio: Studio, changes: EntityChanges) -> None:
    before = studio.dump()

    with pytest.raises(InvalidInputError):
        await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)

    assert studio.dump() == before


async def test_a_world_can_be_renamed_without_losing_its_motto(engine: Engine, who: Principal, studio: Studio) -> None:
    await engine.worlds.update(who, studio.scene.world.id, motto="Once more.")

    await engine.worlds.update(who, studio.scene.world.id, name="Elsewhere")

    found = await engine.worlds.find(who, studio.scene.world.id)
    assert (found.name, found.motto) == ("Elsewhere", "Once more.")


async def test_the_list_of_worlds_counts_what_is_in_them(painting: Studio) -> None:
    other = await painting.engine.worlds.create(painting.who, "An empty one")
    await painting.ask(count=2)
    failing, _running, _waiting = [await painting.ask() for _ in range(3)]
    await painting.paint(pictures=2)
    painting.comfyui.start()
    painting.comfyui.fail()
    await painting.rest()

    summaries = {summary.world.id: summary for summary in await painting.engine.worlds.summaries(painting.who)}

    full, empty = summaries[painting.scene.world.id], summaries[other.id]
    assert await painting.failure_title(failing)
    assert (full.character_count, full.location_count, full.picture_count) == (1, 1, 2)
    assert (full.painting_count, full.waiting_count, full.failed_count) == (1, 1, 1)
    assert (empty.character_count, empty.picture_count, empty.waiting_count) == (0, 0, 0)


async def test_a_change_is_heard_in_the_world_and_by_its_owner_and_nowhere_else_after_it_was_committed(
    studio: Studio,
) -> None:
    topics = studio.topics()
    found: list[object] = []

    def look(event: Event) -> None:
        found.extend(studio.committed("select name from world"))

    world = studio.listener(topics["world"], on_event=look)
    account, table, server = (studio.listener(topics[name]) for name in ("account", "table", "server"))

    await studio.engine.worlds.update(studio.who, studio.scene.world.id, name="Elsewhere")

    assert world.heard == account.heard == [WorldChanged(studio.scene.world.id)]
    assert (table.heard, server.heard) == ([], [])
    assert found == [("Elsewhere",)]


async def test_deleting_an_entity_or_a_world_tells_everyone_that_places_in_the_queue_may_have_changed(
    studio: Studio,
) -> None:
    server = studio.listener(studio.topics()["server"])

    await studio.engine.worlds.delete_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id)
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)

    assert server.heard == [QueueMoved(), QueueMoved()]
