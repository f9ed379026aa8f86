"""What everybody in front of a screen learns by itself: that ComfyUI is away and back, that a batch failed, that one ended."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.conftest import App, set_up, sign_in
from tests.e2e.test_comfyui_comes_and_goes import ask_for_portraits
from tests.e2e.test_queue_dock import REFUSED, open_demo_world
from tests.fakes.simulator import SimulatorProcess

NOTICED_MS = 6_000
PATIENCE_MS = 40_000
COUNTDOWN_LOOKS = 5

HOUR_BEHIND = """
  const Real = Date, behind = 3_600_000;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() - behind); }
    static now() { return Real.now() - behind; }
  };
"""
NOTES = """
  globalThis.notices = []; globalThis.asked = 0; globalThis.tones = 0;
  globalThis.Notification = class {
    static permission = localStorage.getItem("granted") || "default";
    static async requestPermission() {
      asked += 1; localStorage.setItem("granted", "granted"); return (Notification.permission = "granted");
    }
    constructor(title, { body }) { notices.push(`${title}: ${body}`); }
  };
  const Audio = AudioContext;
  globalThis.AudioContext = class extends Audio { constructor() { super(); tones += 1; } };
  globalThis.isFocused = true;
  document.hasFocus = () => isFocused;
"""


@pytest.fixture(scope="module")
def comfyui() -> Iterator[SimulatorProcess]:
    """A ComfyUI that takes about a second for a picture."""
    with SimulatorProcess(seconds_per_step=0.05) as process:
        yield process


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App], comfyui: SimulatorProcess, browser: Browser) -> App:
    """With an owner and the demo world."""
    app = start_app(WRLDBLDR_COMFYUI_URL=comfyui.url)
    with browser.new_context() as context:
        set_up(context.new_page(), app.url, with_demo=True)
    return app


def sit_down(context: BrowserContext, app: App) -> Page:
    """A tab in front of Hask Brannoch."""
    page = context.new_page()
    sign_in(page, app.url)
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    open_demo_world(page)
    return page


def banner_of(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text="ComfyUI Disconnected - Reconnecting")


def countdown_off_by(page: Page, countdown: Locator, url: str) -> int:
    """By how many seconds it differs from what the server says; 0 while a try is under way."""
    shown = re.fullmatch(r"(\d+)s", countdown.inner_text())
    says = page.request.get(f"{url}/api/status/comfyui").json()["retry_in_seconds"]
    return abs(int(shown.group(1)) - says) if shown and says else 0


def frames_received(page: Page) -> list[object]:
    """What comes over its websocket from now on: it is opened anew."""
    frames: list[object] = []

    def note(frame: object) -> None:
        frames.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    page.reload()
    expect(page.get_by_role("heading", name="Hask Brannoch")).to_be_visible()
    return frames


def every_screen(app: App, open_context: Callable[..., BrowserContext]) -> dict[str, Page]:
    """Each page of the DM's, on a computer whose clock is wrong, and one on a phone."""
    wide, narrow = open_context(), open_context(390, 844)
    wide.add_init_script(HOUR_BEHIND)
    screens = {"creator": sit_down(wide, app), "phone": sit_down(narrow, app)}
    for name, path in (("worlds", "/"), ("settings", "/settings")):
        screens[name] = wide.new_page()
        screens[name].goto(f"{app.url}{path}")
        expect(screens[name].get_by_role("link", name="Simulator")).to_be_visible()
    return screens


def watch_the_countdown(page: Page, countdown: Locator, url: str, frames: list[object]) -> None:
    """It is the server's, whatever the clock of this computer says, and none of its seconds comes from there."""
    free_ticks = 0
    for _ in range(COUNTDOWN_LOOKS):
        assert countdown_off_by(page, countdown, url) <= 1
        before, words = len(frames), countdown.inner_text()
        expect(countdown).not_to_have_text(words)
        free_ticks += len(frames) == before
    assert free_ticks >= COUNTDOWN_LOOKS - 2


def test_the_banner_counts_down_tries_when_asked_and_goes_by_itself(
    app: App,
    comfyui: SimulatorProcess,
    open_context: Callable[..., BrowserContext],
    snapshot: Callable[[Page, str], None],
) -> None:
    screens = every_screen(app, open_context)
    page = screens["creator"]
    frames = frames_received(page)
    ask_for_portraits(page, app.url, 3)
    expect(page.locator(".live-card")).to_be_visible(timeout=PATIENCE_MS)

    comfyui.kill()

    died_at = time.monotonic()
    banners = {name: banner_of(screen) for name, screen in screens.items()}
    for name, banner in banners.items():
        expect(banner.get_by_text(re.compile(r"Next try in \d+s"))).to_be_visible(timeout=NOTICED_MS)
        expect(banner.get_by_text("Start ComfyUI, or check its address")).to_be_visible()
        snapshot(screens[name], f"away-{name}")
    assert time.monotonic() - died_at < NOTICED_MS / 1000
    watch_the_countdown(page, banners["creator"].locator("time[data-mode=until]"), app.url, frames)

    for name in ("creator", "phone"):
        banner = banners[name]
        banner.get_by_role("button", name="Retry Now").click()
        expect(banner.get_by_text("still no answer")).to_be_visible()
        snapshot(screens[name], f"retry-in-vain-{name}")

    comfyui.start()

    for banner in banners.values():
        expect(banner).to_be_hidden(timeout=PATIENCE_MS)
    ready = page.get_by_role("region", name="Ready").get_by_role("listitem")
    expect(ready).to_have_count(3, timeout=PATIENCE_MS)


def test_whoever_retries_when_it_is_back_is_told_so(
    app: App, comfyui: SimulatorProcess, open_context: Callable[..., BrowserContext]
) -> None:
    page = sit_down(open_context(), app)
    comfyui.kill()
    banner = banner_of(page)
    expect(banner).to_be_visible(timeout=NOTICED_MS)  # though nothing was asked of it
    comfyui.start()

    page.evaluate("[...document.querySelectorAll('.banner button')].forEach((button) => button.click())")

    expect(page.get_by_text("ComfyUI answers. Your batches go on.")).to_be_visible()
    expect(banner).to_be_hidden()


def test_a_failed_batch_is_copied_whole_tried_again_and_dismissed(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    context, narrow = open_context(), open_context(390, 844)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, phone = sit_down(context, app), sit_down(narrow, app)
    body = {"name": "town-sprite-ipadapter", "graph": REFUSED}
    made = page.request.post(f"{app.url}/api/workflows", data=body).json()
    ask_for_portraits(page, app.url, 1, workflow_id=made["id"])
    box = page.get_by_role("region", name="Needs you")
    expect(box.get_by_text("Your ComfyUI lacks the node IPAdapterAdvanced_of_a_pack_nobody_has")).to_be_visible()
    expect(box.get_by_role("button", name="Clear")).to_be_visible()
    notice = page.get_by_text("Portrait for Hask Brannoch failed")
    expect(notice).to_be_visible()

    box.get_by_role("button", name="Retry", exact=True).click()
    expect(box.get_by_text("attempt 2")).to_be_visible()
    box.get_by_role("button", name="Show Details").last.click()
    for fact in ("Full error", "Batch ID", "town-sprite-ipadapter", "2 times", "“Style from picture”"):
        expect(box.get_by_text(fact)).to_be_visible()
    snapshot(page, "failed-details")
    phone.get_by_role("button", name=re.compile("^Queue")).or_(phone.locator(".queue-button")).first.click()
    phone.get_by_role("button", name="Show Details").last.click()
    snapshot(phone, "failed-details-390")
    box.get_by_role("button", name="Copy Details").click()
    expect(page.get_by_text("Details copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    batch = box.locator("[id^=batch-]").get_attribute("id") or ""
    assert "Full error: Your ComfyUI lacks the node IPAdapterAdvanced_of_a_pack_nobody_has. Install" in copied
    for line in (
        "Node 2: ",
        f"Batch ID: {batch.removeprefix('batch-')}",
        "Workflow: town-sprite-ipadapter",
        "Attempted: 2 times",
    ):
        assert line in copied

    box.get_by_role("button", name="Dismiss").click()

    for screen in (page, phone):
        expect(screen.get_by_role("region", name="Needs you")).to_have_count(0)
        expect(screen.get_by_text("Portrait for Hask Brannoch failed")).to_have_count(0)


def test_what_ended_out_of_sight_is_counted_in_the_title_and_on_the_queue_until_it_is_seen(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    page, phone = sit_down(open_context(), app), sit_down(open_context(390, 844), app)
    page.get_by_role("button", name="Hide the queue").click()
    ask_for_portraits(page, app.url, 2)
    for screen in (page, phone):
        expect(screen.locator(".queue-button")).to_contain_text("2 new", timeout=PATIENCE_MS)
        expect(screen).to_have_title("(2) Creator Mode · WrldBldr")
    snapshot(page, "unseen")
    snapshot(phone, "unseen-390")
    page.get_by_role("link", name="All worlds").click()
    expect(page).to_have_title("Worlds · WrldBldr")
    ask_for_portraits(page, app.url, 1)
    expect(phone).to_have_title("(3) Creator Mode · WrldBldr", timeout=PATIENCE_MS)
    page.go_back()
    expect(page).to_have_title("(3) Creator Mode · WrldBldr")  # what ended while the tab was elsewhere is told, too

    for screen in (page, phone):
        screen.locator(".queue-button").click()

        expect(screen).to_have_title("Creator Mode · WrldBldr")
        expect(screen.locator(".queue-button")).not_to_contain_text("new")


def test_a_notification_and_a_tone_come_only_where_they_were_switched_on_and_nobody_looks(
    app: App, open_context: Callable[..., BrowserContext], snapshot: Callable[[Page, str], None]
) -> None:
    context = open_context()
    context.add_init_script(NOTES)
    page = sit_down(context, app)
    ready = page.get_by_role("region", name="Ready").get_by_role("listitem")

    def end_one(*, is_focused: bool) -> None:
        page.evaluate("(is) => { isFocused = is; }", is_focused)
        count = ready.count()
        ask_for_portraits(page, app.url, 1)
        expect(ready).to_have_count(count + 1, timeout=PATIENCE_MS)
        page.wait_for_function("localStorage.wrldbldr_told?.split(',').length > " + str(count))

    page.get_by_role("button", name="Clear Completed").click()
    expect(ready).to_have_count(0)
    page.evaluate("localStorage.removeItem('wrldbldr_told')")
    end_one(is_focused=False)
    assert page.evaluate("[notices.length, tones, asked]") == [0, 0, 0]

    page.get_by_role("button", name="When a batch ends").click()
    switches = page.get_by_role("dialog").get_by_role("switch")
    for switch in switches.all():
        expect(switch).not_to_be_checked()
        switch.check()
    snapshot(page, "alerts")
    assert page.evaluate("[asked, tones]") == [1, 1]
    page.keyboard.press("Escape")
    end_one(is_focused=False)
    assert page.evaluate("notices") == ["Portrait ready for Hask Brannoch: 1 picture, in the gallery"]
    assert page.evaluate("tones") == 2
    end_one(is_focused=True)
    assert page.evaluate("[notices.length, tones]") == [1, 3]

    page.reload()
    page.get_by_role("button", name="When a batch ends").click()
    for switch in switches.all():
        expect(switch).to_be_checked()
    assert page.evaluate("asked") == 0
