"""One HTTP exchange with ComfyUI: sends it, and translates whatever httpx or the server throws into our errors, once."""

import asyncio
import base64
import json
import re
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import httpx

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.errors import (
    AuthenticationRequiredError,
    CertificateRefusedError,
    ComfyUIError,
    ConnectionLostError,
    NameUnknownError,
    NotComfyUIError,
    NotEncryptedError,
    RequestTimeoutError,
    ServerFailedError,
    ServiceUnavailableError,
    TooLargeError,
    UnexpectedAnswerError,
)
from wrldbldr.comfyui.wire import Wire

CONNECT_TIMEOUT_SECONDS = 3.0
MEBIBYTE = 1024 * 1024
ANSWER_LIMIT_BYTES = MEBIBYTE
LIST_LIMITS_BYTES = {
    "queue": 64 * MEBIBYTE,  # ComfyUI's own page sends its whole drawing along with each of the hundreds that may wait
    "history": 16 * MEBIBYTE,
    "object_info": 64 * MEBIBYTE,
}
PICTURE_LIMIT_BYTES = 256 * MEBIBYTE
THREAD_FROM_BYTES = 256 * 1024  # JSON of more than that takes long enough to be felt by everybody else
SECRET_MINIMUM = 6  # characters; fewer would be found in any text
BETWEEN_PARTS = re.compile(r"""[\s;,="']+""")
PARTS_LIMIT = 2_000_000  # lists and objects in one answer: parsing even them in a thread holds everybody up
COMPRESSED = "object_info"  # the one answer worth it: tens of megabytes of words that repeat
FIXED_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": "WrldBldr",
    "ngrok-skip-browser-warning": "1",
}
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
CLOSED = "WrldBldr uses another ComfyUI now."

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


def tls_context(settings: ConnectionSettings) -> ssl.SSLContext:
    """Whose certificates are trusted there. Reading them takes tens of milliseconds."""
    return httpx.create_ssl_context(verify=settings.verify_tls, trust_env=not settings.is_local)


class Transport:
    """Speaks HTTP with one ComfyUI; knows nothing of prompts.

    Follows no redirect, keeps no cookies, and asks for a login only with the headers it was given.
    """

    def __init__(self, settings: ConnectionSettings, tls: ssl.SSLContext | None = None) -> None:
        """`tls` spares whoever makes many of these that the certificates are read for each."""
        self._secrets = _secrets(settings.headers)
        self._limits: set[asyncio.Timeout] = set()  # of the requests under way
        self._is_closed = False
        self._address = settings.url.rstrip("/")
        self._headers = httpx.Headers(FIXED_HEADERS)
        self._headers.update(settings.headers)
        self._wire = Wire(tls or tls_context(settings), use_proxies=not settings.is_local)

    async def aclose(self) -> None:
        """Close every connection. A request under way ends as if its connection had broken."""
        self._is_closed = True
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(0)
        await self._wire.aclose()

    async def get_json(self, path: str, *, timeout_seconds: float, what: str) -> dict[str, object]:
        """The JSON object at `path`."""
        page = path.split("/")[1]
        request = httpx.Request("GET", self._address + path, headers=self._headers)
        if page == COMPRESSED:
            request.headers["Accept-Encoding"] = "gzip"
        limit_bytes = LIST_LIMITS_BYTES.get(page, ANSWER_LIMIT_BYTES)
        answer = await self.exchange(request, timeout_seconds=timeout_seconds, what=what, limit_bytes=limit_bytes)
        if len(answer.content) > THREAD_FROM_BYTES:
            return await asyncio.to_thread(json_object, answer)
        return json_object(answer)

    async def post_json(self, path: str, body: Json, *, timeout_seconds: float, what: str) -> Answer:
        """The answer to a JSON body; statuses below 500 other than 401, 403 and 413 are the caller's to judge."""
        request = httpx.Request("POST", self._address + path, headers=self._headers, json=body)
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what)

    async def post_file(
        self, path: str, *, fields: Mapping[str, str], file: tuple[str, bytes], timeout_seconds: float, what: str
    ) -> Answer:
        """The answer to a multipart form with one picture."""
        request = httpx.Request(
            "POST", self._address + path, headers=self._headers, data=dict(fields), files={"image": file}
        )
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what)

    async def get_file(self, path: str, *, params: Mapping[str, str], timeout_seconds: float, what: str) -> Answer:
        """The answer of a file, whole."""
        try:
            request = httpx.Request("GET", self._address + path, headers=self._headers, params=dict(params))
        except UnicodeError as error:
            raise UnexpectedAnswerError("It names a file that cannot be asked for.") from error
        return await self.exchange(request, timeout_seconds=timeout_seconds, what=what, limit_bytes=PICTURE_LIMIT_BYTES)

    async def exchange(
        self, request: httpx.Request, *, timeout_seconds: float, what: str, limit_bytes: int = ANSWER_LIMIT_BYTES
    ) -> Answer:
        """Send `request` and read the whole answer, within both limits. Raises ComfyUIError."""
        if self._is_closed:
            raise ConnectionLostError(CLOSED)
        try:
            answer = await self._exchange(request, timeout_seconds, what, limit_bytes)
        except RequestTimeoutError:
            if self._is_closed:
                raise ConnectionLostError(CLOSED) from None
            raise
        if answer.status >= 400:  # what is refused may be quoted in an error, and some servers echo what they were sent
            answer = replace(answer, content=_without(self._secrets, answer.content))
        _check_status(answer)
        return answer

    async def _exchange(self, request: httpx.Request, timeout_seconds: float, what: str, limit_bytes: int) -> Answer:
        async with _translated(timeout_seconds, what):
            steps = httpx.Timeout(timeout_seconds, connect=min(CONNECT_TIMEOUT_SECONDS, timeout_seconds))
            request.extensions["timeout"] = steps.as_dict()
            async with asyncio.timeout(timeout_seconds) as limit:  # those above are for each read, this one for all
                self._limits.add(limit)
                try:
                    response = await self._wire.handle_async_request(request)
                    try:
                        return await _read(response, limit_bytes)
                    finally:
                        await response.aclose()
                finally:
                    self._limits.discard(limit)


def _secrets(headers: Mapping[str, str]) -> list[bytes]:
    """What must not be quoted: each header's value and its parts, plain and as JSON writes them; the longest first."""
    parts = {part for value in headers.values() for part in (value, *BETWEEN_PARTS.split(value), *_pair(value))}
    long_enough = [part for part in parts if len(part) >= SECRET_MINIMUM]
    written = {form.encode() for part in long_enough for form in (part, json.dumps(part)[1:-1])}
    return sorted(written, key=len, reverse=True)


def _pair(value: str) -> tuple[str, ...]:
    """The name and password in a Basic authorization, together and apart."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return ()
    try:
        pair = base64.b64decode(encoded).decode()
    except ValueError:
        return ()
    return (pair, *pair.split(":", 1))


def _without(secrets: list[bytes], content: bytes) -> bytes:
    for secret in secrets:
        content = content.replace(secret, b"(hidden)")
    return content


async def _read(response: httpx.Response, limit_bytes: int) -> Answer:
    """The whole answer, but no more of it than it may have, counted as it comes out of its compression."""
    length = response.headers.get("content-length", "")
    announced = int(length[:20]) if length.isdecimal() else None
    if (announced or 0) > limit_bytes:
        raise _too_long()
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    content = bytearray()
    async for chunk in _unpacked(response, encoding, limit_bytes):
        content += chunk
        if len(content) > limit_bytes:
            raise _too_long()
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("content-type", ""),
        content=bytes(content),
        announced_bytes=announced if encoding == "identity" else None,
    )


async def _unpacked(response: httpx.Response, encoding: str, limit_bytes: int) -> AsyncGenerator[bytes]:
    """What comes, in pieces no larger than just beyond the limit: a few bytes may unpack to gigabytes.

    Some servers in front compress whatever they were asked, so gzip is understood everywhere.
    """
    if encoding == "identity":
        async for chunk in response.aiter_raw():
            yield chunk
        return
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UnexpectedAnswerError("Its answer is compressed in a way nobody asked for.")
    unpack, is_empty = zlib.decompressobj(GZIP_OR_ZLIB), True
    try:
        async for chunk in response.aiter_raw():
            is_empty = False
            yield await asyncio.to_thread(unpack.decompress, chunk, limit_bytes + 1)
    except zlib.error as error:
        raise UnexpectedAnswerError("Its answer cannot be unpacked.") from error
    if not (is_empty or unpack.eof):
        raise ConnectionLostError("The compressed answer ends too early.")


def _too_long() -> UnexpectedAnswerError:
    return UnexpectedAnswerError("Its answer is far longer than it should be.")


@asynccontextmanager
async def _translated(timeout_seconds: float, what: str) -> AsyncGenerator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise _unreachable(error) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise RequestTimeoutError(timeout_seconds, what) from error
    except httpx.RemoteProtocolError as error:
        raise _broken_protocol(error) from error
    except (httpx.NetworkError, httpx.ProxyError) as error:
        raise ConnectionLostError(str(error) or type(error).__name__) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnexpectedAnswerError("Its answer cannot be read.", words=str(error)) from error


def _unreachable(error: Exception) -> ServiceUnavailableError:
    """Why there is no connection, as far as the causes of the error tell."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return NameUnknownError(str(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRefusedError(str(cause))
        if isinstance(cause, ssl.SSLError):
            return NotEncryptedError(str(cause))
    return ServiceUnavailableError(str(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


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
    if answer.content.count(b"[") + answer.content.count(b"{") > PARTS_LIMIT:
        raise _too_long()
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
