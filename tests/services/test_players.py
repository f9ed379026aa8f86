"""Joining a table by its code, leaving it, being sent away: who sits sees, who does not sits in the dark at once."""

import asyncio
from uuid import uuid4

import pytest

from tests.fakes.studio import Studio
from wrldbldr.bus import game_session_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from wrldbldr.domain.events import PlayerLeft, TableChanged
from wrldbldr.domain.player import SEAT_DAYS, SEATS
from wrldbldr.domain.world import GameSession
from wrldbldr.engine import Engine
from wrldbldr.services.players import GUESS_SECONDS, GUESSES, JOINS

WRONG = "WRONGCDE"
PEER = "192.0.2.7"


@pytest.fixture
def table(studio: Studio) -> GameSession:
    return studio.scene.game_session


async def test_whoever_knows_the_code_sits_down_with_a_name_and_no_account(engine: Engine, table: GameSession) -> None:
    joined = await engine.players.join(table.join_code, "  Bram ")

    assert (joined.who.name, joined.who.game_session_id, joined.who.world_id) == ("Bram", table.id, table.world_id)
    assert await engine.players.seated(joined.secret) == joined.who
    with pytest.raises(UnauthenticatedError):
        await engine.accounts.principal(joined.secret)


@pytest.mark.parametrize("typed", ["{code}", " {code} ", "{lower}", "{first}-{rest}", "{first} {rest}"])
async def test_a_code_may_be_typed_in_small_letters_and_in_groups(
    engine: Engine, table: GameSession, typed: str
) -> None:
    code = table.join_code
    words = typed.format(code=code, lower=code.lower(), first=code[:4], rest=code[4:])

    assert (await engine.players.join(words, "Bram")).who.game_session_id == table.id


@pytest.mark.parametrize("code", ["", WRONG, "x" * 100_000, "%", "\ud800", "' or 1=1"])
async def test_a_code_that_opens_nothing_is_refused_in_words(engine: Engine, code: str) -> None:
    with pytest.raises(InvalidInputError, match="That code opens no table") as refused:
        await engine.players.join(code, "Bram")
    assert refused.value.field == "code"


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "\u202eBram", "Br\x00am"])
async def test_a_name_that_cannot_be_shown_is_refused_at_its_field(
    engine: Engine, table: GameSession, name: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await engine.players.join(table.join_code, name)
    assert refused.value.field == "name"


async def test_codes_cannot_be_guessed_in_bulk_from_one_address(
    engine: Engine, table: GameSession, studio: Studio
) -> None:
    for _ in range(GUESSES):
        with pytest.raises(InvalidInputError):
            await engine.players.join(WRONG, "Bram", peer=PEER)

    with pytest.raises(TooManyAttemptsError, match=r"^Joining failed too often\. Wait a minute, then try again\.$"):
        await engine.players.join(table.join_code, "Bram", peer=PEER)

    assert await engine.players.join(table.join_code, "Cora", peer="192.0.2.8")
    await studio.advance(GUESS_SECONDS)
    assert await engine.players.join(table.join_code, "Bram", peer=PEER)


async def test_guesses_made_at_the_same_time_are_counted_like_others(engine: Engine, table: GameSession) -> None:
    outcomes = await asyncio.gather(
        *(engine.players.join(WRONG, "Bram", peer=PEER) for _ in range(100)), return_exceptions=True
    )

    assert sum(isinstance(outcome, InvalidInputError) for outcome in outcomes) == GUESSES
    assert sum(isinstance(outcome, TooManyAttemptsError) for outcome in outcomes) == 100 - GUESSES


async def test_nobody_joins_and_joins_again_to_keep_the_whole_table_busy(
    engine: Engine, table: GameSession, studio: Studio
) -> None:
    shown = None
    for _ in range(JOINS):
        shown = (await engine.players.join(table.join_code, "Bram", peer=PEER, shown=shown)).secret

    with pytest.raises(TooManyAttemptsError, match="Somebody joined from here too often"):
        await engine.players.join(table.join_code, "Bram", peer=PEER, shown=shown)

    assert await engine.players.seated(shown)


@pytest.mark.parametrize("name", ["Bram", "BRAM", "Br\u200bam", "Ｂram"])
async def test_whoever_is_called_like_somebody_at_the_table_gets_a_number(
    engine: Engine, table: GameSession, name: str
) -> None:
    await engine.players.join(table.join_code, "Bram")
    second = await engine.players.join(table.join_code, name)
    third = await engine.players.join(table.join_code, name)

    assert (second.who.name, third.who.name) == (f"{name} (2)", f"{name} (3)")


async def test_a_seat_is_nobodys_after_a_month(
    engine: Engine, table: GameSession, who: Principal, studio: Studio
) -> None:
    joined = await engine.players.join(table.join_code, "Bram")

    await studio.clock.advance(SEAT_DAYS * 24 * 3600 + 1)

    with pytest.raises(UnauthenticatedError):
        await engine.players.seated(joined.secret)
    assert list(await engine.players.players(who, table.id)) == []


async def test_a_table_has_so_many_seats_and_one_that_is_freed_can_be_taken(
    engine: Engine, table: GameSession, who: Principal
) -> None:
    joined = [await engine.players.join(table.join_code, f"Player {number}") for number in range(SEATS)]

    with pytest.raises(ConflictError, match="no free seat"):
        await engine.players.join(table.join_code, "One more")

    await engine.players.leave(joined[0].who)
    assert await engine.players.join(table.join_code, "One more")


async def test_joining_again_from_the_same_browser_takes_no_second_seat(
    engine: Engine, table: GameSession, who: Principal
) -> None:
    first = await engine.players.join(table.join_code, "Bram")
    second = await engine.players.join(table.join_code, "Bram the Bold", shown=first.secret)

    assert [player.name for player in await engine.players.players(who, table.id)] == ["Bram the Bold"]
    with pytest.raises(UnauthenticatedError):
        await engine.players.seated(first.secret)
    assert await engine.players.seated(second.secret)


async def test_a_wrong_code_leaves_the_seat_that_one_has(engine: Engine, table: GameSession) -> None:
    joined = await engine.players.join(table.join_code, "Bram")

    with pytest.raises(InvalidInputError):
        await engine.players.join(WRONG, "Bram", shown=joined.secret)

    assert await engine.players.seated(joined.secret)


async def test_who_is_sent_away_is_nobody_from_that_moment_on_and_the_table_hears_of_it(
    engine: Engine, table: GameSession, who: Principal, studio: Studio
) -> None:
    joined = await engine.players.join(table.join_code, "Bram")
    heard = studio.listener(game_session_topic(table.id))

    await engine.players.send_away(who, table.id, joined.who.player_id)

    with pytest.raises(UnauthenticatedError):
        await engine.players.seated(joined.secret)
    assert heard.heard == [PlayerLeft(joined.who.player_id), TableChanged(table.id)]
    assert list(await engine.players.players(who, table.id)) == []


async def test_a_new_code_closes_the_old_one_and_leaves_who_sits(
    engine: Engine, table: GameSession, who: Principal
) -> None:
    joined = await engine.players.join(table.join_code, "Bram")
    old = table.join_code

    new = (await engine.players.change_code(who, table.id)).join_code

    assert new != old
    with pytest.raises(InvalidInputError):
        await engine.players.join(old, "Cora")
    assert await engine.players.join(new, "Cora")
    assert await engine.players.seated(joined.secret)


async def test_another_game_master_sees_and_changes_nothing_of_a_table(
    engine: Engine, table: GameSession, stranger: Principal
) -> None:
    joined = await engine.players.join(table.join_code, "Bram")

    for asked in (
        engine.players.players(stranger, table.id),
        engine.players.send_away(stranger, table.id, joined.who.player_id),
        engine.players.change_code(stranger, table.id),
    ):
        with pytest.raises(NotFoundError):
            await asked
    assert await engine.players.seated(joined.secret)


async def test_a_player_of_another_table_cannot_be_sent_away_from_this_one(
    engine: Engine, table: GameSession, who: Principal
) -> None:
    other = await engine.worlds.create_game_session(who, table.world_id, "Another table")
    joined = await engine.players.join(other.join_code, "Bram")

    for player_id in (joined.who.player_id, uuid4()):
        with pytest.raises(NotFoundError):
            await engine.players.send_away(who, table.id, player_id)
    assert await engine.players.seated(joined.secret)


async def test_with_the_world_its_tables_and_seats_are_gone(engine: Engine, table: GameSession, who: Principal) -> None:
    joined = await engine.players.join(table.join_code, "Bram")

    await engine.worlds.delete(who, table.world_id)

    with pytest.raises(UnauthenticatedError):
        await engine.players.seated(joined.secret)


@pytest.mark.parametrize("secret", [None, "", "made-up", "\ud800"])
async def test_a_secret_that_is_nobodys_opens_nothing(engine: Engine, secret: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        await engine.players.seated(secret)
