"""The guards around every request: time limits, retry, circuit breaker (US-18A.2 to US-18A.5)."""

import logging
from contextlib import suppress
from uuid import UUID

import httpx
import pytest
import respx

from tests.comfyui.graphs import model_free
from tests.comfyui.scripted import BASE, CLIENT_ID, ID, REFUSED, json_answer, outcome
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import tiny_png
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    AuthenticationRequiredError,
    CircuitOpenError,
    ComfyUIError,
    MaxRetriesExceededError,
    NotComfyUIError,
    PromptRefusedError,
    ServiceUnavailableError,
    TooLargeError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.port import PictureRef
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.tasks import TaskNursery


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), AuthenticationRequiredError),
        (httpx.Response(403), AuthenticationRequiredError),
        (httpx.Response(413, text="too big"), TooLargeError),
        (httpx.Response(404), NotComfyUIError),
        (httpx.Response(302, headers={"location": "https://x"}), NotComfyUIError),
        (httpx.Response(200, html="<p>Hello</p>"), NotComfyUIError),
        (httpx.Response(200, json=[]), NotComfyUIError),
        (httpx.Response(200, content=b"{", headers={"content-type": "application/json"}), NotComfyUIError),
        (httpx.Response(418), UnexpectedAnswerError),
        (httpx.RemoteProtocolError("illegal status line"), NotComfyUIError),
        (httpx.DecodingError("bad gzip"), UnexpectedAnswerError),
        (httpx.Response(200, headers={"content-length": "999999999999"}), UnexpectedAnswerError),
    ],
)
async def test_an_answer_that_stays_as_it_is_is_translated_once_and_not_tried_again(
    client: ComfyUIClient,
    server: respx.MockRouter,
    clock: FakeClock,
    answer: httpx.Response | Exception,
    error: type[ComfyUIError],
) -> None:
    server["queue"].mock(side_effect=[answer])
    with pytest.raises(error):
        await client.queue()
    assert clock.sleeps == []


@pytest.mark.parametrize(
    "failure",
    [httpx.Response(500, text="Server got itself in trouble"), httpx.ReadTimeout(""), httpx.ConnectError(""),
     httpx.ReadError("")],
    ids=["5xx", "timeout", "refused", "reset"],
)  # fmt: skip
async def test_a_read_that_failed_for_the_moment_is_tried_again(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock, failure: httpx.Response | Exception
) -> None:
    server["history"].mock(side_effect=[failure, json_answer({})])
    assert await outcome(client.history(ID), clock) is None
    assert clock.sleeps == [5]


async def test_new_retry_settings_apply_to_the_next_request(server: respx.MockRouter, clock: FakeClock) -> None:
    config = [ComfyUIConfig()]
    client = ComfyUIClient(connection_settings(BASE), client_id=CLIENT_ID, clock=clock, config=lambda: config[0])
    server["history"].respond(500)
    await outcome(client.history(ID), clock)
    config[0] = ComfyUIConfig(max_retries=1, base_delay_seconds=2)
    await outcome(client.history(ID), clock, seconds=5)
    assert clock.sleeps == [5, 15, 45, 2]
    await client.aclose()


@pytest.mark.parametrize(("base_delay_seconds", "asked_at"), [(2, [0, 4, 10]), (8, [0, 8, 32]), (20, [0, 20, 80])])
async def test_a_pause_that_has_begun_lasts_as_long_as_new_settings_say(
    server: respx.MockRouter, clock: FakeClock, base_delay_seconds: int, asked_at: list[int]
) -> None:
    config, times = [ComfyUIConfig(max_retries=2, base_delay_seconds=10)], list[float]()

    def fail(_: httpx.Request) -> httpx.Response:
        times.append(clock.monotonic())
        return httpx.Response(500)

    server["history"].mock(side_effect=fail)
    client = ComfyUIClient(connection_settings(BASE), client_id=CLIENT_ID, clock=clock, config=lambda: config[0])
    async with TaskNursery(clock) as nursery:
        nursery.start(_ask_history(client), name="asking")
        await clock.advance(4)
        config[0] = ComfyUIConfig(max_retries=2, base_delay_seconds=base_delay_seconds)
        client.reconsider()
        await clock.advance(100)
    assert times == asked_at
    await client.aclose()


async def test_each_operation_has_its_own_time_limit(server: respx.MockRouter, clock: FakeClock) -> None:
    config = ComfyUIConfig(queue_timeout_seconds=31, history_timeout_seconds=11, image_timeout_seconds=61)
    client = ComfyUIClient(connection_settings(BASE), client_id=CLIENT_ID, clock=clock, config=lambda: config)
    server.get("/view", name="view").respond(content=tiny_png())
    server.post("/upload/image", name="upload").respond(json={"name": "a.png", "subfolder": "", "type": "input"})
    await client.queue_prompt(model_free(), ID)
    await client.history(ID)
    await client.fetch_picture(PictureRef("a.png"))
    await client.upload_picture("a.png", tiny_png())
    await client.catalogue()
    limits = {
        name: server[name].calls.last.request.extensions["timeout"]
        for name in ("health", "prompt", "history", "view", "upload", "catalogue")
    }
    reads = {name: limit["read"] for name, limit in limits.items()}
    assert reads == {"health": 5, "prompt": 31, "history": 11, "view": 61, "upload": 61, "catalogue": 60}
    assert {limit["connect"] for limit in limits.values()} == {3}
    await client.aclose()


async def test_five_failures_in_a_row_open_the_circuit_for_sixty_seconds(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["history"].respond(500)
    assert isinstance(await outcome(client.history(ID), clock), MaxRetriesExceededError)  # four attempts
    assert client.connection.current.kind is ConnectionKind.DEGRADED
    error = await outcome(client.history(ID), clock, seconds=6)  # the fifth; its retry is not let through
    assert isinstance(error, CircuitOpenError)
    assert server["history"].call_count == 5
    assert client.connection.current.kind is ConnectionKind.CIRCUIT_OPEN
    with pytest.raises(CircuitOpenError):
        await client.queue_prompt(model_free(), ID)
    assert server["prompt"].call_count == 0


async def test_a_server_that_is_left_alone_is_not_even_asked_for_its_health(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    await _trip(client, server, clock)
    await clock.advance(10)  # what is known of its health is stale by now
    before = server["health"].call_count

    with pytest.raises(CircuitOpenError):
        await client.queue_prompt(model_free(), ID)

    assert server["health"].call_count == before
    assert server["prompt"].call_count == 0


async def test_after_the_rest_one_probe_decides(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    await _trip(client, server, clock)
    await clock.advance(60)
    await client.queue_prompt(model_free(), ID)
    assert client.connection.current.kind is ConnectionKind.CONNECTED


async def test_a_refusal_proves_the_server_alive_and_resets_the_breaker(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    server["history"].respond(500)
    await outcome(client.history(ID), clock)
    server["prompt"].respond(400, json=REFUSED)
    with pytest.raises(PromptRefusedError):
        await client.queue_prompt(model_free(), ID)
    assert client.connection.current.kind is ConnectionKind.CONNECTED
    assert client.connection.current.consecutive_failures == 0


@pytest.mark.parametrize(
    ("status", "title"), [(401, "ComfyUI does not let us in"), (403, "ComfyUI does not let us in"), (429, "ComfyUI")]
)
async def test_a_refusal_of_everything_is_not_taken_for_health_and_a_prompt_waits_for_its_end(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock, status: int, title: str
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(client.health.watch(), name="watch")
        await clock.settle()
        for name in ("health", "queue", "prompt"):
            server[name].respond(status)
        for _ in range(3):
            with pytest.raises((AuthenticationRequiredError, UnexpectedAnswerError)):
                await client.queue()
            await clock.advance(1)

        assert client.connection.current.kind is ConnectionKind.DISCONNECTED
        assert title in client.connection.current.problem
        with pytest.raises(ServiceUnavailableError):
            await client.queue_prompt(model_free(), ID)
        assert server["prompt"].call_count == 0
        assert client.connection.current.consecutive_failures == 0


async def test_a_refusal_of_one_request_only_is_asked_about_and_no_outage(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    async with TaskNursery(clock) as nursery:
        nursery.start(client.health.watch(), name="watch")
        await clock.settle()
        server["queue"].respond(403)
        with pytest.raises(AuthenticationRequiredError):
            await client.queue()
        await clock.settle()

        assert client.connection.current.kind is ConnectionKind.CONNECTED
        assert server["health"].call_count == 2


async def test_lost_answers_count_as_failures(client: ComfyUIClient, server: respx.MockRouter) -> None:
    server["prompt"].respond(500)
    for _ in range(5):
        with pytest.raises(AnswerLostError):
            await client.queue_prompt(model_free(), ID)
    with pytest.raises(CircuitOpenError):
        await client.queue_prompt(model_free(), ID)


async def test_a_probe_whose_caller_went_away_does_not_lock_everyone_out(
    client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock
) -> None:
    await _trip(client, server, clock)
    await clock.advance(60)

    async def never(_: httpx.Request) -> httpx.Response:
        await clock.sleep(1000)
        return json_answer({})

    server["queue"].mock(side_effect=never)
    async with TaskNursery(clock) as nursery:
        probe = nursery.start(_ask_queue(client), name="probe")
        await clock.settle()
        with pytest.raises(CircuitOpenError):
            await client.history(ID)
        probe.cancel()
        await clock.settle()
    server["history"].respond(json={})
    assert await client.history(ID) is None


async def _ask_history(client: ComfyUIClient) -> None:
    with suppress(ComfyUIError):
        await client.history(ID)


async def _ask_queue(client: ComfyUIClient) -> None:
    await client.queue()


async def _trip(client: ComfyUIClient, server: respx.MockRouter, clock: FakeClock) -> None:
    server["history"].respond(500)
    await outcome(client.history(ID), clock)
    await outcome(client.history(ID), clock, seconds=6)
    assert client.connection.current.kind is ConnectionKind.CIRCUIT_OPEN
    server["history"].respond(json={})


async def test_configured_headers_travel_and_no_origin_does(server: respx.MockRouter, clock: FakeClock) -> None:
    settings = connection_settings(BASE, {"Authorization": "Bearer token"})
    client = ComfyUIClient(settings, client_id=CLIENT_ID, clock=clock)
    await client.queue()
    headers = server["queue"].calls.last.request.headers
    assert headers["authorization"] == "Bearer token"
    assert headers["ngrok-skip-browser-warning"]
    assert "origin" not in headers
    await client.aclose()


async def test_neither_secrets_nor_prompts_are_logged(
    server: respx.MockRouter, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = connection_settings("http://gm:hunter2@painter.local:8188/comfy", {"X-Token": "swordfish"})
    client = ComfyUIClient(settings, client_id=UUID(int=1), clock=clock)
    graph = model_free(prefix="the queen is the murderer")
    server["prompt"].mock(side_effect=[httpx.ReadTimeout("")])
    with caplog.at_level(logging.DEBUG):
        assert isinstance(await outcome(client.queue_prompt(graph, ID), clock), AnswerLostError)
        server["history"].respond(500)
        await outcome(client.history(ID), clock)
    assert caplog.messages
    for secret in ("hunter2", "swordfish", "murderer", "Basic"):
        assert secret not in caplog.text
    await client.aclose()
