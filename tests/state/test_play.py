"""A player's tab: true at once, and holding nothing that is not a player's."""

from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.bus import game_session_topic
from wrldbldr.domain.events import PlayerLeft
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import EntityType
from wrldbldr.services.player_cards import SOME_PICTURE, SOMETHING, STRANGER
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.hearing import HEARTBEAT_SECONDS
from wrldbldr.state.play import Play

PROMPT = "the queen is the murderer"


async def a_moment(studio: Studio) -> None:
    """Longer than a listener pauses between two looks, twice."""
    for _ in range(2):
        await studio.advance(1.0)


async def reveal(studio: Studio, *, visible: bool = True) -> None:
    changes = EntityChanges(visible_to_players=visible)
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, studio.scene.character.id, changes)


async def paint_and_choose(studio: Studio) -> UUID:
    """A portrait of the character that its game master set active."""
    batch_id = await studio.ask(prompt=PROMPT)
    await studio.paint()
    [asset, *_] = await studio.pictures(batch_id)
    await studio.engine.gallery.activate(studio.who, asset.id)
    return asset.id


@pytest.fixture
async def watching(guest: Tab, studio: Studio) -> Tab:
    """The player's tab listens; the dispatcher works."""
    await studio.open()
    await guest.start(Play.enter)
    await a_moment(studio)
    return guest


async def test_the_page_opens_with_the_table_and_the_players_own_name(watching: Tab, studio: Studio) -> None:
    play = await watching.see(Play)

    assert (play.world_name, play.table_name, play.player) == (
        studio.scene.world.name,
        studio.scene.game_session.name,
        "Bram",
    )
    assert (play.people, play.places, play.painting, play.is_loaded) == ([], [], "", True)


async def test_nothing_is_told_of_the_picture_that_another_takes_its_style_from(watching: Tab, studio: Studio) -> None:
    await reveal(studio)
    batch_id = await studio.ask(prompt="gouache, thick lines")
    await studio.paint()
    [source] = await studio.pictures(batch_id)

    await studio.ask(style_reference_ids=[source.id], style_strength=0.625)
    await a_moment(studio)
    await studio.paint()
    await a_moment(studio)

    held = f"{await watching.everything()} {watching.deltas}"
    assert len(held) > 1000
    for secret in ("gouache", source.label, "0.625", "prompt_injection"):
        assert secret not in held


async def test_who_is_revealed_appears_with_their_picture_and_goes_when_taken_back(
    watching: Tab, studio: Studio
) -> None:
    asset_id = await paint_and_choose(studio)
    await a_moment(studio)
    assert (await watching.see(Play)).people == []

    await reveal(studio)
    await a_moment(studio)

    [card] = (await watching.see(Play)).people
    assert (card.name, card.image) == (studio.scene.character.name, f"/api/assets/{asset_id}/image")
    assert f"A new picture of {card.name}" in watching.scripts
    await reveal(studio, visible=False)
    await a_moment(studio)
    assert (await watching.see(Play)).people == []


async def test_what_is_painted_for_whom_they_must_not_know_is_something(watching: Tab, studio: Studio) -> None:
    await studio.ask(prompt=PROMPT)
    studio.comfyui.start()
    studio.comfyui.step(10, 20)
    await a_moment(studio)

    play = await watching.see(Play)
    assert play.painting == SOMETHING
    assert 0 < play.percent < 100


async def test_what_is_painted_for_whom_they_know_is_named(watching: Tab, studio: Studio) -> None:
    await reveal(studio)
    await studio.ask(prompt=PROMPT)
    studio.comfyui.start()
    await a_moment(studio)

    assert (await watching.see(Play)).painting == f"Portrait of {studio.scene.character.name}"


async def test_a_tick_of_progress_sends_a_player_one_number(watching: Tab, studio: Studio) -> None:
    await studio.ask(prompt=PROMPT)
    studio.comfyui.start()
    studio.comfyui.step(2, 20)
    await a_moment(studio)
    watching.forget()

    studio.comfyui.step(10, 20)
    await a_moment(studio)

    assert [name.rpartition("____")[2] for name in watching.delta] == ["play.percent"]


async def test_nothing_secret_is_in_anything_a_players_tab_was_ever_sent(watching: Tab, studio: Studio) -> None:
    batch_id = await studio.ask(prompt=PROMPT, negative_prompt="no crown")
    studio.comfyui.start()
    await a_moment(studio)
    studio.comfyui.fail()
    await studio.rest()
    await studio.engine.queue.retry(studio.who, batch_id)
    await a_moment(studio)
    await studio.paint()
    await a_moment(studio)

    sent = repr(watching.deltas) + watching.scripts
    assert "play" in sent
    scene = studio.scene
    secrets = (
        PROMPT,
        "no crown",
        scene.character.name,
        scene.location.name,
        str(scene.character.id),
        "orkflow",
        "comfyui",
    )
    assert [secret for secret in secrets if secret.lower() in sent.lower()] == []


async def put(studio: Studio, asset_id: UUID, part: Part, player_ids: list[UUID] | None = None) -> UUID:
    """Returns the id of the piece."""
    table_id = studio.scene.game_session.id
    return (await studio.engine.stage.put(studio.who, table_id, asset_id, part, player_ids)).id


async def test_who_is_put_on_the_stage_stands_there_at_once_as_a_stranger_and_goes_when_taken_back(
    watching: Tab, studio: Studio
) -> None:
    asset_id = await paint_and_choose(studio)

    piece_id = await put(studio, asset_id, Part.FIGURE)
    await studio.advance(0.1)

    [figure] = (await watching.see(Play)).figures
    assert (figure.id, figure.name, figure.image) == (str(piece_id), STRANGER, f"/api/assets/{asset_id}/image")
    await reveal(studio)
    await a_moment(studio)
    assert (await watching.see(Play)).figures[0].name == studio.scene.character.name
    await studio.engine.stage.take_back(studio.who, studio.scene.game_session.id, piece_id)
    await a_moment(studio)
    assert (await watching.see(Play)).figures == []


async def test_a_handout_opens_by_itself_and_closes_when_it_is_taken_back(watching: Tab, studio: Studio) -> None:
    piece_id = await put(studio, await paint_and_choose(studio), Part.HANDOUT)
    await a_moment(studio)
    play = await watching.see(Play)
    assert ([card.name for card in play.handouts], play.shown_card.name) == ([SOME_PICTURE], SOME_PICTURE)

    await watching.start(Play.close(False))
    await a_moment(studio)
    assert (await watching.see(Play)).shown_card.name == ""
    await watching.start(Play.show(str(piece_id)))
    await a_moment(studio)
    assert (await watching.see(Play)).shown_card.name == SOME_PICTURE
    await studio.engine.stage.clear(studio.who, studio.scene.game_session.id)
    await a_moment(studio)

    play = await watching.see(Play)
    assert (play.handouts, play.shown_card.name) == ([], "")


async def test_whoever_comes_late_or_slept_finds_the_stage_as_it_is(guest: Tab, studio: Studio) -> None:
    await studio.open()
    asset_id = await paint_and_choose(studio)
    await put(studio, asset_id, Part.FIGURE)
    await put(studio, asset_id, Part.HANDOUT)

    await guest.start(Play.enter)
    await a_moment(studio)

    play = await guest.see(Play)
    assert (len(play.figures), play.shown_card.name) == (1, SOME_PICTURE)
    async with guest.writing(Play) as forgotten:
        forgotten.reset()
    await studio.advance(HEARTBEAT_SECONDS + 1)
    await a_moment(studio)
    assert len((await guest.see(Play)).figures) == 1


async def test_of_a_handout_for_another_nothing_at_all_is_sent(watching: Tab, studio: Studio) -> None:
    cora = await studio.engine.players.join(studio.scene.game_session.join_code, "Cora")
    asset_id = await paint_and_choose(studio)
    await a_moment(studio)
    watching.forget()

    await put(studio, asset_id, Part.HANDOUT, [cora.who.player_id])
    await a_moment(studio)

    assert (watching.deltas, watching.answers) == ([], [])


async def test_nothing_of_a_stranger_but_the_picture_is_sent(watching: Tab, studio: Studio) -> None:
    asset_id = await paint_and_choose(studio)
    for part in (Part.FIGURE, Part.HANDOUT):
        await put(studio, asset_id, part)
    await a_moment(studio)

    sent = repr(watching.deltas) + watching.scripts
    assert str(asset_id) in sent
    scene = studio.scene
    assert [secret for secret in (PROMPT, scene.character.name, str(scene.character.id)) if secret in sent] == []


async def test_whoever_is_sent_away_is_led_out_at_once_and_nothing_stays_on_the_screen(
    watching: Tab, studio: Studio
) -> None:
    await reveal(studio)
    await paint_and_choose(studio)
    await a_moment(studio)
    [player] = await studio.engine.players.players(studio.who, studio.scene.game_session.id)

    await studio.engine.players.send_away(studio.who, studio.scene.game_session.id, player.id)
    await a_moment(studio)

    assert watching.redirects[-1] == "/join"
    play = await watching.see(Play)
    assert (play.world_name, play.people, play.is_loaded) == ("", [], False)


async def test_a_seat_that_ended_in_silence_is_noticed_at_the_next_heartbeat(watching: Tab, studio: Studio) -> None:
    async with studio.engine.database.write() as unit:
        [player] = await unit.players.seated(studio.scene.game_session.id, studio.clock.now())
        await unit.players.remove(player)

    await studio.advance(HEARTBEAT_SECONDS + 1)
    await a_moment(studio)

    assert watching.redirects[-1] == "/join"


async def test_a_seat_that_ended_in_silence_is_noticed_while_something_is_painted_too(
    watching: Tab, studio: Studio
) -> None:
    await studio.ask(prompt=PROMPT)
    studio.comfyui.start()
    await a_moment(studio)
    async with studio.engine.database.write() as unit:
        [player] = await unit.players.seated(studio.scene.game_session.id, studio.clock.now())
        await unit.players.remove(player)

    for step in range(1, 20):
        studio.comfyui.step(step, 40)
        await studio.advance(2)

    assert watching.redirects[-1] == "/join"


async def test_a_tab_that_the_server_forgot_starts_over_by_itself(watching: Tab, studio: Studio) -> None:
    async with watching.writing(Play) as play:
        play.reset()

    await studio.advance(HEARTBEAT_SECONDS + 1)
    await a_moment(studio)

    play = await watching.see(Play)
    assert (play.world_name, play.player, play.is_loaded) == (studio.scene.world.name, "Bram", True)
    await reveal(studio)
    await a_moment(studio)
    assert len((await watching.see(Play)).people) == 1


async def test_whoever_is_sent_away_is_told_why_they_see_the_door(watching: Tab, studio: Studio) -> None:
    [player] = await studio.engine.players.players(studio.who, studio.scene.game_session.id)

    await studio.engine.players.send_away(studio.who, studio.scene.game_session.id, player.id)
    await a_moment(studio)

    assert "You do not sit at a table now" in watching.scripts


async def test_a_game_master_who_was_sent_away_from_anothers_table_keeps_nothing_of_it_in_the_tab(
    studio: Studio, secret: str, seat: str
) -> None:
    await studio.open()
    await reveal(studio)
    async with open_tab(secret, f"/play/{studio.scene.game_session.id}", seat=seat) as tab:
        await tab.start(Play.enter)
        await a_moment(studio)
        assert len((await tab.see(Play)).people) == 1
        tab.turn_into(secret)

        await tab.send(Play.show(""))

        assert (await tab.see(Play)).people == []


async def test_another_players_leaving_changes_nothing(watching: Tab, studio: Studio) -> None:
    other = await studio.engine.players.join(studio.scene.game_session.join_code, "Cora")
    studio.engine.bus.publish(game_session_topic(studio.scene.game_session.id), PlayerLeft(other.who.player_id))
    await a_moment(studio)

    assert watching.redirects == []
    assert (await watching.see(Play)).is_loaded


async def test_the_address_of_another_table_leads_to_ones_own(studio: Studio, seat: str) -> None:
    other = await studio.engine.worlds.create_game_session(studio.who, studio.scene.world.id, "Another table")
    async with open_tab("", f"/play/{other.id}", seat=seat) as tab:
        await tab.send(Play.enter)

        assert tab.redirects == [f"/play/{studio.scene.game_session.id}"]
        assert (await tab.see(Play)).world_name == ""


async def test_only_pictures_of_whom_they_know_open(watching: Tab, studio: Studio) -> None:
    await reveal(studio)
    await paint_and_choose(studio)
    await a_moment(studio)

    await watching.start(Play.show(str(studio.scene.location.id)))
    await a_moment(studio)
    assert (await watching.see(Play)).shown == ""
    await watching.start(Play.show(str(studio.scene.character.id)))
    await a_moment(studio)
    assert (await watching.see(Play)).shown_card.name == studio.scene.character.name
    await watching.start(Play.close(False))
    await a_moment(studio)
    assert (await watching.see(Play)).shown == ""
