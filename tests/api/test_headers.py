"""What every answer says to the browser, whoever gave it."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.api.table import BASE


@pytest.fixture
def with_pages(api: FastAPI) -> FastAPI:
    """The API with the screens' files mounted in it."""

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("page", headers={"cache-control": "max-age=60"})(scope, receive, send)

    api.mount("", pages)
    return api


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/", "localhost"),
        ("/assets/app.js", "localhost"),
        ("/api/health", "localhost"),
        ("/api/me", "localhost"),
        ("/", "a.b"),
    ],
)
async def test_every_answer_forbids_guessing_frames_and_telling_other_sites_our_address(
    path: str, host: str, with_pages: FastAPI
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_pages), base_url=BASE) as caller:
        headers = (await caller.get(path, headers={"host": host})).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"] == "frame-ancestors 'none'"


async def test_the_files_of_the_screens_keep_their_own_time_in_the_browser(with_pages: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_pages), base_url=BASE) as caller:
        assert (await caller.get("/assets/app.js")).headers["cache-control"] == "max-age=60"
        assert (await caller.get("/api/health")).headers["cache-control"] == "no-store"
