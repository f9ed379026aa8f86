"""The address is changed while everything runs: client and websocket go over to the new server at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import respx

from tests.comfyui.graphs import model_free
from tests.comfyui.scripted import ACCEPTED, BASE, CLIENT_ID, ID, SYSTEM, json_answer, outcome
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import OBJECT_INFO
from tests.fakes.quiet import until
from tests.fakes.simulator import SimulatorServer
from tests.fakes.strangers import served
from wrldbldr.comfyui.address import ConnectionSettings, connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import ComfyUIError, ConnectionLostError
from wrldbldr.comfyui.farewell import take_leave
from wrldbldr.comfyui.transport import Transport
from wrldbldr.kit.tasks import TaskNursery

NEW_URL = "http://studio.local:8188"
NEW = connection_settings(NEW_URL, {"X-Token": "swordfish"})
OTHER_CLASSES = {"OnlyHere": OBJECT_INFO["KSampler"]}


@pytest.fixture
def new_server(server: respx.MockRouter) -> Iterator[respx.MockRouter]:
    """Another healthy server, which has other nodes."""
    with respx.mock(base_url=NEW_URL, using="wire", assert_all_called=False) as router:
        router.get("/system_stats", name="health").respond(json=SYSTEM)
        router.post("/prompt", name="prompt").respond(json=ACCEPTED)
        router.get("/queue", name="queue").respond(json={"queue_running": [], "queue_pending": []})
        router.get("/object_info", name="catalogue").respond(json=OTHER_CLASSES)
        yield router


@pytest.fixture
async def frozen() -> AsyncIterator[ConnectionSettings]:
    """A server that takes every request and never says a word."""

    async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with served(never_answer) as address:
        yield connection_settings(address)


async def test_every_request_goes_to_the_new_server_with_its_own_headers_only(
    server: respx.MockRouter, new_server: respx.MockRouter, clock: FakeClock
) -> None:
    client = ComfyUIClient(connection_settings(BASE, {"X-Old": "old"}), client_id=CLIENT_ID, clock=clock)
    await client.queue()

    await client.move_to(NEW)
    await client.queue_prompt(model_free(), ID)

    headers = new_server["prompt"].calls.last.request.headers
    assert (headers["X-Token"], "X-Old" in headers) == ("swordfish", False)
    assert (server["prompt"].call_count, server["queue"].call_count) == (0, 1)
    await client.aclose()


async def test_nothing_that_the_old_server_did_is_held_against_the_new_one(
    client: ComfyUIClient, server: respx.MockRouter, new_server: respx.MockRouter, clock: FakeClock
) -> None:
    server["history"].respond(500)
    for _ in range(2):
        await outcome(client.history(ID), clock)
    assert client.connection.current.kind is ConnectionKind.CIRCUIT_OPEN

    await client.move_to(NEW)

    assert client.connection.current.kind is ConnectionKind.CONNECTED
    assert client.connection.current.consecutive_failures == 0
    assert (await client.queue_prompt(model_free(), ID)).prompt_id == ID


async def test_nothing_good_of_the_old_server_is_believed_of_the_new_one(
    client: ComfyUIClient, new_server: respx.MockRouter
) -> None:
    await client.health.check()
    new_server["health"].mock(side_effect=httpx.ConnectError("refused"))

    await client.move_to(NEW)

    assert client.connection.current.kind is ConnectionKind.DISCONNECTED


async def test_whoever_watches_the_connection_sees_it_end_and_begin(
    client: ComfyUIClient, new_server: respx.MockRouter
) -> None:
    await client.health.check()
    kinds: list[ConnectionKind] = []
    client.connection.subscribe(lambda state: kinds.append(state.kind))

    await client.move_to(NEW)

    assert kinds == [ConnectionKind.DISCONNECTED, ConnectionKind.CONNECTED]


async def test_the_new_server_is_asked_for_its_nodes(client: ComfyUIClient, new_server: respx.MockRouter) -> None:
    assert not (await client.catalogue()).has("OnlyHere")

    await client.move_to(NEW)

    assert (await client.catalogue()).has("OnlyHere")


async def test_nodes_that_were_being_read_from_the_old_server_are_not_taken_for_the_new_ones(
    client: ComfyUIClient, server: respx.MockRouter, new_server: respx.MockRouter, clock: FakeClock
) -> None:
    async def come_late(_: httpx.Request) -> httpx.Response:
        await client.move_to(NEW)
        return json_answer(OBJECT_INFO)

    server["catalogue"].mock(side_effect=come_late)

    assert (await client.catalogue()).has("OnlyHere")


async def test_a_late_answer_of_the_old_server_says_nothing_about_the_new_one(
    client: ComfyUIClient, server: respx.MockRouter, new_server: respx.MockRouter
) -> None:
    new_server["health"].mock(side_effect=httpx.ConnectError("refused"))

    async def come_late(_: httpx.Request) -> httpx.Response:
        await client.move_to(NEW)
        return json_answer({"queue_running": [], "queue_pending": []})

    server["queue"].mock(side_effect=come_late)
    await client.queue()

    assert client.connection.current.kind is ConnectionKind.DISCONNECTED


async def test_a_request_under_way_ends_as_if_its_connection_had_broken(frozen: ConnectionSettings) -> None:
    transport, errors = Transport(frozen), list[ComfyUIError]()

    async def ask() -> None:
        try:
            await transport.get_json("/queue", timeout_seconds=60, what="the queue")
        except ComfyUIError as error:
            errors.append(error)

    async with TaskNursery(FakeClock()) as nursery:
        nursery.start(ask(), name="asking")
        await until(lambda: bool(transport._limits), "asking")
        await transport.aclose()
        await until(lambda: bool(errors), "an answer")

    assert isinstance(errors[0], ConnectionLostError)
    with pytest.raises(ConnectionLostError):
        await transport.get_json("/queue", timeout_seconds=60, what="the queue")


async def test_leaving_a_frozen_server_behind_takes_no_longer_than_it_must(
    frozen: ConnectionSettings, clock: FakeClock
) -> None:
    client = ComfyUIClient(frozen, client_id=CLIENT_ID, clock=clock)
    async with SimulatorServer() as new_one, TaskNursery(clock) as nursery:
        nursery.start(client.health.watch(), name="health")
        await until(lambda: bool(client._http._limits), "the first question")
        async with asyncio.timeout(2):  # its question would wait for five seconds
            await client.move_to(connection_settings(new_one.url))

        assert client.connection.current.kind is ConnectionKind.CONNECTED
    await client.aclose()


async def test_a_farewell_to_a_server_that_hangs_is_short(frozen: ConnectionSettings, clock: FakeClock) -> None:
    async with TaskNursery(clock) as nursery:
        farewell = nursery.start(take_leave(frozen, [ID], clock), name="farewell")
        await until(lambda: 5.0 in clock.sleeps, "the farewell")

        await clock.advance(5)

        await until(farewell.done, "the end of the farewell")
