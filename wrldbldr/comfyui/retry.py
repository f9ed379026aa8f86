"""Tries again what failed for the moment, with longer and longer pauses (US-18A.2)."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception

from wrldbldr.comfyui.errors import AnswerLostError, ComfyUIError, MaxRetriesExceededError
from wrldbldr.domain.comfyui_config import ComfyUIConfig

logger = logging.getLogger(__name__)

T = TypeVar("T")

Pause = Callable[[Callable[[], float]], Awaitable[None]]
"""Waits for as many seconds as it is told, and may ask again while it waits."""


async def with_retry(
    attempt: Callable[[], Awaitable[T]],
    *,
    config: Callable[[], ComfyUIConfig],
    pause: Pause,
    what: str,
) -> T:
    """The result of `attempt()`, called again after each transient ComfyUIError until the retries are used up.

    `config` is asked after every failure, and whenever `pause` asks how long to wait, so that new settings apply to what
    is being tried already; `what` names the request in the log.
    Raises MaxRetriesExceededError with the last cause, or at once whatever is not transient.
    """
    try:
        return await attempt()  # nearly always all there is to do: tenacity is only set up for a second try
    except ComfyUIError as error:
        if not is_transient(error):
            raise
        first: ComfyUIError | None = error
    patience = _Patience(config, what)

    async def awaited_attempt() -> T:  # tenacity awaits only what is declared async
        nonlocal first
        if first is None:
            return await attempt()
        failure, first = first, None
        raise failure

    retrying = AsyncRetrying(
        sleep=lambda _: pause(patience.seconds_to_wait),
        stop=patience.is_used_up,
        retry=retry_if_exception(is_transient),
        before_sleep=patience.log_retry,
    )
    try:
        return await retrying(awaited_attempt)
    except ComfyUIError as error:  # a circuit that the failures of this request or of others have opened, a refusal …
        if not isinstance(error, AnswerLostError):  # which is looked for, and not given up
            patience.log_end(error)
        raise
    except RetryError as error:
        cause = error.last_attempt.exception()
        patience.log_end(cause)
        if not isinstance(cause, ComfyUIError):  # only transient ComfyUIErrors are tried again
            raise
        raise MaxRetriesExceededError(patience.retries, cause) from cause


class _Patience:
    """How often and after how long one request is tried again, and what the log says of it."""

    def __init__(self, config: Callable[[], ComfyUIConfig], what: str) -> None:
        self.retries = 0
        self._config = config
        self._what = what

    def is_used_up(self, state: RetryCallState) -> bool:
        return state.attempt_number > self._config().max_retries

    def seconds_to_wait(self) -> float:
        return self._config().delay_before_retry(self.retries)

    def log_retry(self, state: RetryCallState) -> None:
        self.retries = state.attempt_number
        most, seconds = self._config().max_retries, self.seconds_to_wait()
        logger.info("Retry %d of %d for %s in %d s: %s", self.retries, most, self._what, seconds, _title(_cause(state)))

    def log_end(self, cause: BaseException | None) -> None:
        """What was never tried again was not given up."""
        if self.retries:
            times = "1 retry" if self.retries == 1 else f"{self.retries} retries"
            logger.error("Gave up %s after %s: %s", self._what, times, _title(cause))


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed a little later: 5xx, time-outs, refused and broken connections."""
    return isinstance(error, ComfyUIError) and error.is_transient


def _cause(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _title(error: BaseException | None) -> str:
    return error.title if isinstance(error, ComfyUIError) else type(error).__name__
