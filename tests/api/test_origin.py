"""Requests from pages of other sites."""

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers

from tests.api.handshake import shake_hands
from tests.api.table import BASE, HOST, Caller, refused
from wrldbldr.api.origin import is_own_page

FOREIGN = [
    "http://evil.test",
    "http://evil.test:3000",
    "http://table.lan",
    "https://table.lan",
    "http://table.lan:3001",
    "http://table.lan:3000.evil.test",
    "http://evil.test/table.lan:3000",
    "http://table.lan:3000@evil.test",
    "http://table.lan:port",
    "http://[table.lan:3000",
    "ftp://table.lan:3000",
    "table.lan:3000",
    "http://table.lan:3000/",
    "http://table.lan:3000?",
    "http://table.lan:3000#",
    "http://table.lan:3000/evil.test",
    "http://evil.test@table.lan:3000",
    "http://evil.test:x@table.lan:3000",
    "http://table.lan:3000 http://evil.test",
    "http://ta\tble.lan:3000",
    "null",
    "",
]


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_page_of_another_site_changes_nothing(origin: str, owner: Caller) -> None:
    answer = await owner.post("/api/worlds", json={"name": "Stolen"}, headers={"origin": origin})

    refused(answer, 403, "foreign_origin")
    assert (await owner.get("/api/worlds")).json()["items"] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
async def test_every_method_that_may_change_something_is_guarded(method: str, owner: Caller) -> None:
    refused(await owner.request(method, "/api/worlds", headers={"origin": "null"}), 403)


async def test_a_foreign_page_does_not_even_sign_anybody_in(owner: Caller, nobody: Caller) -> None:
    answer = await nobody.post("/api/auth/login", json={}, headers={"origin": "http://evil.test"})

    refused(answer, 403, "foreign_origin")


@pytest.mark.parametrize("origin", [BASE, f"https://{HOST}", "http://TABLE.lan:3000"])
async def test_our_own_pages_may_do_everything_also_behind_a_proxy_that_speaks_https(
    origin: str, owner: Caller
) -> None:
    assert (await owner.post("/api/worlds", json={"name": "Ours"}, headers={"origin": origin})).status_code == 201


async def test_looking_is_allowed_from_anywhere(owner: Caller) -> None:
    assert (await owner.get("/api/worlds", headers={"origin": "http://evil.test"})).status_code == 200


async def test_a_script_has_no_origin_and_passes(owner: Caller, nobody: Caller) -> None:
    token = (await owner.post("/api/tokens", json={"label": "script"})).json()["token"]

    answer = await nobody.post("/api/worlds", json={"name": "A"}, headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://a.test", "a.test"),
        ("http://a.test:80", "a.test"),
        ("http://a.test", "a.test:80"),
        ("https://a.test", "a.test:443"),
        ("https://a.test", "a.test"),
        ("http://[::1]:3000", "[::1]:3000"),
        ("http://127.0.0.1:3000", "127.0.0.1:3000"),
    ],
)
def test_default_ports_may_be_left_out(origin: str, host: str) -> None:
    assert is_own_page(Headers({"origin": origin, "host": host}))


@pytest.mark.parametrize(
    ("origin", "host"),
    [("https://a.test", "a.test:80"), ("http://a.test", "a.test:443"), ("http://[::1]", "[::2]"), ("http://", "")],
)
def test_another_port_or_host_is_another_site(origin: str, host: str) -> None:
    assert not is_own_page(Headers({"origin": origin, "host": host}))


@pytest.mark.parametrize("name", [b"origin", b"host"])
def test_two_of_a_header_are_one_too_many(name: bytes) -> None:
    headers = {b"origin": b"http://a.test", b"host": b"a.test"}

    assert not is_own_page(Headers(raw=[*headers.items(), (name, headers[name])]))


def test_an_origin_without_a_host_to_compare_is_foreign() -> None:
    assert not is_own_page(Headers({"origin": "http://a.test"}))


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_websocket_from_another_site_is_closed_before_it_opens(origin: str, with_screens: FastAPI) -> None:
    (said,) = await shake_hands(with_screens, "/_event", {"origin": origin})

    assert (said["type"], said["code"]) == ("websocket.close", 1008)


@pytest.mark.parametrize("headers", [{"origin": BASE}, {"origin": f"https://{HOST}"}, {}])
async def test_a_websocket_of_our_own_pages_opens(headers: dict[str, str], with_screens: FastAPI) -> None:
    assert await shake_hands(with_screens, "/_event", headers) == [{"type": "websocket.accept"}]
