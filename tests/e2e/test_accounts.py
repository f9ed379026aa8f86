"""An owner lets a game master in and shuts her out again, in two browsers side by side."""

import re
from collections.abc import Callable

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import App, set_up

BERTA, RENAMED = "Berta Lund", "Berta of the Salt Road"
FIRST, SECOND = "the first password", "a harbour in fog"


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def sign_in(page: Page, app: App, password: str) -> None:
    page.goto(f"{app.url}/login")
    page.get_by_label("Your name").fill(BERTA)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("button", name=f"Account of {BERTA}")).to_be_visible()


def open_section(page: Page, app: App, name: str) -> Locator:
    """By way of the menu; returns where the section is."""
    page.goto(f"{app.url}/settings")
    page.get_by_role("navigation", name="Sections").get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page.locator(".sect:visible")


def grave(page: Page) -> list[str]:
    """What axe finds that is serious."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in ("serious", "critical")]


def test_a_game_master_comes_in_with_a_password_of_her_own_and_a_token_and_is_out_the_moment_she_is_removed(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    owner = open_context().new_page()
    set_up(owner, app.url, with_demo=False)
    accounts = open_section(owner, app, "Accounts")
    accounts.get_by_label("Name", exact=True).fill(BERTA)
    accounts.get_by_label("First password").fill("short")
    owner.keyboard.press("Enter")
    expect(accounts.get_by_text("at least 8 characters")).to_be_visible()
    expect(accounts.get_by_label("First password")).to_be_focused()
    expect(accounts.get_by_label("Name", exact=True)).to_have_value(BERTA)
    snapshot(owner, "accounts-refused")
    accounts.get_by_label("First password").fill(FIRST)
    owner.keyboard.press("Enter")
    expect(accounts.get_by_role("listitem").filter(has_text=BERTA)).to_contain_text("Game master · 0 worlds")
    expect(accounts.get_by_label("Name", exact=True)).to_have_value("")
    expect(accounts.get_by_label("First password")).to_have_value("")
    snapshot(owner, "accounts")
    assert grave(owner) == []

    hers = open_context(390, 844).new_page()
    sign_in(hers, app, FIRST)
    change_password(hers, app, snapshot)
    secret = make_a_token(hers, app, snapshot)
    bearer = {"authorization": f"Bearer {secret}"}
    made = httpx.post(f"{app.url}/api/worlds", json={"name": "The Salt Road"}, headers=bearer)
    assert made.status_code == 201

    rename(owner, snapshot)
    expect(hers.get_by_role("button", name=f"Account of {RENAMED}")).to_be_visible()  # she touched nothing
    row = accounts.get_by_role("listitem").filter(has_text=RENAMED)
    row.get_by_role("button", name=f"More for {RENAMED}").click()
    snapshot(owner, "accounts-menu")
    owner.get_by_role("menuitem", name="Remove…").click()
    question = owner.get_by_role("alertdialog")
    expect(question).to_contain_text("Their 1 world goes too")
    expect(question.get_by_role("button", name="Keep the Account")).to_be_focused()
    snapshot(owner, "accounts-question")
    question.get_by_role("button", name="Remove the Account").click()

    expect(hers).to_have_url(re.compile("/login"))
    expect(hers.get_by_role("button", name="Sign In")).to_be_visible()
    expect(row).to_have_count(0)
    assert httpx.get(f"{app.url}/api/me", headers=bearer).status_code == 401


def change_password(page: Page, app: App, snapshot: Callable[[Page, str], None]) -> None:
    """On a phone, after a wrong old one; what was typed stays until then."""
    own = open_section(page, app, "Your account")
    expect(page.get_by_role("button", name="Accounts")).to_have_count(0)
    own.get_by_label("Old password").fill("not it at all")
    own.get_by_label("New password").fill(SECOND)
    own.get_by_role("button", name="Change Password").click()
    expect(own.get_by_text("That is not your password.")).to_be_visible()
    expect(own.get_by_label("Old password")).to_be_focused()
    expect(own.get_by_label("New password")).to_have_value(SECOND)
    snapshot(page, "own-account-phone-refused")
    own.get_by_label("Old password").fill(FIRST)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Password changed")).to_be_visible()
    expect(own.get_by_label("New password")).to_have_value("")


def rename(page: Page, snapshot: Callable[[Page, str], None]) -> None:
    """By keyboard alone, after a name that is taken."""
    page.get_by_role("button", name=f"More for {BERTA}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Rename…")).to_be_focused()
    page.keyboard.press("Enter")
    name = page.get_by_role("dialog").get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_value(BERTA)
    name.fill("RUTH marlowe")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is an account called Ruth Marlowe already.")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_value("RUTH marlowe")
    snapshot(page, "accounts-rename")
    name.fill(RENAMED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def make_a_token(page: Page, app: App, snapshot: Callable[[Page, str], None]) -> str:
    """On a phone; the secret is seen once. Returns it."""
    tokens = open_section(page, app, "API tokens")
    expect(tokens.get_by_text("No token yet")).to_be_visible()
    snapshot(page, "tokens-phone-empty")
    tokens.get_by_role("button", name="Make a Token").click()
    expect(tokens.get_by_text("The label cannot be empty.")).to_be_visible()
    tokens.get_by_label("What is it for?").fill("Backup script")
    page.keyboard.press("Enter")
    shown = tokens.get_by_role("textbox", name="The token Backup script")
    expect(shown).to_be_visible()
    snapshot(page, "tokens-phone")
    assert grave(page) == []
    secret = shown.input_value()
    tokens.get_by_role("button", name="Done").click()
    expect(shown).to_have_count(0)
    expect(tokens.get_by_role("listitem")).to_contain_text("Backup script")
    assert secret not in page.content()
    page.reload()
    expect(tokens.get_by_role("listitem")).to_contain_text("Backup script")
    assert secret not in page.content()
    return secret


def test_what_is_made_in_a_section_and_what_is_half_typed_outlives_a_look_at_another(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page = open_context().new_page()
    page.goto(f"{app.url}/login")
    page.get_by_label("Your name").fill("Ruth Marlowe")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("button", name="Account of Ruth Marlowe")).to_be_visible()
    own = open_section(page, app, "Your account")
    own.get_by_label("New password").fill("half a pass")
    sections = page.get_by_role("navigation", name="Sections")

    sections.get_by_role("button", name="API tokens").click()
    tokens = page.locator(".sect:visible")
    tokens.get_by_label("What is it for?").fill("Backup script")
    page.keyboard.press("Enter")
    expect(tokens.get_by_role("textbox", name="The token Backup script")).to_be_visible()
    snapshot(page, "tokens")
    sections.get_by_role("button", name="Your account").click()

    expect(own.get_by_label("New password")).to_have_value("half a pass")
    snapshot(page, "own-account")
    sections.get_by_role("button", name="API tokens").click()
    expect(tokens.get_by_role("listitem").filter(has_text="Backup script")).to_be_visible()
    expect(tokens.get_by_role("textbox", name="The token Backup script")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.request.post(f"{app.url}/api/accounts", data={"name": "Edda", "password": FIRST}).ok
    sections.get_by_role("button", name="Accounts").click()
    expect(page.get_by_role("heading", name="Accounts", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="More for Edda").click()
    page.get_by_role("menuitem", name="Reset Password…").click()
    typed = page.get_by_role("dialog").get_by_label("New password")
    expect(typed).to_be_focused()
    typed.fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("at least 8 characters")).to_be_visible()
    expect(typed).to_be_focused()
    snapshot(page, "accounts-phone-reset")
    assert grave(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    snapshot(page, "accounts-phone")
    sections.get_by_role("button", name="ComfyUI connection").click()
    expect(page.get_by_role("textbox", name="Address")).to_be_visible()
    snapshot(page, "comfyui-phone")
