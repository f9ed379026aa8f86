"""The owner says where ComfyUI is, in the browser, while batches wait."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up
from tests.e2e.test_comfyui_comes_and_goes import ask_for_portraits
from tests.fakes.simulator import SimulatorProcess


@pytest.fixture
def slow() -> Iterator[SimulatorProcess]:
    """A ComfyUI that takes about half a minute for a picture."""
    with SimulatorProcess(seconds_per_step=1.2) as process:
        yield process


@pytest.fixture
def quick() -> Iterator[SimulatorProcess]:
    """One that is worth moving to."""
    with SimulatorProcess(seconds_per_step=0.02) as process:
        yield process


def test_comfyui_is_changed_while_it_paints_and_the_batches_end_ready_on_the_new_one(
    start_app: Callable[..., App],
    open_context: Callable[..., BrowserContext],
    slow: SimulatorProcess,
    quick: SimulatorProcess,
    snapshot: Callable[[Page, str], None],
) -> None:
    app = start_app(WRLDBLDR_COMFYUI_URL=slow.url)
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    expect(page.get_by_role("heading", name="The Lantern Coast")).to_be_visible()
    ask_for_portraits(page, app.url, 2)
    page.get_by_role("button", name="Account of Ruth Marlowe").click()
    page.get_by_role("menuitem", name="Settings").click()
    address = page.get_by_role("textbox", name="Address")
    expect(address).to_have_value(slow.url)
    snapshot(page, "settings")

    address.fill("http://127.0.0.1:9")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("ComfyUI does not answer").or_(page.get_by_text("Nothing answers")).first).to_be_visible()
    snapshot(page, "settings-nothing-answers")
    address.fill(quick.url)
    page.get_by_role("button", name="Test").click()
    expect(page.locator(".verdict .ok")).to_be_visible()
    snapshot(page, "settings-tested")
    page.get_by_label("Sending a batch").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("from 1 to 3600")).to_be_visible()
    expect(page.get_by_label("Sending a batch")).to_be_focused()
    page.get_by_label("Sending a batch").fill("20")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Nothing changed yet.")).to_be_visible()
    batches = f"{app.url}/api/assets/batch"
    table = page.request.get(f"{app.url}/api/worlds/{world_of(page, app)}/sessions").json()["items"][0]["id"]
    page.wait_for_function(
        """async ([url, table]) => (await (await fetch(`${url}?session_id=${table}`)).json()).items
            .every(batch => batch.status === "ready")""",
        arg=[batches, table],
        timeout=40_000,
    )
    page.reload()
    expect(address).to_have_value(quick.url)
    expect(page.get_by_label("Sending a batch")).to_have_value("20")


def world_of(page: Page, app: App) -> str:
    return page.request.get(f"{app.url}/api/worlds").json()["items"][0]["id"]
