"""What the tests of this room share: an engine over a database of its own, the API before it, and people who call it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.api.table import BASE, OTHER, OWNER, Caller, Calling, Scene
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.engine import add_game_master, fake_engine
from wrldbldr.api.app import build_api
from wrldbldr.db.database import Database
from wrldbldr.engine import Engine


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def comfyui() -> FakeComfyUI:
    return FakeComfyUI()


@pytest.fixture
async def engine(
    tmp_path: Path, empty_database: Path, clock: FakeClock, comfyui: FakeComfyUI
) -> AsyncGenerator[Engine]:
    file = tmp_path / "wrldbldr.sqlite3"
    shutil.copy(empty_database, file)
    database = Database(f"sqlite+aiosqlite:///{file}")
    engine = fake_engine(tmp_path, database, clock, comfyui)
    await engine.workflows.ensure_shipped()
    yield engine
    await database.close()


@pytest.fixture
def api(engine: Engine) -> FastAPI:
    return build_api(lambda: engine)


@pytest.fixture
def calling(api: FastAPI) -> Calling:
    """Another browser or script; nobody is signed in on it."""
    return lambda: httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=BASE)


@pytest.fixture
async def nobody(calling: Calling) -> AsyncGenerator[Caller]:
    async with calling() as client:
        yield client


@pytest.fixture
async def owner(calling: Calling) -> AsyncGenerator[Caller]:
    """The browser of the owner, signed in by cookie."""
    async with calling() as client:
        assert (await client.post("/api/auth/setup", json=OWNER)).status_code == 201
        yield client


@pytest.fixture
async def other(calling: Calling, owner: Caller, engine: Engine) -> AsyncGenerator[Caller]:
    """The browser of a game master who is not the owner."""
    await add_game_master(engine, **OTHER)
    async with calling() as client:
        assert (await client.post("/api/auth/login", json=OTHER)).status_code == 200
        yield client


@pytest.fixture
async def scene(owner: Caller) -> Scene:
    world_id = (await owner.post("/api/worlds", json={"name": "The Lantern Coast"})).json()["id"]
    game_sessions = (await owner.get(f"/api/worlds/{world_id}/sessions")).json()["items"]
    character = await owner.post(f"/api/worlds/{world_id}/characters", json={"name": "Ælfgifu the Keeper"})
    location = await owner.post(f"/api/worlds/{world_id}/locations", json={"name": "The Drowned Stair"})
    return Scene(world_id, game_sessions[0]["id"], character.json()["id"], location.json()["id"])


@pytest.fixture
def with_screens(api: FastAPI) -> FastAPI:
    """The API with the screens' framework mounted in it, as far as a websocket can tell."""

    async def screens(scope: Any, _: Any, send: Any) -> None:
        await send({"type": "websocket.accept"} if scope["type"] == "websocket" else {"type": "unexpected"})

    api.mount("", screens)
    return api
