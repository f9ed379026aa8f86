"""The built app as a process, a real browser, and the people in front of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FIRST_PORT, PORTS = 20_000, 10_000
START_SECONDS = 120
PATIENCE_MS = 20_000
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAME, PASSWORD = "Ruth Marlowe", "correct horse battery"
SCREENS = ROOT / ".pytest_cache" / "screens"  # what the tests saw, to look at afterwards

expect.set_options(timeout=PATIENCE_MS)


def port_of_checkout() -> int:
    """The same for every app, because pages are built with their port, which takes longer than most stories.

    The next one while it is taken. No system gives these to connections of its own, so that it is free again after a stop.
    """
    for offset in range(PORTS):
        port = FIRST_PORT + (zlib.crc32(bytes(ROOT)) + offset) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # of the app before, connections are closing
            probe.bind(("", port))
            return port
    pytest.fail("no port is free")


class App:
    """`python -m wrldbldr` in a process group of its own, over one data folder, startable and killable."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = port_of_checkout()
        self.url = f"http://localhost:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.arguments: Sequence[str] = ("-m", "wrldbldr")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WRLDBLDR_")},
            "WRLDBLDR_PORT": str(self.port),
            "WRLDBLDR_DATA_DIR": str(data_dir),
            "REFLEX_WEB_WORKDIR": ".web-tests",  # pages are built with their port: a server in use keeps its own
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the app did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def memory(self) -> float:
        """MB that its processes hold, as Linux counts them."""
        assert self._process is not None
        group = str(self._process.pid)
        stats = ((path, path.read_text().rpartition(")")[2].split()) for path in Path("/proc").glob("[0-9]*/stat"))
        sizes = (int((path.parent / "statm").read_text().split()[1]) for path, stat in stats if stat[2] == group)
        return sum(sizes) * os.sysconf("SC_PAGE_SIZE") / 1_000_000

    def kill(self) -> None:
        """SIGKILL everything at once: no goodbye."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, number)
            self._process.wait(timeout=20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=20)
        self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def start_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., App]]:
    """Start an app of one's own. It is stopped when the next one starts, so that all have one port, or at the end."""
    started: list[App] = []

    def start(**environment: str) -> App:
        for earlier in started:
            earlier.stop()
        app = App(tmp_path_factory.mktemp("app") / "data", **environment)
        app.start()
        started.append(app)
        return app

    yield start
    for app in started:
        app.stop()


def browser_path() -> str:
    """Where the Chromium is that `make test` found or brought."""
    noted = ROOT / ".venv" / "browser-path"
    path = os.environ.get("WRLDBLDR_BROWSER") or (noted.read_text().strip() if noted.exists() else "")
    if not path:
        pytest.fail("no browser: run `make test`, which finds or installs one")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for everybody."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser profile of its own: another person, or another device."""
    opened: list[BrowserContext] = []

    def open_one(width: int = 1440, height: int = 900) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def snapshot() -> Callable[[Page, str], None]:
    """Keep what a page looks like, for people to look at."""

    def keep(page: Page, name: str) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png")

    return keep


def set_up(page: Page, url: str, *, with_demo: bool) -> None:
    """Make the owner account, and wait for the demo world if it is wanted."""
    page.goto(f"{url}/setup")
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("switch", name="Load the demo world").set_checked(with_demo)
    page.get_by_role("button", name="Make the Owner Account").click()
    expect_shelf(page)
    if with_demo:
        expect(page.get_by_role("heading", name="The Lantern Coast")).to_be_visible()


def expect_shelf(page: Page) -> None:
    """The page is there before its buttons do anything; who is signed in shows when they do."""
    expect(page.get_by_role("heading", name="Your worlds")).to_be_visible()
    expect(page.get_by_role("button", name=f"Account of {NAME}")).to_be_visible()


def percent(page: Page) -> int:
    """The percentage the page shows, or 0 while it shows none."""
    shown = page.evaluate(
        "document.querySelector('.live-card .percent')?.innerText ?? ''"
    )  # in one look: it may vanish
    found = re.search(r"\d+", shown)
    return int(found.group()) if found else 0


def watch_percentages(pages: list[Page], until_pictures: int) -> list[list[int]]:
    """What each page shows from now until the pictures are there, without touching anything."""
    seen: list[list[int]] = [[] for _ in pages]
    tiles = [page.locator(".tile:visible img") for page in pages]
    while any(tile.count() < until_pictures for tile in tiles):
        for page, values in zip(pages, seen, strict=True):
            values.append(percent(page))
            page.wait_for_timeout(40)
        assert max(map(len, seen)) < 1500, seen
    return seen


def sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
