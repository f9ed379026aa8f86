"""What a player hears of their table, over a real socket: that something is painted, and nothing that is not theirs."""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.api.listening import Table, kinds, laid_table
from tests.fakes.quiet import until
from tests.fakes.studio import Stage
from wrldbldr.api.events import STREAMS_AT_ONCE
from wrldbldr.api.messages import RESTS, CloseCode
from wrldbldr.comfyui.errors import AuthenticationRequiredError
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import EntityType
from wrldbldr.services.players import Joined
from wrldbldr.services.worlds import EntityChanges

PROMPT = "the queen is the murderer"


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


@pytest.fixture
async def joined(table: Table) -> Joined:
    studio = table.studio
    return await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")


def seat(joined: Joined) -> dict[str, str]:
    """What the player's browser shows."""
    return {"cookie": f"wrldbldr_seat={joined.secret}"}


async def reveal(table: Table) -> None:
    studio = table.studio
    changes = EntityChanges(visible_to_players=True)
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)


async def story_of(table: Table) -> list[dict[str, Any]]:
    """What a player hears from the beginning while one batch fails and another is painted."""
    studio = table.studio
    joined = await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")
    async with table.listen(headers=seat(joined)) as hearing:
        await hearing.snapshot()
        await studio.ask(prompt=PROMPT)
        studio.comfyui.start()
        await studio.rest()
        studio.comfyui.fail()
        await studio.rest()
        await studio.ask(prompt=PROMPT)
        await studio.paint()
        await hearing.next_until("GenerationComplete")
        return hearing.heard


async def test_a_player_hears_that_something_is_painted_and_neither_for_whom_nor_why_it_failed(table: Table) -> None:
    story = await story_of(table)

    assert {"GenerationQueued", "GenerationProgress", "GenerationFailed", "GenerationComplete"} <= set(kinds(story))
    queued = next(message for message in story if message["type"] == "GenerationQueued")
    assert (queued["entity_type"], queued["entity_id"], queued["asset_type"]) == (None, None, None)
    failed = next(message for message in story if message["type"] == "GenerationFailed")
    assert failed["error"] == {
        "title": "A picture could not be painted",
        "message": "Your game master sees why.",
        "details": {},
    }
    wire = json.dumps(story)
    scene = table.studio.scene
    for secret in (PROMPT, scene.character.name, str(scene.character.id), "Workflow", "portrait", "Node"):
        assert secret not in wire


async def test_of_whom_players_may_know_they_hear_for_whom_it_is(table: Table) -> None:
    await reveal(table)

    story = await story_of(table)

    queued = next(message for message in story if message["type"] == "GenerationQueued")
    scene = table.studio.scene
    assert (queued["entity_type"], queued["entity_id"]) == ("character", str(scene.character.id))
    assert PROMPT not in json.dumps(story)


async def test_of_the_stage_a_player_hears_only_that_something_changed_for_them(table: Table, joined: Joined) -> None:
    studio = table.studio
    engine, who, scene = studio.engine, studio.who, studio.scene
    cora = await engine.players.join(scene.game_session.join_code, "Cora")
    batch_id = await studio.ask(prompt=PROMPT)
    await studio.paint()
    [asset] = await studio.pictures(batch_id)
    session = {"session_id": str(scene.game_session.id)}
    async with table.listen(headers=seat(joined)) as bram, table.listen(headers=seat(cora)) as hearing:
        for one in (bram, hearing):
            await one.snapshot()
        piece = await engine.stage.put(who, scene.game_session.id, asset.id, Part.HANDOUT, [joined.who.player_id])
        told = await bram.next()
        assert told == {"type": "StageChanged", "seq": told["seq"], **session}
        await engine.stage.take_back(who, scene.game_session.id, piece.id)
        assert (await bram.next())["type"] == "StageChanged"
        await engine.stage.put(who, scene.game_session.id, asset.id, Part.FIGURE)
        assert (await hearing.next()) == {"type": "StageChanged", "seq": len(hearing.heard), **session}, "the first"
        await reveal(table)  # their name is known from now on
        assert (await hearing.next())["type"] == "StageChanged"


async def test_a_player_is_told_that_nothing_is_painted_and_not_what_is_wrong_with_comfyui(
    table: Table, joined: Joined
) -> None:
    async with table.listen(headers=seat(joined)) as hearing:
        await hearing.snapshot()
        table.studio.comfyui.go_down()
        away = (await hearing.next_until("ComfyUIStateChanged"))[-1]

        table.studio.comfyui.come_back()
        await hearing.next_until("ComfyUIStateChanged")
        table.studio.comfyui.fail_next("catalogue", AuthenticationRequiredError(403))
        await table.studio.ask()
        obstructed = (await hearing.next_until("ComfyUIStateChanged"))[-1]

    assert (away["state"], away["message"], away["retry_in_seconds"]) == ("disconnected", RESTS, None)
    assert (obstructed["state"], obstructed["message"]) == ("degraded", RESTS)


async def test_whoever_is_sent_away_hears_nothing_more_from_that_moment_on(table: Table, joined: Joined) -> None:
    studio = table.studio
    async with table.listen(headers=seat(joined)) as hearing:
        await hearing.snapshot()
        await studio.engine.players.send_away(studio.who, studio.scene.game_session.id, joined.who.player_id)

        assert (await hearing.end())[0] == CloseCode.SIGNED_OUT

    assert (await table.refusal(headers=seat(joined)))[0] == 403


async def test_a_player_stays_when_another_is_sent_away(table: Table, joined: Joined) -> None:
    studio = table.studio
    other = await studio.engine.players.join(studio.scene.game_session.join_code, "Cora")
    async with table.listen(headers=seat(joined)) as hearing:
        await hearing.snapshot()
        await studio.engine.players.send_away(studio.who, studio.scene.game_session.id, other.who.player_id)
        await studio.ask()

        assert kinds(await hearing.next_until("GenerationQueued")) == ["GenerationQueued"]


async def test_when_the_world_is_deleted_the_players_stream_ends(table: Table, joined: Joined) -> None:
    studio = table.studio
    async with table.listen(headers=seat(joined)) as hearing:
        await hearing.snapshot()
        await studio.engine.worlds.delete(studio.who, studio.scene.world.id)

        assert (await hearing.end())[0] in {CloseCode.SIGNED_OUT, CloseCode.NOT_FOUND}


async def test_another_table_of_the_same_world_is_not_a_players_to_hear(table: Table, joined: Joined) -> None:
    studio = table.studio
    other = await studio.engine.worlds.create_game_session(studio.who, studio.scene.world.id, "Another table")

    status, _ = await table.refusal(table.path_of(other.id), seat(joined))

    assert status == 403


async def test_one_seat_has_only_so_many_streams_open_and_one_that_is_closed_makes_room(
    table: Table, joined: Joined
) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(table.listen(headers=seat(joined)))
        for _ in range(STREAMS_AT_ONCE - 1):
            await (await stack.enter_async_context(table.listen(headers=seat(joined)))).snapshot()

        async with table.listen(headers=seat(joined)) as one_more:
            assert (await one_more.end())[0] == CloseCode.TOO_MANY
        await first.leave()

        async def has_room() -> bool:
            async with table.listen(headers=seat(joined)) as another:
                with suppress(ConnectionClosed):
                    return bool(await another.snapshot())
            return False

        await until(has_room, "room for another stream")
