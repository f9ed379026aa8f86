"""Everybody's accounts in Settings: an owner's business, and in force in every open tab at once."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from tests.fakes.studio import OTHER_PASSWORD, Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.account import Role
from wrldbldr.services.administration import AccountChanges, AccountReport
from wrldbldr.state.accounts_list import DEMOTE, PROMOTE, REMOVE, RENAME, RESET, AccountList
from wrldbldr.state.accounts_own import MyAccount
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.live import Live
from wrldbldr.state.me import Me
from wrldbldr.state.settings_page import ACCOUNTS, COMFYUI, TOKENS, SettingsPage

PASSWORD = "a harbour in fog"
NEW = {"name": "Edda", "password": PASSWORD}


@pytest.fixture
async def berta(studio: Studio) -> AccountReport:
    """A game master."""
    await studio.advance(1)
    return await studio.engine.administration.create(studio.who, "Berta", OTHER_PASSWORD)


@pytest.fixture
async def desk(secret: str, berta: AccountReport) -> AsyncGenerator[Tab]:
    """The owner's tab at the accounts."""
    async with open_tab(secret, "/settings") as tab:
        await tab.send(SettingsPage.enter)
        await tab.send(SettingsPage.show(ACCOUNTS))
        tab.forget()
        yield tab


@pytest.fixture
async def hers(studio: Studio, berta: AccountReport) -> AsyncGenerator[Tab]:
    """Her tab at the settings, kept up to date."""
    secret = (await studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).secret
    async with open_tab(secret, "/settings") as tab:
        await tab.send(ComfyUIForm.enter)
        await tab.send(SettingsPage.enter)
        await tab.start(Live.listen)
        await studio.advance(1)
        tab.forget()
        yield tab


async def lines(tab: Tab) -> list[tuple[str, str]]:
    return [(card.name, card.role) for card in (await tab.see(AccountList)).cards]


async def test_an_owner_sees_everybody_and_which_line_is_theirs(desk: Tab) -> None:
    cards = (await desk.see(AccountList)).cards

    assert (await desk.see(SettingsPage)).section == ACCOUNTS
    assert [(card.name, card.initials, card.role, card.world_count, card.is_you) for card in cards] == [
        ("Aldwin", "A", "owner", 1, True),
        ("Berta", "B", "dm", 0, False),
    ]


async def test_a_game_master_is_shown_nobody_and_changes_nobody(
    hers: Tab, studio: Studio, berta: AccountReport
) -> None:
    before = studio.dump()

    for event in (
        SettingsPage.show(ACCOUNTS),
        AccountList.add(NEW),
        AccountList.begin(PROMOTE, str(berta.id)),
        AccountList.begin(REMOVE, str(studio.who.account_id)),
        AccountList.save({"typed": PASSWORD}),
        AccountList.go_on,
    ):
        await hers.send(event)

    assert (await hers.see(SettingsPage)).section == COMFYUI
    assert await lines(hers) == []
    assert "Aldwin" not in f"{hers.deltas} {hers.scripts}"
    assert studio.dump() == before


async def test_a_new_game_master_is_listed_and_the_form_is_emptied(desk: Tab, studio: Studio) -> None:
    await desk.send(AccountList.add(NEW))

    assert sorted(await lines(desk)) == [("Aldwin", "owner"), ("Berta", "dm"), ("Edda", "dm")]
    assert "reset()" in desk.scripts
    assert PASSWORD not in f"{desk.deltas} {desk.scripts} {await desk.everything()}"
    assert (await studio.engine.accounts.log_in("Edda", PASSWORD)).who.role is Role.DM


@pytest.mark.parametrize(
    ("typed", "field"), [({"password": "short"}, "password"), ({"name": " "}, "name"), ({"name": "bERTA"}, "name")]
)
async def test_what_is_refused_stays_typed_with_the_reason_at_its_field(
    desk: Tab, typed: dict[str, str], field: str
) -> None:
    await desk.send(AccountList.add({**NEW, **typed}))

    assert set((await desk.see(AccountList)).errors) == {field}
    assert "reset()" not in desk.scripts
    assert len(await lines(desk)) == 2
    await desk.send(AccountList.add(NEW))
    assert (await desk.see(AccountList)).errors == {}


async def test_a_name_that_is_taken_is_said_in_the_dialog_which_stays_open(desk: Tab, berta: AccountReport) -> None:
    await desk.send(AccountList.begin(RENAME, str(berta.id)))
    await desk.send(AccountList.save({"typed": "Aldwin"}))
    dialog = await desk.see(AccountList)
    assert (dialog.task, dialog.error) == (RENAME, "There is an account called Aldwin already. Take another name.")

    await desk.send(AccountList.save({"typed": "Berta the Bold"}))

    dialog = await desk.see(AccountList)
    assert (dialog.task, dialog.error) == ("", "")
    assert ("Berta the Bold", "dm") in await lines(desk)


async def test_a_reset_password_lets_its_person_in_and_is_in_no_var(
    desk: Tab, studio: Studio, berta: AccountReport
) -> None:
    await desk.send(AccountList.begin(RESET, str(berta.id)))
    await desk.send(AccountList.save({"typed": "short"}))
    assert "at least 8" in (await desk.see(AccountList)).error

    await desk.send(AccountList.save({"typed": PASSWORD}))

    assert (await desk.see(AccountList)).task == ""
    assert PASSWORD not in f"{desk.deltas} {desk.scripts} {await desk.everything()}"
    assert (await studio.engine.accounts.log_in("Berta", PASSWORD)).who.account_id == berta.id


async def test_an_owner_is_made_and_unmade_again_after_a_question(desk: Tab, berta: AccountReport) -> None:
    await desk.send(AccountList.begin(PROMOTE, str(berta.id)))
    assert ("Berta", "dm") in await lines(desk), "nothing is done unasked"
    await desk.send(AccountList.go_on)
    assert ("Berta", "owner") in await lines(desk)

    await desk.send(AccountList.begin(DEMOTE, str(berta.id)))
    await desk.send(AccountList.toggle(False))
    await desk.send(AccountList.go_on)
    assert ("Berta", "owner") in await lines(desk), "it was answered with no"
    await desk.send(AccountList.begin(DEMOTE, str(berta.id)))
    await desk.send(AccountList.go_on)

    assert ("Berta", "dm") in await lines(desk)


async def test_the_question_before_somebody_is_removed_says_how_many_worlds_go_as_of_now(
    desk: Tab, studio: Studio, berta: AccountReport
) -> None:
    her = (await studio.engine.accounts.log_in("Berta", OTHER_PASSWORD)).who
    for name in ("The Salt Road", "The Ford"):
        await studio.engine.worlds.create(her, name)

    await desk.send(AccountList.begin(REMOVE, str(berta.id)))
    question = await desk.see(AccountList)
    assert (question.task, question.subject_name, question.subject_worlds) == (REMOVE, "Berta", 2)
    await desk.send(AccountList.go_on)

    assert await lines(desk) == [("Aldwin", "owner")]
    assert studio.committed("select name from world") == [("The Lantern Coast",)]


async def test_nothing_is_asked_about_somebody_who_is_gone(desk: Tab, studio: Studio, berta: AccountReport) -> None:
    await studio.engine.administration.remove(studio.who, berta.id)

    for task in (REMOVE, RENAME, "anything"):
        await desk.send(AccountList.begin(task, str(berta.id)))

    assert (await desk.see(AccountList)).task == ""
    assert "There is no such account." in desk.scripts


async def remove(studio: Studio, account: AccountReport) -> None:
    await studio.engine.administration.remove(studio.who, account.id)


async def reset(studio: Studio, account: AccountReport) -> None:
    await studio.engine.administration.update(studio.who, account.id, AccountChanges(password=PASSWORD))


async def demote(studio: Studio, account: AccountReport) -> None:
    await studio.engine.administration.update(studio.who, account.id, AccountChanges(role=Role.OWNER))
    await studio.advance(1)
    await studio.engine.administration.update(studio.who, account.id, AccountChanges(role=Role.DM))


@pytest.mark.parametrize("end", [remove, reset, demote])
async def test_an_open_tab_of_whoever_is_out_goes_to_the_way_in_without_a_click(
    hers: Tab, studio: Studio, berta: AccountReport, end: Callable[[Studio, AccountReport], Awaitable[None]]
) -> None:
    await end(studio, berta)
    await studio.advance(1)

    assert hers.redirects[0] == "/login"


async def test_who_is_made_an_owner_or_renamed_sees_it_in_the_open_tab(
    hers: Tab, studio: Studio, berta: AccountReport
) -> None:
    assert not (await hers.see(MyAccount)).is_owner

    changes = AccountChanges(name="Berta the Bold", role=Role.OWNER)
    await studio.engine.administration.update(studio.who, berta.id, changes)
    await studio.advance(1)

    assert hers.redirects == []
    assert (await hers.see(MyAccount)).is_owner
    assert (await hers.see(ComfyUIForm)).is_owner
    assert ((await hers.see(Me)).name, (await hers.see(Me)).initials) == ("Berta the Bold", "BB")
    assert len(await lines(hers)) == 2


async def test_what_one_owner_does_appears_in_the_list_of_another(
    hers: Tab, studio: Studio, berta: AccountReport
) -> None:
    await studio.engine.administration.update(studio.who, berta.id, AccountChanges(role=Role.OWNER))
    await studio.advance(1)

    await studio.engine.administration.create(studio.who, "Edda", PASSWORD)
    await studio.advance(1)

    assert ("Edda", "dm") in await lines(hers)


async def test_the_address_names_the_section_unless_there_is_none_of_that_name(secret: str, studio: Studio) -> None:
    for asked, shown in (("tokens", TOKENS), ("nothing", COMFYUI), ("", COMFYUI)):
        async with open_tab(secret, f"/settings?section={asked}") as tab:
            await tab.send(SettingsPage.enter)

            assert (await tab.see(SettingsPage)).section == shown
