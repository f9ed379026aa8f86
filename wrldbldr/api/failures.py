"""The last line of defence around the API: whatever is raised becomes an answer, and what nobody foresaw is logged once."""

import logging
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wrldbldr.api.answers import refusal, refusal_of
from wrldbldr.api.scope import is_api
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.kit.ids import new_id

logger = logging.getLogger(__name__)


class Failures:
    """Answers errors raised below it. Traffic that is not the API's passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not is_api(scope):
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except WrldBldrError as error:
            if has_begun:
                raise
            await refusal_of(error)(scope, receive, send)
        except Exception as error:
            error_id = str(new_id())
            logger.error("Unexpected error %s in %s %s\n%s", error_id, scope["method"], scope["path"], trace_of(error))
            if has_begun:
                raise  # an answer that is broken off must not look whole
            sentence = "Something went wrong that nobody foresaw. The server's log says more under this error's id."
            await refusal(500, "internal_error", sentence, details={"error_id": error_id})(scope, receive, send)


def trace_of(error: BaseException) -> str:
    """Where an error and its causes came from. Their words are left out: they may quote prompts or passwords."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        parts.append("".join(traceback.format_tb(current.__traceback__)) + type(current).__qualname__)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by\n".join(parts)
