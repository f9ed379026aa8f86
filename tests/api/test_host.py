"""By which names the server lets itself be called."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from tests.api.handshake import shake_hands
from tests.api.table import Caller, refused
from wrldbldr.api.app import build_api
from wrldbldr.engine import Engine

AT_HOME = [
    "localhost",
    "localhost:3000",
    "LOCALHOST.:3000",
    "studio-pc:3000",
    "studio.local",
    "studio.lan:3000",
    "studio.home.arpa",
    "studio.internal",
    "worlds.localhost:3000",
    "127.0.0.1:3000",
    "192.168.1.20",
    "203.0.113.5:80",
    "[::1]:3000",
    "[fe80::1]",
]
FOREIGN = [
    "evil.test",
    "evil.test:3000",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "evil.notlan",
    "local.evil.test:80",
    "localhost@evil.test",
    "evil.test@localhost",
    "localhost/evil.test",
    "localhost:port",
    "[::1",
    "",
]


@pytest.mark.parametrize("host", AT_HOME)
async def test_addresses_and_names_that_nobody_can_register_are_ours(host: str, nobody: Caller) -> None:
    assert (await nobody.get("/api/health", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
async def test_a_foreign_name_is_turned_away_with_the_way_out(host: str, owner: Caller) -> None:
    answer = await owner.get("/api/me", headers={"host": host})

    refused(answer, 421, "unknown_host")
    assert "WRLDBLDR_HOSTS" in answer.json()["error"]["message"]


async def test_a_rebound_name_cannot_act_even_where_its_origin_fits(owner: Caller) -> None:
    headers = {"host": "evil.test:3000", "origin": "http://evil.test:3000"}

    refused(await owner.post("/api/worlds", json={"name": "Stolen"}, headers=headers), 421, "unknown_host")

    assert (await owner.get("/api/worlds")).json()["items"] == []


async def test_pages_outside_the_api_are_kept_from_foreign_names_too(nobody: Caller) -> None:
    refused(await nobody.get("/worlds", headers={"host": "evil.test"}), 421, "unknown_host")


async def test_two_hosts_are_one_too_many(nobody: Caller) -> None:
    refused(await nobody.get("/api/health", headers=[("host", "localhost"), ("host", "evil.test")]), 421)


@pytest.mark.parametrize(("host", "is_open"), [("localhost:3000", True), ("evil.test:3000", False)])
async def test_a_websocket_opens_under_our_names_only(host: str, is_open: bool, with_screens: FastAPI) -> None:
    (said,) = await shake_hands(with_screens, "/_event", {"host": host})

    assert said["type"] == ("websocket.accept" if is_open else "websocket.close")
    assert is_open or said["code"] == 1008


async def test_a_name_in_the_settings_is_ours(engine: Engine) -> None:
    settings = engine.settings.model_copy(update={"hosts": ("worlds.example.org",)})
    api = build_api(lambda: replace(engine, settings=settings))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://localhost") as caller:
        for host in ("worlds.example.org", "Worlds.Example.org:8443"):
            assert (await caller.get("/api/health", headers={"host": host})).status_code == 200
        refused(await caller.get("/api/health", headers={"host": "more.worlds.example.org"}), 421)
