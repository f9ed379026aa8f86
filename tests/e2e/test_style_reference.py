"""A game master brings a workflow with an adapter, and keeps one look: the picture, the next one in its style, and back."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.simulator.graphs import referring

NAME = "lantern-style"


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def workflow() -> dict[str, Any]:
    """A painting with an adapter, whose prompt is hidden behind a second text so that a person has to say which it is."""
    graph = referring("example.png")
    graph["3"]["inputs"]["steps"] = 2
    graph["10"] = {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "a farmer", "clip": ["4", 1]},
        "_meta": {"title": "Subject"},
    }
    graph["11"] = {
        "class_type": "ConditioningCombine",
        "inputs": {"conditioning_1": ["6", 0], "conditioning_2": ["10", 0]},
    }
    graph["3"]["inputs"]["positive"] = ["11", 0]
    return graph


def grave(page: Page) -> list[str]:
    """What axe finds that is serious."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in ("serious", "critical")]


def bring_and_put_right(page: Page, app: App, folder: Path) -> None:
    path = folder / f"{NAME}.json"
    path.write_text(json.dumps(workflow()))
    page.goto(f"{app.url}/settings")
    page.get_by_role("navigation", name="Sections").get_by_role("button", name="Workflows").click()
    section = page.locator(".workflows:visible")
    expect(section.get_by_role("heading", name="backdrop")).to_be_visible()
    page.locator("#workflow-file").set_input_files(path)
    expect(section.get_by_role("heading", name=NAME)).to_be_visible()
    style = section.get_by_label("Style Reference Input")
    expect(style.locator("option:checked")).to_have_text("Auto-detect (IPAdapter)")
    assert style.locator("option").all_text_contents() == [
        "Auto-detect (IPAdapter)", "IPAdapter (22) → image", "LoadImage (20) → image", "None (inject into prompt)", "Disabled",
    ]  # fmt: skip
    section.get_by_label("Prompt", exact=True).select_option(label="Subject (10) → text")
    section.get_by_role("button", name="Save Mapping").click()
    expect(section.get_by_text("Everything is saved.")).to_be_visible()
    section.get_by_role("button", name="Use it for Portraits").click()
    expect(section.get_by_text("Used for portraits.")).to_be_visible()


def open_odile(page: Page, app: App) -> None:
    page.goto(app.url)
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    page.get_by_role("button", name=re.compile("^Odile Marrow")).first.click()
    expect(page.get_by_role("heading", name="Odile Marrow")).to_be_attached()


def generate(page: Page) -> None:
    """One portrait, out of the dialog that is open; ends when it hangs in the gallery."""
    there = page.locator(".tile:visible .plate img").count()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Workflow").locator("option:checked")).to_have_text(NAME)
    dialog.get_by_label("Variations").fill("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".tile:visible button.plate img")).to_have_count(there + 1)


def menu_of(page: Page, tile: Locator) -> Locator:
    tile.click(button="right")
    return page.get_by_role("menu")


def test_a_result_becomes_the_style_of_the_next_and_its_lineage_leads_back(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    bring_and_put_right(page, app, tmp_path)
    snapshot(page, "style-workflow")
    open_odile(page, app)
    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    expect(page.get_by_role("dialog").get_by_text("Style Reference", exact=True)).to_have_count(0)
    generate(page)

    menu = menu_of(page, page.locator(".tile:visible button.plate").first)
    snapshot(page, "style-menu")
    source = menu.locator(".rt-ContextMenuLabel").inner_text()
    menu.get_by_role("menuitem", name=re.compile("^Use as Style Reference")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Using: IPAdapter")).to_be_visible()
    expect(dialog.get_by_text(source)).to_be_visible()
    expect(dialog.get_by_label("Strength")).to_have_value("0.8")
    snapshot(page, "style-dialog")
    assert grave(page) == []
    dialog.get_by_label("Strength").fill("0.65")
    expect(dialog.get_by_text("0.65")).to_be_visible()
    dialog.get_by_label("Workflow").select_option(label="text-to-picture")
    expect(dialog.get_by_text("Using: prompt keywords")).to_be_visible()
    expect(dialog.get_by_label("Strength")).to_have_count(0)
    dialog.get_by_label("Workflow").select_option(label=NAME)
    expect(dialog.get_by_text("Using: IPAdapter")).to_be_visible()
    generate(page)

    follow_the_lineage(page, snapshot, source)


def follow_the_lineage(page: Page, snapshot: Callable[[Page, str], None], source: str) -> None:
    """From the newest picture to its source, to all that took its style, and to the filter."""
    page.locator(".tile:visible button.plate").first.click()
    panel = page.get_by_role("region", name="Lineage")
    expect(panel).to_contain_text(f"Style Reference: {source}")
    expect(panel).to_contain_text("Using IPAdapter, strength 0.65")
    expect(panel).to_contain_text("Portrait 1 of 1 in its batch")
    snapshot(page, "style-lineage")
    assert grave(page) == []
    panel.get_by_role("button", name=re.compile(f"Style Reference: {source}")).click()
    expect(panel).to_contain_text("1 picture took its style from this one")
    expect(page.get_by_role("dialog").locator(".mono.mut")).to_have_text(source)
    snapshot(page, "style-lineage-back")
    panel.get_by_role("button", name="See all").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=f"In the style of {source}: show all pictures again")).to_be_visible()
    expect(page.locator(".tile:visible button.plate img")).to_have_count(1)
    page.get_by_role("button", name=f"In the style of {source}: show all pictures again").click()
    expect(page.locator(".tile:visible button.plate img")).not_to_have_count(1)
    page.get_by_role("button", name="Generated from reference").click()
    expect(page.locator(".tile:visible button.plate img")).to_have_count(1)
    snapshot(page, "style-filter")
    assert grave(page) == []


def test_a_style_for_every_picture_is_applied_by_itself_and_can_be_dropped(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page = open_context().new_page()
    sign_in(page, app.url)
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    open_odile(page, app)
    tile = page.locator(".tile:visible button.plate").last
    menu_of(page, tile).get_by_role("menuitem", name="Use for Every Picture of Odile Marrow").click()
    expect(page.get_by_text("Style reference of every picture")).to_be_visible()
    snapshot(page, "style-own")

    tile.focus()
    page.keyboard.press("g")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("On every picture of Odile Marrow.")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Clear ")).click()
    expect(dialog.get_by_text("Style Reference", exact=True)).to_have_count(0)
    dialog.get_by_role("button", name="Select from Gallery…").click()
    picker = page.get_by_role("dialog", name="Select from Gallery")
    expect(picker).to_be_visible()
    for number in (0, 1):
        picker.locator("button.plate").nth(number).click()
        expect(picker.locator("button.plate[aria-pressed=true]")).to_have_count(number + 1)
    snapshot(page, "style-picker")
    assert grave(page) == []
    picker.get_by_role("button", name="Done").click()
    expect(dialog.get_by_role("button", name=re.compile("^Clear "))).to_have_count(2)
    snapshot(page, "style-two")
    page.set_viewport_size({"width": 390, "height": 844})
    snapshot(page, "style-two-390")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="Use the style of Odile Marrow").click()
    expect(dialog.get_by_text("On every picture of Odile Marrow.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="No style reference for Odile Marrow").click()
    expect(page.get_by_text("Style reference of every picture")).to_have_count(0)

    tile.focus()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog").get_by_text("Using: IPAdapter")).to_be_visible()
