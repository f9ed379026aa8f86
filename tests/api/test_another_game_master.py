"""Every route of the API, called by a game master of another world with the ids of what is not theirs, and fitting bodies."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from tests.api.table import Caller, Scene
from tests.api.test_default_deny import FLOOR, address, closed
from tests.fakes.engine import begin, finish
from wrldbldr.engine import Engine

SECRETS = ("The Lantern Coast", "Ælfgifu", "The Drowned Stair", "an old keeper of lanterns", "Bram")
OF_EVERYBODY = {
    ("GET", "/api/config/comfyui"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/prompt-templates"),
    ("GET", "/api/status/comfyui"),
    ("GET", "/api/workflows"),
    ("GET", "/api/workflows/defaults"),
    ("GET", "/api/workflows/{workflow_id}"),
    ("POST", "/api/queue/pause"),
    ("POST", "/api/queue/resume"),
    ("POST", "/api/status/comfyui/retry"),
    ("POST", "/api/workflows/{workflow_id}/test"),
}
"""All game masters share a ComfyUI, its workflows and the queue."""
OF_THEMSELVES = {
    ("GET", "/api/me"),
    ("GET", "/api/tokens"),
    ("GET", "/api/worlds"),
    ("POST", "/api/tokens"),
    ("POST", "/api/worlds"),
}
FILES = {("POST", "/api/workflows/analyze"), ("POST", "/api/workflows/import"), ("POST", "/api/worlds/import")}
"""What they bring names nothing that is there; it is looked at first."""
BAD_REQUEST, REFUSED = 400, {403, 404}
THEIR_OWN = {("POST", "/api/auth/logout"), ("POST", "/api/auth/password")}
"""What would end the login with which all of this is asked."""


def sample(schema: Mapping[str, Any], an_id: str, shapes: Mapping[str, Any]) -> Any:
    """Something that fits a schema, with this id wherever it takes one."""
    if "$ref" in schema:
        return sample(shapes[schema["$ref"].rpartition("/")[2]], an_id, shapes)
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return sample(choice, an_id, shapes)
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            wanted = [name for name in fields if name in schema.get("required", ()) or name.endswith("_id")]
            return {name: sample(fields[name], an_id, shapes) for name in wanted}
        case "array":
            return [sample(schema.get("items", {}), an_id, shapes)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return an_id


class Route:
    """One route as the document describes it."""

    def __init__(self, method: str, path: str, document: Mapping[str, Any]) -> None:
        self.method, self.path = method, path
        self._operation = document["paths"].get(path, {}).get(method.lower(), {})
        self._shapes = document.get("components", {}).get("schemas", {})

    def asked(self, an_id: str) -> dict[str, Any]:
        """What is sent, with this id everywhere."""
        queries = [one for one in self._operation.get("parameters", ()) if one["in"] == "query"]
        params = {
            one["name"]: sample(one["schema"], an_id, self._shapes)
            for one in queries
            if one.get("required") or one["name"].endswith("_id")
        }
        content = self._operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return {"params": params, "content": b"a file"}
        return {"params": params, "json": sample(content["application/json"]["schema"], an_id, self._shapes)}


@pytest.fixture
async def ids(engine: Engine, scene: Scene, owner: Caller) -> dict[str, str]:
    """Of one of each of the owner's things."""
    table = (await owner.get(f"/api/worlds/{scene.world_id}/sessions")).json()["items"][0]
    batch = (await owner.post("/api/assets/generate", json=scene.request())).json()["id"]
    done = (await owner.post("/api/assets/generate", json=scene.request(count=1))).json()["id"]
    await begin(engine, UUID(done))
    await finish(engine, UUID(done))
    await engine.players.join(table["join_code"], "Bram")
    [player] = (await owner.get(f"/api/sessions/{table['id']}/players")).json()["items"]
    return {
        "world": scene.world_id,
        "table": scene.game_session_id,
        "character": scene.character_id,
        "location": scene.location_id,
        "batch": batch,
        "done": done,
        "player": player["id"],
        "token": (await owner.get("/api/tokens")).json()["items"][0]["id"],
        "account": (await owner.get("/api/me")).json()["id"],
        "workflow": (await owner.get("/api/workflows")).json()["items"][0]["id"],
    }


async def everything(owner: Caller, ids: dict[str, str]) -> list[str]:
    """All that the owner has."""
    paths = (
        "/api/me",
        "/api/tokens",
        f"/api/worlds/{ids['world']}",
        f"/api/worlds/{ids['world']}/characters",
        f"/api/worlds/{ids['world']}/locations",
        f"/api/worlds/{ids['world']}/sessions",
        f"/api/sessions/{ids['table']}/players",
        f"/api/sessions/{ids['table']}/stage",
        f"/api/assets/batch?session_id={ids['table']}",
        f"/api/assets?world_id={ids['world']}",
        "/api/workflows",
        "/api/workflows/defaults",
        "/api/config/comfyui",
    )
    return [(await owner.get(path)).raise_for_status().text for path in paths]


async def test_no_route_shows_or_changes_anything_of_another_game_master(
    api: FastAPI, owner: Caller, other: Caller, ids: dict[str, str]
) -> None:
    routes = [Route(*route, api.openapi()) for route in sorted(set(closed(api)) - THEIR_OWN)]
    before, statuses = await everything(owner, ids), dict[tuple[str, str], set[int]]()
    for route in routes:
        for an_id in ids.values():
            answer = await other.request(route.method, address(route.path, an_id), **route.asked(an_id))
            assert [secret for secret in SECRETS if secret in answer.text] == [], (route.method, route.path)
            statuses.setdefault((route.method, route.path), set()).add(answer.status_code)

    assert len(routes) >= FLOOR - len(THEIR_OWN)
    assert {route for route, found in statuses.items() if min(found) < BAD_REQUEST} == OF_EVERYBODY | OF_THEMSELVES
    assert {route for route, found in statuses.items() if not found & REFUSED} == {
        route for route in OF_EVERYBODY | OF_THEMSELVES | FILES if "{" not in route[1]
    }
    assert await everything(owner, ids) == before
