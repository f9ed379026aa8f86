"""Every event handler there is, called over the real socket by whoever may not: as nobody, as a player, as a game master of
another world, and as somebody whose login was ended. Nothing of the owner's changes, and nothing of it comes back.
"""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import socketio
from fastapi import FastAPI
from reflex.state import State
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.api.test_default_deny import walk
from tests.fakes.own_server import own_server
from tests.fakes.quiet import REAL_TIME, until
from tests.state.tab import states_of_ours
from tests.state.test_every_handler_is_guarded import KNOWN_HANDLERS, OPEN_TO_ALL, arguments, handlers
from wrldbldr.api.app import build_api
from wrldbldr.engine import current
from wrldbldr.state.creator import Creator
from wrldbldr.state.live import Live
from wrldbldr.wrldbldr import app

NAMESPACE = "/_event"
OWNER = {"name": "Ruth", "password": "correct horse battery"}
BERTA = {"name": "Berta", "password": "another lantern"}
SECRETS = ("The Sunken Abbey", "Grizel the Informer", "the harbourmaster is the murderer")
EVERYBODYS = "Queue.resume"  # all game masters share the one queue, and may let it go on
FEW = 8  # states of which a game master hears something, whatever is asked; looks at a queue that changed once
MANY = 30
QUIET_SECONDS = 1.5


@dataclass
class Server:
    """The real one, without pages, and what the owner has there."""

    url: str
    owner: httpx.AsyncClient
    control: Path
    ids: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, account: dict[str, str]) -> str:
        """The cookie of a browser."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as browser:
            (await browser.post("/api/auth/login", json=account)).raise_for_status()
            return f"wrldbldr_login={browser.cookies['wrldbldr_login']}"

    async def ask(self) -> str:
        """The owner asks for a portrait. Returns the id of the batch."""
        request = {
            "session_id": self.ids["table"],
            "entity_type": "character",
            "entity_id": self.ids["person"],
            "asset_type": "portrait",
            "prompt": SECRETS[2],
            "count": 1,
        }
        return (await self.owner.post("/api/assets/generate", json=request)).json()["id"]

    async def looks(self) -> int:
        """How often a queue was looked at for a screen."""
        reader, writer = await asyncio.open_unix_connection(str(self.control))
        count = int(await reader.read())
        writer.close()
        return count

    async def everything(self) -> str:
        """All that the owner has, as text."""
        world = self.ids["world"]
        pages = [
            (await self.owner.get(path)).text
            for path in (
                "/api/worlds",
                f"/api/worlds/{world}/characters",
                f"/api/worlds/{world}/sessions",
                f"/api/sessions/{self.ids['table']}/players",
                f"/api/assets/batch?session_id={self.ids['table']}",
                "/api/accounts",
                "/api/config/comfyui",
            )
        ]
        return re.sub(r'"world_count":\d+', "", "\n".join(pages))  # Berta may make worlds of her own


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    async with own_server(tmp_path) as own:
        server = Server(own.url, own.browser, own.control)
        await furnish(server)
        yield server


async def furnish(server: Server) -> None:
    """The owner's world with somebody in it who is being asked for."""
    owner = server.owner
    (await owner.post("/api/auth/setup", json=OWNER)).raise_for_status()
    (await owner.post("/api/accounts", json=BERTA)).raise_for_status()
    (await owner.post("/api/queue/pause")).raise_for_status()
    world = (await owner.post("/api/worlds", json={"name": SECRETS[0]})).json()["id"]
    table = (await owner.get(f"/api/worlds/{world}/sessions")).json()["items"][0]
    person = (await owner.post(f"/api/worlds/{world}/characters", json={"name": SECRETS[1]})).json()["id"]
    server.ids = {"world": world, "table": table["id"], "code": table["join_code"], "person": person}
    server.ids["batch"] = await server.ask()


class Stranger:
    """A made-up browser at the event socket, with whatever cookie, at whatever page."""

    def __init__(self, client: socketio.AsyncClient, path: str) -> None:
        self.updates: list[dict[str, Any]] = []
        self._client = client
        self._path = path

    async def call_everything(self, ids: dict[str, str], *, but: str = "") -> None:
        """Every handler but the open ones, with each of the owner's ids where it takes a text; and wait for the answers."""
        for name, handler in handlers().items():
            if name in OPEN_TO_ALL or name == but:
                continue
            assert handler.state is not None
            names = [*inspect.signature(handler.fn).parameters][1:]
            given = arguments(handler)
            for an_id in ids.values():
                values = [an_id if isinstance(value, str) else value for value in given]
                await self.send(
                    f"{handler.state.get_full_name()}.{handler.fn.__name__}", dict(zip(names, values, strict=True))
                )
                if values == given:
                    break
        await self.hear_it_out()

    async def hear_it_out(self) -> None:
        """Wait until nothing comes any more."""
        seen = -1
        while seen != len(self.updates):
            seen = len(self.updates)
            await REAL_TIME.sleep(QUIET_SECONDS)

    async def send(self, name: str, payload: dict[str, Any]) -> None:
        """One event, as a page would send it."""
        place = {"pathname": self._path, "asPath": self._path, "query": {}}
        event = {"name": name, "payload": payload, "router_data": place}
        await self._client.emit("event", event, namespace=NAMESPACE)

    @property
    def wire(self) -> str:
        """Everything that ever came."""
        return json.dumps(self.updates)

    @property
    def redirects(self) -> set[str]:
        """Where it was sent."""
        return {
            event["payload"]["path"]
            for update in self.updates
            for event in update.get("events", [])
            if event["name"] == "_redirect"
        }

    @property
    def shown(self) -> set[str]:
        """The states of ours of which anything came after the greeting, which tells everybody how an empty tab looks."""
        return {state for update in self.updates for state in update.get("delta", {}) if "wrldbldr" in state}


@asynccontextmanager
async def stranger(server: Server, cookie: str, path: str) -> AsyncGenerator[Stranger]:
    """Connected, greeted, and then recorded."""
    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    visitor = Stranger(client, path)

    async def keep(update: Any) -> None:
        visitor.updates.append(json.loads(update) if isinstance(update, str) else update)

    client.on("event", keep, namespace=NAMESPACE)
    headers = {"origin": server.url, **({"cookie": cookie} if cookie else {})}
    address = f"{server.url}/?token={uuid4()}"
    await client.connect(address, headers, transports=["websocket"], namespaces=[NAMESPACE], socketio_path=NAMESPACE)
    await visitor.send(f"{State.get_full_name()}.hydrate", {})

    async def is_greeted() -> bool:
        return bool(visitor.updates)

    await until(is_greeted, "the greeting")
    visitor.updates.clear()
    try:
        yield visitor
    finally:
        await client.disconnect()


async def test_nobody_a_player_and_whoever_was_signed_out_are_led_away_by_every_handler(server: Server) -> None:
    assert len(handlers()) >= KNOWN_HANDLERS
    assert len(states_of_ours()) > 0
    joined = await server.owner.post("/api/auth/join", json={"code": server.ids["code"], "name": "Bram"})
    seat = f"wrldbldr_seat={joined.cookies['wrldbldr_seat']}"
    gone = await server.sign_in(BERTA)
    removed = next(
        row["id"] for row in (await server.owner.get("/api/accounts")).json()["items"] if row["role"] == "dm"
    )
    (await server.owner.delete(f"/api/accounts/{removed}")).raise_for_status()
    before, at = await server.everything(), f"/worlds/{server.ids['world']}/create"

    for cookie, path in (("", at), ("wrldbldr_login=made-up", at), (gone, at)):
        async with stranger(server, cookie, path) as visitor:
            await visitor.call_everything(server.ids)
        assert visitor.redirects == {f"/login?next={at.replace('/', '%2F')}", "/join"}
        assert visitor.shown == set()
        assert [secret for secret in SECRETS if secret in visitor.wire] == []
    async with stranger(server, seat, f"/play/{server.ids['table']}") as player:
        await player.call_everything(server.ids)
    assert {state.rpartition("____")[2] for state in player.shown} == {"play"}
    assert player.redirects == {"/login"}
    assert [secret for secret in SECRETS[1:] if secret in player.wire] == []

    assert await server.everything() == before


async def test_a_game_master_of_another_world_changes_and_learns_nothing_of_this_one(server: Server) -> None:
    cookie = await server.sign_in(BERTA)
    before = await server.everything()

    async with stranger(server, cookie, f"/worlds/{server.ids['world']}/create") as berta:
        await berta.call_everything(server.ids, but=EVERYBODYS)

    assert len(berta.shown) > FEW, "hardly anything was answered: the test is blind"
    assert [secret for secret in SECRETS if secret in berta.wire] == []
    assert await server.everything() == before


async def test_a_tab_that_begins_to_listen_without_end_is_read_for_by_one_listener(server: Server) -> None:
    cookie = await server.sign_in(OWNER)
    async with stranger(server, cookie, f"/worlds/{server.ids['world']}/create") as tab:
        await tab.send(f"{Creator.get_full_name()}.enter", {})
        await tab.hear_it_out()  # the server has come to rest: nothing but the last event wakes anybody
        for number in range(MANY):
            looks = await server.looks()
            await tab.send(f"{Live.get_full_name()}.{('begin', 'show_more')[number % 2]}", {})
            await until_more(server.looks, than=looks)
        await tab.hear_it_out()
        before = await server.looks()
        await server.ask()
        await tab.hear_it_out()

        assert '"waiting_count_rx_state_": 2' in tab.wire
        assert await server.looks() - before <= FEW


async def test_for_tabs_that_were_closed_nobody_reads_any_more(server: Server) -> None:
    cookie, path = await server.sign_in(OWNER), f"/worlds/{server.ids['world']}/create"
    for _ in range(MANY):
        async with stranger(server, cookie, path) as tab:
            looks = await server.looks()
            await tab.send(f"{Creator.get_full_name()}.enter", {})
            await tab.send(f"{Live.get_full_name()}.show_more", {})  # by itself: no page was loaded
            await until_more(server.looks, than=looks)
    before = await server.looks()

    async with stranger(server, cookie, path) as tab:
        await tab.send(f"{Creator.get_full_name()}.enter", {})
        await tab.send(f"{Live.get_full_name()}.begin", {})
        await tab.hear_it_out()
        await server.ask()
        await tab.hear_it_out()

    assert '"waiting_count_rx_state_": 2' in tab.wire
    assert await server.looks() - before <= FEW


async def until_more(number: Callable[[], Awaitable[int]], *, than: int) -> None:
    """Wait until there are more."""

    async def are_more() -> bool:
        return await number() > than

    await until(are_more, "more")


def test_the_framework_adds_a_sign_of_life_and_its_socket_and_nothing_else() -> None:
    """An upload endpoint, say, comes by itself with the first `rx.upload` on a page: it needs a rule before it is here."""
    assert app._api is not None
    assert {getattr(route, "path", "") for route in app._api.routes} == {"/ping", "/_health", NAMESPACE}
    assert app.sio is not None
    assert set(app.sio.namespace_handlers) == {NAMESPACE}
    assert app.sio.handlers == {}


def test_the_server_serves_the_guarded_api_and_adds_nothing_to_it() -> None:
    assert isinstance(app.api_transformer, FastAPI)
    assert set(walk(app.api_transformer.routes)) == set(walk(build_api(current).routes))


async def test_a_page_of_another_site_reads_no_answer_and_opens_no_socket(server: Server) -> None:
    shown = {"origin": "http://evil.test", "cookie": await server.sign_in(OWNER)}
    asks = {**shown, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    socket = f"{server.url.replace('http', 'ws')}{NAMESPACE}/?EIO=4&transport=websocket"
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as page:
        for path in ("/ping", "/api/me", "/api/worlds", f"{NAMESPACE}/?EIO=4&transport=polling"):
            for answer in (await page.get(path, headers=shown), await page.options(path, headers=asks)):
                assert "access-control-allow-origin" not in answer.headers, path
    with pytest.raises(InvalidStatus) as refused:
        async with connect(socket, additional_headers=shown, proxy=None):
            pass
    assert refused.value.response.status_code == 403


async def test_what_the_framework_serves_beside_our_pages_takes_nothing_from_strangers(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as nobody:
        for path in ("/_upload", "/_all_routes", "/auth-codespace", "/_state", "/docs", "/openapi.json", "/redoc"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                answer = await nobody.request(method, path)
                assert answer.status_code in {401, 403, 404, 405}, (method, path, answer.status_code)
