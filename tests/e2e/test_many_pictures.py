"""Many pictures at once in a browser, while another tab looks on and is never reloaded."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.e2e.test_queue_dock import open_demo_world

HUES = ((200, 90, 60), (60, 140, 90), (80, 90, 190), (190, 170, 70), (150, 80, 150))
NAME = "Pim"
LISTEN = """() => {
    const said = (window.said = []), place = document.querySelector("#picture-file-progress[role=status]");
    new MutationObserver(() => said.push(place.textContent)).observe(place, { childList: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@dataclass(frozen=True)
class Desk:
    """Two screens in front of the same character: a hand is at the first, and the second only looks."""

    page: Page
    other: Page
    url: str
    count: int

    def tiles(self, page: Page | None = None) -> Locator:
        return (page or self.page).locator(".tile:visible")

    def expect_count(self, count: int) -> None:
        """Both screens agree."""
        for page in (self.page, self.other):
            expect(self.tiles(page)).to_have_count(count)

    def select(self, *places: int) -> None:
        for place in places:
            self.tiles().nth(place).hover()
            self.tiles().nth(place).get_by_role("checkbox").click()

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("toolbar", name="Selected pictures")


def picture(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 400), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def is_set_up() -> list[bool]:
    """Whether the owner's account is there already: the app lives as long as this file's tests."""
    return []


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
    world = page.request.get(f"{app.url}/api/worlds").json()["items"][0]["id"]
    [pim] = [
        one["id"]
        for one in page.request.get(f"{app.url}/api/worlds/{world}/characters").json()["items"]
        if one["name"] == NAME
    ]
    for colour in HUES:
        address = f"{app.url}/api/assets/import?entity_type=character&entity_id={pim}"
        assert page.request.post(address, data=picture(colour), headers={"content-type": "image/png"}).status == 201
    for screen in (page, other):
        open_demo_world(screen)
        screen.get_by_role("navigation").get_by_text(NAME, exact=True).click()
        expect(screen.get_by_role("heading", name=NAME)).to_be_attached()
    count = page.request.get(f"{app.url}/api/assets?world_id={world}&entity_id={pim}").json()["items"]
    yield Desk(page, other, app.url, len(count))
    for asset in page.request.get(f"{app.url}/api/assets?world_id={world}&entity_id={pim}").json()["items"]:
        page.request.delete(f"{app.url}/api/assets/{asset['id']}")


def test_three_are_deleted_and_come_back_on_both_screens(desk: Desk, snapshot: Callable[[Page, str], None]) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    desk.select(0, 2, 3)
    expect(desk.bar).to_contain_text("3 selected")
    desk.bar.get_by_role("button", name="Set as Active").hover()
    expect(page.get_by_text("Only one picture can be active: choose one.")).to_be_visible()
    snapshot(page, "many-pictures")

    desk.bar.get_by_role("button", name="Delete 3…").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("You can undo this for a moment.")
    page.get_by_role("button", name="Delete 3 Pictures").click()
    desk.expect_count(desk.count - 3)
    expect(desk.bar).to_have_count(0)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 pictures are back")).to_be_visible()
    desk.expect_count(desk.count)


def test_keys_and_ranges_select_and_esc_lets_go(desk: Desk) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    pictures = page.locator(".tile > .plate")
    pictures.nth(0).click(modifiers=["Control"])
    pictures.nth(2).click(modifiers=["Shift"])
    expect(desk.bar).to_contain_text("3 selected")
    page.keyboard.press("Escape")
    expect(desk.bar).to_have_count(0)
    pictures.nth(1).focus()
    page.keyboard.press("x")
    expect(desk.bar).to_contain_text("1 selected")
    page.keyboard.press("Control+a")
    expect(desk.bar).to_contain_text(f"{desk.count} selected")
    page.keyboard.press("Escape")
    expect(desk.bar).to_have_count(0)
    assert page.locator("[data-sonner-toast][data-type=error]").all_inner_texts() == []


def test_selected_pictures_are_moved_and_downloaded(
    desk: Desk, tmp_path: Path, snapshot: Callable[[Page, str], None]
) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    desk.select(0, 1, 2)
    with page.expect_download() as download:
        desk.bar.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "pictures.zip")
    with zipfile.ZipFile(tmp_path / "pictures.zip") as archive:
        assert len(archive.namelist()) == 3
        assert archive.testzip() is None

    desk.bar.get_by_role("button", name="Move to…").click()
    page.get_by_role("dialog").get_by_label("Find a character or location").fill("tide")
    page.get_by_role("dialog").get_by_role("button", name="The Tide Widow").click()
    desk.expect_count(desk.count - 3)
    snapshot(page, "many-pictures-moved")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("3 pictures hang where they hung before")).to_be_visible()
    desk.expect_count(desk.count)

    desk.select(0, 1, 2)
    desk.bar.get_by_role("button", name="Move to…").click()
    page.get_by_role("dialog").get_by_role("button", name="The Tide Widow").click()
    desk.expect_count(desk.count - 3)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="The Tide Widow")).to_be_attached()
    expect(page.locator(".tile .lbl").filter(has_text="The_Tide_Widow_Portrait_")).not_to_have_count(0)


def test_a_picture_dragged_on_somebody_stands_for_them(desk: Desk) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    rows = page.get_by_role("navigation", name="Characters and locations")
    second = desk.tiles().nth(1)

    second.locator(".plate").drag_to(rows.get_by_role("button", name=NAME))
    expect(second.get_by_text("Active", exact=True)).to_be_visible()

    second.locator(".plate").drag_to(rows.get_by_role("button", name="Brother Aldwin"))
    expect(page.get_by_role("alertdialog")).to_contain_text("Move to Brother Aldwin and set active?")
    page.get_by_role("button", name="Move and Set Active").click()
    desk.expect_count(desk.count - 1)


def test_several_that_are_brought_say_how_far_they_are(desk: Desk) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    page.evaluate(LISTEN)
    files = [FilePayload(name=f"{at}.png", mimeType="image/png", buffer=picture(HUES[at])) for at in range(3)]

    page.locator("#picture-file").set_input_files(files)

    expect(page.get_by_text("3 pictures are here")).to_be_visible()
    assert page.evaluate("window.said") == ["1 of 3", "2 of 3", "3 of 3", ""]
    desk.expect_count(desk.count + 3)


def test_a_picture_is_shown_to_players_from_its_menu(desk: Desk) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    desk.tiles().nth(1).locator(".plate").click(button="right")
    page.get_by_role("menuitem", name="Show to Players…").click()

    page.get_by_role("dialog").get_by_role("button", name="Reveal").click()

    expect(page.get_by_text("Shown at The first table")).to_be_visible()


def test_two_are_compared_side_by_side_and_enlarged_together(desk: Desk, snapshot: Callable[[Page, str], None]) -> None:
    page = desk.page
    desk.expect_count(desk.count)
    desk.select(0, 1)
    desk.bar.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img")).to_have_count(2)
    dialog.get_by_role("button", name="Larger").click()
    shapes = [dialog.get_by_role("img").nth(side).evaluate("(it) => getComputedStyle(it).transform") for side in (0, 1)]
    assert shapes == ["matrix(1.25, 0, 0, 1.25, 0, 0)"] * 2
    snapshot(page, "many-pictures-compared")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    page.locator(".tile:visible > .plate").first.click()
    expect(page.get_by_role("dialog", name=NAME)).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Compare")).to_be_visible()
    first = page.locator(".pair figure").nth(1).inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pair figure").nth(1)).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Compare")).to_have_count(0)
    expect(page.get_by_role("dialog", name=NAME)).to_be_visible()


def test_on_a_phone_the_bar_fits_and_a_long_press_begins(
    desk: Desk, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page = open_context(390, 844).new_page()
    sign_in(page, desk.url)
    open_demo_world(page)
    page.get_by_role("button", name="Back to the list").click()
    page.get_by_role("navigation").get_by_text(NAME, exact=True).click()
    plate = page.locator(".tile:visible > .plate").first
    plate.scroll_into_view_if_needed()
    plate.dispatch_event("pointerdown", {"pointerType": "touch", "clientX": 40, "clientY": 400})
    bar = page.get_by_role("toolbar", name="Selected pictures")
    expect(bar).to_contain_text("1 selected")
    plate.dispatch_event("pointerup", {"pointerType": "touch"})
    page.locator(".tile:visible").nth(1).get_by_role("checkbox").click()
    expect(bar).to_contain_text("2 selected")

    box = bar.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    snapshot(page, "many-pictures-phone")
