"""The server is asked to end while programs listen."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.api.listening import Hearing, Table, laid_table
from tests.api.table import OWNER
from tests.fakes.own_server import own_server
from tests.fakes.studio import Stage
from wrldbldr.api.app import build_api
from wrldbldr.api.events import FAREWELL_LOOK_SECONDS, FAREWELL_SECONDS, bid_farewell
from wrldbldr.api.messages import REASONS, CloseCode
from wrldbldr.kit.ids import new_id

STOPPING = (1012, REASONS[CloseCode.STOPPING])


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


async def test_a_server_that_is_asked_to_end_tells_its_streams_and_ends(tmp_path: Path) -> None:
    async with own_server(tmp_path) as server:
        browser = server.browser
        (await browser.post("/api/auth/setup", json=OWNER)).raise_for_status()
        world = (await browser.post("/api/worlds", json={"name": "The Lantern Coast"})).json()["id"]
        [table] = (await browser.get(f"/api/worlds/{world}/sessions")).json()["items"]
        address = f"{server.url.replace('http', 'ws')}/api/sessions/{table['id']}/events"
        shown = {"cookie": f"wrldbldr_login={browser.cookies['wrldbldr_login']}"}
        async with connect(address, additional_headers=shown, proxy=None) as connection:
            hearing = Hearing(connection)
            await hearing.snapshot()

            server.ask_to_end()

            assert await hearing.end() == STOPPING
            assert await server.process.wait() == 0


async def test_whoever_does_not_read_it_is_not_waited_for(table: Table) -> None:
    studio, api = table.studio, build_api(lambda: table.studio.engine)
    api.state.open_streams[new_id()] += 1
    async with table.listen() as hearing:
        await hearing.snapshot()
        ending = studio._nursery.start(bid_farewell(api, studio.engine), name="farewell")
        assert await hearing.end() == STOPPING
        await studio.rest()
        assert not ending.done()

        await studio.advance(FAREWELL_SECONDS + FAREWELL_LOOK_SECONDS)
        await ending


async def test_whoever_connects_again_at_once_is_told_again(table: Table) -> None:
    studio, api = table.studio, build_api(lambda: table.studio.engine)
    api.state.open_streams[new_id()] += 1
    async with table.listen() as hearing:
        await hearing.snapshot()
        studio._nursery.start(bid_farewell(api, studio.engine), name="farewell")
        assert await hearing.end() == STOPPING

    async with table.listen() as again:
        await again.snapshot()
        await studio.advance(FAREWELL_LOOK_SECONDS)
        assert await again.end() == STOPPING
