"""One HTTP exchange with ComfyUI: sends it, and translates whatever httpx or the server throws into our errors, once."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.errors import (
    AuthenticationRequiredError,
    ComfyUIError,
    ConnectionLostError,
    NotComfyUIError,
    RequestTimeoutError,
    ServerFailedError,
    ServiceUnavailableError,
    TooLargeError,
    UnexpectedAnswerError,
)

CONNECT_TIMEOUT_SECONDS = 3.0
BODY_LIMIT_BYTES = 256 * 1024 * 1024
FIXED_HEADERS = {"User-Agent": "WrldBldr", "ngrok-skip-browser-warning": "1"}

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the server. `announced_bytes` is its content length, where it was told and not compressed."""

    status: int
    content_type: str
    content: bytes
    announced_bytes: int | None = None

    @property
    def text(self) -> str:
        """The body as text, whatever bytes are in it."""
        return self.content.decode("utf-8", errors="replace")


class Transport:
    """Speaks HTTP with one ComfyUI; knows nothing of prompts."""

    def __init__(self, settings: ConnectionSettings, *, body_limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self._body_limit_bytes = body_limit_bytes
        self._http = httpx.AsyncClient(
            base_url=settings.url,
            headers={**FIXED_HEADERS, **settings.headers},
            verify=settings.verify_tls,
            trust_env=not settings.is_local,
            follow_redirects=False,
        )

    async def aclose(self) -> None:
        """Close the pooled connections."""
        await self._http.aclose()

    async def get_json(self, path: str, *, timeout_seconds: float, what: str) -> dict[str, object]:
        """The JSON object at `path`."""
        request = self._http.build_request("GET", path)
        return json_object(await self.exchange(request, timeout_seconds=timeout_seconds, what=what))

    async def post_json(self, path: str, body: Json, *, timeout_seconds: float, what: str) -> Answer:
        """The answer to a JSON body; statuses below 500 other than 401, 403 and 413 are the caller's to judge."""
        request = self._http.build_request("POST", path, json=body)
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what)

    async def post_file(
        self, path: str, *, fields: Mapping[str, str], file: tuple[str, bytes], timeout_seconds: float, what: str
    ) -> Answer:
        """The answer to a multipart form with one picture."""
        request = self._http.build_request("POST", path, data=dict(fields), files={"image": file})
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what)

    async def get_file(self, path: str, *, params: Mapping[str, str], timeout_seconds: float, what: str) -> Answer:
        """The answer of a file, whole."""
        request = self._http.build_request("GET", path, params=dict(params))
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what)

    async def exchange(self, request: httpx.Request, *, timeout_seconds: float, what: str) -> Answer:
        """Send `request` and read the whole answer within `timeout_seconds`. Raises ComfyUIError."""
        async with _translated(timeout_seconds, what):
            limit = httpx.Timeout(timeout_seconds, connect=min(CONNECT_TIMEOUT_SECONDS, timeout_seconds))
            request.extensions["timeout"] = limit.as_dict()
            async with asyncio.timeout(timeout_seconds):  # the limits above are for each read, this one for all
                response = await self._http.send(request, stream=True)
                try:
                    answer = await _read(response, self._body_limit_bytes)
                finally:
                    await response.aclose()
        _check_status(answer)
        return answer


async def _read(response: httpx.Response, limit_bytes: int) -> Answer:
    """The whole answer, but no more of it than any picture or catalogue needs."""
    length = response.headers.get("content-length", "")
    announced = int(length) if length.isdecimal() else None
    chunks, size = list[bytes](), announced or 0
    if size <= limit_bytes:
        size = 0
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit_bytes:
                break
    if size > limit_bytes:
        raise UnexpectedAnswerError("Its answer is far larger than any picture.")
    is_compressed = "content-encoding" in response.headers
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("content-type", ""),
        content=b"".join(chunks),
        announced_bytes=None if is_compressed else announced,
    )


@asynccontextmanager
async def _translated(timeout_seconds: float, what: str) -> AsyncGenerator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise ServiceUnavailableError(str(error)) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise RequestTimeoutError(timeout_seconds, what) from error
    except httpx.RemoteProtocolError as error:
        raise _broken_protocol(error) from error
    except (httpx.NetworkError, httpx.ProxyError) as error:
        raise ConnectionLostError(str(error) or type(error).__name__) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnexpectedAnswerError("Its answer cannot be read.", words=str(error)) from error


def _broken_protocol(error: httpx.RemoteProtocolError) -> ComfyUIError:
    """A server that hangs up is one that crashes; one that speaks otherwise was never a ComfyUI."""
    words = str(error)
    if "disconnected" in words or "peer closed" in words:
        return ConnectionLostError(words)
    return NotComfyUIError("It does not speak HTTP.")


def _check_status(answer: Answer) -> None:
    if answer.status in (401, 403, 407):
        raise AuthenticationRequiredError(answer.status)
    if answer.status == 413:
        raise TooLargeError(answer.text)
    if answer.status >= 500:
        raise ServerFailedError(answer.status, _plain_words(answer))
    if 300 <= answer.status < 400:
        raise NotComfyUIError(f"It redirects elsewhere ({answer.status}).")


def json_object(answer: Answer) -> dict[str, object]:
    """The JSON object in a 200. Raises NotComfyUIError when it is none: other web apps answer 200 with a page."""
    if answer.status == 404:
        raise NotComfyUIError("The page does not exist there (404).")
    if answer.status != 200:
        raise UnexpectedAnswerError(f"It answered with status {answer.status}.", words=_plain_words(answer))
    body = maybe_json_object(answer)
    if body is None:
        raise NotComfyUIError(f"It sent {answer.content_type or 'nothing'} instead of JSON.")
    return body


def maybe_json_object(answer: Answer) -> dict[str, object] | None:
    """The JSON object in an answer of any status, or None."""
    if "json" not in answer.content_type:
        return None
    try:
        body: object = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, object], body) if isinstance(body, dict) else None


def _plain_words(answer: Answer) -> str:
    """What the server said, unless it is a page for a browser."""
    return answer.text if answer.content_type.startswith(("text/plain", "application/json")) else ""
