"""A login may end at any moment, on another tab for one: what was typed until then is there after signing in again."""

import re
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.conftest import NAME, PASSWORD, App, expect_shelf, set_up, sign_in

NOTE = "Your unsaved words are back."
WORDS = "She keeps the last lamp."
OTHER_NAME, OTHER_PASSWORD = "Berta", "another long password"
MODEL_FREE = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["1", 0]}},
}


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App], browser: Browser) -> App:
    """With the demo world, a second game master and a second workflow."""
    app = start_app()
    with closing(browser.new_context()) as context:
        page = context.new_page()
        set_up(page, app.url, with_demo=True)
        assert page.request.post(f"{app.url}/api/workflows", data={"name": "Watercolours", "graph": MODEL_FREE}).ok
        berta = {"name": OTHER_NAME, "password": OTHER_PASSWORD}
        assert page.request.post(f"{app.url}/api/accounts", data=berta).ok
    return app


@pytest.fixture
def tabs(app: App, open_context: Callable[..., BrowserContext]) -> tuple[Page, Page]:
    """Two tabs of the owner's browser, the first one in front of Odile."""
    context = open_context()
    first, second = context.new_page(), context.new_page()
    sign_in(first, app.url)
    first.get_by_role("link", name=re.compile("^Open The Lantern Coast")).first.click()
    expect(first).to_have_url(re.compile("/create"))
    first.locator(".ent", has_text=re.compile("^Odile Marrow")).click()
    expect(first.get_by_label("Name", exact=True)).to_have_value("Odile Marrow")
    second.goto(app.url)
    second.get_by_role("button", name=re.compile("^Account of")).click()
    return first, second


def sign_out(tab: Page) -> None:
    """Its menu is open."""
    tab.get_by_role("menuitem", name="Sign Out").click()


def sign_in_again(tab: Page, name: str = NAME, password: str = PASSWORD) -> None:
    expect(tab).to_have_url(re.compile("/login"))
    tab.get_by_label("Your name").fill(name)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign In").click()
    expect(tab).not_to_have_url(re.compile("/login"))


def open_sprite_dialog(tab: Page) -> Locator:
    tab.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Sprite").click()
    expect(dialog.get_by_role("heading", name="Generate Sprite")).to_be_visible()
    return dialog


def test_words_in_the_editor_that_were_not_saved_yet_are_back_and_saved(
    tabs: tuple[Page, Page], snapshot: Callable[[Page, str], None]
) -> None:
    first, second = tabs
    first.get_by_label("Description").fill(WORDS)
    sign_out(second)

    sign_in_again(first)

    expect(first.get_by_text(NOTE)).to_be_visible()
    expect(first.get_by_label("Description")).to_have_value(WORDS)
    snapshot(first, "unsaved-words-back")
    first.reload()
    expect(first.get_by_label("Description")).to_have_value(WORDS)
    expect(first.get_by_text(NOTE)).to_be_hidden()


def test_the_generation_dialog_is_open_again_with_everything_that_was_set(
    tabs: tuple[Page, Page], snapshot: Callable[[Page, str], None]
) -> None:
    first, second = tabs
    dialog = open_sprite_dialog(first)
    dialog.get_by_label("Workflow").select_option(label="Watercolours")
    expect(dialog.get_by_text("This workflow takes no prompt")).to_be_visible()
    dialog.get_by_label("Variations").fill("2")
    dialog.get_by_label("Negative Prompt").fill("no hats")
    dialog.get_by_label("Seed", exact=True).fill("418204773")
    dialog.get_by_label("Prompt", exact=True).fill("A lighthouse keeper, tired.")
    sign_out(second)

    sign_in_again(first)

    expect(first.get_by_text(NOTE)).to_be_visible()
    expect(dialog.get_by_role("heading", name="Generate Sprite")).to_be_visible()
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value("A lighthouse keeper, tired.")
    expect(dialog.get_by_label("Negative Prompt")).to_have_value("no hats")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value("418204773")
    expect(dialog.get_by_label("Workflow").locator("option:checked")).to_have_text("Watercolours")
    snapshot(first, "unsaved-dialog-back")
    dialog.get_by_role("button", name=re.compile("^Generate 2")).click()
    expect(dialog).to_be_hidden()
    assert first.evaluate("JSON.parse(sessionStorage.getItem('wrldbldr_unsaved')).forms") == {}


def test_the_name_of_somebody_new_and_a_new_world_are_back_where_they_were_typed(
    tabs: tuple[Page, Page], app: App
) -> None:
    first, second = tabs
    dialog = first.get_by_role("dialog")
    first.get_by_role("button", name="Add a character or location").click()
    dialog.get_by_role("button", name="Location").click()
    dialog.get_by_label("Name").fill("The Salt Stair")
    sign_out(second)
    sign_in_again(first)
    expect(dialog.get_by_label("Name")).to_have_value("The Salt Stair")
    expect(dialog.get_by_role("button", name="Add the Location")).to_be_visible()

    first.goto(app.url)
    expect_shelf(first)
    first.get_by_role("button", name="Make a World").click()
    dialog.get_by_label("Name").fill("Ninefold Winter")
    dialog.get_by_label("Motto").fill("A royal road.")
    second.goto(app.url)
    second.get_by_role("button", name=re.compile("^Account of")).click()
    sign_out(second)
    sign_in_again(first)

    expect(dialog.get_by_label("Name")).to_have_value("Ninefold Winter")
    expect(dialog.get_by_label("Motto")).to_have_value("A royal road.")


def test_somebody_else_who_signs_in_there_never_sees_them(tabs: tuple[Page, Page]) -> None:
    first, second = tabs
    open_sprite_dialog(first).get_by_label("Prompt", exact=True).fill("A lighthouse keeper, tired.")
    sign_out(second)

    sign_in_again(first, OTHER_NAME, OTHER_PASSWORD)

    expect(first.get_by_text("There is no such world")).to_be_visible()
    first.get_by_role("link", name="All Worlds").last.click()
    expect(first.get_by_role("heading", name="Your worlds")).to_be_visible()
    first.wait_for_timeout(500)
    expect(first.get_by_text(NOTE)).to_be_hidden()
    assert "tired" not in first.content()
    assert "tired" not in first.evaluate("JSON.stringify({...sessionStorage})")


def test_who_signs_out_leaves_nothing_in_the_tab(tabs: tuple[Page, Page]) -> None:
    first, _ = tabs
    open_sprite_dialog(first).get_by_label("Prompt", exact=True).fill("A lighthouse keeper, tired.")
    first.keyboard.press("Escape")
    first.get_by_role("button", name=re.compile("^Account of")).click()

    sign_out(first)

    expect(first).to_have_url(re.compile("/login"))
    first.wait_for_function("!JSON.stringify({...sessionStorage}).includes('tired')")


def test_a_dialog_stays_as_it_is_over_a_restart_of_the_server(tabs: tuple[Page, Page], app: App) -> None:
    first, _ = tabs
    dialog = open_sprite_dialog(first)
    app.kill()
    expect(first.get_by_text("WrldBldr does not answer")).to_be_visible()
    dialog.get_by_label("Prompt", exact=True).fill("A lighthouse keeper, tired.")

    app.start()

    expect(first.get_by_text("WrldBldr does not answer")).to_be_hidden()
    expect(dialog.get_by_role("heading", name="Generate Sprite")).to_be_visible()
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value("A lighthouse keeper, tired.")
    expect(dialog.get_by_text("Your words")).to_be_visible()
    expect(first.get_by_text(NOTE)).to_be_hidden()
