"""Tries again what failed for the moment, with longer and longer pauses (US-18A.2)."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception

from wrldbldr.comfyui.errors import CircuitOpenError, ComfyUIError, MaxRetriesExceededError
from wrldbldr.domain.comfyui_config import ComfyUIConfig

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def with_retry(
    attempt: Callable[[], Awaitable[T]],
    *,
    config: Callable[[], ComfyUIConfig],
    sleep: Callable[[float], Awaitable[None]],
    what: str,
) -> T:
    """The result of `attempt()`, called again after each transient ComfyUIError until the retries are used up.

    `config` is asked after every failure, so that new settings apply to what is being tried already; `sleep` waits for
    so many seconds; `what` names the request in the log.
    Raises MaxRetriesExceededError with the last cause, or at once whatever is not transient.
    """

    def is_used_up(state: RetryCallState) -> bool:
        return state.attempt_number > config().max_retries

    def seconds_to_wait(state: RetryCallState) -> int:
        return config().delay_before_retry(state.attempt_number)

    def log_retry(state: RetryCallState) -> None:
        logger.info(
            "Retry %d of %d for %s in %d s: %s",
            state.attempt_number,
            config().max_retries,
            what,
            state.upcoming_sleep,
            _title(_cause(state)),
        )

    def log_end(cause: BaseException | None) -> int:
        """Returns how many retries there were."""
        retries = retrying.statistics["attempt_number"] - 1
        if retries:
            logger.error("Gave up %s after %d retries: %s", what, retries, _title(cause))
        return retries

    async def awaited_attempt() -> T:  # tenacity awaits only what is declared async
        return await attempt()

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=is_used_up,
        wait=seconds_to_wait,
        retry=retry_if_exception(is_transient),
        before_sleep=log_retry,
    )
    try:
        return await retrying(awaited_attempt)
    except CircuitOpenError as error:  # opened by the failures of this request or of others
        log_end(error)
        raise
    except RetryError as error:
        cause = error.last_attempt.exception()
        retries = log_end(cause)
        if not isinstance(cause, ComfyUIError):  # only transient ComfyUIErrors are tried again
            raise
        raise MaxRetriesExceededError(retries, cause) from cause


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed a little later: 5xx, time-outs, refused and broken connections."""
    return isinstance(error, ComfyUIError) and error.is_transient


def _cause(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _title(error: BaseException | None) -> str:
    return error.title if isinstance(error, ComfyUIError) else type(error).__name__
