"""What an owner decides about accounts, and that it holds at once, whatever anybody has open."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from tests.fakes.comfyui import tiny_png
from tests.fakes.studio import OTHER_PASSWORD, OWNER_PASSWORD, Studio
from wrldbldr.bus import SERVER_TOPIC, account_topic
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from wrldbldr.domain.events import AccountChanged, QueueMoved, SignedOut, WorldChanged
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import new_id
from wrldbldr.media.store import MediaStore
from wrldbldr.services.accounts import SignedIn
from wrldbldr.services.administration import AccountChanges, AccountReport, AdministrationService
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.worlds import EntityChanges, WorldService

PASSWORD = "a harbour in fog"
TO_OWNER, TO_DM = AccountChanges(role=Role.OWNER), AccountChanges(role=Role.DM)
Act = Callable[[Engine, Principal, UUID], Awaitable[object]]
ACTS: dict[str, Act] = {
    "list": lambda e, w, _: e.administration.everyone(w),
    "create": lambda e, w, _: e.administration.create(w, "Edda", PASSWORD),
    "rename": lambda e, w, i: e.administration.update(w, i, AccountChanges(name="Edda")),
    "reset": lambda e, w, i: e.administration.update(w, i, AccountChanges(password=PASSWORD)),
    "promote": lambda e, w, i: e.administration.update(w, i, TO_OWNER),
    "demote": lambda e, w, i: e.administration.update(w, i, TO_DM),
    "remove": lambda e, w, i: e.administration.remove(w, i),
}


@pytest.fixture
async def berta(studio: Studio) -> AccountReport:
    """A game master, made by the owner later than their own account."""
    await studio.advance(1)
    return await studio.engine.administration.create(studio.who, " Berta ", OTHER_PASSWORD)


async def sign_in(engine: Engine, name: str = "Berta", password: str = OTHER_PASSWORD) -> SignedIn:
    return await engine.accounts.log_in(name, password)


async def is_out(engine: Engine, secret: str) -> bool:
    try:
        await engine.accounts.principal(secret)
    except UnauthenticatedError:
        return True
    return False


async def second_owner(engine: Engine, who: Principal, berta: AccountReport) -> Principal:
    await engine.administration.update(who, berta.id, TO_OWNER)
    return (await sign_in(engine)).who


async def test_a_new_game_master_signs_in_and_has_no_world_yet(
    engine: Engine, who: Principal, berta: AccountReport
) -> None:
    signed_in = await sign_in(engine)

    assert (signed_in.who.account_id, signed_in.who.name, signed_in.who.role) == (berta.id, "Berta", Role.DM)
    assert await engine.worlds.summaries(signed_in.who) == []
    everyone = await engine.administration.everyone(who)
    assert [(one.name, one.role, one.world_count) for one in everyone] == [
        ("Aldwin", Role.OWNER, 1),
        ("Berta", Role.DM, 0),
    ]


async def test_nothing_that_opens_an_account_is_in_what_an_owner_is_told(
    studio: Studio, who: Principal, berta: AccountReport
) -> None:
    [(stored,)] = studio.committed("select password_hash from account where name = 'Berta'")

    assert stored
    assert stored not in repr(await studio.engine.administration.everyone(who))


@pytest.mark.parametrize("act", ACTS)
async def test_a_game_master_manages_nobody(studio: Studio, berta: AccountReport, act: str) -> None:
    her = (await sign_in(studio.engine)).who
    before = studio.dump()

    for subject in (studio.who.account_id, berta.id, new_id()):
        with pytest.raises(ForbiddenError, match="Only an owner"):
            await ACTS[act](studio.engine, her, subject)

    assert studio.dump() == before


@pytest.mark.parametrize("act", ACTS)
async def test_who_was_an_owner_at_the_door_and_is_none_now_does_nothing_any_more(
    studio: Studio, berta: AccountReport, act: str
) -> None:
    her = await second_owner(studio.engine, studio.who, berta)
    await studio.engine.administration.update(her, studio.who.account_id, TO_DM)
    before = studio.dump()

    with pytest.raises(UnauthenticatedError):
        await ACTS[act](studio.engine, studio.who, berta.id)

    assert studio.dump() == before


@pytest.mark.parametrize("act", ["rename", "reset", "promote", "demote", "remove"])
async def test_an_account_that_is_not_there_is_said_to_be_so(engine: Engine, who: Principal, act: str) -> None:
    with pytest.raises(NotFoundError, match="no such account"):
        await ACTS[act](engine, who, new_id())


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [("", PASSWORD, "name"), ("x" * 81, PASSWORD, "name"), ("Edda", "short", "password"), ("Edda", "", "password")],
)
async def test_a_bad_name_or_password_makes_nobody_and_changes_nobody(
    studio: Studio, berta: AccountReport, name: str, password: str, field: str
) -> None:
    before = studio.dump()

    for attempt in (
        studio.engine.administration.create(studio.who, name, password),
        studio.engine.administration.update(studio.who, berta.id, AccountChanges(name=name, password=password)),
    ):
        with pytest.raises(InvalidInputError) as caught:
            await attempt
        assert caught.value.field == field

    assert studio.dump() == before


@pytest.mark.parametrize("taken", ["Aldwin", "aLDWIN", "  Aldwin "])
async def test_a_name_that_is_taken_in_whatever_case_is_refused_at_its_field(
    studio: Studio, berta: AccountReport, taken: str
) -> None:
    before = studio.dump()

    for attempt in (
        studio.engine.administration.create(studio.who, taken, PASSWORD),
        studio.engine.administration.update(studio.who, berta.id, AccountChanges(name=taken)),
    ):
        with pytest.raises(ConflictError, match="called Aldwin already") as caught:
            await attempt
        assert set(caught.value.details) == {"name"}

    assert studio.dump() == before


async def test_of_many_who_ask_for_one_name_at_once_one_gets_it(studio: Studio) -> None:
    made = await asyncio.gather(
        *(studio.engine.administration.create(studio.who, "Edda", PASSWORD) for _ in range(5)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in made) == ["AccountReport", *["ConflictError"] * 4]


async def test_a_renamed_person_stays_signed_in_and_comes_in_under_the_new_name_only(
    engine: Engine, who: Principal, berta: AccountReport
) -> None:
    here = await sign_in(engine)

    renamed = await engine.administration.update(who, berta.id, AccountChanges(name="berta the Bold"))
    recased = await engine.administration.update(who, berta.id, AccountChanges(name="Berta the Bold"))

    assert (renamed.name, recased.name) == ("berta the Bold", "Berta the Bold")
    assert (await engine.accounts.principal(here.secret)).name == "Berta the Bold"
    assert (await sign_in(engine, "berta the bold")).who.account_id == berta.id
    with pytest.raises(UnauthenticatedError):
        await sign_in(engine)


async def test_another_password_ends_every_browser_and_token_of_its_person_at_once_and_nobody_elses(
    studio: Studio, berta: AccountReport
) -> None:
    engine = studio.engine
    browser, mine = await sign_in(engine), await sign_in(engine, "Aldwin", OWNER_PASSWORD)
    script = await engine.accounts.make_api_token(browser.who, "my script")
    heard = studio.listener(account_topic(berta.id)).heard

    await engine.administration.update(studio.who, berta.id, AccountChanges(password=PASSWORD))

    assert await is_out(engine, browser.secret)
    assert await is_out(engine, script)
    assert not await is_out(engine, mine.secret)
    assert SignedOut(browser.who.token_id) in heard
    assert len(heard) == 2
    with pytest.raises(UnauthenticatedError):
        await sign_in(engine)
    assert (await sign_in(engine, password=PASSWORD)).who.account_id == berta.id


async def test_whoever_forgot_the_password_and_tried_too_often_comes_in_with_the_new_one(
    engine: Engine, who: Principal, berta: AccountReport
) -> None:
    for _ in range(10):
        with pytest.raises(UnauthenticatedError):
            await sign_in(engine, password="forgotten")
    with pytest.raises(TooManyAttemptsError):
        await sign_in(engine)

    await engine.administration.update(who, berta.id, AccountChanges(password=PASSWORD))

    assert (await sign_in(engine, password=PASSWORD)).who.account_id == berta.id


async def test_an_owner_needs_the_old_password_to_change_their_own(studio: Studio) -> None:
    before = studio.dump()

    with pytest.raises(InvalidInputError) as caught:
        await studio.engine.administration.update(
            studio.who, studio.who.account_id, AccountChanges(name="Aldwina", password=PASSWORD)
        )

    assert caught.value.field == "password"
    assert studio.dump() == before


async def test_who_is_made_an_owner_stays_signed_in_and_may_at_once_what_owners_may(
    engine: Engine, who: Principal, berta: AccountReport
) -> None:
    here = await sign_in(engine)

    await engine.administration.update(who, berta.id, TO_OWNER)

    assert len(await engine.administration.everyone(await engine.accounts.principal(here.secret))) == 2


async def test_who_is_an_owner_no_more_loses_every_browser_and_token_and_keeps_their_worlds(
    studio: Studio, berta: AccountReport
) -> None:
    engine, who = studio.engine, studio.who
    her = await second_owner(engine, who, berta)
    script = await engine.accounts.make_api_token(her, "her script")
    await engine.worlds.create(her, "The Salt Road")
    heard = studio.listener(account_topic(berta.id)).heard

    await engine.administration.update(who, berta.id, TO_DM)

    assert await is_out(engine, script)
    assert {type(event) for event in heard} == {SignedOut}
    again = (await sign_in(engine)).who
    assert again.role is Role.DM
    assert [summary.world.name for summary in await engine.worlds.summaries(again)] == ["The Salt Road"]


async def test_the_last_owner_stays_one(studio: Studio, berta: AccountReport) -> None:
    before = studio.dump()

    with pytest.raises(ConflictError, match="One owner has to remain"):
        await studio.engine.administration.update(studio.who, studio.who.account_id, TO_DM)

    assert studio.dump() == before


async def test_two_owners_who_demote_each_other_at_once_leave_one(studio: Studio, berta: AccountReport) -> None:
    engine, who = studio.engine, studio.who
    her = await second_owner(engine, who, berta)

    outcomes = await asyncio.gather(
        engine.administration.update(who, her.account_id, TO_DM),
        engine.administration.update(her, who.account_id, TO_DM),
        engine.administration.update(who, who.account_id, TO_DM),
        engine.administration.update(her, her.account_id, TO_DM),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, AccountReport) for outcome in outcomes) == 1
    assert studio.committed("select count(*) from account where role = 'owner'") == [(1,)]


async def test_a_role_somebody_has_already_changes_nothing_and_ends_nothing(
    studio: Studio, berta: AccountReport
) -> None:
    here = await sign_in(studio.engine)
    before = studio.dump()

    for account, same in ((berta.id, TO_DM), (studio.who.account_id, TO_OWNER)):
        await studio.engine.administration.update(studio.who, account, same)

    assert not await is_out(studio.engine, here.secret)
    assert studio.dump() == before


async def test_nobody_removes_themselves(engine: Engine, who: Principal, berta: AccountReport) -> None:
    with pytest.raises(ConflictError, match="your own account"):
        await engine.administration.remove(who, who.account_id)

    assert len(await engine.administration.everyone(who)) == 2


async def ask_for(studio: Studio, her: Principal) -> UUID:
    """A batch in a new world of hers. Returns the world's id."""
    engine = studio.engine
    world = await engine.worlds.create(her, "The Salt Road")
    [table] = await engine.worlds.game_sessions(her, world.id)
    place = await engine.worlds.create_entity(her, EntityType.LOCATION, world.id, EntityChanges(name="The Ford"))
    request = studio.request(game_session_id=table.id, entity_type=EntityType.LOCATION, entity_id=place.id)
    await engine.queue.submit(her, request)
    await studio.rest()
    return world.id


async def test_who_is_removed_is_out_at_once_with_worlds_batches_and_files_and_nobody_else_loses_any(
    painting: Studio, berta: AccountReport
) -> None:
    engine = painting.engine
    here = await sign_in(engine)
    await painting.ask()
    await painting.paint()
    kept = painting.stored_files()
    worlds = list[UUID]()
    for _ in range(2):  # the same picture in both, and not the owner's
        worlds.append(await ask_for(painting, here.who))
        painting.comfyui.start()
        painting.comfyui.finish([tiny_png((1, 2, 3))])
        await painting.rest()
    assert len(painting.stored_files()) == 2 * len(kept)
    heard = painting.listener(account_topic(berta.id), SERVER_TOPIC).heard

    await engine.administration.remove(painting.who, berta.id)

    assert await is_out(engine, here.secret)
    assert [event for event in heard if isinstance(event, SignedOut)] == [SignedOut(here.who.token_id)]
    assert {event.world_id for event in heard if isinstance(event, WorldChanged)} == set(worlds)
    assert {AccountChanged(berta.id), QueueMoved()} <= set(heard)
    assert painting.committed("select count(*) from world") == [(1,)]
    assert painting.committed("select count(*) from batch") == [(1,)]
    assert painting.committed(f"select count(*) from accesstoken where account_id = '{berta.id.hex}'") == [(0,)]  # noqa: S608
    assert painting.stored_files() == kept
    with pytest.raises(UnauthenticatedError):
        await sign_in(engine)


async def test_what_is_being_painted_for_somebody_who_is_removed_is_withdrawn_and_the_next_batch_runs(
    painting: Studio, berta: AccountReport
) -> None:
    engine = painting.engine
    her = (await sign_in(engine)).who
    await ask_for(painting, her)
    painting.comfyui.start()
    mine = await painting.ask()

    disposal = FileDisposal(engine.database, MediaStore(engine.settings.media_dir), painting.clock)
    worlds = WorldService(engine.database, engine.bus, painting.clock, disposal, wake=painting.nudge)
    administration = AdministrationService(engine.database, engine.bus, painting.clock, engine.accounts, worlds)
    await administration.remove(painting.who, berta.id)
    await painting.rest()
    await painting.paint()

    assert len(await painting.pictures(mine)) == 1


async def test_every_change_is_told_to_all_screens_once_it_is_stored(studio: Studio, berta: AccountReport) -> None:
    engine, who, told = studio.engine, studio.who, list[tuple[str, str]]()

    def look(event: object) -> None:
        if isinstance(event, AccountChanged):
            told.append(studio.committed("select name, role from account order by created_at, name")[-1])

    studio.listener(SERVER_TOPIC, on_event=look)
    await engine.administration.update(who, berta.id, AccountChanges(name="Berta B"))
    await engine.administration.update(who, berta.id, TO_OWNER)
    await engine.administration.remove(who, berta.id)

    assert told == [("Berta B", "dm"), ("Berta B", "owner"), ("Aldwin", "owner")]
