"""All pictures of a world in a browser: searched, narrowed, tagged and rated, while another tab looks on."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.e2e.test_queue_dock import open_demo_world
from tests.fakes.comfyui import tiny_png
from wrldbldr.state.hanging import PAGE, PAGES

AT_ONCE_MS = 5_000
MANY = 60  # more than a page
TWINS = """
    with recursive n(value) as (select 1 union all select value + 1 from n where value < ?)
    insert into asset ({columns}) select {values} from n, (select * from asset where id = ?)
"""
FURTHER = """(work) => {
    work.scrollBy(0, 150);
    const edge = work.getBoundingClientRect().top;
    const tile = [...work.querySelectorAll("#pictures > .tile")].find((one) => one.getBoundingClientRect().bottom > edge);
    tile.querySelector("button.plate").focus({ preventScroll: true });
    return { asset: tile.dataset.asset, top: tile.getBoundingClientRect().top };
}"""
STRAYED = """async (work, { asset, top }) => {
    let farthest = 0;
    for (let frame = 0; frame < 30; frame += 1) {
        await new Promise(requestAnimationFrame);
        const now = work.querySelector(`[data-asset="${asset}"]`).getBoundingClientRect().top;
        farthest = Math.max(farthest, Math.abs(now - top));
    }
    return farthest;
}"""
FILE_OVER = """(gallery) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["PK"], "dropped.png"));
    const over = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
    gallery.dispatchEvent(over);
    return { is_taken: over.defaultPrevented, effect: over.dataTransfer.dropEffect };
}"""


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


@pytest.fixture
def page(app: App, open_context: Callable[..., BrowserContext]) -> Page:
    page = open_context().new_page()
    page.goto(app.url)
    page.wait_for_url(re.compile("/(setup|login)"))
    if "/setup" in page.url:
        set_up(page, app.url, with_demo=True)
    else:
        sign_in(page, app.url)
    open_demo_world(page)
    page.get_by_role("button", name="All pictures").click()
    expect(page.get_by_role("heading", name="All pictures")).to_be_visible()
    return page


def test_all_pictures_are_searched_narrowed_tagged_and_rated_and_another_tab_sees_it(
    app: App, page: Page, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    tiles = page.locator("#pictures > .tile")
    expect(tiles.first).to_be_visible()
    everything = tiles.count()
    assert "show=all" in page.url
    expect(page.locator(".measures [role=status]")).to_have_text(str(everything))
    snapshot(page, "all-pictures")
    assert page.locator(".gallery").evaluate(FILE_OVER) == {"is_taken": True, "effect": "none"}, "it belongs to nobody"
    expect(page.locator(".gallery.dropping")).to_have_count(0)

    page.keyboard.press("f")
    page.keyboard.type("odile port")
    expect(page.locator(".measures [role=status]")).to_contain_text(f"of {everything}")
    expect(tiles.first).to_contain_text("Odile")
    snapshot(page, "all-pictures-found")
    page.get_by_role("button", name="Clear the search").click()
    expect(tiles).to_have_count(everything)

    other = open_context(390, 844).new_page()
    sign_in(other, app.url)
    expect(other.get_by_role("heading", name="Your worlds")).to_be_visible()
    other.goto(page.url)
    expect(other.locator("#pictures > .tile")).to_have_count(everything)
    snapshot(other, "all-pictures-phone")
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    tiles.first.locator("button.plate").focus()
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Tags")
    dialog.get_by_label("New tag").fill("lamp light")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Take “lamp light” off")).to_be_visible()
    snapshot(page, "tags")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    tiles.first.locator("button.plate").click()
    lightbox = page.get_by_role("dialog")
    expect(lightbox.get_by_role("group", name="Rating")).to_be_visible()
    page.keyboard.press("4")
    expect(lightbox.get_by_role("button", name="4 stars")).to_have_attribute("aria-pressed", "true")
    snapshot(page, "lightbox-rated")
    expect(other.locator("#pictures > .tile .rated").first).to_have_text("4", timeout=AT_ONCE_MS)

    _find_it_again(page, snapshot, everything)


def _find_it_again(page: Page, snapshot: Callable[[Page, str], None], everything: int) -> None:
    """A tag of the picture shown large leads to all that have it."""
    tiles, lightbox = page.locator("#pictures > .tile"), page.get_by_role("dialog")
    lightbox.get_by_role("button", name="lamp light", exact=True).click()
    expect(tiles).to_have_count(1)
    expect(page.locator(".measures [role=status]")).to_have_text(f"1 of {everything}")
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("button", name="5", exact=True).click()
    snapshot(page, "more-filters")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Clear Filters").click()
    expect(tiles).to_have_count(everything)

    page.get_by_role("button", name="More filters").click()
    page.get_by_text("Unused: active for nobody").click()
    expect(page.get_by_role("checkbox", name=re.compile("^Unused"))).to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Unused", exact=True).click()
    expect(tiles).to_have_count(everything)


def test_the_end_of_a_gallery_loads_more_by_itself_and_keys_go_on_from_picture_to_picture(app: App, page: Page) -> None:
    world = page.url.split("/worlds/")[1].split("/")[0]
    tiles, tally = page.locator("#pictures > .tile"), page.locator(".measures [role=status]")
    expect(tally).to_have_text(re.compile(r"^\d+$"))
    total = int(tally.inner_text()) + MANY
    [character, *_] = page.request.get(f"{app.url}/api/worlds/{world}/characters").json()["items"]
    about = {"entity_type": "character", "entity_id": character["id"]}
    for number in range(MANY):
        answer = page.request.post(
            f"{app.url}/api/assets/import",
            params=about,
            data=tiny_png((number, number, 9)),
            headers={"content-type": "image/png"},
        )
        assert answer.ok, answer.text()
    page.reload()
    expect(tally).to_have_text(str(total))

    tiles.last.scroll_into_view_if_needed()
    expect(tiles).to_have_count(total)
    expect(page.get_by_role("button", name="Load More")).to_have_count(0)

    tiles.first.locator("button.plate").focus()
    page.keyboard.press("End")
    expect(tiles.last.locator("button.plate")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tiles.nth(total - 2).locator("button.plate")).to_be_focused()

    before = tiles.first.bounding_box()
    page.locator("[data-sizes]").fill("240")
    after = tiles.first.bounding_box()
    page.reload()
    expect(page.locator("[data-sizes]")).to_have_value("240")
    assert before
    assert after
    assert after["width"] > before["width"]


def test_nothing_jumps_when_somebody_goes_so_far_that_the_first_pages_are_left_behind(app: App, page: Page) -> None:
    hang_twins(app, page.locator("#pictures > .tile").first.get_attribute("data-asset") or "", PAGE * (PAGES + 2))
    page.reload()
    tiles, work = page.locator("#pictures > .tile"), page.locator(".work")
    for number in range(1, PAGES):
        expect(tiles).to_have_count(PAGE * number)
        work.evaluate("(work) => work.scrollTo(0, work.scrollHeight)")
    expect(tiles).to_have_count(PAGE * PAGES)
    work.evaluate("(work) => work.scrollTo(0, work.scrollHeight - work.clientHeight - 1000)")

    uppermost = work.evaluate(FURTHER)

    expect(page.get_by_role("button", name="Back to the First")).to_be_attached()
    expect(tiles).to_have_count(PAGE * 2)
    assert work.evaluate(STRAYED, uppermost) < 2
    expect(page.locator(f"[data-asset='{uppermost['asset']}'] > button.plate")).to_be_focused()


def hang_twins(app: App, asset: str, count: int) -> None:
    """As many older pictures as that, all of the same file."""
    own = {
        "id": "lower(hex(randomblob(16)))",
        "number": "number + 1000 + n.value",
        "created_at": "datetime(created_at, '-' || n.value || ' minutes')",
        "is_active": "0",
        "batch_id": "null",
    }
    with sqlite3.connect(app.data_dir / "wrldbldr.sqlite3") as connection:
        columns = [str(name) for (_, name, *_) in connection.execute("pragma table_info(asset)")]
        values = ", ".join(own.get(name, name) for name in columns)
        twins = TWINS.format(columns=", ".join(columns), values=values)
        connection.execute(twins, (count, asset.replace("-", "")))
