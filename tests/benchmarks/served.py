"""The real server over one of the two databases, a simulator behind it, and a real browser in front of it."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.benchmarks.desk import FILE
from tests.e2e.conftest import BROWSER_FLAGS, App, browser_path
from tests.fakes.quiet import until
from tests.fakes.screen import FRAME, changed
from tests.fakes.simulator import SimulatorProcess
from tests.fakes.studio import OWNER_PASSWORD, Scene

WINDOW = {"width": 1920, "height": 1200}  # twenty pictures fit
SECONDS_PER_STEP = 0.2
BETWEEN_LOOKS = 0.005
TICK = {"painting"}  # the states that change with a tick
SEEN = """place => {
    const box = place.getBoundingClientRect();
    return place.complete && place.naturalWidth && box.height && box.top < innerHeight && box.bottom > 0;
}"""
WHEN_SHOWN = f"""wanted => new Promise(resolve => {{
    const is_seen = {SEEN};
    const look = () => [...document.querySelectorAll("#pictures .tile .plate[data-type] img")].filter(is_seen).length >= wanted
        ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
}})"""
WHEN_NEW = """() => {
    const newest = () => document.querySelector("#pictures .tile .plate[data-type] img");
    const before = newest()?.src;
    window.shown = new Promise(resolve => {
        const look = () => {
            const picture = newest();
            picture && picture.src !== before && picture.complete && picture.naturalWidth
                ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
        };
        look();
    });
}"""


@dataclass
class Served:
    """A server, and a program of its owner that is signed in."""

    app: App
    http: httpx.AsyncClient
    scene: Scene
    comfyui: SimulatorProcess

    @property
    def address(self) -> str:
        """Creator Mode, in front of the character with the pictures."""
        return f"/worlds/{self.scene.world.id}/create?show={self.scene.character.id}"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def first_page(self) -> int:
        """The bytes of what a program gets."""
        which = {"world_id": str(self.scene.world.id), "entity_id": str(self.scene.character.id)}
        return len((await self.http.get("/api/assets", params=which)).raise_for_status().content)

    async def begin(self) -> None:
        """Let a batch of the owner's be painted, and nothing else for now."""
        with closing(sqlite3.connect(self.app.data_dir / FILE)) as connection:
            connection.execute("update account set last_turn = -1 where id = ?", (self.scene.who.account_id.hex,))
            connection.commit()
        await self._post("/api/queue/resume")
        await until(self.paints)
        await self._post("/api/queue/pause")

    async def paints(self) -> bool:
        """Whether something at the owner's table is being painted."""
        which = {"session_id": str(self.scene.game_session.id), "status": "generating"}
        return bool((await self.http.get("/api/assets/batch", params=which)).raise_for_status().json()["items"])

    async def _post(self, path: str) -> None:
        (await self.http.post(path)).raise_for_status()

    async def finished_at(self) -> float:
        """When ComfyUI ran something for the last time, in milliseconds of the Unix epoch."""
        last = 0.0
        async with httpx.AsyncClient(base_url=self.comfyui.url, trust_env=False) as http:
            while True:
                asked = 1000 * time.time()
                if not (await http.get("/queue")).json()["queue_running"]:
                    return last
                last = asked
                await asyncio.sleep(BETWEEN_LOOKS)


@asynccontextmanager
async def serve(folder: Path, scene: Scene) -> AsyncGenerator[Served]:
    """The server over the database in `folder`."""
    with SimulatorProcess(seconds_per_step=SECONDS_PER_STEP) as comfyui:
        app = App(folder, WRLDBLDR_COMFYUI_URL=comfyui.url)
        app.start()
        try:
            async with httpx.AsyncClient(base_url=app.url, trust_env=False, timeout=60) as http:
                login = {"name": scene.who.name, "password": OWNER_PASSWORD}
                (await http.post("/api/auth/login", json=login)).raise_for_status()
                yield Served(app, http, scene, comfyui)
        finally:
            app.stop()


@dataclass(frozen=True)
class Arrival:
    """An answer, or a frame of the socket: its kind, what it was, how large it was with its headers, and when it was there."""

    kind: str
    what: str
    size: int
    at: float  # milliseconds of the Unix epoch


@dataclass
class Tab:
    """A browser's tab, and what came over its wire."""

    page: Page
    devtools: CDPSession
    arrived: list[Arrival] = field(default_factory=list)
    _awaited: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def listen(self) -> None:
        """Note everything from now on."""
        self.devtools.on("Network.responseReceived", self._note_kind)
        self.devtools.on("Network.loadingFinished", self._note_answer)
        self.devtools.on("Network.webSocketFrameReceived", self._note_frame)
        await self.devtools.send("Network.enable")
        await self.devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def sizes(self, kind: str, part: str = "") -> list[int]:
        """The bytes of everything of a kind that has this part in its address."""
        return [one.size for one in self.arrived if one.kind == kind and part in one.what]

    def bytes_since(self, moment: float) -> int:
        """Of whatever kind."""
        return sum(one.size for one in self.arrived if one.at >= moment)

    def ticks(self) -> list[int]:
        """The bytes of each frame that said how far a batch is, and nothing else."""
        frames = (one for one in self.arrived if one.kind == "Frame" and one.what.startswith(FRAME))
        return [frame.size for frame in frames if changed(frame.what).keys() == TICK]

    async def busy_ms(self) -> float:
        """For how long its main thread has worked."""
        metrics = (await self.devtools.send("Performance.getMetrics"))["metrics"]
        return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")

    async def when_shown(self, pictures: int) -> float:
        """Milliseconds from the navigation until so many pictures were to be seen."""
        return await self.page.evaluate(WHEN_SHOWN, pictures)

    def _note_kind(self, event: dict[str, Any]) -> None:
        self._awaited[event["requestId"]] = event["type"], event["response"]["url"]

    def _note_answer(self, event: dict[str, Any]) -> None:
        if awaited := self._awaited.pop(event["requestId"], None):
            self.arrived.append(Arrival(*awaited, event["encodedDataLength"], 1000 * time.time()))

    def _note_frame(self, event: dict[str, Any]) -> None:
        text = event["response"]["payloadData"]
        self.arrived.append(Arrival("Frame", text, len(text.encode()), 1000 * time.time()))


@asynccontextmanager
async def browsing() -> AsyncGenerator[Browser]:
    """A browser."""
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        stack.push_async_callback(browser.close)
        yield browser


@asynccontextmanager
async def open_tab(browser: Browser, served: Served) -> AsyncGenerator[Tab]:
    """A tab of a browser that was never here before but is signed in; it shows nothing yet."""
    context = await browser.new_context(viewport=WINDOW, reduced_motion="reduce")  # type: ignore[arg-type]
    cookies = [{"name": name, "value": value, "url": served.app.url} for name, value in served.http.cookies.items()]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    tab = Tab(page, await context.new_cdp_session(page))
    await tab.listen()
    yield tab
    await context.close()
