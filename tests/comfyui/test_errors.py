"""What a game master reads when something goes wrong."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.comfyui.scripted import LoadFixture
from wrldbldr.comfyui import errors
from wrldbldr.comfyui.errors import ComfyUIError, RefusalReason, failure_of_execution, failure_of_history
from wrldbldr.comfyui.history import History, Outcome, PictureRef, parse_history
from wrldbldr.comfyui.messages import ExecutionFault

EVERY_ERROR: list[ComfyUIError] = [
    errors.ServiceUnavailableError("Connection refused"),
    errors.NameUnknownError("Name or service not known"),
    errors.CertificateRefusedError("self-signed certificate"),
    errors.NotEncryptedError("wrong version number"),
    errors.CircuitOpenError(datetime(2026, 1, 1, 20, 1, tzinfo=UTC)),
    errors.RequestTimeoutError(30, "a prompt"),
    errors.ConnectionLostError("reset"),
    errors.ServerFailedError(500, "Server got itself in trouble"),
    errors.MaxRetriesExceededError(3, errors.ServerFailedError(502)),
    errors.AnswerLostError(errors.RequestTimeoutError(30)),
    errors.NotComfyUIError("It sent text/html instead of JSON."),
    errors.AuthenticationRequiredError(401),
    errors.TooLargeError("Maximum request body size 104857600 exceeded."),
    errors.PictureBrokenError("owl.png", "What ComfyUI sent is not a picture."),
    errors.UnexpectedAnswerError("It answered with status 418.", words="I'm a teapot"),
    errors.PromptRefusedError(RefusalReason.UNKNOWN, "ComfyUI refused the workflow", "Run it once in ComfyUI."),
]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_every_error_has_a_title_that_names_the_cause_and_a_sentence_that_says_what_to_do(error: ComfyUIError) -> None:
    failure = error.to_failure()
    assert failure.title
    assert failure.title[-1] not in ".!"
    assert failure.message.endswith(".")
    assert str(error) == f"{failure.title}. {failure.message}"
    assert failure.details == error.details
    assert error.status_code >= 400


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in EVERY_ERROR]
    assert len(set(codes)) == len(codes)


def test_only_what_may_pass_by_itself_is_transient() -> None:
    transient = {error.code for error in EVERY_ERROR if error.is_transient}
    unreachable = {"service_unavailable", "name_unknown", "certificate_refused", "not_encrypted"}
    assert transient == unreachable | {"request_timeout", "connection_lost", "server_failed"}


def test_what_can_be_set_in_settings_is_looked_for_there() -> None:
    assert not [error.advice for error in EVERY_ERROR if "WRLDBLDR_" in error.advice]
    named = {error.code for error in EVERY_ERROR if "(Settings, ComfyUI)" in error.advice}
    unreachable = {"service_unavailable", "name_unknown", "certificate_refused", "not_encrypted"}
    assert named == unreachable | {"not_comfyui", "authentication_required"}


def test_giving_up_keeps_the_cause_and_tells_how_often_it_was_tried() -> None:
    failure = errors.MaxRetriesExceededError(3, errors.ServerFailedError(502)).to_failure()
    assert failure.title == "ComfyUI answered with an error (502)"
    assert "3 times" in failure.message
    assert failure.details == {"Status": "502", "Retries": "3"}


def test_an_old_server_is_its_own_fault_and_a_bad_workflow_is_not() -> None:
    refused = {
        reason: errors.PromptRefusedError(reason, "Title", "Advice.").status_code
        for reason in (RefusalReason.OUTDATED_SERVER, RefusalReason.MISSING_NODE)
    }
    assert refused == {RefusalReason.OUTDATED_SERVER: 502, RefusalReason.MISSING_NODE: 422}


def test_long_words_of_a_server_are_cut() -> None:
    assert len(errors.ServerFailedError(500, "x" * 10_000).details["ComfyUI says"]) == 600


def test_words_that_cannot_be_stored_are_replaced() -> None:
    assert errors.ConnectionLostError("\ud800 reset").details["Reason"] == "? reset"


ENDLESS = "x" * 1_000_000


@pytest.mark.parametrize(
    "error",
    [
        errors.NotComfyUIError(ENDLESS),
        errors.PictureBrokenError(ENDLESS, "It is gone."),
        errors.PromptRefusedError(RefusalReason.UNKNOWN, ENDLESS, ENDLESS, details={ENDLESS: ENDLESS}),
        errors.MaxRetriesExceededError(3, errors.UnexpectedAnswerError(ENDLESS, words=ENDLESS)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_server_makes_an_error_that_is_too_long_to_be_kept_and_shown(error: ComfyUIError) -> None:
    failure = error.to_failure()

    assert len(failure.title) <= errors.TITLE_LIMIT
    assert len(failure.model_dump_json()) < 6_000
    assert len(str(error)) < 3_000


def test_a_node_with_endless_names_fails_in_few_words() -> None:
    endless = ExecutionFault(
        node_id=ENDLESS, node_type=ENDLESS, exception_type=ENDLESS, exception_message=ENDLESS, traceback=(ENDLESS,)
    )

    failure = failure_of_execution(endless, title=ENDLESS)

    assert len(failure.title) < 150
    assert len(failure.model_dump_json()) < 3_000


def test_endless_names_of_other_files_are_cut() -> None:
    failure = failure_of_history(History(uuid4(), Outcome.SUCCEEDED, other_files=(ENDLESS, ENDLESS)))

    assert failure
    assert len(failure.details["It made instead"]) == 600


def fault(message: str, kind: str = "ValueError") -> ExecutionFault:
    fields: dict[str, Any] = {"node_id": "15", "node_type": "IPAdapterAdvanced", "traceback": ["/home/gm/secret.py"]}
    return ExecutionFault.model_validate({**fields, "exception_type": kind, "exception_message": message})


@pytest.mark.parametrize(
    ("raised", "title", "words"),
    [
        (fault("CUDA out of memory. Tried 2 GiB", "torch.OutOfMemoryError"), "ComfyUI ran out of memory", "smaller size"),
        (fault("Allocation on device", "torch.cuda.OutOfMemoryError"), "ComfyUI ran out of memory", "smaller size"),
        (fault("[Errno 28] No space left on device\n", "OSError"), "ComfyUI's disk is full", "Free some space"),
        (fault("Execution Blocked: switch", "ExecutionBlocked"), 'Node "Style" did not run', "blocked it"),
        (fault("no face found\nsecond line"), 'Node "Style" failed', "ComfyUI says: no face found. "),
        (fault(""), 'Node "Style" failed', "nothing more."),
    ],
)  # fmt: skip
def test_a_node_that_raised_is_told_in_words_without_its_traceback(
    raised: ExecutionFault, title: str, words: str
) -> None:
    failure = failure_of_execution(raised, title="Style")
    assert failure.title == title
    assert words in failure.message
    assert failure.details["Node"] == "Style (id 15)"
    assert failure.details["Class"] == "IPAdapterAdvanced"
    assert "secret" not in failure.model_dump_json()


def test_a_node_without_a_title_is_called_by_its_class() -> None:
    assert failure_of_execution(fault("no")).title == 'Node "IPAdapterAdvanced" failed'


def test_success_with_pictures_is_no_failure() -> None:
    assert failure_of_history(History(uuid4(), Outcome.SUCCEEDED, (PictureRef("owl.png"),))) is None


def test_success_without_pictures_is_a_failure_that_names_what_was_made_instead() -> None:
    failure = failure_of_history(History(uuid4(), Outcome.SUCCEEDED, other_files=("clip.mp4",)))
    assert failure
    assert failure.title == "ComfyUI finished without a picture"
    assert failure.details == {"It made instead": "clip.mp4"}


def test_an_interruption_and_an_unexplained_failure_say_so_honestly() -> None:
    interrupted = failure_of_history(History(uuid4(), Outcome.INTERRUPTED))
    unexplained = failure_of_history(History(uuid4(), Outcome.FAILED))
    assert interrupted
    assert "stopped" in interrupted.title
    assert unexplained
    assert "does not say why" in unexplained.message


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ws_raise_exec", 'Node "raise" failed'),
        ("ws_raise_oom", "ComfyUI ran out of memory"),
        ("ws_raise_block", "ComfyUI finished without a picture"),
    ],
)
def test_a_real_servers_failures_are_told_by_their_cause(load_fixture: LoadFixture, name: str, title: str) -> None:
    [entry] = load_fixture(name)["history"].values()
    failure = failure_of_history(parse_history(uuid4(), entry))
    assert failure
    assert failure.title == title


def test_a_real_servers_full_disk_is_told(load_fixture: LoadFixture) -> None:
    failure = failure_of_history(parse_history(uuid4(), load_fixture("history_disk_full")))
    assert failure
    assert failure.title == "ComfyUI's disk is full"
