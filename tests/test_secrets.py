"""What opens ComfyUI's door is shown to nobody: everything that can be read of a running program is recorded."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.api.table import BASE, OWNER
from tests.fakes.fast_clock import FastClock
from tests.fakes.strangers import served
from tests.fakes.studio import Listener
from tests.faults import graphs
from wrldbldr.api.app import build_api
from wrldbldr.bus import SERVER_TOPIC
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.engine import Engine, open_engine
from wrldbldr.kit.log import configure
from wrldbldr.settings import Settings

SECRETS = ("hunter2", "aHVudGVyMg", "swordfish", "abracadabra", "opensesame")
NUMBERS = {
    "max_retries": 1,
    "base_delay_seconds": 1,
    "queue_timeout_seconds": 5,
    "history_timeout_seconds": 5,
    "image_timeout_seconds": 5,
}
SYSTEM = json.dumps({"system": {"comfyui_version": "0.8.0"}, "devices": []}).encode()


@pytest.fixture
async def echo() -> AsyncGenerator[str]:
    """A server that says who it is, and to everything else what it was sent, word for word, with an error."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        is_asked_who = b"/system_stats" in request.split(b"\r\n")[0]
        head, body = (b"200 OK", SYSTEM) if is_asked_who else (b"500 Broken", request)
        kind = b"application/json" if is_asked_who else b"text/plain"
        writer.write(b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n" % (head, kind, len(body)))
        writer.write(b"Connection: close\r\n\r\n" + body)

    async with served(serve) as address:
        yield address


async def everything_done(engine: Engine, echo: str) -> list[str]:
    """Change, try, ask and be refused in every way; what was answered."""
    said: list[str] = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_api(lambda: engine)), base_url=BASE) as owner:

        async def call(method: str, path: str, body: Any = None) -> None:
            said.append((await owner.request(method, f"/api/{path}", json=body)).text)

        await call("POST", "auth/setup", OWNER)
        await call("GET", "config/comfyui")
        headers = {"X-Token": "swordfish", "X-Other": "Bearer abracadabra"}
        await call("PUT", "config/comfyui", {**NUMBERS, "url": f"http://gm:hunter2@{echo}", "headers": headers})
        for refused in (
            {"max_retries": "opensesame", "headers": {"X-Token": "opensesame", "X-Nothing": None}},
            {"headers": {"X-Token": "opensesame\n"}, "url": "ftp://opensesame@x"},
            {"url": "http://other.example", "headers": {"X-Token": None}},
            {"headers": "opensesame", "verify_tls": "opensesame"},
        ):
            await call("PUT", "config/comfyui", {**NUMBERS, **refused})
            await call("POST", "config/comfyui/test", refused)
        await call("POST", "config/comfyui/test", {})
        await call("POST", "workflows/analyze", {"graph": graphs.quick()})
        for path in ("status/comfyui", "config/comfyui", "openapi.json", "docs"):
            await call("GET", path)
    return said


async def test_headers_and_passwords_are_in_no_log_error_answer_event_or_description(
    tmp_path: Path, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    configure()
    settings = Settings(
        data_dir=tmp_path,
        comfyui_url=f"http://gm:hunter2@{echo}/first",
        comfyui_headers={"X-Token": SecretStr("swordfish")},
        database_url="",
        owner_name="",
    )
    heard = Listener()
    with caplog.at_level(logging.DEBUG):
        async with open_engine(settings, FastClock(50.0)) as engine:
            engine.bus._subscriptions[SERVER_TOPIC].add(heard)
            said = await everything_done(engine, echo)
            async with engine.database.read() as unit:
                memory = await unit.server.memory()
            client = engine.comfyui._in_use.comfyui
            with pytest.raises(ComfyUIError) as failed:
                await client.queue()
            said += [str(failed.value), repr(failed.value), repr(vars(failed.value))]
            shown = [settings, engine, memory, engine.connection.status(), engine.comfyui._in_use.address]
            shown += [engine.comfyui._choice, engine.comfyui._environment, client.connection.current]

    assert "(hidden)" in "".join(said), "the echo was heard"
    assert memory.comfyui_headers["X-Token"] == "swordfish"
    everything = "\n".join([*said, caplog.text, repr(heard.heard), *map(repr, shown), *map(str, shown)])
    assert [secret for secret in SECRETS if secret in everything] == []
