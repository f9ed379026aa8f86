"""Where nobody names a ComfyUI one is looked for: the one of before, one at the usual address, else the simulator."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.quiet import REAL_TIME
from tests.fakes.simulator import SimulatorServer
from tests.fakes.strangers import served
from tests.fakes.studio import Studio
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.engine import Engine
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.comfyui_choice import BUILT_IN, Choice
from wrldbldr.services.comfyui_in_use import Start, settle
from wrldbldr.services.comfyui_settings import NOTHING_FOUND

SYSTEM = json.dumps({"system": {"comfyui_version": "0.8.0"}}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(
    SYSTEM
)
NUMBERS = {
    "max_retries": 3,
    "base_delay_seconds": 5,
    "queue_timeout_seconds": 30,
    "history_timeout_seconds": 10,
    "image_timeout_seconds": 60,
}


@pytest.fixture
async def usual_url() -> AsyncGenerator[str]:
    """A ComfyUI at the usual address, as far as it is asked who it is."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER + SYSTEM)

    async with served(serve) as address:
        yield f"http://{address}"


@pytest.fixture
def nobody(unused_tcp_port: int) -> str:
    """An address where nobody answers."""
    return f"http://127.0.0.1:{unused_tcp_port}"


@pytest.fixture
async def nursery() -> AsyncGenerator[TaskNursery]:
    async with TaskNursery(REAL_TIME) as nursery:
        yield nursery


async def started(database: Database, nursery: TaskNursery, usual_url: str, environment: Choice | None = None) -> Start:
    return await settle(database, environment or Choice(), nursery=nursery, clock=REAL_TIME, usual_url=usual_url)


async def test_a_comfyui_at_the_usual_address_is_found_and_waited_for_when_it_is_away_later(
    engine: Engine, nursery: TaskNursery, usual_url: str, nobody: str
) -> None:
    environment = Choice(headers={"X-Key": "k"})

    first = await started(engine.database, nursery, usual_url, environment)
    later = await started(engine.database, nursery, nobody, environment)

    for start in (first, later):
        assert (start.place.address.url, start.place.simulator) == (usual_url, None)
        assert start.place.address.headers == {"X-Key": "k"}
        assert start.choice.url == ""


async def test_a_simulator_at_the_usual_address_is_used_and_not_remembered(
    engine: Engine, nursery: TaskNursery, nobody: str
) -> None:
    async with SimulatorServer() as server:
        start = await started(engine.database, nursery, server.url)

    assert (start.place.address.url, start.place.simulator) == (server.url, None)
    async with engine.database.read() as unit:
        assert (await unit.server.memory()).found_comfyui_url == ""


async def test_where_nobody_answers_the_built_in_simulator_is_started(
    engine: Engine, nursery: TaskNursery, nobody: str
) -> None:
    start = await started(engine.database, nursery, nobody)

    assert start.place.simulator is not None
    assert start.place.address.url not in ("", nobody)


async def test_who_is_named_is_not_looked_for(
    engine: Engine, nursery: TaskNursery, usual_url: str, nobody: str
) -> None:
    start = await started(engine.database, nursery, usual_url, Choice(nobody))

    assert start.place.address.url == nobody
    async with engine.database.read() as unit:
        assert (await unit.server.memory()).found_comfyui_url == ""


async def test_an_empty_address_has_one_looked_for_anew_whatever_was_found_before(
    engine: Engine, who: Principal, studio: Studio, usual_url: str
) -> None:
    engine.comfyui._usual_url = usual_url
    async with engine.database.write() as unit:
        (await unit.server.memory()).found_comfyui_url = "http://long-gone:8188"

    settings = await engine.comfyui.put(who, {**NUMBERS, "url": " "})

    assert (settings.url, engine.connection.status().url) == ("", usual_url)
    assert studio.comfyui.moves[-1].url == usual_url
    async with engine.database.read() as unit:
        assert (await unit.server.memory()).found_comfyui_url == usual_url


async def test_an_empty_address_can_be_tried_too(
    engine: Engine, who: Principal, nobody: str, usual_url: str, tmp_path: Path
) -> None:
    engine.comfyui._usual_url = nobody
    assert await engine.comfyui.test(who, {"url": ""}) == NOTHING_FOUND

    engine.comfyui._usual_url = usual_url
    assert (await engine.comfyui.test(who, {"url": ""})).version == "0.8.0"


async def test_the_simulator_that_runs_goes_on_when_a_search_ends_at_it_again(
    engine: Engine, who: Principal, studio: Studio, nobody: str
) -> None:
    engine.comfyui._usual_url = nobody
    await engine.comfyui.put(who, {**NUMBERS, "url": BUILT_IN})
    url, moves = engine.connection.status().url, len(studio.comfyui.moves)

    await engine.comfyui.put(who, {**NUMBERS, "url": ""})

    assert (engine.connection.status().url, engine.connection.status().is_built_in) == (url, True)
    assert len(studio.comfyui.moves) == moves
    await engine.comfyui._nursery.__aexit__()
