"""How soon everybody at a table sees a tick of progress, and what it costs the server: many tabs, many programs, one browser."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import async_playwright
from websockets.asyncio.client import connect

from tests.benchmarks.table_server import BEHIND
from tests.e2e.conftest import BROWSER_FLAGS, App, browser_path
from tests.fakes.quiet import until
from tests.fakes.screen import open_screen
from tests.fakes.simulator import SimulatorProcess
from wrldbldr.api.events import STREAMS_AT_ONCE

TICKS, TICK_SECONDS = 60, 0.1
AUDIENCES = (1, 50, 200)
LONG_QUEUE = 200
TICK_BYTES = 400
SETTLE_SECONDS = 5.0  # after the last one came
NEVER = 1_000_000.0  # a step of ComfyUI: only our own hand lets the batch get on
WATCH_PERCENT = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const shown = parseInt(document.querySelector(".live-card .percent")?.textContent ?? "");
        const last = window.seen.at(-1)?.[0];
        if (shown !== last) window.seen.push([shown, (performance.timeOrigin + performance.now()) / 1000]);
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass
class Ticks:
    """What the ticks cost the server, and when each was due; and when another batch was asked for after them."""

    due: list[float]
    cpu_seconds: float
    seconds: float
    asked_at: float = 0.0

    @property
    def percents(self) -> list[int]:
        return [BEHIND + number for number in range(1, len(self.due) + 1)]


@dataclass
class Table:
    """A table at which a batch is being painted, for ever."""

    url: str
    control: Path
    http: httpx.AsyncClient
    ids: dict[str, str]
    shared: dict[str, int] = field(default_factory=dict[str, int])

    async def token(self) -> str:
        """For one program more: a token opens no more streams at once than that many."""
        for token, programs in self.shared.items():
            if programs < STREAMS_AT_ONCE:
                self.shared[token] += 1
                return token
        token = (await self.post("/api/tokens", {"label": f"Programs {len(self.shared)}"}))["token"]
        self.shared[token] = 1
        return token

    @property
    def page(self) -> str:
        return f"/worlds/{self.ids['world']}/create"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def ask(self) -> str:
        """One batch more in the queue."""
        body = {
            "session_id": self.ids["session"],
            "entity_type": "character",
            "entity_id": self.ids["character"],
            "asset_type": "portrait",
            "prompt": "a grizzled veteran",
            "count": 1,
        }
        return (await self.post("/api/assets/generate", body))["id"]

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return (await self.http.post(path, json=body)).raise_for_status().json()

    async def tick(self) -> Ticks:
        """Let the batch get on."""
        order = {"batch": self.ids["batch"], "table": self.ids["session"], "count": TICKS, "seconds": TICK_SECONDS}
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(json.dumps(order).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        return Ticks(**answer)


@pytest.fixture
async def table(tmp_path: Path) -> AsyncGenerator[Table]:
    with SimulatorProcess(seconds_per_step=NEVER) as comfyui:
        app = App(tmp_path / "data", WRLDBLDR_COMFYUI_URL=comfyui.url)
        app.start()  # builds the pages
        app.stop()
        control = tmp_path / "hand"
        app.arguments = ("-m", "tests.benchmarks.table_server", str(app.port), str(control))
        app.start()
        try:
            async with httpx.AsyncClient(base_url=app.url, trust_env=False, timeout=60) as http:
                yield await laid(Table(app.url, control, http, {}))
        finally:
            app.stop()


async def laid(table: Table) -> Table:
    await table.post("/api/auth/setup", {"name": "Ruth", "password": "correct horse"})
    world = table.ids["world"] = (await table.post("/api/worlds", {"name": "Bench"}))["id"]
    table.ids["session"] = (await table.http.get(f"/api/worlds/{world}/sessions")).json()["items"][0]["id"]
    table.ids["character"] = (await table.post(f"/api/worlds/{world}/characters", {"name": "Hask"}))["id"]
    batch = table.ids["batch"] = await table.ask()

    async def is_begun() -> bool:
        return (await table.http.get(f"/api/assets/batch/{batch}")).json()["status"] == "generating"

    await until(is_begun)
    return table


@dataclass
class Heard:
    """When a client first knew of each percentage, and the largest frame that said so; and when of another batch."""

    at: dict[int, float]
    largest: int = 0
    told_at: float | None = None
    are_ticks_over: bool = False

    def hear(self, percent: int | None, size: int) -> None:
        if percent is not None and not self.are_ticks_over:
            self.at.setdefault(percent, time.time())
            self.largest = max(self.largest, size)

    def hear_of_another(self, is_another: bool) -> None:
        if is_another and self.are_ticks_over and self.told_at is None:
            self.told_at = time.time()

    def delays(self, ticks: Ticks) -> list[float]:
        """For each tick, until it or a later one was there."""
        moments = [(percent, self.at[percent]) for percent in sorted(self.at)]
        return [
            next((at for seen, at in moments if seen >= percent and at >= due), ticks.due[-1] + SETTLE_SECONDS) - due
            for percent, due in zip(ticks.percents, ticks.due, strict=True)
        ]


Client = Callable[[Table, Heard, asyncio.Event], Awaitable[None]]


async def tab(table: Table, heard: Heard, is_there: asyncio.Event) -> None:
    """A game master's tab in Creator Mode."""
    async with open_screen(table.url, table.page, table.cookie) as screen:
        await screen.until("painting", "batch", table.ids["batch"])
        is_there.set()
        while True:
            change, size = await screen.next()
            heard.hear(change.get("painting", {}).get("percent"), size)
            heard.hear_of_another("waiting_count" in change.get("live", {}))


async def program(table: Table, heard: Heard, is_there: asyncio.Event) -> None:
    """A listener of the event stream."""
    address = f"{table.url.replace('http', 'ws', 1)}/api/sessions/{table.ids['session']}/events"
    token = await table.token()
    try:
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as connection:
            async for frame in connection:
                message = json.loads(frame)
                if message["type"] == "ComfyUIStateChanged":
                    is_there.set()
                heard.hear(message.get("progress"), len(frame))
                heard.hear_of_another(message["type"] == "GenerationQueued")
    finally:
        table.shared[token] -= 1


@contextmanager
def undisturbed() -> Generator[None]:
    """Python's look for garbage stops this clock, not the server: among 200 clients it takes 150 ms."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def measure(table: Table, client: Client, count: int) -> tuple[Ticks, list[Heard]]:
    """`count` clients listen while the batch gets on, and then another is asked for."""
    everybody = [Heard({}) for _ in range(count)]
    async with asyncio.TaskGroup() as group:
        listening: list[asyncio.Task[None]] = []
        for heard in everybody:
            is_there = asyncio.Event()
            listening.append(group.create_task(_run(client, table, heard, is_there)))
            await asyncio.wait_for(is_there.wait(), 60)
        await asyncio.sleep(SETTLE_SECONDS)
        for heard in everybody:
            heard.at.clear()
            heard.largest = 0
        with undisturbed():
            ticks = await table.tick()
            await asyncio.sleep(1.0)
            for heard in everybody:
                heard.are_ticks_over = True
            ticks.asked_at = time.time()
            await table.ask()
            await asyncio.sleep(SETTLE_SECONDS)
        for task in listening:
            task.cancel()
    return ticks, everybody


async def _run(client: Client, table: Table, heard: Heard, is_there: asyncio.Event) -> None:
    await client(table, heard, is_there)


def row(what: str, ticks: Ticks, everybody: list[Heard]) -> str:
    delays = sorted(delay for heard in everybody for delay in heard.delays(ticks))
    middle, late = (1000 * delays[int(share * (len(delays) - 1))] for share in (0.5, 0.95))
    busy, each = 100 * ticks.cpu_seconds / ticks.seconds, 1000 * ticks.cpu_seconds / TICKS / len(everybody)
    shown = sum(len(heard.at) for heard in everybody) / len(everybody)
    largest = max(heard.largest for heard in everybody)
    figures = f"{middle:6.1f} {late:7.1f} {busy:7.0f} %   {each:6.2f} {shown:7.1f} {largest or '-':>7}"
    return f"  {what:<36} {figures} {_last_told(ticks, everybody):>9}"


def _last_told(ticks: Ticks, everybody: list[Heard]) -> str:
    told = [heard.told_at for heard in everybody]
    if not ticks.asked_at:
        return "-"
    return "not all" if None in told else f"{1000 * (max(filter(None, told)) - ticks.asked_at):.0f}"


async def test_a_tick_reaches_every_tab_program_and_browser(table: Table, tell: Callable[[str], None]) -> None:
    rows = [f"  {TICKS} ticks, 10 a second               p50 ms  p95 ms      CPU  ms each   shown   bytes asked, ms"]
    largest = 0
    for queue, more in (("short queue", 0), ("long queue", LONG_QUEUE)):
        for _ in range(more):
            await table.ask()
        for count in AUDIENCES:
            ticks, everybody = await measure(table, tab, count)
            largest = max(largest, *(heard.largest for heard in everybody))
            rows.append(row(f"{queue}, {count:3} tabs", ticks, everybody))
        rows.append(row(f"{queue}, a browser's page", *await in_a_browser(table)))
    rows += [row(f"long queue, {count:3} programs", *await measure(table, program, count)) for count in AUDIENCES]
    tell("\n".join(rows))
    assert 0 < largest <= TICK_BYTES


async def in_a_browser(table: Table) -> tuple[Ticks, list[Heard]]:
    """When a real browser has the percentage in its document."""
    async with browsing(table) as page:
        await page.wait_for_selector(".live-card .percent")
        await asyncio.sleep(SETTLE_SECONDS)
        await page.evaluate(WATCH_PERCENT)
        ticks = await table.tick()
        seen = await page.evaluate("window.seen")
    at: dict[int, float] = {}
    for percent, moment in seen:
        at.setdefault(percent, moment)
    return ticks, [Heard(at)]


@asynccontextmanager
async def browsing(table: Table) -> AsyncGenerator[Any]:
    """A page in Creator Mode."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        stack.push_async_callback(browser.close)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        cookies = [{"name": name, "value": value, "url": table.url} for name, value in table.http.cookies.items()]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{table.url}{table.page}")
        yield page
