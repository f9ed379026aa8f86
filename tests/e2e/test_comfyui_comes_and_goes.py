"""ComfyUI's plug is pulled again and again while batches wait: nobody has to do anything about it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, set_up
from tests.fakes.simulator import SimulatorProcess

BATCHES = 10
OUTAGES = 5
PATIENCE_MS = 40_000


@pytest.fixture
def comfyui() -> Iterator[SimulatorProcess]:
    """A ComfyUI that takes about two seconds for a picture."""
    with SimulatorProcess(seconds_per_step=0.1) as process:
        yield process


def ask_for_portraits(page: Page, url: str, how_many: int, **more: str) -> None:
    """As a script would, with the tab's own cookie: the screens are only watched."""
    api = page.request
    world = api.get(f"{url}/api/worlds").json()["items"][0]["id"]
    table = api.get(f"{url}/api/worlds/{world}/sessions").json()["items"][0]["id"]
    hask = next(
        c for c in api.get(f"{url}/api/worlds/{world}/characters").json()["items"] if c["name"].startswith("Hask")
    )
    for number in range(how_many):
        body = {
            "session_id": table,
            "entity_type": "character",
            "entity_id": hask["id"],
            "asset_type": "portrait",
            "prompt": f"a grizzled veteran, study {number + 1}",
            "count": 1,
            "width": 256,
            "height": 320,
            **more,
        }
        assert api.post(f"{url}/api/assets/generate", data=body).ok


def test_ten_batches_end_ready_though_comfyui_is_killed_and_restarted_five_times(
    start_app: Callable[..., App],
    open_context: Callable[..., BrowserContext],
    comfyui: SimulatorProcess,
    snapshot: Callable[[Page, str], None],
) -> None:
    app = start_app(WRLDBLDR_COMFYUI_URL=comfyui.url)
    page = open_context().new_page()
    set_up(page, app.url, with_demo=True)
    page.get_by_role("link", name=re.compile("^Open")).first.click()
    page.get_by_role("button", name=re.compile("^Hask Brannoch")).first.click()
    ask_for_portraits(page, app.url, BATCHES)
    queue = page.get_by_role("complementary", name="Generation Queue")
    ready = queue.get_by_role("region", name="Ready").get_by_role("listitem")
    for outage in range(OUTAGES):
        expect(ready).to_have_count(outage + 1, timeout=PATIENCE_MS)
        expect(page.locator(".live-card")).to_be_visible(timeout=PATIENCE_MS)

        comfyui.kill()

        expect(page.get_by_text("ComfyUI Disconnected -")).to_be_visible(timeout=PATIENCE_MS)
        expect(queue.get_by_text("Nothing is lost.")).to_be_visible()
        snapshot(page, f"outage-{outage + 1}")
        comfyui.start()
        expect(page.get_by_text("ComfyUI Disconnected -")).to_be_hidden(timeout=PATIENCE_MS)

    expect(ready).to_have_count(BATCHES, timeout=2 * PATIENCE_MS)
    expect(queue.get_by_role("region", name="Needs you")).to_have_count(0)
    expect(page.locator(".tile:visible img")).to_have_count(BATCHES)
    snapshot(page, "after-five-outages")
