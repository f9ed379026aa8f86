"""The shape of every refusal."""

import logging
from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from tests.api.table import BASE, Caller, refused
from tests.fakes.comfyui import FakeComfyUI
from wrldbldr.api.app import build_api
from wrldbldr.api.body_limit import BODY_LIMIT_BYTES
from wrldbldr.engine import Engine, current

JSON = {"content-type": "application/json"}
LATER = ["/events"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nope", "/api/worlds/", "/api/a/b/c", "/api/../api/nope"])
async def test_an_unknown_address_is_a_json_404_for_everybody(path: str, owner: Caller, nobody: Caller) -> None:
    for caller in (owner, nobody):
        refused(await caller.get(path), 404, "not_found")
        refused(await caller.post(path, json={}), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE"])
async def test_a_method_an_address_does_not_take_is_a_json_405(method: str, owner: Caller) -> None:
    answer = await owner.request(method, "/api/worlds")

    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        refused(answer, 405, "method_not_allowed")


async def test_what_is_not_the_apis_is_left_to_the_screens(api: FastAPI, nobody: Caller) -> None:
    api.mount("", HTMLResponse("<p>the screens</p>"))

    answer = await nobody.get("/apiary")
    assert answer.text == "<p>the screens</p>"
    assert answer.headers["cache-control"] == "no-cache", "an update comes at once"
    refused(await nobody.get("/api/nope"), 404)


async def test_json_is_neither_kept_nor_guessed_at(owner: Caller, nobody: Caller) -> None:
    for answer in (await owner.get("/api/me"), await nobody.get("/api/me"), await nobody.get("/api")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_that_announces_more_than_20_mib_is_refused_unread(owner: Caller) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        pytest.fail("it was read")
        yield b""

    headers = {**JSON, "content-length": str(BODY_LIMIT_BYTES + 1)}
    refused(await owner.post("/api/worlds", content=endless(), headers=headers), 413, "too_large")
    refused(await owner.post("/api/worlds", content=endless(), headers={**JSON, "content-length": "9" * 400}), 413)


async def test_a_body_that_announces_nothing_is_read_up_to_20_mib(owner: Caller) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 2 * BODY_LIMIT_BYTES:
            sent += 2**20
            yield b" " * 2**20

    refused(await owner.post("/api/worlds", content=endless(), headers=JSON), 413, "too_large")
    assert sent <= BODY_LIMIT_BYTES + 2**20


async def test_a_form_of_another_site_is_not_taken_for_json(owner: Caller) -> None:
    answer = await owner.post("/api/worlds", content=b'{"name": "x"}', headers={"content-type": "text/plain"})

    assert refused(answer, 422) == {"body": "The body must be a JSON object, with content-type application/json."}


async def test_a_missing_body_is_said_to_be_missing(owner: Caller) -> None:
    assert refused(await owner.post("/api/worlds"), 422) == {"body": "The body is missing: send a JSON object."}


@pytest.mark.parametrize("path", ["/api/worlds", "/api/workflows/defaults"])
async def test_half_characters_in_a_fields_name_do_not_break_the_refusal(path: str, owner: Caller) -> None:
    method = "POST" if path == "/api/worlds" else "PUT"

    answer = await owner.request(method, path, content=b'{"name": "x", "\\ud800": 1}', headers=JSON)

    assert refused(answer, 422, "invalid_input")


async def test_what_nobody_foresaw_is_a_sentence_with_an_id_that_the_log_has_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = f"the prompt was: a secret {'garden'}"  # the log shows lines of code, so no line may have them whole

    def broken() -> Engine:
        try:
            raise LookupError(words)
        except LookupError as error:
            raise RuntimeError(words) from error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_api(broken)), base_url=BASE) as caller:
        answer = await caller.get("/api/me")

    details = refused(answer, 500, "internal_error")
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert details["error_id"] in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "LookupError" in record.getMessage(), "the cause is missing"
    assert "GET /api/me" in record.getMessage()
    assert "secret garden" not in record.getMessage() + answer.text
    assert "Traceback" not in answer.text


async def test_while_the_engine_starts_the_api_says_so() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_api(current)), base_url=BASE) as caller:
        refused(await caller.get("/api/worlds"), 503, "starting")
        assert (await caller.get("/api/health")).status_code == 200


async def test_openapi_describes_this_version_and_promises_nothing_else(owner: Caller) -> None:
    described = await owner.get("/api/openapi.json")

    paths = described.json()["paths"]
    assert "/api/assets/generate" in paths
    assert "/api/worlds/{world_id}/characters" in paths
    assert not [path for path in paths if any(path.endswith(later) for later in LATER)]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert "HTTPValidationError" not in described.text


async def test_the_status_of_comfyui_has_the_shape_of_the_contract(owner: Caller, comfyui: FakeComfyUI) -> None:
    connected = (await owner.get("/api/status/comfyui")).json()
    comfyui.go_down()
    away = (await owner.get("/api/status/comfyui")).json()

    fields = "state message retry_in_seconds consecutive_failures open_until simulated version queue_remaining"
    assert set(connected) == set(fields.split())
    assert connected["state"] == "connected"
    assert away["state"] == "disconnected"
    assert "comfyui.test" not in str(away)
