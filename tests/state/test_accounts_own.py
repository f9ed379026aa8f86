"""One's own account in Settings: what is typed is in no var, and a secret is seen once."""

from collections.abc import AsyncGenerator

import pytest

from tests.fakes.studio import OWNER_PASSWORD, Studio
from tests.state.tab import Tab, open_tab
from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.services.accounts import SignedIn
from wrldbldr.state.accounts_own import ApiTokens, MyAccount
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.live import Live
from wrldbldr.state.settings_page import OWN, TOKENS, SettingsPage

PASSWORD = "a harbour in fog"


@pytest.fixture
async def desk(secret: str) -> AsyncGenerator[Tab]:
    """The owner's tab at the settings."""
    async with open_tab(secret, "/settings") as tab:
        await tab.send(ComfyUIForm.enter)
        await tab.send(SettingsPage.enter)
        tab.forget()
        yield tab


@pytest.fixture
async def elsewhere(studio: Studio) -> SignedIn:
    """The owner's phone."""
    return await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD, browser="Firefox on Android")


def passwords(old: str, new: str) -> dict[str, str]:
    return {"old_password": old, "new_password": new, "username": "Aldwin"}


async def is_out(studio: Studio, secret: str) -> bool:
    try:
        await studio.engine.accounts.principal(secret)
    except UnauthenticatedError:
        return True
    return False


async def test_it_says_who_one_is_and_what_opens_the_account_this_browser_first(
    secret: str, studio: Studio, elsewhere: SignedIn
) -> None:
    here = await studio.engine.accounts.principal(secret)
    await studio.engine.accounts.make_api_token(here, "my script")
    async with open_tab(secret, "/settings") as tab:
        await tab.send(SettingsPage.enter)

        own, tokens = await tab.see(MyAccount), await tab.see(ApiTokens)
        assert own.is_owner
        assert [login.is_this for login in own.logins][:1] == [True]
        assert "Firefox on Android" in [login.label for login in own.logins]
        assert [token.label for token in tokens.tokens] == ["my script"]


@pytest.mark.parametrize(
    ("old", "new", "field"), [("not it", PASSWORD, "old_password"), (OWNER_PASSWORD, "short", "new_password")]
)
async def test_a_refused_password_is_said_at_its_field_and_what_was_typed_stays(
    desk: Tab, studio: Studio, old: str, new: str, field: str
) -> None:
    await desk.send(MyAccount.change_password(passwords(old, new)))

    assert set((await desk.see(MyAccount)).errors) == {field}
    assert "reset()" not in desk.scripts
    assert "aria-invalid" in desk.scripts, "the field gets the focus"
    await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD)


async def test_who_guesses_the_old_password_too_often_is_told_how_long_to_wait(desk: Tab) -> None:
    for _ in range(11):
        await desk.send(MyAccount.change_password(passwords("not it", PASSWORD)))

    assert "Wait 5 minutes" in (await desk.see(MyAccount)).errors["old_password"]


async def test_a_changed_password_empties_the_form_and_signs_the_other_browsers_out(
    desk: Tab, studio: Studio, elsewhere: SignedIn
) -> None:
    await desk.send(MyAccount.change_password(passwords("not it", PASSWORD)))
    desk.forget()

    await desk.send(MyAccount.change_password(passwords(OWNER_PASSWORD, PASSWORD)))

    own = await desk.see(MyAccount)
    assert own.errors == {}
    assert [login.is_this for login in own.logins] == [True]
    assert "reset()" in desk.scripts
    assert await is_out(studio, elsewhere.secret)
    await studio.engine.accounts.log_in("Aldwin", PASSWORD)


async def test_no_password_and_no_hash_reaches_a_var(desk: Tab, studio: Studio) -> None:
    await desk.send(MyAccount.change_password(passwords("not it", PASSWORD)))
    await desk.send(MyAccount.change_password(passwords(OWNER_PASSWORD, PASSWORD)))

    sent = f"{desk.deltas} {desk.scripts} {await desk.everything()}"
    [(stored,)] = studio.committed("select password_hash from account")
    for secret in ("not it", PASSWORD, OWNER_PASSWORD, stored):
        assert secret not in sent


async def test_one_other_browser_is_signed_out_or_all_of_them(
    desk: Tab, studio: Studio, elsewhere: SignedIn, secret: str
) -> None:
    third = await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD)

    await desk.send(MyAccount.end(str(elsewhere.who.token_id)))
    assert await is_out(studio, elsewhere.secret)
    assert not await is_out(studio, third.secret)
    await desk.send(MyAccount.end_others)

    assert await is_out(studio, third.secret)
    assert not await is_out(studio, secret)
    assert [login.is_this for login in (await desk.see(MyAccount)).logins] == [True]


async def test_a_token_needs_a_label_and_is_not_made_without(desk: Tab) -> None:
    await desk.send(ApiTokens.make({"label": "  "}))

    tokens = await desk.see(ApiTokens)
    assert (tokens.error, tokens.secret, tokens.tokens) == ("The label cannot be empty.", "", [])
    assert "reset()" not in desk.scripts


@pytest.mark.parametrize(
    "put_away", [ApiTokens.put_away, SettingsPage.show(OWN), SettingsPage.show(TOKENS), SettingsPage.enter]
)
async def test_a_tokens_secret_opens_the_door_and_is_gone_from_the_tab_once_its_panel_is_closed(
    desk: Tab, studio: Studio, put_away: object
) -> None:
    await desk.send(ApiTokens.make({"label": " my script "}))
    tokens = await desk.see(ApiTokens)
    secret = tokens.secret
    assert (await studio.engine.accounts.principal(secret)).name == "Aldwin"
    assert (tokens.secret_label, [token.label for token in tokens.tokens]) == ("my script", ["my script"])

    await desk.send(put_away)

    assert secret not in str(await desk.everything())


async def test_a_token_is_revoked_only_when_the_question_is_answered_with_yes(desk: Tab, studio: Studio) -> None:
    await desk.send(ApiTokens.make({"label": "my script"}))
    tokens = await desk.see(ApiTokens)
    secret, token = tokens.secret, tokens.tokens[0].id

    await desk.send(ApiTokens.ask_to_revoke(token))
    assert (await desk.see(ApiTokens)).doomed_label == "my script"
    await desk.send(ApiTokens.keep(False))
    assert not await is_out(studio, secret)
    await desk.send(ApiTokens.ask_to_revoke(token))
    await desk.send(ApiTokens.revoke)

    assert await is_out(studio, secret)
    tokens = await desk.see(ApiTokens)
    assert (tokens.tokens, tokens.doomed) == ([], "")
    assert (tokens.secret, tokens.secret_label) == ("", "")


async def test_the_secret_of_a_new_token_stays_in_sight_while_another_of_the_same_name_is_revoked(
    desk: Tab, studio: Studio
) -> None:
    await desk.send(ApiTokens.make({"label": "my script"}))
    [earlier] = (await desk.see(ApiTokens)).tokens
    await studio.advance(1)
    await desk.send(ApiTokens.make({"label": "my script"}))
    secret = (await desk.see(ApiTokens)).secret

    await desk.send(ApiTokens.ask_to_revoke(earlier.id))
    await desk.send(ApiTokens.revoke)

    assert (await desk.see(ApiTokens)).secret == secret
    assert not await is_out(studio, secret)


async def test_a_browser_that_signs_in_elsewhere_appears_by_itself_and_goes_by_itself(
    desk: Tab, studio: Studio
) -> None:
    await desk.start(Live.listen)
    await studio.advance(1)

    phone = await studio.engine.accounts.log_in("Aldwin", OWNER_PASSWORD, browser="Firefox on Android")
    await studio.advance(1)
    assert "Firefox on Android" in [login.label for login in (await desk.see(MyAccount)).logins]
    await studio.engine.accounts.log_out(phone.who)
    await studio.advance(1)

    assert "Firefox on Android" not in [login.label for login in (await desk.see(MyAccount)).logins]
