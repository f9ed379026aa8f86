"""An owner brings a workflow of their own, puts one thing right, and paints with it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.comfyui.graphs import model_free, text_to_image
from tests.e2e.conftest import PASSWORD, App, set_up, sign_in

NAME, BERTA = "woodcut-portraits", "Berta Lund"


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app()


def woodcut() -> dict[str, Any]:
    """The usual nodes, with a second text that paints along, so that nobody can tell which takes the prompt."""
    graph: dict[str, Any] = dict(text_to_image(checkpoint="simulated_painter.safetensors", steps=2, size=256))
    graph["6"]["inputs"]["text"] = "woodcut, thick lines"
    graph["6"]["_meta"] = {"title": "Style words"}
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


def lacking() -> dict[str, Any]:
    """Asks for a node and a model that are not there."""
    graph: dict[str, Any] = dict(text_to_image(checkpoint="simulated_paintre.safetensors"))
    graph["7"]["class_type"] = "CLIPTextEncodeOld"
    return graph


def file_of(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def open_workflows(page: Page, app: App) -> Locator:
    """By way of the sections; returns where they are."""
    page.goto(f"{app.url}/settings")
    page.get_by_role("navigation", name="Sections").get_by_role("button", name="Workflows").click()
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
    return page.locator(".workflows:visible")


def grave(page: Page) -> list[str]:
    """What axe finds that is serious."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found if one["impact"] in ("serious", "critical")]


def bring(page: Page, path: Path) -> None:
    page.locator("#workflow-file").set_input_files(path)


def drop(page: Page, name: str, content: str) -> None:
    """Let go of a file over the section, as a person drags it out of another window."""
    data = page.evaluate_handle(
        """([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }""",
        [name, content],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event(".workflow-detail", event, {"dataTransfer": data})


def test_a_workflow_is_brought_put_right_chosen_and_paints_a_portrait_that_names_it(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    section = open_workflows(page, app)
    expect(section.get_by_role("heading", name="backdrop")).to_be_visible()
    expect(section.get_by_text("Your ComfyUI has everything it needs.")).to_be_visible()
    snapshot(page, "workflows")
    assert grave(page) == []

    bring(page, file_of(tmp_path, f"{NAME}.json", json.dumps(woodcut())))

    expect(section.get_by_role("heading", name=NAME)).to_be_visible()
    prompt = section.get_by_label("Prompt", exact=True)
    expect(prompt.locator("option:checked")).to_have_text("Style words (6) → text")
    expect(section.get_by_text("Several could take it; this one was found first.")).to_be_visible()
    expect(section.get_by_label("Size").locator("option:checked")).to_have_text("EmptyLatentImage (5) → width, height")
    prompt.focus()
    prompt.select_option(label="Subject (10) → text")
    expect(section.locator(".slot").first).to_contain_text("Chosen")
    section.get_by_label("Width").fill("100")
    section.get_by_label("Height").fill("1152")
    section.get_by_role("button", name="Save Mapping").click()
    expect(section.get_by_text("in steps of 8")).to_be_visible()
    expect(section.get_by_label("Width")).to_be_focused()
    expect(section.get_by_label("Height")).to_have_value("1152")
    snapshot(page, "workflows-refused")
    section.get_by_label("Width").fill("896")
    section.get_by_role("button", name="Show KSampler steps").click()
    section.get_by_role("spinbutton", name="KSampler guidance").fill("3.5")
    section.get_by_role("button", name="Save Mapping").click()
    expect(section.get_by_text("Everything is saved.")).to_be_visible()
    section.get_by_role("button", name="Use it for Portraits").click()
    expect(section.get_by_text("Used for portraits. 9 nodes.")).to_be_visible()
    snapshot(page, "workflows-chosen")
    assert grave(page) == []
    page.reload()
    expect(section.get_by_label("Width")).to_have_value("896")
    expect(section.get_by_role("spinbutton", name="KSampler guidance")).to_have_value("3.5")
    try_it(page, section, snapshot)
    begin_portraits_with(page, section, "{name} at dusk, {description}", snapshot)

    paint_a_portrait(page, app, snapshot)
    batch = batches(page, app)[-1]
    assert batch["inputs"] == [{"node_id": "3", "input_name": "steps", "value": 3}]
    expect(page.get_by_role("dialog")).to_contain_text(NAME)
    snapshot(page, "workflows-painted")


def batches(page: Page, app: App) -> list[dict[str, Any]]:
    """What the queue of the page's table holds."""
    worlds = page.request.get(f"{app.url}/api/worlds").json()["items"]
    tables = page.request.get(f"{app.url}/api/worlds/{worlds[0]['id']}/sessions").json()["items"]
    return page.request.get(f"{app.url}/api/assets/batch?session_id={tables[0]['id']}").json()["items"]


def try_it(page: Page, section: Locator, snapshot: Callable[[Page, str], None]) -> None:
    """Ends in front of the picture, which no gallery has."""
    section.get_by_role("button", name="Try It").click()
    expect(section.get_by_role("img", name="What this workflow paints")).to_be_visible()
    snapshot(page, "workflows-tried")
    assert grave(page) == []


def begin_portraits_with(page: Page, section: Locator, template: str, snapshot: Callable[[Page, str], None]) -> None:
    """By way of the dialog, in which a template that cannot be filled in is refused."""
    section.get_by_role("button", name="Prompt Templates…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Portrait").fill("{naem}")
    dialog.get_by_role("button", name="Save Templates").click()
    expect(dialog.get_by_role("alert")).to_contain_text("but not {naem}")
    snapshot(page, "templates-refused")
    assert grave(page) == []
    dialog.get_by_label("Portrait").fill(template)
    dialog.get_by_role("button", name="Save Templates").click()
    expect(dialog).to_have_count(0)


def paint_a_portrait(page: Page, app: App, snapshot: Callable[[Page, str], None]) -> None:
    """Ends in the lightbox, in front of the new picture."""
    page.goto(app.url)
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    page.get_by_role("button", name=re.compile("^Odile Marrow")).first.click()
    page.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Workflow").locator("option:checked")).to_have_text(NAME)
    expect(dialog.get_by_label("Prompt", exact=True)).to_have_value(re.compile("^Odile Marrow at dusk, "))
    dialog.get_by_text("More of this workflow: steps").click()
    steps = dialog.get_by_role("spinbutton", name="KSampler steps")
    expect(steps).to_have_value("2")
    steps.fill("0")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_text("KSampler steps is 1 to 10,000; 0 is not possible.")).to_be_visible()
    snapshot(page, "more-inputs-refused")
    assert grave(page) == []
    steps.fill("3")
    dialog.get_by_label("Variations").fill("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Ready")).to_be_visible()
    page.locator(".tile:visible .plate").first.click()
    expect(page.get_by_role("dialog").locator(".plate img").first).to_be_visible()


def test_what_is_no_workflow_or_lacks_something_is_told_and_what_paints_stays(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    page = open_context(390, 844).new_page()
    sign_in(page, app.url)
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    section = open_workflows(page, app)
    expect(section.locator(".workflow-list")).to_contain_text("text-to-picture")

    bring(page, file_of(tmp_path, "notes.json", "Dear diary"))
    expect(section.get_by_role("alert").filter(has_text="This is not JSON")).to_be_visible()
    drop(page, "lacking.json", json.dumps(lacking()))
    expect(section.get_by_role("heading", name="lacking")).to_be_visible()
    expect(section.locator(".workflow-verdict")).to_contain_text("lacks the node CLIPTextEncodeOld")
    expect(section.locator(".workflow-verdict")).to_contain_text("CLIPTextEncode")
    expect(section.locator(".workflow-verdict")).to_contain_text("simulated_painter.safetensors")
    expect(section.locator(".workflow-list")).to_contain_text("1 node missing")
    snapshot(page, "workflows-lacking-390")
    section.get_by_role("heading", name="Used for").scroll_into_view_if_needed()
    snapshot(page, "workflows-lacking-390-below")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert grave(page) == []

    bring(page, file_of(tmp_path, "paper.json", json.dumps(model_free())))
    expect(section.get_by_role("heading", name="paper")).to_be_visible()
    delete_shown(page, section)
    expect(section.locator(".workflow-list")).not_to_contain_text("paper")
    section.get_by_role("button", name=re.compile(f"^{NAME}")).click()
    expect(section.get_by_role("heading", name=NAME)).to_be_visible()
    delete_shown(page, section)
    expect(page.get_by_text("paints every portrait, so it stays")).to_be_visible()
    expect(section.locator(".workflow-list")).to_contain_text(NAME)


def delete_shown(page: Page, section: Locator) -> None:
    section.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete the Workflow").click()


def test_another_game_master_reads_the_workflows_and_finds_nothing_to_change(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    owner = open_context().new_page()
    sign_in(owner, app.url)
    expect(owner.get_by_role("heading", name="Your worlds")).to_be_visible()
    made = owner.request.post(f"{app.url}/api/accounts", data={"name": BERTA, "password": PASSWORD})
    assert made.ok, made.text()
    hers = open_context().new_page()
    hers.goto(f"{app.url}/login")
    hers.get_by_label("Your name").fill(BERTA)
    hers.get_by_label("Password", exact=True).fill(PASSWORD)
    hers.get_by_role("button", name="Sign In").click()
    expect(hers.get_by_role("heading", name="Your worlds")).to_be_visible()

    section = open_workflows(hers, app)

    expect(section.get_by_text("Only the owner of this WrldBldr changes workflows.")).to_be_visible()
    expect(section.get_by_label("Prompt", exact=True)).to_be_disabled()
    for name in ("Import", "Save Mapping", re.compile("^(Rename|Delete|Use it for) ")):
        expect(section.get_by_role("button", name=name)).to_have_count(0)
    section.get_by_role("button", name="Check It").click()
    expect(section.locator(".workflow-verdict")).to_be_visible()
    snapshot(hers, "workflows-read-only")
    assert grave(hers) == []
    hers.set_viewport_size({"width": 820, "height": 1180})
    snapshot(hers, "workflows-820")
    assert hers.evaluate("document.documentElement.scrollWidth") <= 820


def test_a_mapping_is_changed_saved_and_renamed_with_the_keyboard_alone(
    app: App, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    sign_in(page, app.url)
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    section = open_workflows(page, app)
    press_until(page, "Tab", section.get_by_role("button", name=re.compile("^text-to-picture")))
    page.keyboard.press("Enter")
    expect(section.get_by_role("heading", name="text-to-picture")).to_be_visible()
    press_until(page, "Tab", section.get_by_label("Negative Prompt").first)
    page.keyboard.press("ArrowDown")
    expect(section.locator(".slot").nth(1)).to_contain_text("Chosen")
    press_until(page, "Shift+Tab", section.get_by_role("button", name="Discard"))
    page.keyboard.press("Enter")
    expect(section.get_by_text("Everything is saved.")).to_be_visible()
    press_until(page, "Tab", section.get_by_role("button", name="Rename text-to-picture…"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("plain")
    page.keyboard.press("Enter")
    expect(section.get_by_role("heading", name="plain")).to_be_visible()


def press_until(page: Page, key: str, wanted: Locator) -> None:
    """As often as it takes to come there; it must be reachable."""
    for _ in range(60):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not lead to {wanted}")
