"""Headers that every answer carries: those of the screens, their files, and the API."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wrldbldr.api.scope import is_api, path_of

POLICY = "content-security-policy"
NOT_IN_A_FRAME = "frame-ancestors 'none'"
BUILT = re.compile(r"/assets/[\w.-]+-[\w-]{8}\.\w+")
"""What a build names by its content, unlike the files of our own assets folder, which keep their names."""
FOUND = (200, 304)
FOR_EVER, A_WEEK, ASK_EACH_TIME = "public, max-age=31536000, immutable", "public, max-age=604800", "no-cache"


class AnswerHeaders:
    """No guessing of content types, no frames around us, no address of ours told to other sites.

    What the API answers is not kept by a browser unless the route says so. Of the screens' files it keeps what a build
    named by its content; pages, and scripts that keep their names, it asks for again: an update comes at once.
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
                headers.setdefault("cache-control", _keeping(scope, message["status"]))
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _keeping(scope: Scope, status: int) -> str:
    if is_api(scope):
        return "no-store"
    path = path_of(scope)
    if status in FOUND and BUILT.fullmatch(path):
        return FOR_EVER
    return A_WEEK if status in FOUND and path.endswith(".woff2") else ASK_EACH_TIME
