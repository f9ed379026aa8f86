"""Nothing that was typed is lost, and keys and Back lead where one expects."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up, sign_in

ODILE = re.compile("^Odile Marrow")


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App], open_once: Callable[[], Page]) -> App:
    """With the owner and the demo world."""
    app = start_app()
    set_up(open_once(), app.url, with_demo=True)
    return app


@pytest.fixture(scope="module")
def open_once(request: pytest.FixtureRequest) -> Callable[[], Page]:
    """The page of whoever makes the account."""
    browser = request.getfixturevalue("browser")

    def open_one() -> Page:
        context: BrowserContext = browser.new_context()
        request.addfinalizer(context.close)
        return context.new_page()

    return open_one


@pytest.fixture
def enter(app: App, open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page in the demo world."""

    def enter_one(width: int = 1440, height: int = 900) -> Page:
        page = open_context(width, height).new_page()
        sign_in(page, app.url)
        page.get_by_role("link", name=re.compile("^Open The Lantern Coast")).first.click()
        expect(page).to_have_url(re.compile("/create"))
        return page

    return enter_one


def stand_before_odile(page: Page) -> None:
    page.locator(".ent", has_text=ODILE).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Odile Marrow")


def test_what_is_set_just_before_esc_is_there_when_the_dialog_opens_again(enter: Callable[..., Page]) -> None:
    page = enter()
    stand_before_odile(page)
    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Seed", exact=True).click()
    page.keyboard.type("418204773")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value("418204773")
    dialog.get_by_label("Prompt", exact=True).fill("A lighthouse keeper, tired.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()

    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value("A lighthouse keeper, tired.")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value("418204773")
    expect(dialog.get_by_text("Your words")).to_have_count(1)
    dialog.get_by_role("button", name="Roll a seed to keep").click()
    expect(dialog.get_by_label("Seed", exact=True)).not_to_have_value("418204773")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value("A lighthouse keeper, tired.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add a character or location").click()
    dialog.get_by_label("Name").fill("Maud")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Add a character or location").click()
    expect(dialog.get_by_label("Name")).to_have_value("Maud")


def test_keys_may_be_faster_than_pictures_and_a_deleted_one_leaves_the_keyboard_to_its_neighbour(
    enter: Callable[..., Page],
) -> None:
    page = enter()
    stand_before_odile(page)
    tiles = page.locator(".tile:visible > button.plate")
    expect(tiles.nth(2)).to_be_visible()
    count = tiles.count()
    third = tiles.nth(2).locator("img").get_attribute("alt") or ""
    tiles.first.click()
    expect(page.get_by_role("button", name="Next picture")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".panel-info").get_by_text(third, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    tiles.nth(1).focus()
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Delete 1 Picture").click()

    expect(tiles).to_have_count(count - 1)
    expect(tiles.nth(1)).to_be_focused()
    expect(tiles.nth(1).locator("img")).to_have_attribute("alt", third)


def test_on_a_phone_back_leads_to_the_list_and_a_link_to_somebody_opens_them(
    enter: Callable[..., Page], app: App
) -> None:
    page = enter(390, 844)
    row = page.locator(".ent", has_text=ODILE)
    stand_before_odile(page)
    expect(row).to_be_hidden()

    page.go_back()
    expect(row).to_be_visible()
    page.go_forward()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="Back to the list").click()
    expect(row).to_be_visible()
    expect(page).to_have_url(re.compile(r"/create/?$"))

    stand_before_odile(page)
    expect(page).to_have_url(re.compile("show="))
    address = page.url
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Odile Marrow")
    expect(row).to_be_hidden()


def test_a_queue_hidden_on_a_wide_window_does_not_cover_a_narrow_one(enter: Callable[..., Page]) -> None:
    page = enter()
    queue = page.get_by_role("complementary", name="Generation Queue")
    page.get_by_role("button", name="Hide the queue").click()
    expect(queue).to_be_hidden()

    page.set_viewport_size({"width": 800, "height": 900})
    expect(page.locator(".desk")).not_to_have_attribute("data-queue", "toggled")
    expect(queue).to_be_hidden()

    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".desk")).to_have_attribute("data-queue", "toggled")
    expect(queue).to_be_hidden()


def test_what_is_typed_while_the_server_restarts_is_shown_and_stored(enter: Callable[..., Page], app: App) -> None:
    page = enter()
    stand_before_odile(page)
    description = page.get_by_label("Description")
    app.kill()
    expect(page.get_by_text("WrldBldr does not answer")).to_be_visible()
    description.fill("She keeps the last lamp.")
    description.blur()
    page.wait_for_timeout(500)

    app.start()

    expect(page.get_by_text("WrldBldr does not answer")).to_be_hidden()
    expect(page.locator(".ent", has_text=ODILE)).to_contain_text("She keeps the last lamp.")
    expect(description).to_have_value("She keeps the last lamp.")
    page.reload()
    expect(description).to_have_value("She keeps the last lamp.")
