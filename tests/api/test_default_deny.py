"""Every route, tried by a stranger."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from tests.api.handshake import shake_hands
from tests.api.table import NOBODYS_ID, OTHER, OWNER, Caller, Scene, refused
from wrldbldr.api.app import build_api
from wrldbldr.api.door import OPEN_ROUTES, PLAYER_ROUTES
from wrldbldr.engine import Engine

FLOOR = 83  # if fewer are found, the walk has gone blind
SOCKET_FLOOR = 1
SOCKET = "SOCKET"
OPAQUE = "OPAQUE"  # files of a folder, or another app: whoever it serves it asks, or asks not, by itself
CATCH_ALL = {"/api", "/api/{path:path}"}


def walk(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path there is, mounted apps included. Fails on a kind of route it cannot look into."""
    for route in routes:
        if isinstance(route, Route):
            path = prefix + route.path
            yield from ((method, path) for method in sorted(route.methods or {"ANY"}))
        elif isinstance(route, WebSocketRoute):
            yield (SOCKET, prefix + route.path)
        elif isinstance(route, Mount) and route.routes:
            yield from walk(route.routes, prefix + route.path)
        elif isinstance(route, Mount):
            yield (OPAQUE, prefix + route.path)
        else:
            inner: object = getattr(route, "original_router", None)
            assert isinstance(inner, Router), f"cannot look into {type(route).__name__}: teach this test to"
            yield from walk(inner.routes, prefix)


def closed(api: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path in walk(api.routes)
        if method not in {SOCKET, OPAQUE} and path not in CATCH_ALL and (method, path) not in OPEN_ROUTES
    ]


def sockets(api: FastAPI) -> list[str]:
    """The paths at which a websocket may open."""
    return [path for method, path in walk(api.routes) if method == SOCKET and path not in CATCH_ALL]


def address(path: str, an_id: str = NOBODYS_ID) -> str:
    """The path with an id for each of its parameters."""
    return "/".join(an_id if part.startswith("{") else part for part in path.split("/"))


async def sockets_open_to(api: FastAPI, shown: dict[str, str], *ids: str) -> list[str]:
    """Which websockets answer a handshake otherwise than by closing, when these headers are shown."""
    return [
        path
        for path in sockets(api)
        for an_id in ids
        if [said["type"] for said in await shake_hands(api, address(path, an_id), shown)] != ["websocket.close"]
    ]


def cookie_of(caller: Caller) -> dict[str, str]:
    """What a browser shows that is signed in."""
    return {"cookie": f"wrldbldr_login={caller.cookies['wrldbldr_login']}"}


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


async def seat_at(engine: Engine, scene: Scene) -> dict[str, str]:
    """What the browser of a player shows who sits at the scene's table."""
    async with engine.database.read() as unit:
        table = await unit.worlds.find_game_session(UUID(scene.game_session_id))
    assert table is not None
    return {"cookie": f"wrldbldr_seat={(await engine.players.join(table.join_code, 'Bram')).secret}"}


async def test_to_a_player_every_route_of_a_game_master_is_closed_and_the_few_others_show_nothing(
    api: FastAPI, engine: Engine, scene: Scene, nobody: Caller
) -> None:
    nobody.headers.update(await seat_at(engine, scene))
    for an_id in (scene.world_id, scene.game_session_id, scene.character_id, NOBODYS_ID):
        answers = {
            (method, path): (await nobody.request(method, address(path, an_id))).status_code
            for method, path in closed(api)
        }
        assert {route for route, status in answers.items() if status != 401} == PLAYER_ROUTES
        assert answers["GET", "/api/me"] == 200
        assert answers["GET", "/api/assets/{asset_id}/image"] == 404


async def test_whoever_was_removed_or_sent_away_is_a_stranger_on_every_route(
    api: FastAPI, engine: Engine, scene: Scene, owner: Caller, other: Caller, nobody: Caller
) -> None:
    nobody.headers.update(await seat_at(engine, scene))
    secret = nobody.headers["cookie"].partition("=")[2]
    await engine.players.leave(await engine.players.seated(secret))
    [berta] = [row["id"] for row in (await owner.get("/api/accounts")).json()["items"] if row["name"] == OTHER["name"]]
    assert (await owner.delete(f"/api/accounts/{berta}")).status_code == 204

    assert await open_to_nobody(api, nobody) == []
    assert await open_to_nobody(api, other) == []
    assert await sockets_open_to(api, dict(nobody.headers), scene.game_session_id) == []


async def test_a_players_socket_opens_at_their_own_table_only(
    api: FastAPI, engine: Engine, scene: Scene, owner: Caller
) -> None:
    shown = await seat_at(engine, scene)
    second = (await owner.post(f"/api/worlds/{scene.world_id}/sessions", json={"name": "Another table"})).json()

    assert await sockets_open_to(api, shown, second["id"], scene.world_id, NOBODYS_ID) == []


async def test_every_route_that_lets_players_in_is_there(api: FastAPI) -> None:
    assert set(closed(api)) >= PLAYER_ROUTES


async def test_a_new_route_without_a_guard_is_noticed(engine: Engine, nobody: Caller) -> None:
    api = build_api(lambda: engine)

    async def leak() -> str:
        return "everything"

    api.router.routes.insert(0, Mount("/api/more", routes=[APIRoute("/leak", leak, methods=["GET"])]))

    assert ("GET", "/api/more/leak") in closed(api)


@pytest.mark.parametrize(
    "shown",
    [{}, {"authorization": "Bearer made-up"}, {"cookie": "wrldbldr_login=made-up"}],
    ids=["", "token", "cookie"],
)
async def test_every_socket_refuses_whoever_is_not_signed_in(shown: dict[str, str], api: FastAPI, scene: Scene) -> None:
    assert len(sockets(api)) >= SOCKET_FLOOR
    assert await sockets_open_to(api, shown, scene.game_session_id, scene.world_id, NOBODYS_ID) == []


async def test_before_there_is_an_owner_every_socket_is_refused_too(api: FastAPI) -> None:
    assert await sockets_open_to(api, {}, NOBODYS_ID) == []


async def test_every_socket_refuses_another_game_master(api: FastAPI, scene: Scene, other: Caller) -> None:
    theirs = await sockets_open_to(api, cookie_of(other), scene.game_session_id, scene.world_id, scene.character_id)

    assert theirs == []


async def test_a_socket_of_another_sites_page_is_refused_to_the_owner(
    api: FastAPI, scene: Scene, owner: Caller
) -> None:
    shown = {**cookie_of(owner), "origin": "http://evil.test"}

    assert await sockets_open_to(api, shown, scene.game_session_id) == []


async def test_a_new_socket_without_a_guard_is_noticed(engine: Engine) -> None:
    api = build_api(lambda: engine)

    async def leak(socket: WebSocket) -> None:
        await socket.accept()

    api.router.routes.insert(0, WebSocketRoute("/api/leaks/{leak_id}", leak))

    assert await sockets_open_to(api, {}, NOBODYS_ID) == ["/api/leaks/{leak_id}"]


async def test_no_folder_and_no_other_app_is_served_that_asks_nobody_who_they_are(api: FastAPI) -> None:
    assert [path for method, path in walk(api.routes) if method == OPAQUE] == []


async def test_a_new_folder_is_noticed(engine: Engine, tmp_path: Path) -> None:
    api = build_api(lambda: engine)
    api.mount("/api/pictures", StaticFiles(directory=tmp_path))

    assert (OPAQUE, "/api/pictures") in set(walk(api.routes))


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
