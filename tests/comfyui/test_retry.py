"""US-18A.2: retry with exponential backoff."""

import logging
from collections.abc import Callable

import pytest

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui import errors
from wrldbldr.comfyui.errors import ComfyUIError, MaxRetriesExceededError, ServiceUnavailableError
from wrldbldr.comfyui.retry import with_retry
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.tasks import TaskNursery


class Server:
    """Fails as often as it was told, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    async def answer(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "an answer"


async def asked(server: Server, clock: FakeClock, config: Callable[[], ComfyUIConfig]) -> str:
    """Its answer, in the end."""
    return await with_retry(
        server.answer, config=config, pause=lambda seconds: clock.sleep(seconds()), what="the history"
    )


async def outcome(server: Server, clock: FakeClock, config: ComfyUIConfig | None = None) -> str | Exception:
    """Let it run to its end, moving the clock by hand."""
    results: list[str | Exception] = []

    async def run() -> None:
        try:
            results.append(await asked(server, clock, lambda: config or ComfyUIConfig()))
        except Exception as error:  # noqa: BLE001  whatever comes out is what the test looks at
            results.append(error)

    async with TaskNursery(clock) as nursery:
        nursery.start(run(), name="retrying")
        for _ in range(2000):
            await clock.advance(1)
            if results:
                break
    return results[0]


def transient() -> ComfyUIError:
    return ServiceUnavailableError("refused")


async def test_an_answer_at_once_is_given_without_waiting(clock: FakeClock) -> None:
    assert await outcome(Server(), clock) == "an answer"
    assert clock.sleeps == []


async def test_three_retries_follow_after_5_15_and_45_seconds(clock: FakeClock) -> None:
    server = Server(transient(), transient(), transient())
    assert await outcome(server, clock) == "an answer"
    assert clock.sleeps == [5, 15, 45]
    assert server.calls == 4


async def test_when_every_retry_fails_the_last_cause_is_told(clock: FakeClock) -> None:
    last = ServiceUnavailableError("the last one")
    error = await outcome(Server(transient(), transient(), transient(), last), clock)
    assert isinstance(error, MaxRetriesExceededError)
    assert error.retries == 3
    assert error.cause is last
    assert not error.is_transient


async def test_the_settings_decide_how_often_and_how_long(clock: FakeClock) -> None:
    server = Server(*[transient() for _ in range(9)])
    error = await outcome(server, clock, ComfyUIConfig(max_retries=2, base_delay_seconds=1))
    assert isinstance(error, MaxRetriesExceededError)
    assert clock.sleeps == [1, 3]
    assert server.calls == 3


@pytest.mark.parametrize(
    "failure",
    [
        errors.ServiceUnavailableError(),
        errors.RequestTimeoutError(10),
        errors.ServerFailedError(500),
        errors.ConnectionLostError(),
    ],
    ids=["refused", "timeout", "5xx", "reset"],
)
async def test_only_what_may_pass_is_tried_again(clock: FakeClock, failure: ComfyUIError) -> None:
    assert await outcome(Server(failure), clock) == "an answer"


@pytest.mark.parametrize(
    "failure",
    [
        errors.PromptRefusedError(errors.RefusalReason.BAD_VALUE, "No", "Change it."),
        errors.AuthenticationRequiredError(401),
        errors.TooLargeError(),
        errors.UnexpectedAnswerError("It answered with status 418."),
        errors.NotComfyUIError("text/html"),
        errors.AnswerLostError(errors.RequestTimeoutError(30)),
        KeyError("a bug of ours"),
    ],
    ids=["400", "401", "413", "other 4xx", "not ComfyUI", "answer lost", "bug"],
)
async def test_a_4xx_and_everything_else_that_stays_is_never_tried_again(clock: FakeClock, failure: Exception) -> None:
    server = Server(failure)
    assert await outcome(server, clock) is failure
    assert server.calls == 1


async def test_each_retry_is_logged_at_info_and_giving_up_at_error(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        await outcome(Server(*[transient() for _ in range(4)]), clock)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["INFO", "INFO", "INFO", "ERROR"]
    assert caplog.messages[0] == "Retry 1 of 3 for the history in 5 s: ComfyUI cannot be reached"
    assert caplog.messages[-1] == "Gave up the history after 3 retries: ComfyUI cannot be reached"


async def test_giving_up_because_the_circuit_opened_meanwhile_is_logged_at_error_too(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    resting = errors.CircuitOpenError(clock.now())
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        assert await outcome(Server(transient(), resting), clock) is resting
    assert [record.levelname for record in caplog.records] == ["INFO", "ERROR"]
    assert caplog.messages[-1] == "Gave up the history after 1 retry: ComfyUI keeps failing"


async def test_giving_up_because_of_something_else_than_before_is_logged_at_error_too(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = errors.AuthenticationRequiredError(401)
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        assert await outcome(Server(transient(), transient(), refusal), clock) is refusal
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO", "ERROR"]
    assert caplog.messages[-1] == "Gave up the history after 2 retries: ComfyUI does not let us in"


async def test_a_lost_answer_is_looked_for_and_so_is_not_called_given_up(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    lost = errors.AnswerLostError(errors.RequestTimeoutError(30))
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        assert await outcome(Server(transient(), lost), clock) is lost
    assert [record.levelname for record in caplog.records] == ["INFO"]


async def test_a_request_refused_by_an_open_circuit_was_never_tried_and_is_no_error(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "wrldbldr.comfyui.retry"):
        await outcome(Server(errors.CircuitOpenError(clock.now())), clock)
    assert caplog.messages == []


async def test_new_settings_apply_to_what_is_being_tried_already(clock: FakeClock) -> None:
    server = Server(*[transient() for _ in range(9)])
    config = [ComfyUIConfig()]
    results: list[BaseException] = []

    async def run() -> None:
        try:
            await asked(server, clock, lambda: config[0])
        except MaxRetriesExceededError as error:
            results.append(error)

    async with TaskNursery(clock) as nursery:
        nursery.start(run(), name="retrying")
        await clock.settle()
        config[0] = ComfyUIConfig(max_retries=2, base_delay_seconds=1)
        for _ in range(20):
            await clock.advance(1)
    assert clock.sleeps == [5, 3]
    assert [str(error.retries) for error in results if isinstance(error, MaxRetriesExceededError)] == ["2"]
