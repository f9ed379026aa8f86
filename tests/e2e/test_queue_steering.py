"""Steering the queue in a browser, while another tab looks on and is never reloaded (US-18E.1 to US-18E.5)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.e2e.test_queue_dock import REFUSED, open_demo_world

NAMES = ("Odile Marrow", "Sefa Thornwick", "Brother Aldwin", "The Tide Widow")
AT_ONCE_MS = 5_000  # on a busy machine; it is a fraction of a second


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@dataclass(frozen=True)
class Desk:
    """Two screens in front of the same queue: a hand is at the first, and the second only looks."""

    page: Page
    other: Page
    url: str
    session_id: str
    characters: dict[str, str]

    def ask(self, name: str, **asked: Any) -> str:
        """A batch of one portrait, asked for by a script. Returns its id."""
        body = {
            "session_id": self.session_id, "entity_type": "character", "entity_id": self.characters[name],
            "asset_type": "portrait", "prompt": f"a portrait of {name}", "count": 1, **asked,
        }  # fmt: skip
        answer = self.page.request.post(f"{self.url}/api/assets/generate", data=body)
        assert answer.status == 202, answer.text()
        return str(answer.json()["id"])

    def batch(self, batch_id: str) -> dict[str, Any]:
        return self.page.request.get(f"{self.url}/api/assets/batch/{batch_id}").json()

    def call(self, path: str, **body: Any) -> None:
        assert self.page.request.post(f"{self.url}{path}", data=body).ok

    def order(self) -> list[str]:
        """What the server has waiting."""
        address = f"{self.url}/api/assets/batch?session_id={self.session_id}&status=queued"
        items = self.page.request.get(address).json()["items"]
        return [item["entity_name"] for item in items]

    def expect_order(self, *names: str) -> None:
        """Both screens and the server agree."""
        for page in (self.page, self.other):
            expect(rows(page)).to_have_text([re.compile(name) for name in names], timeout=AT_ONCE_MS)
        assert self.order() == list(names)


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def rows(page: Page) -> Locator:
    return group(page, "Waiting").locator("li .name")


@pytest.fixture
def desk(app: App, open_context: Callable[..., BrowserContext], is_set_up: list[bool]) -> Iterator[Desk]:
    page, other = open_context().new_page(), open_context().new_page()
    if is_set_up:
        sign_in(page, app.url)
    else:
        set_up(page, app.url, with_demo=True)
        is_set_up.append(True)
    sign_in(other, app.url)
    for screen in (page, other):
        expect(screen.get_by_role("heading", name="Your worlds")).to_be_visible()
        open_demo_world(screen)
    world = page.request.get(f"{app.url}/api/worlds").json()["items"][0]["id"]
    session = page.request.get(f"{app.url}/api/worlds/{world}/sessions").json()["items"][0]["id"]
    found = page.request.get(f"{app.url}/api/worlds/{world}/characters").json()["items"]
    made = Desk(page, other, app.url, session, {one["name"]: one["id"] for one in found})
    made.call("/api/queue/pause")
    other.evaluate("window.wasNotReloaded = true")
    yield made
    assert other.evaluate("window.wasNotReloaded"), "the second screen was never reloaded"
    for item in page.request.get(f"{app.url}/api/assets/batch", params={"session_id": session}).json()["items"]:
        page.request.delete(f"{app.url}/api/assets/batch/{item['id']}")
    made.call("/api/assets/batch/clear", session_id=session, statuses=["ready", "failed"])
    made.call("/api/queue/resume")


@pytest.fixture(scope="module")
def is_set_up() -> list[bool]:
    """Filled by whoever sets the app up."""
    return []


def grip(page: Page, name: str) -> Locator:
    return group(page, "Waiting").get_by_role("button", name=f"Move {name}", exact=True)


def drag(page: Page, name: str, onto: str, *, to: float) -> None:
    """Take a row by its grip and let it go over another one, at that share of its height."""
    start, end = grip(page, name).bounding_box(), grip(page, onto).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] + start["height"] / 2 + 8, steps=3)
    page.mouse.move(end["x"] + 8, end["y"] + end["height"] * to, steps=8)


def test_rows_are_dragged_and_moved_by_menu_button_and_key_and_the_server_obeys(
    desk: Desk, snapshot: Callable[[Page, str], None]
) -> None:
    odile, sefa, aldwin, widow = NAMES
    for name in NAMES:
        desk.ask(name)
    desk.expect_order(odile, sefa, aldwin, widow)

    drag(desk.page, widow, sefa, to=0.2)
    snapshot(desk.page, "queue-dragging")
    desk.page.mouse.up()
    desk.expect_order(odile, widow, sefa, aldwin)
    drag(desk.page, odile, aldwin, to=0.8)
    desk.page.mouse.up()
    desk.expect_order(widow, sefa, aldwin, odile)
    drag(desk.page, odile, widow, to=0.2)
    desk.page.keyboard.press("Escape")
    desk.page.mouse.up()
    desk.expect_order(widow, sefa, aldwin, odile)

    group(desk.page, "Waiting").get_by_role("button", name=f"Move {odile} to the top").click()
    desk.expect_order(odile, widow, sefa, aldwin)
    grip(desk.page, odile).click()
    snapshot(desk.page, "queue-menu")
    desk.page.get_by_role("menuitem", name="Move to Bottom").click()
    desk.expect_order(widow, sefa, aldwin, odile)

    grip(desk.page, odile).focus()
    desk.page.keyboard.press("Alt+ArrowUp")
    desk.expect_order(widow, sefa, odile, aldwin)
    expect(grip(desk.page, odile)).to_be_focused()
    expect(
        desk.page.get_by_role("status").filter(has_text=f"Portrait of {odile} is #3 in the queue now.")
    ).to_be_attached()
    desk.page.keyboard.press("Alt+Shift+ArrowUp")
    desk.expect_order(odile, widow, sefa, aldwin)
    desk.page.keyboard.press("Alt+ArrowDown")
    desk.expect_order(widow, odile, sefa, aldwin)

    desk.call("/api/queue/resume")
    ready = group(desk.other, "Ready").locator("li .name")
    expect(ready).to_have_count(4, timeout=60_000)
    times = desk.page.request.get(f"{desk.url}/api/assets/batch", params={"session_id": desk.session_id}).json()[
        "items"
    ]
    begun = [item["entity_name"] for item in sorted(times, key=lambda item: item["started_at"])]
    assert begun == [widow, odile, sefa, aldwin], "painted as they stood"


def test_a_finger_drags_too(desk: Desk, app: App, browser: Any, snapshot: Callable[[Page, str], None]) -> None:
    odile, sefa, aldwin, _ = NAMES
    for name in (odile, sefa, aldwin):
        desk.ask(name)
    context: BrowserContext = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    phone = context.new_page()
    sign_in(phone, app.url)
    expect(phone.get_by_role("heading", name="Your worlds")).to_be_visible()
    phone.get_by_role("link", name=re.compile("^Open")).first.click()
    button = phone.locator(".queue-button")
    expect(button).to_contain_text("3")
    button.click()
    expect(rows(phone)).to_have_count(3)
    start, end = grip(phone, aldwin).bounding_box(), grip(phone, odile).bounding_box()
    assert start is not None
    assert end is not None
    touch = context.new_cdp_session(phone)
    x = start["x"] + 8
    ys = [start["y"] + 24 - step for step in range(0, int(start["y"] - end["y"]) + 16, 8)]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": ys[0]}]})
    for y in ys[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    snapshot(phone, "queue-dragging-390")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    desk.expect_order(aldwin, odile, sefa)
    context.close()


def test_cancelling_asks_and_can_be_made_good_and_all_at_once(
    desk: Desk, snapshot: Callable[[Page, str], None]
) -> None:
    odile, sefa, aldwin, _ = NAMES
    for name in (odile, sefa, aldwin):
        desk.ask(name)
    desk.expect_order(odile, sefa, aldwin)

    group(desk.page, "Waiting").get_by_role("button", name=f"Cancel generation for {sefa}").click()
    question = desk.page.get_by_role("alertdialog")
    expect(question.get_by_text(f"Cancel generation for {sefa}?")).to_be_visible()
    question.get_by_role("button", name="Cancel Generation").click()
    desk.expect_order(odile, aldwin)
    expect(group(desk.other, "Just left the queue").locator("li").first).to_contain_text(sefa)
    snapshot(desk.page, "queue-just-left")
    group(desk.page, "Just left the queue").get_by_role("button", name="Ask Again").first.click()
    desk.expect_order(odile, aldwin, sefa)

    group(desk.page, "Waiting").get_by_role("button", name="Cancel All…").click()
    question = desk.page.get_by_role("alertdialog")
    expect(question.get_by_text("Cancel 3 waiting batches?")).to_be_visible()
    expect(question.get_by_role("button", name="Keep in Queue")).to_be_focused()
    question.get_by_role("button", name="Cancel All", exact=True).click()
    for page in (desk.page, desk.other):
        expect(group(page, "Waiting")).to_have_count(0)
    assert desk.order() == []


def test_what_failed_is_edited_and_tried_again_or_all_of_it(desk: Desk, snapshot: Callable[[Page, str], None]) -> None:
    odile, sefa, *_ = NAMES
    made = desk.page.request.post(f"{desk.url}/api/workflows", data={"name": "broken", "graph": REFUSED}).json()
    for name in (odile, sefa):
        desk.ask(name, workflow_id=made["id"], seed=7)
    desk.call("/api/queue/resume")
    needs_you = group(desk.page, "Needs you")
    expect(needs_you.get_by_text("Failed", exact=True)).to_have_count(2)
    expect(needs_you.get_by_text("attempt 1 of 3")).to_have_count(2)
    snapshot(desk.page, "queue-failed-two")

    needs_you.get_by_role("button", name="Retry All").click()
    for page in (desk.page, desk.other):
        expect(group(page, "Needs you").get_by_text("attempt 2 of 3")).to_have_count(2)

    row = needs_you.locator("li").filter(has_text=odile)
    row.get_by_role("button", name="Edit and Retry").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(f"a portrait of {odile}")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value("7")
    dialog.get_by_label("Workflow").select_option(label="text-to-picture")
    snapshot(desk.page, "queue-edit-and-retry")
    dialog.get_by_role("button", name=re.compile("^Generate 1")).click()
    expect(dialog).to_be_hidden()

    for page in (desk.page, desk.other):
        expect(group(page, "Needs you").locator("li")).to_have_count(1)
        expect(group(page, "Ready").get_by_text(odile)).to_be_visible(timeout=60_000)
    needs_you.get_by_role("button", name="Clear", exact=True).click()
    for page in (desk.page, desk.other):
        expect(group(page, "Needs you")).to_have_count(0)


def test_what_is_tried_again_waits_as_queued_with_its_attempt_on_both_screens_and_keeps_its_settings(
    desk: Desk,
) -> None:
    odile = NAMES[0]
    made = desk.page.request.post(f"{desk.url}/api/workflows", data={"name": "unfit", "graph": REFUSED}).json()
    batch = desk.ask(odile, workflow_id=made["id"], seed=7)
    before = desk.batch(batch)
    desk.call("/api/queue/resume")
    for page in (desk.page, desk.other):
        expect(group(page, "Needs you").get_by_text("attempt 1 of 3")).to_be_visible(timeout=60_000)
    desk.call("/api/queue/pause")

    group(desk.page, "Needs you").get_by_role("button", name="Retry", exact=True).click()

    for page in (desk.page, desk.other):
        expect(group(page, "Waiting").get_by_text(re.compile("Queued · #1 in queue · attempt 2 of 3"))).to_be_visible()
        expect(group(page, "Needs you")).to_have_count(0)
    again = desk.batch(batch)
    same = ("prompt", "negative_prompt", "seed", "count", "width", "height", "workflow_id")
    assert [again[name] for name in same] == [before[name] for name in same]
    assert (again["status"], again["attempt"]) == ("queued", 2)


def test_what_is_done_says_how_it_came_to_be_and_is_cleared_on_both_screens_without_its_pictures(
    desk: Desk, snapshot: Callable[[Page, str], None]
) -> None:
    odile, sefa, aldwin, _ = NAMES
    batches = [desk.ask(name) for name in (odile, sefa, aldwin)]
    desk.call("/api/queue/resume")
    for page in (desk.page, desk.other):
        expect(group(page, "Ready").locator("li")).to_have_count(3, timeout=60_000)
        row = group(page, "Ready").locator("li").filter(has_text=odile)
        row.get_by_title("Show Details").click()
        for label, value in {
            "Prompt": f"a portrait of {odile}",
            "Workflow": desk.batch(batches[0])["workflow_name"],
            "Style reference": "none",
            "Attempted": "once",
            "Requested": re.compile("ago|just now"),
            "Completed": re.compile("ago|just now"),
        }.items():
            expect(row.locator("dt", has_text=re.compile(f"^{label}$")).locator("+ dd")).to_have_text(value)
        expect(row.get_by_text("1 image")).to_be_visible()
    snapshot(desk.page, "queue-details")

    group(desk.page, "Ready").locator("li").filter(has_text=sefa).get_by_role("button", name="Clear").click()
    for page in (desk.page, desk.other):
        expect(group(page, "Ready").locator("li")).to_have_count(2)
    group(desk.page, "Ready").get_by_role("button", name="Clear Completed").click()
    for page in (desk.page, desk.other):
        expect(group(page, "Ready")).to_have_count(0)

    for batch in batches:
        [asset] = desk.batch(batch)["asset_ids"]
        assert desk.page.request.get(f"{desk.url}/api/assets/{asset}/image").ok


def test_the_dialog_puts_to_the_front_what_cannot_wait(desk: Desk, snapshot: Callable[[Page, str], None]) -> None:
    odile, sefa, *_ = NAMES
    for name in (odile, sefa):
        desk.ask(name)
    desk.expect_order(odile, sefa)
    desk.page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="To the front of yours")).to_be_visible()
    snapshot(desk.page, "generate-to-the-front")

    dialog.get_by_label("Prompt", exact=True).press("Control+Shift+Enter")
    expect(dialog).to_be_hidden()
    desk.expect_order("Hask Brannoch", odile, sefa)

    desk.page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog.get_by_label("Prompt", exact=True).press("Control+Enter")
    desk.expect_order("Hask Brannoch", odile, sefa, "Hask Brannoch")

    desk.page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog.get_by_label("Prompt", exact=True).fill("at the end")
    dialog.get_by_label("Seed", exact=True).press("Enter")
    expect(dialog).to_be_hidden()
    desk.expect_order("Hask Brannoch", odile, sefa, "Hask Brannoch", "Hask Brannoch")


def test_select_keeps_discards_and_sets_active(desk: Desk, snapshot: Callable[[Page, str], None]) -> None:
    sefa = NAMES[1]
    batch = desk.ask(sefa, count=3)
    desk.call("/api/queue/resume")
    ready = group(desk.page, "Ready")
    expect(ready.get_by_text(sefa)).to_be_visible(timeout=60_000)

    ready.get_by_role("button", name=f"Select for {sefa}").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=f"Portrait of {sefa}")).to_be_visible()
    expect(dialog.get_by_text("1 of 3")).to_be_visible()
    desk.page.keyboard.press("Delete")
    expect(dialog.get_by_text("Will be discarded")).to_be_visible()
    desk.page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("2 of 3")).to_be_visible()
    desk.page.keyboard.press("a")
    expect(dialog.locator(".wall").get_by_text("Active")).to_be_visible()
    snapshot(desk.page, "queue-select")
    dialog.get_by_role("button", name="Keep 2, Discard 1").click()
    expect(dialog).to_be_hidden()

    kept = desk.page.request.get(f"{desk.url}/api/assets/batch/{batch}").json()["asset_ids"]
    assert len(kept) == 2
    group(desk.page, "Ready").get_by_role("button", name="Clear", exact=True).click()
    for page in (desk.page, desk.other):
        expect(group(page, "Ready")).to_have_count(0)


def test_after_a_few_runs_rows_and_dialog_say_when_pictures_will_be_ready(
    desk: Desk, snapshot: Callable[[Page, str], None]
) -> None:
    for name in NAMES[:3]:
        desk.ask(name)
    desk.call("/api/queue/resume")
    expect(group(desk.page, "Ready").locator("li")).to_have_count(3, timeout=60_000)
    desk.call("/api/queue/pause")
    for name in NAMES:
        desk.ask(name)
    expect(rows(desk.page)).to_have_count(4)
    desk.call("/api/queue/resume")

    said = re.compile(r"#\d in queue · (about|up to) [\d–]+ (s|min)")
    expect(group(desk.page, "Waiting").get_by_text(said).last).to_be_visible()
    snapshot(desk.page, "queue-estimates")
    desk.page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    foot = desk.page.get_by_role("dialog").get_by_text(
        re.compile(r"in the queue, ready in (about|up to) [\d–]+ (s|min)")
    )
    expect(foot).to_be_visible()
    snapshot(desk.page, "queue-outlook")
