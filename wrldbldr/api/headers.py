"""Headers that every answer carries: those of the screens, their files, and the API."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wrldbldr.api.scope import is_api

POLICY = "content-security-policy"
NOT_IN_A_FRAME = "frame-ancestors 'none'"


class AnswerHeaders:
    """No guessing of content types, no frames around us, no address of ours told to other sites.

    What the API answers is not kept by a browser unless the route says so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "same-origin"
                policy = headers.get(POLICY)
                headers[POLICY] = f"{policy}; {NOT_IN_A_FRAME}" if policy else NOT_IN_A_FRAME
                if is_api(scope):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
