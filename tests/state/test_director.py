"""Director Mode: what is done to the stage shows there at once, and nothing moves by itself."""

from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.picture import PROMPT_START_CHARACTERS
from wrldbldr.domain.stage import Part
from wrldbldr.domain.text import DESCRIPTION_LIMIT
from wrldbldr.domain.world import Character, EntityType
from wrldbldr.services.player_cards import STRANGER
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.creator import Creator
from wrldbldr.state.director import Director
from wrldbldr.state.editor import Editor
from wrldbldr.state.generate import Generate
from wrldbldr.state.hearing import HEARTBEAT_SECONDS
from wrldbldr.state.live import Live
from wrldbldr.state.place import Place
from wrldbldr.state.quick import Quick
from wrldbldr.state.reveal import ALL, SEAT, SOME, STAGE, Reveal


async def a_moment(studio: Studio) -> None:
    """Longer than a listener pauses between two looks, twice: what one look sets off is seen by the next."""
    for _ in range(2):
        await studio.advance(1.0)


async def act(tab: Tab, studio: Studio, what: object) -> Director:
    """Do something in the tab, which listens all the time. Returns what it shows then."""
    await tab.start(what)
    await a_moment(studio)
    return await tab.see(Director)


async def add(studio: Studio, name: str, description: str = "") -> UUID:
    changes = EntityChanges(name=name, description=description)
    return (
        await studio.engine.worlds.create_entity(studio.who, EntityType.CHARACTER, studio.scene.world.id, changes)
    ).id


async def painted(studio: Studio, asset_type: AssetType = AssetType.PORTRAIT, entity_id: UUID | None = None) -> Asset:
    is_place = asset_type is AssetType.BACKDROP
    batch_id = await studio.ask(
        asset_type=asset_type,
        entity_type=EntityType.LOCATION if is_place else EntityType.CHARACTER,
        entity_id=entity_id or (studio.scene.location if is_place else studio.scene.character).id,
    )
    await studio.paint()
    [asset] = await studio.pictures(batch_id)
    return asset


async def on_stage(studio: Studio) -> list[tuple[Part, UUID]]:
    pieces = await studio.engine.stage.pieces(studio.who, studio.scene.game_session.id)
    return [(one.piece.part, one.asset.id) for one in pieces]


async def test_the_page_opens_with_who_is_at_hand_and_where_one_could_be(directing: Tab, studio: Studio) -> None:
    director = await directing.see(Director)

    assert [(card.name, card.picture, card.can_come) for card in director.npcs] == [("Elven Archer", "", False)]
    assert [card.name for card in director.places] == ["The Drowned Stair"]
    assert (director.npc, director.pieces, director.backdrop) == (str(studio.scene.character.id), [], "")


async def test_somebody_elses_world_is_missing(studio: Studio, secret: str) -> None:
    async with open_tab(secret, f"/worlds/{studio.scene.character.id}/direct") as tab:
        await tab.send(Director.enter)

        assert (await tab.see(Director)).is_missing


async def test_who_is_brought_on_stands_there_as_players_see_them_and_goes_with_the_next_press(
    directing: Tab, studio: Studio
) -> None:
    asset, character = await painted(studio), str(studio.scene.character.id)

    director = await act(directing, studio, Director.toggle_on_stage("character", character))

    assert await on_stage(studio) == [(Part.FIGURE, asset.id)]
    assert [figure.name for figure in director.figures] == [STRANGER]
    [piece] = director.pieces
    assert (piece.name, piece.seen_as, piece.seen_by) == ("Elven Archer", STRANGER, "Everybody")
    director = await act(directing, studio, Director.show_name("character", character, True))
    assert ([figure.name for figure in director.figures], director.pieces[0].seen_as) == (["Elven Archer"], "")
    director = await act(directing, studio, Director.toggle_on_stage("character", character))
    assert (director.figures, await on_stage(studio)) == ([], [])


async def test_who_has_no_picture_cannot_come_and_it_says_so(directing: Tab, studio: Studio) -> None:
    await act(directing, studio, Director.toggle_on_stage("character", str(studio.scene.character.id)))

    assert "There is no picture of Elven Archer yet" in directing.scripts


async def test_a_backdrop_hangs_and_is_taken_back(directing: Tab, studio: Studio) -> None:
    await painted(studio, AssetType.BACKDROP)
    location = str(studio.scene.location.id)

    director = await act(directing, studio, Director.toggle_on_stage("location", location))
    assert (bool(director.backdrop), bool(director.places[0].piece), director.place) == (True, True, "")
    director = await act(directing, studio, Director.toggle_on_stage("location", location))
    assert (director.backdrop, director.places[0].piece) == ("", "")


async def test_figures_change_places_are_taken_back_and_cleared(directing: Tab, studio: Studio) -> None:
    for name in ("Ada", "Bo"):
        entity_id = await add(studio, name)
        await painted(studio, entity_id=entity_id)
        await act(directing, studio, Director.toggle_on_stage("character", str(entity_id)))
    ada, bo = (await directing.see(Director)).pieces

    director = await act(directing, studio, Director.move(bo.id, -1))
    assert [piece.name for piece in director.pieces] == ["Bo", "Ada"]
    director = await act(directing, studio, Director.move(bo.id, -1))
    assert [piece.name for piece in director.pieces] == ["Bo", "Ada"], "further left there is nothing"
    director = await act(directing, studio, Director.take_back(bo.id))
    assert [piece.id for piece in director.pieces] == [ada.id]
    director = await act(directing, studio, Director.clear())
    assert director.pieces == []


async def test_what_a_script_puts_on_the_stage_shows_here_too(directing: Tab, studio: Studio) -> None:
    asset = await painted(studio, AssetType.ITEM)
    bram = (await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")).who
    table = studio.scene.game_session.id

    await studio.engine.stage.put(studio.who, table, asset.id, Part.HANDOUT, [bram.player_id])
    await a_moment(studio)

    [piece] = (await directing.see(Director)).pieces
    assert (piece.part, piece.seen_by) == ("handout", "Bram")
    await studio.engine.players.leave(bram)
    await a_moment(studio)
    assert (await directing.see(Director)).pieces[0].seen_by == "Nobody any more"


async def test_a_batch_that_completes_moves_nobody_and_changes_only_the_picture(directing: Tab, studio: Studio) -> None:
    for name in ("Zora", "Ada"):
        await add(studio, name)
    await a_moment(studio)
    before = [card.id for card in (await directing.see(Director)).at_hand]

    await painted(studio)
    await a_moment(studio)

    cards = (await directing.see(Director)).at_hand
    assert [card.id for card in cards] == before
    assert [bool(card.picture) for card in cards] == [False, True, False]


async def test_keys_go_to_the_next_and_the_one_before_among_those_that_are_found(
    directing: Tab, studio: Studio
) -> None:
    ids = {name: str(await add(studio, name)) for name in ("Ada Smith", "Bo Smith", "Cy")}
    await act(directing, studio, Director.look_for("smith"))

    seen = [(await act(directing, studio, Director.step(by))).npc for by in (1, 1, 1, -1)]

    assert seen == [ids["Ada Smith"], ids["Bo Smith"], ids["Bo Smith"], ids["Ada Smith"]]
    assert (await act(directing, studio, Director.face(ids["Cy"]))).npc == ids["Cy"]


async def test_keys_speak_of_whom_the_tab_is_in_front_of_by_now_however_fast_they_are_pressed(
    directing: Tab, studio: Studio
) -> None:
    ada = await add(studio, "Ada")
    asset = await painted(studio, entity_id=ada)
    await a_moment(studio)

    for what in (Director.step(-1), Director.toggle_faced(), Director.generate_faced("sprite")):
        await directing.start(what)
    await a_moment(studio)

    assert await on_stage(studio) == [(Part.FIGURE, asset.id)]
    dialog = await directing.see(Generate)
    assert (dialog.entity_name, dialog.asset_type) == ("Ada", "sprite")


async def test_mood_and_goal_are_saved_and_a_field_starts_over_only_for_what_was_not_typed_here(
    directing: Tab, studio: Studio
) -> None:
    character = studio.scene.character
    director = await act(directing, studio, Director.save(str(character.id), "mood", "Suspicious"))

    found = await studio.engine.worlds.find_entity(studio.who, EntityType.CHARACTER, character.id)
    assert isinstance(found, Character)
    assert (found.mood, director.npcs[0].mood, director.npcs[0].form) == ("Suspicious", "Suspicious", 0)
    changes = EntityChanges(immediate_goal="Protect the artifact")
    await studio.engine.worlds.update_entity(studio.who, EntityType.CHARACTER, character.id, changes)
    await a_moment(studio)
    [card] = (await directing.see(Director)).npcs
    assert (card.immediate_goal, card.form) == ("Protect the artifact", 1)


async def test_generate_opens_the_same_dialog_with_the_description_cut_on_a_word(
    directing: Tab, studio: Studio
) -> None:
    entity_id = await add(studio, "Grizzled Veteran", "scarred " * 100)

    await act(directing, studio, Director.generate("character", str(entity_id), "sprite"))

    dialog = await directing.see(Generate)
    assert (dialog.is_open, dialog.entity_name, dialog.asset_type) == (True, "Grizzled Veteran", "sprite")
    described = dialog.prompt[dialog.prompt.index("scarred") : dialog.prompt.rindex("scarred") + len("scarred")]
    assert set(described.split()) == {"scarred"}
    assert PROMPT_START_CHARACTERS - len("scarred ") <= len(described) <= PROMPT_START_CHARACTERS
    assert dialog.negative_prompt != ""
    form = {"prompt": dialog.prompt, "negative_prompt": dialog.negative_prompt, "seed": ""}
    await act(directing, studio, Generate.submit(form))
    [batch] = (await directing.see(Live)).painting
    assert (batch.entity_id, batch.entity_kind, batch.asset_type) == (str(entity_id), "character", "sprite")


async def test_back_in_creator_mode_the_editor_shows_whom_the_tab_is_in_front_of(
    directing: Tab, studio: Studio
) -> None:
    entity_id = await add(studio, "Sefa Thornwick")
    await act(directing, studio, Director.generate("character", str(entity_id), "portrait"))
    directing._router |= {"pathname": (path := f"/worlds/{studio.scene.world.id}/create"), "asPath": path}

    await directing.start(Creator.enter)
    await a_moment(studio)

    assert (await directing.see(Place)).entity_name == "Sefa Thornwick"
    assert (await directing.see(Editor)).name == "Sefa Thornwick"


async def test_a_name_and_a_line_make_a_character_whose_portrait_is_asked_for_and_announced_with_the_next_steps(
    directing: Tab, studio: Studio
) -> None:
    director = await act(directing, studio, Quick.make({"name": "Grizzled Veteran", "line": "one eye, a good coat"}))

    made = next(card for card in director.npcs if card.name == "Grizzled Veteran")
    assert (director.npc, made.summary, made.is_visible) == (made.id, "one eye, a good coat", False)
    [batch] = (await directing.see(Live)).painting
    report = await studio.engine.queue.report(studio.who, UUID(batch.id))
    assert (report.batch.prompt, report.batch.asset_type) == (
        "Portrait of Grizzled Veteran, one eye, a good coat",
        AssetType.PORTRAIT,
    )
    assert not (await directing.see(Quick)).is_open

    await studio.paint(report.batch.count)
    await a_moment(studio)

    assert "Portrait ready for Grizzled Veteran" in directing.scripts
    assert "show_batch" in directing.scripts
    assert "activate_batch" in directing.scripts
    director = await act(directing, studio, Director.show_batch(batch.id))
    [first, second, *_] = await studio.pictures(UUID(batch.id))
    assert await on_stage(studio) == [(Part.FIGURE, first.id)]
    await studio.engine.gallery.activate(studio.who, second.id)
    await act(directing, studio, Director.activate_batch(batch.id))
    assert (await studio.engine.gallery.find(studio.who, first.id)).is_active


@pytest.mark.parametrize(
    ("form", "field"), [({"name": " "}, "name"), ({"name": "Bo", "line": "x" * (DESCRIPTION_LIMIT + 1)}, "line")]
)
async def test_what_a_quick_npc_cannot_be_made_of_stays_in_the_dialog_and_makes_nobody(
    directing: Tab, studio: Studio, form: dict[str, str], field: str
) -> None:
    await act(directing, studio, Quick.toggle(True))

    await act(directing, studio, Quick.make(form))

    quick = await directing.see(Quick)
    assert (quick.is_open, quick.error_field, bool(quick.error)) == (True, field, True)
    assert len((await directing.see(Director)).npcs) == 1


async def test_without_a_line_the_name_is_painted(directing: Tab, studio: Studio) -> None:
    await act(directing, studio, Quick.make({"name": "Grizel {the|Ferrywoman}", "line": ""}))

    [batch] = (await directing.see(Live)).painting
    report = await studio.engine.queue.report(studio.who, UUID(batch.id))
    assert (report.batch.prompt, report.batch.status) == (
        "Portrait of Grizel {the|Ferrywoman}",
        BatchStatus.GENERATING,
    )


async def test_a_picture_is_revealed_to_everybody_to_some_or_on_the_stage(directing: Tab, studio: Studio) -> None:
    portrait = await painted(studio)
    bram = (await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")).who
    box = f"{SEAT}{bram.player_id}"

    await act(directing, studio, Reveal.begin())
    dialog = await directing.see(Reveal)
    assert (dialog.first, [(seat.box, seat.name) for seat in dialog.seats]) == (str(portrait.id), [(box, "Bram")])
    director = await act(directing, studio, Reveal.reveal({"picture": str(portrait.id), "to": SOME}))
    assert ((await directing.see(Reveal)).is_open, director.pieces) == (True, [])
    assert "at least one player" in (await directing.see(Reveal)).error
    director = await act(directing, studio, Reveal.reveal({"picture": str(portrait.id), "to": SOME, box: "on"}))
    assert ((await directing.see(Reveal)).is_open, director.pieces[0].seen_by) == (False, "Bram")
    director = await act(directing, studio, Reveal.reveal({"picture": str(portrait.id), "to": ALL}))
    assert [piece.seen_by for piece in director.pieces] == ["Everybody"]
    director = await act(directing, studio, Reveal.reveal({"picture": str(portrait.id), "to": STAGE}))
    assert [piece.part for piece in director.pieces] == ["figure", "handout"]


async def test_a_laptop_that_slept_finds_the_stage_as_it_is(directing: Tab, studio: Studio) -> None:
    async with directing.writing(Live) as live:
        live.reset()
    asset = await painted(studio)
    await studio.engine.stage.put(studio.who, studio.scene.game_session.id, asset.id, Part.FIGURE)

    await studio.advance(HEARTBEAT_SECONDS + 1)
    await a_moment(studio)

    assert len((await directing.see(Director)).figures) == 1


async def test_a_world_that_is_deleted_meanwhile_is_said_to_be_gone(directing: Tab, studio: Studio) -> None:
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)
    await a_moment(studio)

    assert (await directing.see(Director)).is_missing
