"""The queue beside the work: what fails says why, and what is withdrawn makes room for the next."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up, sign_in

REFUSED = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}},
    "2": {
        "class_type": "IPAdapterAdvanced_of_a_pack_nobody_has",
        "inputs": {"image": ["1", 0]},
        "_meta": {"title": "Style from picture"},
    },
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["2", 0]}},
}


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def open_demo_world(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    expect(page).to_have_url(re.compile("/create"))
    page.get_by_role("button", name=re.compile("^Hask Brannoch")).first.click()
    expect(page.get_by_role("heading", name="Hask Brannoch")).to_be_visible()


def ask(page: Page, asset_type: str) -> None:
    page.get_by_role("button", name=re.compile(f"^Generate {asset_type}")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(re.compile("Grizzled veteran"))
    dialog.get_by_role("button", name=re.compile("^Generate 4")).click()
    expect(dialog).to_be_hidden()


def test_a_batch_that_fails_says_why_in_words_on_every_screen_until_it_is_dealt_with(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    made = page.request.post(
        f"{app.url}/api/workflows", data={"name": "town-sprite-ipadapter", "graph": REFUSED}
    ).json()
    page.request.put(f"{app.url}/api/workflows/defaults", data={"sprite": made["id"]})
    phone = open_context(390, 844).new_page()
    sign_in(phone, app.url)
    for screen in (page, phone):
        expect(screen.get_by_role("heading", name="Your worlds")).to_be_visible()
        open_demo_world(screen)
    notices = [screen.get_by_text("Sprite for Hask Brannoch failed") for screen in (page, phone)]

    ask(page, "Sprite")

    for notice in notices:
        expect(notice).to_be_visible()
    snapshot(phone, "failed-390")
    phone.get_by_role("button", name="Back to the list").click(trial=True)  # not covered by the notice
    phone.get_by_role("button", name="Show", exact=True).click()
    expect(phone.get_by_role("region", name="Needs you").get_by_text("Failed")).to_be_in_viewport()

    box = page.get_by_role("region", name="Needs you")
    expect(box.get_by_text("Your ComfyUI lacks the node IPAdapterAdvanced_of_a_pack_nobody_has")).to_be_visible()
    expect(box.get_by_text("Install the custom node pack it comes from, or pick another workflow.")).to_be_visible()
    box.get_by_role("button", name="Show Details").first.click()
    expect(box.get_by_text("town-sprite-ipadapter")).to_be_visible()
    expect(box.get_by_role("button", name="Copy Details")).to_be_visible()
    snapshot(page, "failed")

    box.get_by_role("button", name="Retry", exact=True).click()
    expect(box.get_by_text(re.compile("attempt 2"))).to_be_visible()
    for notice in notices:
        expect(notice).to_have_count(1)  # of the second attempt: that of the first went with it
    box.get_by_role("button", name="Clear").click()
    expect(box).to_be_hidden()
    for notice in notices:
        expect(notice).to_have_count(0)


def test_a_cancelled_batch_leaves_the_queue_and_the_next_one_is_painted(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page, other = open_context().new_page(), open_context().new_page()
    for screen in (page, other):
        sign_in(screen, app.url)
        expect(screen.get_by_role("heading", name="Your worlds")).to_be_visible()
        open_demo_world(screen)
    ask(page, "Portrait")
    ask(page, "Portrait")
    for screen in (page, other):
        expect(screen.get_by_text(re.compile("#2 in queue"))).to_be_visible()

    page.locator(".live-card").get_by_role("button", name="Cancel").click()
    question = page.get_by_role("alertdialog")
    expect(question.get_by_text("Cancel generation for Hask Brannoch?")).to_be_visible()
    expect(question.get_by_role("button", name="Keep Painting")).to_be_focused()
    snapshot(page, "cancel-question")
    question.get_by_role("button", name="Cancel Generation").click()

    for screen in (page, other):
        expect(screen.get_by_text(re.compile("#2 in queue"))).to_be_hidden()
        expect(screen.get_by_role("region", name="Just left the queue").get_by_text("Hask Brannoch")).to_be_visible()
        expect(screen.locator(".tile:visible img")).to_have_count(4, timeout=30_000)
        expect(screen.get_by_role("region", name="Ready")).to_be_visible()
