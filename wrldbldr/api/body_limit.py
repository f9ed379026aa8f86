"""Bodies that are too large are refused before they are read."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wrldbldr.api.answers import refusal_by_http
from wrldbldr.api.scope import PREFIX, is_api, path_of
from wrldbldr.services.picture_import import FILE_BYTES_LIMIT

COUNTS_BY_ITSELF = "/api/worlds/import"
"""What is sent there is large. The route takes it in pieces, and has a limit of its own."""
BODY_LIMIT_BYTES = 20 * 2**20
PICTURE_PATH = f"{PREFIX}/assets/import"
TOO_LARGE = 413


class BodyLimit:
    """Refuses by the announced length, or while reading when none was announced or it was a lie."""

    def __init__(self, app: ASGIApp, limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_posted = scope.get("method") == "POST"  # by another verb the path may mean something else
        if not is_api(scope) or (is_posted and path_of(scope) == COUNTS_BY_ITSELF):
            await self._app(scope, receive, send)
            return
        is_picture = is_posted and path_of(scope) == PICTURE_PATH
        limit_bytes = max(self._limit_bytes, FILE_BYTES_LIMIT) if is_picture else self._limit_bytes
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit_bytes:
            await refusal_by_http(TOO_LARGE)(scope, receive, send)
            return
        count_bytes = 0

        async def counted_receive() -> Message:
            nonlocal count_bytes
            message = await receive()
            count_bytes += len(message.get("body", b""))
            if count_bytes > limit_bytes:
                raise HTTPException(TOO_LARGE)
            return message

        await self._app(scope, counted_receive, send)
