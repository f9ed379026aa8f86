"""Whatever comes between a tab and the server: when it is over, the tab shows how everything is, and nobody clicks."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import BROWSER_FLAGS, NAME, PASSWORD, App, browser_path
from tests.fakes.simulator import SimulatorProcess
from tests.fakes.wire import Wire

BEATS = {"REFLEX_SOCKET_INTERVAL": "1", "REFLEX_SOCKET_TIMEOUT": "1"}  # seconds: a silence is noticed after two
HOST = "table.local"
SLEEP_MS = 6_000
CONNECTIONS, KEEPS_ASKING = Path("/proc/net/tcp"), "02:"
EXPIRY, EXPIRY_SECONDS = "REFLEX_REDIS_TOKEN_EXPIRATION", 2
OWNER = {"name": NAME, "password": PASSWORD}


@dataclass
class Table:
    """A game master's page in Creator Mode and a player's, far from the server; a script, beside it."""

    app: App
    wire: Wire
    script: httpx.Client
    world: str
    desk: Page
    phone: Page

    @property
    def screens(self) -> tuple[Page, Page]:
        return self.desk, self.phone

    def reveal(self, name: str) -> None:
        """There is somebody new, whom the players know."""
        character = self.script.post(f"/api/worlds/{self.world}/characters", json={"name": name}).raise_for_status()
        changes = {"visible_to_players": True}
        self.script.patch(f"/api/characters/{character.json()['id']}", json=changes).raise_for_status()

    def show(self, name: str) -> None:
        """Both screens have it."""
        for screen in self.screens:
            expect(screen.get_by_text(name).first).to_be_visible()

    def paint(self) -> str:
        """A batch that takes a few seconds is begun, and both screens say so. Returns its id."""
        [subject, *_] = self.script.get(f"/api/worlds/{self.world}/characters").json()["items"]
        [table] = self.script.get(f"/api/worlds/{self.world}/sessions").json()["items"]
        body = {"session_id": table["id"], "entity_type": "character", "entity_id": subject["id"]}
        body |= {"asset_type": "portrait", "prompt": "a keeper", "count": 1, "width": 256, "height": 320}
        batch = self.script.post("/api/assets/generate", json=body).raise_for_status().json()["id"]
        expect(self.desk.locator(".live-card .percent")).to_be_visible()
        expect(self.phone.get_by_text(f"Portrait of {subject['name']}")).to_be_visible()
        return batch

    def wait_for(self, batch: str) -> None:
        """It is ready, whether anybody sees it or not."""
        while self.script.get(f"/api/assets/batch/{batch}").raise_for_status().json()["status"] != "ready":
            self.desk.wait_for_timeout(100)

    def show_it_ready(self) -> None:
        """Neither screen says any more that anything is being painted; the game master's has it."""
        ready = self.desk.get_by_role("complementary", name="Generation Queue").get_by_role("region", name="Ready")
        expect(ready.get_by_role("listitem").first).to_be_visible()
        expect(self.desk.locator(".live-card")).to_have_count(0)
        expect(self.phone.get_by_text(re.compile("^Portrait of"))).to_have_count(0)


@pytest.fixture(scope="module")
def comfyui() -> Iterator[SimulatorProcess]:
    """A ComfyUI that takes about three seconds for a picture."""
    with SimulatorProcess(seconds_per_step=0.15) as process:
        yield process


@pytest.fixture(scope="module")
def app(start_app: Callable[..., App], comfyui: SimulatorProcess) -> App:
    """With an owner."""
    app = start_app(WRLDBLDR_COMFYUI_URL=comfyui.url, **BEATS)
    httpx.post(f"{app.url}/api/auth/setup", json=OWNER, trust_env=False).raise_for_status()
    return app


@pytest.fixture
def table(app: App, browser: Browser) -> Iterator[Table]:
    """A world of its own, with somebody in it whom the players know."""
    with Wire(app.port) as wire, httpx.Client(base_url=app.url, trust_env=False, timeout=20) as script:
        far = browser.browser_type.launch(
            executable_path=browser_path(),
            args=[*BROWSER_FLAGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{wire.port}"],
        )
        script.post("/api/auth/login", json=OWNER).raise_for_status()
        world = script.post("/api/worlds", json={"name": "The Lantern Coast"}).raise_for_status().json()["id"]
        table = Table(app, wire, script, world, far.new_page(), far.new_page())
        table.reveal("Odile Marrow")
        sit_down(table)
        yield table
        far.close()


def sit_down(table: Table) -> None:
    """Both pages are open."""
    url = f"http://{HOST}:{table.app.port}"
    table.desk.context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in table.script.cookies.items()]
    )
    table.desk.goto(f"{url}/worlds/{table.world}/create")
    [session] = table.script.get(f"/api/worlds/{table.world}/sessions").json()["items"]
    body = {"code": session["join_code"], "name": "Bram"}
    joined = table.phone.context.request.post(f"{table.app.url}/api/auth/join", data=body)
    assert joined.ok, joined.text()
    for cookie in table.phone.context.cookies():
        seat = {"name": cookie.get("name", ""), "value": cookie.get("value", ""), "url": url}
        table.phone.context.add_cookies([seat])  # type: ignore[list-item]
    table.phone.goto(f"{url}/play/{session['id']}")
    table.show("Odile Marrow")


def restart_politely(table: Table) -> None:
    table.app.stop()
    table.app.start()


def restart_after_a_crash(table: Table) -> None:
    table.app.kill()
    table.app.start()


@pytest.mark.parametrize("restart", [restart_politely, restart_after_a_crash])
def test_after_a_restart_each_tab_shows_how_everything_is(table: Table, restart: Callable[[Table], None]) -> None:
    batch = table.paint()

    restart(table)
    table.reveal("Berengar Voss")

    table.show("Berengar Voss")
    table.wait_for(batch)
    table.show_it_ready()
    table.reveal("Ingrith Vale")
    table.show("Ingrith Vale")


def test_after_a_network_drop_each_tab_shows_what_happened_meanwhile(table: Table) -> None:
    batch = table.paint()

    table.wire.cut()
    expect(table.desk.get_by_text("WrldBldr does not answer")).to_be_visible()
    expect(table.phone.get_by_text("Reconnecting · Bram")).to_be_visible()
    table.reveal("Berengar Voss")
    table.wait_for(batch)
    table.wire.mend()

    table.show("Berengar Voss")
    table.show_it_ready()
    expect(table.desk.get_by_text("WrldBldr does not answer")).to_be_hidden()
    table.reveal("Ingrith Vale")
    table.show("Ingrith Vale")


def test_after_a_sleep_longer_than_the_heartbeats_each_tab_shows_what_happened_meanwhile(
    table: Table,
) -> None:
    batch = table.paint()

    table.wire.freeze()
    table.reveal("Berengar Voss")
    table.wait_for(batch)
    table.desk.wait_for_timeout(SLEEP_MS)
    expect(table.desk.get_by_text("Berengar Voss")).to_have_count(0)
    table.wire.mend()

    table.show("Berengar Voss")
    table.show_it_ready()
    table.reveal("Ingrith Vale")
    table.show("Ingrith Vale")


@pytest.mark.skipif(not CONNECTIONS.exists(), reason="only Linux lists its connections")
def test_a_program_that_fell_silent_is_asked_by_the_system_whether_it_still_is_there(app: App) -> None:
    with socket.create_connection(("127.0.0.1", app.port)) as connection:
        httpx.get(f"{app.url}/api/health", trust_env=False)  # until it was accepted
        here = f":{connection.getsockname()[1]:04X}"
        [row] = [row.split() for row in CONNECTIONS.read_text().splitlines()[1:] if row.split()[2].endswith(here)]

    assert row[5].startswith(KEEPS_ASKING)


@pytest.fixture
def forgetful(app: App) -> Iterator[App]:
    """The same, but it forgets a tab that is idle for seconds: as if days went by."""
    app.stop()
    app.environment[EXPIRY] = str(EXPIRY_SECONDS)
    app.start()
    yield app
    app.environment.pop(EXPIRY)


@pytest.mark.usefixtures("forgetful")
def test_a_tab_that_was_idle_so_long_that_it_was_forgotten_shows_how_everything_is(table: Table) -> None:
    table.desk.wait_for_timeout(2_500 * EXPIRY_SECONDS)

    for name in ("Berengar Voss", "Ingrith Vale"):
        table.reveal(name)
        table.show(name)
    table.show("Odile Marrow")
