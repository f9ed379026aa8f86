"""What is sent to a screen in Creator Mode, and how soon something is to be seen on it: few and very many, side by side."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.async_api import Browser

from tests.benchmarks.conftest import Folders
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.served import WHEN_NEW, Served, Tab, browsing, open_tab, serve
from tests.fakes.quiet import until
from tests.fakes.screen import open_screen
from tests.fakes.studio import Scene, Stage

VISITS = 4
PICTURES = 20
BATCHES, TICKS = 4, 6
KB = 1000

OPENING = "Creator Mode, all that the server says"
SCRIPTS, THUMBNAIL, ELEMENTS = "its JavaScript", "a thumbnail, half are smaller", "elements of the queue"
FIRST_VISIT, NEXT_VISIT = "20 pictures to be seen, first visit", "20 pictures to be seen, next visit"
TICK_BYTES, TICK_WORK = "a progress tick", "work for a progress tick"
NEW_PICTURE, NEW_BYTES = "finished job to its picture", "finished job to its picture, bytes"
AIMS: dict[str, tuple[str, float | None]] = {
    OPENING: ("ms", None),
    "  in bytes": ("KB", None),
    "  the first page of pictures": ("KB", 30.0),
    "  the queue": ("KB", None),
    "a page of pictures for a program": ("KB", None),
    SCRIPTS: ("KB", 350.0),
    "its style sheets": ("KB", None),
    THUMBNAIL: ("KB", 15.0),
    FIRST_VISIT: ("ms", 900.0),
    NEXT_VISIT: ("ms", 900.0),
    ELEMENTS: ("", 2000.0),
    TICK_BYTES: ("bytes", 400.0),
    TICK_WORK: ("ms", 10.0),
    NEW_PICTURE: ("ms", 100.0),
    NEW_BYTES: ("KB", 20.0),
    "server memory": ("MB", None),
}
SIZES = (SCRIPTS, THUMBNAIL, ELEMENTS, TICK_BYTES)
"""What depends on no machine: these aims must be met."""

Found = dict[str, float]


async def said(served: Served) -> Found:
    """What a tab that opens Creator Mode is told over its socket, up to the frame that has the last of gallery and queue."""
    found: Found = {}
    total, began = 0, time.perf_counter()
    async with open_screen(served.app.url, served.address, served.cookie) as screen:
        while len(found) < 2:
            change, size = await screen.next()
            total += size
            found |= {state: size / KB for state in ("gallery", "live") if change.get(state, {}).get("is_loaded")}
    return {
        OPENING: 1000 * (time.perf_counter() - began),
        "  in bytes": total / KB,
        "  the first page of pictures": found["gallery"],
        "  the queue": found["live"],
    }


async def seen(browser: Browser, served: Served) -> Found:
    """What a browser that was never here fetches, and how soon that is to be seen; on the next visit it has most of it."""
    async with open_tab(browser, served) as tab:
        await tab.page.goto(f"{served.app.url}{served.address}")
        first = await tab.when_shown(PICTURES)
        await tab.page.wait_for_load_state("networkidle")
        found = {
            SCRIPTS: sum(tab.sizes("Script")) / KB,
            "its style sheets": sum(tab.sizes("Stylesheet")) / KB,
            THUMBNAIL: median(tab.sizes("Image", "size=256")) / KB,
            ELEMENTS: float(await tab.page.evaluate("document.querySelectorAll('#queue *').length")),
        }
        await tab.page.reload()
        return found | {FIRST_VISIT: first, NEXT_VISIT: await tab.when_shown(PICTURES)}


async def painted(tab: Tab, served: Served) -> Found:
    """What it costs an open gallery that a batch is painted, and how soon its picture hangs there."""
    await served.begin()
    await tab.page.wait_for_selector(".live-card .percent")
    tab.arrived.clear()
    busy = await tab.busy_ms()
    await until(lambda: _has_ticks(tab))
    busy, ticks = await tab.busy_ms() - busy, tab.ticks()
    await tab.page.evaluate(WHEN_NEW)
    finished = await served.finished_at()
    shown = await tab.page.evaluate("window.shown")
    return {
        TICK_BYTES: max(ticks),
        TICK_WORK: busy / len(ticks),
        NEW_PICTURE: shown - finished,
        NEW_BYTES: tab.bytes_since(finished) / KB,
    }


async def _has_ticks(tab: Tab) -> bool:
    return len(tab.ticks()) >= TICKS


async def measure(folder: Path, scene: Scene) -> Found:
    """Everything, over one of the two databases; of several times the best."""
    found: list[Found] = []
    async with serve(folder, scene) as served, browsing() as browser:
        found += [await said(served) for _ in range(VISITS)]
        found += [await seen(browser, served) for _ in range(VISITS)]
        async with open_tab(browser, served) as tab:
            await tab.page.goto(f"{served.app.url}{served.address}")
            await tab.when_shown(PICTURES)
            found += [await painted(tab, served) for _ in range(BATCHES)]
        found.append({"a page of pictures for a program": await served.first_page() / KB})
        found.append({"server memory": served.app.memory()})
    return {what: min(one[what] for one in found if what in one) for what in AIMS}


async def test_a_screen_is_told_and_shows_as_much_as_soon_with_very_many(
    folders: Folders, stage: Stage, tell: Callable[[str], None]
) -> None:
    few, many = await measure(folders.few, stage.scene), await measure(folders.many, stage.scene)
    figures = [Figure(what, unit, few[what], many[what], aim) for what, (unit, aim) in AIMS.items()]
    tell(table("Creator Mode: pictures and batches", "100, 100", "100,000, 10,000", figures))
    assert not [figure.what for figure in figures if figure.grows]
    assert not [figure.what for figure in figures if figure.what in SIZES and figure.misses]
