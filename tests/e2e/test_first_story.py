"""The first thing a game master does, whole, seen on two screens at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import NAME, PASSWORD, App, expect_shelf, sign_in, watch_percentages


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    """A WrldBldr nobody has visited yet, painting with its simulator."""
    return start_app()


def make_the_owner_account(page: Page, url: str) -> None:
    page.goto(url)
    expect(page).to_have_url(re.compile("/setup/?$"))
    expect(page.get_by_text("The built-in simulator paints placeholder pictures")).to_be_visible()
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("switch", name="Load the demo world").uncheck()
    page.get_by_role("button", name="Make the Owner Account").click()
    expect_shelf(page)


def make_a_world(page: Page, name: str) -> None:
    page.get_by_role("button", name="Make a World").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Make the World").click()
    expect(page).to_have_url(re.compile("/worlds/.+/create/?$"))
    expect(page.get_by_text("No one lives here yet")).to_be_visible()


def add_a_character(page: Page, name: str, description: str) -> None:
    page.get_by_role("button", name="Add a Character").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name=re.compile("^Add")).click()
    page.get_by_label("Description").fill(description)
    page.get_by_label("Description").blur()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def ask_for_four_portraits(page: Page, snapshot: Callable[[Page, str], None]) -> None:
    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(re.compile("Grizzled veteran"))
    expect(dialog.get_by_label("Negative Prompt")).to_have_value(re.compile("blurry"))
    expect(dialog.get_by_role("button", name=re.compile("Generate 4"))).to_be_visible()
    snapshot(page, "generate")
    page.keyboard.press("Control+Enter")


def test_the_whole_story_from_setup_to_four_pictures_on_two_screens(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    desk, sofa = open_context().new_page(), open_context(1180, 820).new_page()
    problems: list[str] = []
    for page in (desk, sofa):
        page.on("pageerror", lambda error: problems.append(str(error)))
    make_the_owner_account(desk, app.url)
    make_a_world(desk, "The Bone Orchard")
    snapshot(desk, "empty-world")
    add_a_character(desk, "Hask Brannoch", "Grizzled veteran with a scar across the left brow, a dusty cloak.")
    sign_in(sofa, app.url)
    expect(sofa.get_by_role("heading", name="Your worlds")).to_be_visible()
    sofa.goto(desk.url)
    expect(sofa.get_by_role("heading", name="Hask Brannoch")).to_be_visible()

    ask_for_four_portraits(desk, snapshot)

    for page in (desk, sofa):
        expect(page.locator(".live-card img")).to_be_visible()
        snapshot(page, f"painting-{page.viewport_size and page.viewport_size['width']}")
    for values in watch_percentages([desk, sofa], until_pictures=4):
        shown = [value for value in values if value]
        assert len(set(shown)) >= 5, f"the percentage rises in steps one can see: {values}"
        running = shown[: shown.index(max(shown)) + 1]
        assert running == sorted(running), f"it never goes back: {values}"
    for page in (desk, sofa):
        expect(page.get_by_role("region", name="Ready")).to_be_visible()
        expect(page.get_by_text("simulated").first).to_be_visible()
        snapshot(page, f"ready-{page.viewport_size and page.viewport_size['width']}")
        page.reload()
        expect(page.locator(".tile:visible img")).to_have_count(4)
        for number in range(1, 5):
            expect(page.get_by_text(f"Hask_Brannoch_Portrait_00{number}").first).to_be_visible()
    assert not problems
