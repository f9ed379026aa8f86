"""The same story painted by a real ComfyUI, when WRLDBLDR_TEST_COMFYUI_URL names one (a scratch server: it is given jobs)."""

import os
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import App, percent, set_up, sign_in, watch_percentages

URL = os.environ.get("WRLDBLDR_TEST_COMFYUI_URL", "")
SMALL = 64

pytestmark = pytest.mark.skipif(not URL, reason="WRLDBLDR_TEST_COMFYUI_URL names no ComfyUI")


def small_graph(checkpoint: str) -> dict[str, object]:
    """Text to picture with a real sampler, quick on a processor: one small number is both its sides."""
    link = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    steps = {"seed": 0, "steps": 8, "cfg": 4.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    nodes = {
        "1": ("PrimitiveInt", {"value": SMALL}),
        "3": ("KSampler", {**steps, **link}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": checkpoint}),
        "5": ("EmptyLatentImage", {"width": ["1", 0], "height": ["1", 0], "batch_size": 1}),
        "6": ("CLIPTextEncode", {"text": "", "clip": ["4", 1]}),
        "7": ("CLIPTextEncode", {"text": "blurry", "clip": ["4", 1]}),
        "8": ("VAEDecode", {"samples": ["3", 0], "vae": ["4", 2]}),
        "9": ("SaveImage", {"filename_prefix": "wrldbldr", "images": ["8", 0]}),
    }
    return {node_id: {"class_type": kind, "inputs": inputs} for node_id, (kind, inputs) in nodes.items()}


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App]) -> App:
    return start_app(WRLDBLDR_COMFYUI_URL=URL)


def test_a_real_sampler_paints_four_portraits_on_two_screens(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    info = httpx.get(f"{URL}/object_info/CheckpointLoaderSimple").json()
    checkpoints = info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]
    desk, sofa = open_context().new_page(), open_context(1180, 820).new_page()
    set_up(desk, app.url, with_demo=False)
    world = desk.request.post(f"{app.url}/api/worlds", data={"name": "The Lantern Coast"}).json()
    body = {"name": "Hask Brannoch", "description": "A grizzled veteran with a scar across the left brow."}
    desk.request.post(f"{app.url}/api/worlds/{world['id']}/characters", data=body)
    graph = small_graph(checkpoints[0])
    workflow = desk.request.post(f"{app.url}/api/workflows", data={"name": "small-portrait", "graph": graph}).json()
    size = {"default_width": SMALL, "default_height": SMALL}
    assert desk.request.patch(f"{app.url}/api/workflows/{workflow['id']}", data=size).ok
    desk.request.put(f"{app.url}/api/workflows/defaults", data={"portrait": workflow["id"]})

    sign_in(sofa, app.url)
    expect(sofa.get_by_role("heading", name="Your worlds")).to_be_visible()
    for page in (desk, sofa):
        page.goto(f"{app.url}/worlds/{world['id']}/create")
        page.get_by_role("button", name=re.compile("^Hask Brannoch")).first.click()
        expect(page.get_by_role("heading", name="Hask Brannoch")).to_be_visible()
        expect(page.get_by_text("ComfyUI", exact=True)).to_be_visible()  # the badge: connected, and no simulator
    desk.get_by_role("button", name=re.compile("^Generate Portrait")).first.click()
    expect(desk.get_by_role("button", name=f"{SMALL} × {SMALL}", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_role("button", name="Generate 4")).to_be_enabled()
    desk.keyboard.press("Control+Enter")
    expect(sofa.locator(".live-card")).to_be_visible()

    for values in watch_percentages([desk, sofa], until_pictures=4):
        shown = [value for value in values if value]
        assert len(set(shown)) >= 5, values
        running = shown[: shown.index(max(shown)) + 1]
        assert running == sorted(running), values
    for page in (desk, sofa):
        expect(page.locator(".tile:visible img")).to_have_count(4)
        expect(page.get_by_text("simulated")).to_have_count(0)
    snapshot(desk, "real-comfyui")
    asset = desk.request.get(f"{app.url}/api/assets", params={"world_id": world["id"]}).json()["items"][0]
    assert (asset["width"], asset["height"], asset["model"]) == (SMALL, SMALL, checkpoints[0])
    assert percent(desk) == 0, "nothing is being painted any more"
