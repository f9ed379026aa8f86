"""Every route, tried by a stranger."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route, Router

from tests.api.table import NOBODYS_ID, OWNER, Caller, refused
from wrldbldr.api.app import build_api
from wrldbldr.api.door import OPEN_ROUTES
from wrldbldr.engine import Engine

FLOOR = 45  # if fewer are found, the walk has gone blind
CATCH_ALL = {"/api", "/api/{path:path}"}


def walk(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path there is, mounted apps included. Fails on a kind of route it cannot look into."""
    for route in routes:
        if isinstance(route, Route):
            path = prefix + route.path
            yield from ((method, path) for method in sorted(route.methods or {"ANY"}))
        elif isinstance(route, Mount):
            yield from walk(route.routes, prefix + route.path)
        else:
            inner: object = getattr(route, "original_router", None)
            assert isinstance(inner, Router), f"cannot look into {type(route).__name__}: teach this test to"
            yield from walk(inner.routes, prefix)


def closed(api: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path in walk(api.routes)
        if path not in CATCH_ALL and (method, path) not in OPEN_ROUTES
    ]


def address(path: str) -> str:
    """The path with an id for each of its parameters."""
    return "/".join(NOBODYS_ID if part.startswith("{") else part for part in path.split("/"))


async def open_to_nobody(api: FastAPI, nobody: Caller) -> list[tuple[str, str]]:
    """Which routes that should be closed answer otherwise than with 401."""
    return [
        (method, path)
        for method, path in closed(api)
        if (await nobody.request(method, address(path))).status_code != 401
    ]


async def test_every_route_that_is_not_listed_as_open_refuses_whoever_is_not_signed_in(
    api: FastAPI, owner: Caller, nobody: Caller
) -> None:
    assert len(closed(api)) >= FLOOR
    assert await open_to_nobody(api, nobody) == []


async def test_before_there_is_an_owner_everything_else_is_refused_too(api: FastAPI, nobody: Caller) -> None:
    assert await open_to_nobody(api, nobody) == []


async def test_a_secret_that_opens_nothing_is_as_good_as_none(api: FastAPI, owner: Caller, nobody: Caller) -> None:
    nobody.headers["authorization"] = "Bearer made-up"
    nobody.cookies.set("wrldbldr_login", "made-up")

    assert await open_to_nobody(api, nobody) == []


async def test_a_new_route_without_a_guard_is_noticed(engine: Engine, nobody: Caller) -> None:
    api = build_api(lambda: engine)

    async def leak() -> str:
        return "everything"

    api.router.routes.insert(0, Mount("/api/more", routes=[APIRoute("/leak", leak, methods=["GET"])]))

    assert ("GET", "/api/more/leak") in closed(api)


async def test_every_route_lies_under_api(api: FastAPI) -> None:
    assert {path for _, path in walk(api.routes) if not path.startswith("/api")} == set()


async def test_every_open_route_is_there_and_answers(api: FastAPI, nobody: Caller) -> None:
    assert set(walk(api.routes)) >= OPEN_ROUTES

    assert (await nobody.get("/api/health")).json() == {"status": "ok"}
    refused(await nobody.post("/api/auth/login", json=OWNER), 401, "unauthenticated")
    assert (await nobody.post("/api/auth/setup", json=OWNER)).status_code == 201


async def test_nothing_of_the_body_is_looked_at_before_it_is_known_who_asks(nobody: Caller) -> None:
    answer = await nobody.post("/api/worlds", content=b"{not json", headers={"content-type": "application/json"})

    refused(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/docs", "/api/openapi.json"])
async def test_the_documentation_is_for_people_who_are_signed_in(path: str, owner: Caller, nobody: Caller) -> None:
    refused(await nobody.get(path), 401)
    assert (await owner.get(path)).status_code == 200
