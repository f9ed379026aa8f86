"""Every page and dialog, examined by axe: nothing serious, nothing critical."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up

GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@pytest.fixture
def examine() -> Iterator[Callable[[Page, str], None]]:
    """Collects what axe finds; the test fails at its end with everything there is."""
    found: list[str] = []

    def look(page: Page, where: str) -> None:
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in GRAVE:
                nodes = "; ".join(str(node["target"]) for node in violation["nodes"][:4])
                found.append(f"{where}: {violation['id']} ({violation['impact']}): {nodes}")

    yield look
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_on_any_page_or_dialog(
    app: App, open_context: Callable[..., BrowserContext], examine: Callable[[Page, str], None]
) -> None:
    page = open_context().new_page()
    page.goto(f"{app.url}/setup")
    expect(page.get_by_text("The built-in simulator")).to_be_visible()
    examine(page, "setup")
    stranger = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    stranger.goto(f"{app.url}/login")
    expect(stranger.get_by_role("button", name="Sign In")).to_be_visible()
    examine(stranger, "login")
    expect(page.get_by_role("heading", name="The Lantern Coast")).to_be_visible()
    examine(page, "worlds")

    page.get_by_role("link", name=re.compile("^Open")).first.click()
    expect(page).to_have_url(re.compile("/create"))
    page.get_by_role("button", name=re.compile("^Odile Marrow")).first.click()
    expect(page.locator(".tile:visible img").first).to_be_visible()
    examine(page, "creator")
    page.locator(".tile:visible .plate").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    examine(page, "lightbox")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    examine(page, "generate")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".live-card")).to_be_visible()
    examine(page, "creator while painting")
    page.get_by_role("button", name=re.compile("^Players at the table")).click()
    expect(page.get_by_role("dialog").locator(".join-code")).not_to_be_empty()
    examine(page, "players")
    code = page.locator(".join-code").inner_text()
    page.keyboard.press("Escape")
    phone = open_context(390, 844).new_page()
    examine_as_player(phone, f"{app.url}/join/{code}", examine)
    examine_director(page, phone, examine)
    page.goto(f"{app.url}/settings")
    page.get_by_role("button", name="Add a Header").click()
    expect(page.get_by_label("Name of the header")).to_be_focused()
    examine(page, "settings")
    page.goto(f"{app.url}/no/such/page")
    expect(page.get_by_text("Nothing was ever written at this address.")).to_be_visible()
    expect(page).to_have_title(re.compile("Not found"))
    examine(page, "not found")


def examine_director(page: Page, phone: Page, examine: Callable[[Page, str], None]) -> None:
    """Director Mode with its dialogs, and the stage on a player's screen."""
    page.get_by_role("link", name="Direct").click()
    expect(page.locator(".npc").first).to_be_visible()
    page.keyboard.press("q")
    examine(page, "director")
    page.keyboard.press("b")
    page.get_by_role("button", name="Wrackmouth Harbour").click()
    expect(phone.locator(".scene-figures img")).to_be_visible()
    examine(phone, "play with a stage")
    examine(page, "director with a stage")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_contain_text("Quick NPC")
    examine(page, "quick npc")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Show to Players")
    examine(page, "handout")
    page.keyboard.press("Control+Enter")
    expect(phone.get_by_role("dialog")).to_be_visible()
    examine(phone, "play with a handout")
    page.set_viewport_size({"width": 390, "height": 844})
    examine(page, "director on a phone")
    page.set_viewport_size({"width": 1440, "height": 900})


def examine_as_player(phone: Page, address: str, examine: Callable[[Page, str], None]) -> None:
    """The two pages that players have."""
    phone.goto(address)
    phone.get_by_label("Your name at the table").fill("Bram")
    examine(phone, "join")
    phone.get_by_role("button", name="Sit Down").click()
    expect(phone.get_by_role("heading", name="People you know")).to_be_visible()
    examine(phone, "play")
