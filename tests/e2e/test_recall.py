"""A picture is looked into, asked for again, taken along as a file, and brought to somebody else with all it says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.media.pictures import drawing, encoded
from tests.simulator.graphs import referring
from wrldbldr.media.texts import png_texts

SEED = "418204773"
TEXTS = ("parameters", "wrldbldr", "prompt", "workflow")  # ours, and those of ComfyUI
PROMPT = "a keeper of lanterns, at dusk – ランプ"


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def grave(page: Page) -> list[str]:
    """What axe finds that is serious."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in ("serious", "critical")]


def facts(page: Page) -> dict[str, str]:
    """What the panel says, by label; what belongs to the file and not to the picture is left out."""
    panel = page.locator(".panel-info")
    expect(panel).to_be_visible()
    labels = panel.locator("dl dt").all_inner_texts()
    told = dict(zip(labels, panel.locator("dl dd").all_inner_texts(), strict=True))
    told["Lineage"] = panel.get_by_role("region", name="Lineage").get_by_role("listitem").first.inner_text()
    told["Prompt"] = panel.locator(".prompt").inner_text()
    told["Without"] = panel.locator("p", has_text="Without:").inner_text()
    return {name: value for name, value in told.items() if name in COMMON}


COMMON = ("Prompt", "Without", "Workflow", "Model", "Seed", "Size", "steps (node 3)", "Lineage")


def bring_workflow(page: Page, app: App) -> None:
    """One with an adapter for portraits, which shows its steps."""
    graph, address = referring("example.png"), f"{app.url}/api/workflows"
    graph["3"]["inputs"]["steps"] = 2
    made = page.request.post(address, data={"name": "Woodcut", "graph": graph}).json()
    shown = {"shown_inputs": [{"node_id": "3", "input_name": "steps"}]}
    assert page.request.patch(f"{address}/{made['id']}", data=shown).ok
    assert page.request.put(f"{address}/defaults", data={"portrait": made["id"]}).ok


def dialog_of(page: Page, title: str) -> Locator:
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=title)).to_be_visible()
    return dialog


def ask(page: Page) -> None:
    """Two square portraits of whoever is shown, in the style of their first picture, with words, seed and steps of one's own."""
    page.locator(".tile > button.plate").first.focus()
    page.keyboard.press("s")
    dialog = dialog_of(page, "Generate Portrait")
    expect(dialog.get_by_text("Using: IPAdapter")).to_be_visible()
    dialog.get_by_text("More of this workflow").click()
    dialog.get_by_label("steps").fill("3")
    dialog.get_by_label("Prompt", exact=True).fill(PROMPT)
    dialog.get_by_label("Negative Prompt").fill("fog, rain")
    dialog.get_by_label("Seed", exact=True).fill(SEED)
    dialog.get_by_label("Variations").fill("2")
    dialog.get_by_role("button", name="1:1").click()
    dialog.get_by_role("button", name="Generate 2").click()
    notice = page.locator("[data-sonner-toast]").filter(has_text="Portrait ready")
    expect(notice).to_be_visible(timeout=60_000)


def remix(page: Page, snapshot: Callable[[Page, str], None]) -> None:
    """From the picture that is shown large: everything is filled in but the seed, and undone like words that were typed."""
    page.keyboard.press("r")
    dialog = dialog_of(page, "Generate Portrait")
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(PROMPT)
    expect(dialog.get_by_label("Negative Prompt")).to_have_value("fog, rain")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value("")
    expect(dialog.get_by_role("button", name="Generate 2")).to_be_visible()
    expect(dialog.get_by_role("button", name="1:1")).to_have_attribute("aria-pressed", "true")
    expect_workflow_and_style(dialog)
    expect(dialog.get_by_text("Your words · ").first).to_be_visible()
    snapshot(page, "recall-remix")
    dialog.get_by_role("button", name="Use the description").click()
    expect(dialog.get_by_label("Prompt", exact=True)).not_to_have_value(PROMPT)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def expect_workflow_and_style(dialog: Locator) -> None:
    """They came along, too."""
    expect(dialog.get_by_label("steps")).to_have_value("3")
    expect(dialog.get_by_text("Using: IPAdapter")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("^Clear Ansel_Rook"))).to_be_visible()


def take_along(page: Page, folder: Path, label: str) -> Path:
    """Rename the first picture, and download it."""
    page.locator(".tile > button.plate").first.click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Label", exact=True).fill(label)
    page.keyboard.press("Enter")
    panel = page.locator(".panel-info")
    expect(panel.get_by_text(label)).to_be_visible()
    with page.expect_download() as taking:
        panel.get_by_label("Download").click()
    file = folder / taking.value.suggested_filename
    taking.value.save_as(file)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    return file


def test_a_picture_is_remixed_taken_along_and_brought_to_somebody_else(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    bring_workflow(page, app)
    page.get_by_role("link", name="The Lantern Coast").first.click()
    page.get_by_role("button", name=re.compile("^Ansel Rook")).first.click()
    expect(page.get_by_role("button", name="Generate Portrait")).to_be_enabled()
    ask(page)

    expect(page.locator(".tile > button.plate")).to_have_count(4)  # the new ones stand before the two of the demo
    page.locator(".tile > button.plate").first.focus()
    page.keyboard.press("i")
    panel = page.locator(".panel-info")
    for told in (SEED, re.compile(r", took \d+:\d\d"), re.compile("^1 of 2$"), "Ruth Marlowe"):
        expect(panel.get_by_text(told)).to_be_visible()
    before = facts(page)
    assert (before["Prompt"], before["Without"], before["steps (node 3)"]) == (PROMPT, "Without: fog, rain", "3")
    snapshot(page, "recall-info")
    assert grave(page) == []
    remix(page, snapshot)

    file = take_along(page, tmp_path, "The keeper at dusk")
    assert file.name == "The keeper at dusk.png"
    assert set(png_texts(file.read_bytes(), TEXTS, limit_bytes=100_000)) == {"parameters", "wrldbldr"}

    page.get_by_role("button", name=re.compile("^The Tide Widow")).first.click()
    expect(page.get_by_role("heading", name="The Tide Widow", level=1)).to_be_attached()
    page.locator("#picture-file").set_input_files(file)
    notice = page.locator("[data-sonner-toast]").filter(has_text="is here")
    expect(notice).to_contain_text("Its prompt and settings came along.")
    snapshot(page, "recall-imported")
    page.locator(".tile > button.plate").first.click()
    expect(panel.get_by_text(SEED)).to_be_visible()
    assert facts(page) == before

    panel.get_by_role("button", name=re.compile("^More for")).click()
    snapshot(page, "recall-menu")
    page.get_by_role("menuitem", name="Use All").click()
    dialog = dialog_of(page, "Generate Portrait")
    expect(dialog).to_contain_text("for The Tide Widow")
    expect(dialog.get_by_label("Seed", exact=True)).to_have_value(SEED)
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(PROMPT)
    expect_workflow_and_style(dialog)
    page.keyboard.press("Escape")

    follow_to_its_source(page, snapshot)


def follow_to_its_source(page: Page, snapshot: Callable[[Page, str], None]) -> None:
    """From the picture that was brought, which is the first, to somebody else's, on whose page the tab is not."""
    page.locator(".tile > button.plate").first.click()
    for width, height, name in ((390, 844, "recall-lineage-390"), (1440, 900, "recall-lineage")):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("region", name="Lineage").scroll_into_view_if_needed()
        snapshot(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name=re.compile("Style Reference: Ansel_Rook")).click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Ansel Rook")).to_be_visible()
    snapshot(page, "recall-source")


def test_what_is_no_picture_is_refused_in_words_and_one_of_ones_own_says_that_it_says_nothing(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context(390, 844).new_page()
    sign_in(page, app.url)
    page.get_by_role("link", name="The Lantern Coast").first.click()
    page.get_by_role("button", name=re.compile("^Sefa Thornwick")).first.click()
    notes, own = tmp_path / "notes.png", tmp_path / "drawing.jpg"
    notes.write_text("no picture")
    own.write_bytes(encoded(drawing(size=(600, 800)), "JPEG"))
    expect(page.locator("#picture-file")).to_be_attached()

    page.locator("#picture-file").set_input_files(notes)
    expect(page.locator("[data-sonner-toast]")).to_contain_text(
        "notes.png: This file is no picture that WrldBldr takes."
    )
    page.locator("#picture-file").set_input_files(own)
    expect(page.locator("[data-sonner-toast]").filter(has_text="is here")).to_be_visible()
    snapshot(page, "recall-phone")

    page.locator(".tile > button.plate").first.click()
    panel = page.locator(".panel-info")
    expect(panel).to_contain_text("This picture was brought here, and does not say how it came to be.")
    expect(panel).to_contain_text("Added")
    snapshot(page, "recall-phone-info")
    assert grave(page) == []
