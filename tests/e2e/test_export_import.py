"""A world leaves as a file, by the menu, and comes back from it with its pictures."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up, sign_in


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def bring(page: Page, file: Path) -> None:
    page.get_by_label("File with an exported world").set_input_files(file)


def grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


def test_a_world_is_exported_from_its_menu_and_comes_back_with_its_pictures(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    page.get_by_role("button", name="More for The Lantern Coast").click()
    snapshot(page, "export-menu")
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export World").click()
    expect(page.get_by_text("Exporting The Lantern Coast")).to_be_visible()
    snapshot(page, "export-toast")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "The Lantern Coast.zip"
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        assert any(name.startswith("Virtual Tabletop/Tokens/") for name in archive.namelist())

    bring(page, file)

    expect(page.get_by_role("heading", name="The Lantern Coast (2)")).to_be_visible()
    expect(page.get_by_text("The Lantern Coast (2) is on your shelf")).to_be_visible()
    expect(page.get_by_role("button", name="Import World…")).to_be_visible()
    snapshot(page, "import-done")
    assert grave(page) == []
    page.get_by_role("link", name="Open The Lantern Coast (2)").first.click()
    page.get_by_role("button", name=re.compile("^Odile Marrow")).first.click()
    tiles = page.locator(".tile:visible img")
    expect(tiles.first).to_be_visible()
    assert tiles.first.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 100


def test_a_file_that_is_no_world_is_refused_in_words_also_when_it_is_dropped(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context(390, 844).new_page()
    sign_in(page, app.url)
    expect(page.get_by_role("heading", name="The Lantern Coast (2)")).to_be_visible()
    diary = tmp_path / "diary.zip"
    diary.write_text("Dear diary")

    bring(page, diary)
    expect(page.get_by_role("alert").filter(has_text="This file is no zip")).to_be_visible()
    snapshot(page, "import-refused-390")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert grave(page) == []

    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["PK"], "dropped.zip"));
            const options = { dataTransfer: files, bubbles: true, cancelable: true };
            document.querySelector("main h1").dispatchEvent(new DragEvent("dragover", options));
        }"""
    )
    expect(page.locator("main.dropping")).to_be_visible()
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["PK"], "dropped.zip"));
            document.querySelector("main h1").dispatchEvent(
                new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("main.dropping")).to_have_count(0)
    expect(page.get_by_role("alert").filter(has_text="This file is no zip")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^The Lantern Coast"))).to_have_count(2)


def test_a_token_is_downloaded_and_a_picture_that_cannot_be_cut_out_says_why(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context().new_page()
    sign_in(page, app.url)
    page.get_by_role("link", name="Open The Lantern Coast (2)").first.click()
    page.get_by_role("button", name=re.compile("^Odile Marrow")).first.click()
    hers = page.locator(".tile:visible").filter(has_text="Odile_Marrow").locator(".plate").first
    hers.click(button="right")
    expect(page.get_by_role("menuitem", name="Cut Out Background")).to_be_visible()
    snapshot(page, "token-menu")
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download Token").click()
    assert re.fullmatch(r"Odile_Marrow_\w+_\d+_Token\.png", download.value.suggested_filename)
    download.value.save_as(tmp_path / "token.png")
    with Image.open(tmp_path / "token.png") as token:
        assert (token.size, token.getpixel((0, 0))) == ((512, 512), (0, 0, 0, 0))

    hers.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^More for ")).click()
    snapshot(page, "token-lightbox")
    page.get_by_role("menuitem", name="Cut Out Background").click()
    expect(page.get_by_text(re.compile("Only plain backgrounds|transparent already"))).to_be_visible()
    snapshot(page, "token-refused")
