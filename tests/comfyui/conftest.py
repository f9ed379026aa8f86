"""What the tests of this room share: a scripted server, a client of it, and replies of a real one where they are at hand."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import respx

from tests.comfyui.scripted import ACCEPTED, BASE, CLIENT_ID, ID, SYSTEM, LoadFixture
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import OBJECT_INFO
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient


@pytest.fixture
def fixtures_dir(recorded: Path) -> Path:
    return recorded / "comfyui"


@pytest.fixture
def load_fixture(fixtures_dir: Path) -> LoadFixture:
    return lambda name: json.loads((fixtures_dir / f"{name}.json").read_text())


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    """A healthy idle server; a test changes what a named route answers."""
    with respx.mock(base_url=BASE, using="wire", assert_all_called=False) as router:
        router.get("/system_stats", name="health").respond(json=SYSTEM)
        router.post("/prompt", name="prompt").respond(json=ACCEPTED)
        router.get("/queue", name="queue").respond(json={"queue_running": [], "queue_pending": []})
        router.post("/queue", name="delete").respond(200)
        router.post("/interrupt", name="interrupt").respond(200)
        router.get(f"/history/{ID}", name="history").respond(json={})
        router.get("/object_info", name="catalogue").respond(json=OBJECT_INFO)
        yield router


@pytest.fixture
async def client(clock: FakeClock) -> AsyncIterator[ComfyUIClient]:
    client = ComfyUIClient(connection_settings(BASE), client_id=CLIENT_ID, clock=clock)
    yield client
    await client.aclose()
