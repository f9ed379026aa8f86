"""Who may come in: one owner, quiet refusals, and secrets that are known only to those who hold them."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from tests.fakes.engine import CHEAP_HASHER
from tests.fakes.quiet import until
from tests.fakes.studio import OTHER_PASSWORD, OWNER_PASSWORD, Studio, other_game_master
from wrldbldr.bus import account_topic
from wrldbldr.domain.account import BROWSER_LOGIN_DAYS, Principal, Role, TokenKind
from wrldbldr.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooManyAttemptsError,
    UnauthenticatedError,
)
from wrldbldr.domain.events import AccountChanged, SignedOut
from wrldbldr.engine import Engine
from wrldbldr.services.accounts import AccountService


async def sentence_of_login(engine: Engine, name: str, password: str) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        await engine.accounts.log_in(name, password)
    return str(caught.value)


async def test_the_first_account_is_the_owner_and_is_signed_in(engine: Engine, who: Principal) -> None:
    assert (who.name, who.role) == ("Aldwin", Role.OWNER)
    assert not await engine.accounts.needs_setup()


async def test_a_second_owner_is_refused(engine: Engine) -> None:
    with pytest.raises(ConflictError, match="already has an owner"):
        await engine.accounts.set_up("Berta", "another lantern")


async def test_of_many_who_set_up_at_once_one_becomes_owner(studio: Studio) -> None:
    accounts = studio.engine.accounts
    async with studio.engine.database.write() as unit:
        account = await unit.accounts.find(studio.who.account_id)
        await unit._db_session.delete(account)
    assert await accounts.needs_setup()

    outcomes = await asyncio.gather(
        *(accounts.set_up(f"Person {n}", "a lantern at sea") for n in range(6)), return_exceptions=True
    )

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"SignedIn": 1, "ConflictError": 5}
    assert studio.committed("select count(*) from account") == [(1,)]


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("x" * 81, "long enough"), ("Berta", "short")])
async def test_a_bad_name_or_password_is_refused_before_anything_is_hashed(
    engine: Engine, name: str, password: str
) -> None:
    with pytest.raises(InvalidInputError):
        await engine.accounts.set_up(name, password)


async def test_the_name_may_be_written_in_any_case_and_the_password_only_as_it_is(engine: Engine) -> None:
    assert (await engine.accounts.log_in("  aLDWIN ", OWNER_PASSWORD)).who.name == "Aldwin"
    await sentence_of_login(engine, "Aldwin", OWNER_PASSWORD.upper())


@pytest.mark.parametrize("name", ["Nobody", "", "x" * 10_000, "\x00", "\ud800", "Aldwin' OR 1=1 --"])
async def test_unknown_names_are_refused_in_the_words_of_a_wrong_password(engine: Engine, name: str) -> None:
    wrong_password = await sentence_of_login(engine, "Aldwin", "wrong password")

    assert await sentence_of_login(engine, name, OWNER_PASSWORD) == wrong_password


@pytest.mark.parametrize("password", ["", "x" * 10_000, "\x00", "\ud800"])
async def test_no_password_breaks_the_door(engine: Engine, password: str) -> None:
    await sentence_of_login(engine, "Aldwin", password)
    await sentence_of_login(engine, "Nobody", password)


class CountingHasher(PasswordHasher):
    """Counts the costly steps, hashing or verifying: one takes as long as the other."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.steps = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.steps += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.steps += 1
        return super().verify(hash, password)


@pytest.mark.parametrize("name", ["Aldwin", "Nobody"])
async def test_a_refusal_costs_the_same_whether_the_name_exists_or_not(studio: Studio, name: str) -> None:
    hasher = CountingHasher()
    accounts = AccountService(studio.engine.database, studio.clock, hasher, studio.engine.bus)

    with pytest.raises(UnauthenticatedError):
        await accounts.log_in(name, "wrong password")

    assert hasher.steps == 1


async def test_a_secret_tells_who_shows_it(engine: Engine) -> None:
    signed_in = await engine.accounts.log_in("Aldwin", OWNER_PASSWORD)

    assert await engine.accounts.principal(signed_in.secret) == signed_in.who


@pytest.mark.parametrize("secret", [None, "", "guess", "\ud800", "x" * 10_000])
async def test_a_secret_that_was_never_given_opens_nothing(engine: Engine, secret: str | None) -> None:
    with pytest.raises(UnauthenticatedError, match=r"Sign in first\."):
        await engine.accounts.principal(secret)


async def test_logging_out_closes_this_browser_and_no_other(engine: Engine) -> None:
    here = await engine.accounts.log_in("Aldwin", OWNER_PASSWORD)
    there = await engine.accounts.log_in("Aldwin", OWNER_PASSWORD)

    await engine.accounts.log_out(here.who)

    with pytest.raises(UnauthenticatedError):
        await engine.accounts.principal(here.secret)
    assert await engine.accounts.principal(there.secret) == there.who


async def test_a_browser_stays_signed_in_for_thirty_days_and_not_longer(studio: Studio) -> None:
    signed_in = await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD)
    lifetime = timedelta(days=BROWSER_LOGIN_DAYS).total_seconds()

    await studio.clock.advance(lifetime - 1)
    assert await studio.engine.accounts.principal(signed_in.secret) == signed_in.who
    await studio.clock.advance(1)

    with pytest.raises(UnauthenticatedError):
        await studio.engine.accounts.principal(signed_in.secret)


async def test_an_api_token_opens_the_same_door_for_years(studio: Studio) -> None:
    secret = await studio.engine.accounts.make_api_token(studio.who, "my script")
    await studio.clock.advance(timedelta(days=3650).total_seconds())

    found = await studio.engine.accounts.principal(secret)

    assert (found.account_id, found.name) == (studio.who.account_id, "Aldwin")
    assert found.token_id != studio.who.token_id


async def test_a_script_that_logs_out_gives_up_its_own_token_only(engine: Engine) -> None:
    browser = await engine.accounts.log_in("Aldwin", OWNER_PASSWORD)
    secret = await engine.accounts.make_api_token(browser.who, "my script")

    await engine.accounts.log_out(await engine.accounts.principal(secret))

    with pytest.raises(UnauthenticatedError):
        await engine.accounts.principal(secret)
    assert await engine.accounts.principal(browser.secret) == browser.who


@pytest.mark.parametrize("label", ["", "x" * 81, "\x00"])
async def test_an_api_token_needs_a_label_that_can_be_read(engine: Engine, who: Principal, label: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await engine.accounts.make_api_token(who, label)

    assert caught.value.field == "label"


async def test_a_new_password_opens_the_door_and_the_old_one_no_longer_does(engine: Engine, who: Principal) -> None:
    await engine.accounts.change_password(who, OWNER_PASSWORD, "a harbour in fog")

    assert (await engine.accounts.log_in("Aldwin", "a harbour in fog")).who.account_id == who.account_id
    await sentence_of_login(engine, "Aldwin", OWNER_PASSWORD)


async def test_a_new_password_signs_every_other_browser_out_at_once_and_no_script(studio: Studio) -> None:
    accounts = studio.engine.accounts
    here, there = [await accounts.log_in("Aldwin", OWNER_PASSWORD) for _ in range(2)]
    script = await accounts.make_api_token(here.who, "my script")
    heard = studio.listener(account_topic(here.who.account_id)).heard

    await accounts.change_password(here.who, OWNER_PASSWORD, "a harbour in fog")

    with pytest.raises(UnauthenticatedError):
        await accounts.principal(there.secret)
    assert SignedOut(there.who.token_id) in heard
    assert SignedOut(here.who.token_id) not in heard
    assert await accounts.principal(here.secret) == here.who
    assert (await accounts.principal(script)).account_id == here.who.account_id


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("not it", "a harbour in fog", "old_password"), ("", "a harbour in fog", "old_password")]
    + [(OWNER_PASSWORD, bad, "new_password") for bad in ("", "short", "x" * 201)],
)
async def test_without_the_old_password_or_with_a_bad_new_one_nothing_changes(
    engine: Engine, who: Principal, old: str, new: str, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await engine.accounts.change_password(who, old, new)

    assert caught.value.field == field
    assert (await engine.accounts.log_in("Aldwin", OWNER_PASSWORD)).who.account_id == who.account_id


async def test_whoever_sits_at_an_open_browser_cannot_guess_the_password_for_ever(
    engine: Engine, who: Principal
) -> None:
    for _ in range(10):
        with pytest.raises(InvalidInputError):
            await engine.accounts.change_password(who, "a guess", "a harbour in fog")

    with pytest.raises(TooManyAttemptsError):
        await engine.accounts.change_password(who, OWNER_PASSWORD, "a harbour in fog")


async def test_what_opens_an_account_is_listed_without_its_secrets_and_without_what_opens_nothing(
    studio: Studio,
) -> None:
    accounts = studio.engine.accounts
    before = {report.id for report in await accounts.tokens(studio.who)}
    gone = await accounts.log_in("Aldwin", OWNER_PASSWORD)
    await accounts.log_out(gone.who)
    await studio.clock.advance(1)
    await accounts.make_api_token(studio.who, "my script")

    newest, *others = await accounts.tokens(studio.who)

    assert (newest.label, newest.kind, newest.is_this) == ("my script", TokenKind.API, False)
    assert {report.id for report in others} == before
    assert [report.id for report in others if report.is_this] == [studio.who.token_id]


async def test_a_revoked_token_opens_nothing_and_loses_what_it_has_open(studio: Studio) -> None:
    accounts = studio.engine.accounts
    secret = await accounts.make_api_token(studio.who, "my script")
    script = await accounts.principal(secret)
    heard = studio.listener(account_topic(studio.who.account_id)).heard

    await accounts.revoke(studio.who, script.token_id)

    with pytest.raises(UnauthenticatedError):
        await accounts.principal(secret)
    assert SignedOut(script.token_id) in heard


async def test_nobody_revokes_what_opens_somebody_elses_account(studio: Studio) -> None:
    accounts = studio.engine.accounts
    stranger = await other_game_master(studio.engine)

    with pytest.raises(NotFoundError):
        await accounts.revoke(stranger, studio.who.token_id)
    assert studio.who.token_id not in {report.id for report in await accounts.tokens(stranger)}


async def test_the_other_browsers_are_signed_out_and_this_one_and_the_scripts_are_not(studio: Studio) -> None:
    accounts = studio.engine.accounts
    here, there, yonder = [await accounts.log_in("Aldwin", OWNER_PASSWORD) for _ in range(3)]
    script = await accounts.make_api_token(here.who, "my script")
    heard = studio.listener(account_topic(here.who.account_id)).heard

    await accounts.sign_out_others(here.who)

    for gone in (there, yonder):
        with pytest.raises(UnauthenticatedError):
            await accounts.principal(gone.secret)
        assert SignedOut(gone.who.token_id) in heard
    assert SignedOut(here.who.token_id) not in heard
    assert await accounts.principal(here.secret) == here.who
    assert (await accounts.principal(script)).account_id == here.who.account_id


async def test_a_browser_is_listed_by_the_name_it_came_with(engine: Engine, who: Principal) -> None:
    signed_in = await engine.accounts.log_in("Aldwin", OWNER_PASSWORD, browser="Firefox on Android")

    [label] = [report.label for report in await engine.accounts.tokens(who) if report.id == signed_in.who.token_id]
    assert label == "Firefox on Android"


async def test_what_newly_opens_an_account_is_told_to_its_open_screens(studio: Studio) -> None:
    heard = studio.listener(account_topic(studio.who.account_id)).heard

    await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD)
    await studio.engine.accounts.make_api_token(studio.who, "my script")

    assert heard == [AccountChanged(studio.who.account_id)] * 2


async def test_a_login_whose_password_is_changed_while_it_is_checked_opens_nothing(studio: Studio) -> None:
    engine = studio.engine
    async with engine.database.write() as unit:
        signing_in = asyncio.gather(engine.accounts.log_in("Aldwin", OWNER_PASSWORD), return_exceptions=True)
        await until(studio.has_waiting_writer, "finding the old password right")
        account = await unit.accounts.find(studio.who.account_id)
        assert account is not None
        account.password_hash = "another"
    [outcome] = await signing_in

    assert isinstance(outcome, UnauthenticatedError)


async def test_a_login_that_has_ended_meanwhile_makes_no_token_and_changes_no_password(studio: Studio) -> None:
    stranger = await other_game_master(studio.engine)
    await studio.engine.accounts.log_out(stranger)
    before = studio.committed("select * from accesstoken"), studio.dump()

    with pytest.raises(UnauthenticatedError):
        await studio.engine.accounts.make_api_token(stranger, "kept")
    with pytest.raises(UnauthenticatedError):
        await studio.engine.accounts.change_password(stranger, OTHER_PASSWORD, "a harbour in fog")

    assert (studio.committed("select * from accesstoken"), studio.dump()) == before


async def test_nothing_on_disk_holds_a_secret_or_a_password(studio: Studio) -> None:
    signed_in = await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD)
    token = await studio.engine.accounts.make_api_token(signed_in.who, "my script")

    everything = b"".join(file.read_bytes() for file in studio.data_dir.rglob("*") if file.is_file())

    assert b"my script" in everything, "we look in the right place"
    for secret in (signed_in.secret, token, OWNER_PASSWORD):
        assert secret.encode() not in everything
    [(password_hash,)] = studio.committed("select password_hash from account")
    assert password_hash.startswith("$argon2id$")
    assert CHEAP_HASHER.verify(password_hash, OWNER_PASSWORD)
