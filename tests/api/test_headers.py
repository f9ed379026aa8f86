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


async def test_a_file_of_the_screens_that_says_how_long_it_may_be_kept_is_believed(with_pages: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_pages), base_url=BASE) as caller:
        assert (await caller.get("/assets/app.js")).headers["cache-control"] == "max-age=60"
        assert (await caller.get("/api/health")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "keeping"),
    [
        ("/assets/_worlds_.__world_id_._create_._index-K1fyVAKg.js", 200, "public, max-age=31536000, immutable"),
        ("/assets/_setup_._index-6T--9HYr.js", 304, "public, max-age=31536000, immutable"),
        ("/assets/manifest-c1596daf.js", 404, "no-cache"),
        ("/fonts/inter.woff2", 200, "public, max-age=604800"),
        ("/keys.js", 200, "no-cache"),
        ("/worlds/1/create", 200, "no-cache"),
    ],
)
async def test_a_browser_keeps_what_a_build_named_by_its_content_and_asks_again_for_what_keeps_its_name(
    path: str, status: int, keeping: str, api: FastAPI
) -> None:
    async def file(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("file", status_code=status)(scope, receive, send)

    api.mount("", file)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url=BASE) as caller:
        assert (await caller.get(path)).headers["cache-control"] == keeping
