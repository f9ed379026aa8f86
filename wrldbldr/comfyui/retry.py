"""Tries again what failed for the moment, with longer and longer pauses (US-18A.2)."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception, stop_after_attempt

from wrldbldr.comfyui.errors import ComfyUIError, MaxRetriesExceededError
from wrldbldr.domain.comfyui_config import ComfyUIConfig

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def with_retry(
    attempt: Callable[[], Awaitable[T]], *, config: ComfyUIConfig, sleep: Callable[[float], Awaitable[None]], what: str
) -> T:
    """The result of `attempt()`, called again after each transient ComfyUIError until the retries are used up.

    `sleep` waits for so many seconds between them.
    Raises MaxRetriesExceededError with the last cause, or at once whatever is not transient. `what` names the request
    in the log.
    """

    def log_retry(state: RetryCallState) -> None:
        logger.info(
            "Retry %d of %d for %s in %d s: %s",
            state.attempt_number,
            config.max_retries,
            what,
            config.delay_before_retry(state.attempt_number),
            _title(_cause(state)),
        )

    async def awaited_attempt() -> T:  # tenacity awaits only what is declared async
        return await attempt()

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=stop_after_attempt(config.max_retries + 1),
        wait=lambda state: config.delay_before_retry(state.attempt_number),
        retry=retry_if_exception(is_transient),
        before_sleep=log_retry,
    )
    try:
        return await retrying(awaited_attempt)
    except RetryError as error:
        cause = error.last_attempt.exception()
        logger.error("Gave up %s after %d retries: %s", what, config.max_retries, _title(cause))
        if not isinstance(cause, ComfyUIError):  # only transient ComfyUIErrors are tried again
            raise
        raise MaxRetriesExceededError(config.max_retries, cause) from cause


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed a little later: 5xx, time-outs, refused and broken connections."""
    return isinstance(error, ComfyUIError) and error.is_transient


def _cause(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _title(error: BaseException | None) -> str:
    return error.title if isinstance(error, ComfyUIError) else type(error).__name__
