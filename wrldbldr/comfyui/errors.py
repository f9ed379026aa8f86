"""Everything that can go wrong with ComfyUI: the cause in a title, what to do in a sentence, details for the curious."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from wrldbldr.comfyui.history import History
from wrldbldr.comfyui.messages import FILENAME_LIMIT, ExecutionFault
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.domain.failure import Failure

WORDS_LIMIT = 600
NAME_LIMIT = 120
TITLE_LIMIT = 200
DETAIL_LIMIT = 2000


class ComfyUIError(WrldBldrError):
    """Root of what ComfyUI does to us. `is_transient` says whether the same request may succeed a little later."""

    status_code = 502
    code = "comfyui_error"
    is_transient: ClassVar[bool] = False

    def __init__(self, title: str, advice: str, *, details: Mapping[str, str] | None = None) -> None:
        self.title = short(title, TITLE_LIMIT)
        self.advice = short(advice, DETAIL_LIMIT)
        shown = {short(label, NAME_LIMIT): short(value, DETAIL_LIMIT) for label, value in (details or {}).items()}
        super().__init__(f"{self.title}. {self.advice}", details=shown)

    def to_failure(self) -> Failure:
        """The same as a batch remembers it."""
        return Failure(title=self.title, message=self.advice, details=self.details)


class ServiceUnavailableError(ComfyUIError):
    """Nothing answers, or it refuses connections. A prompt refused with this was certainly not sent."""

    status_code = 503
    code = "service_unavailable"
    is_transient = True

    def __init__(
        self,
        reason: str = "",
        *,
        title: str = "ComfyUI cannot be reached",
        advice: str = "Start ComfyUI, or check its address (Settings, ComfyUI). Your batches wait until it answers.",
    ) -> None:
        super().__init__(title, advice, details={"Reason": short(reason)} if reason else None)

    @classmethod
    def because(cls, problem: ComfyUIError) -> "ServiceUnavailableError":
        """Unavailable for a reason a health check has found: it keeps that reason's words."""
        error = cls(title=problem.title, advice=problem.advice)
        error.details = dict(problem.details)
        return error


class NameUnknownError(ServiceUnavailableError):
    """No name server knows the machine the address names."""

    code = "name_unknown"

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            reason,
            title="The machine ComfyUI runs on cannot be found",
            advice="Nobody in the network knows that name. Check the address (Settings, ComfyUI), or write the machine's "
            "number, such as 192.168.1.20. Your batches wait until it answers.",
        )


class CertificateRefusedError(ServiceUnavailableError):
    """An https address whose certificate this machine has no reason to trust."""

    code = "certificate_refused"

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            reason,
            title="ComfyUI's certificate is not trusted",
            advice="Nobody this machine knows vouches for it, it has expired, or it is another server's. If the server is "
            "your own, switch the check of its certificate off (Settings, ComfyUI). Your batches wait until it answers.",
        )


class NotEncryptedError(ServiceUnavailableError):
    """An https address where nobody speaks https."""

    code = "not_encrypted"

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            reason,
            title="There is no https at ComfyUI's address",
            advice="Write http:// instead of https:// (Settings, ComfyUI). Your batches wait until it answers.",
        )


class CircuitOpenError(ComfyUIError):
    """Too many requests in a row failed, so none is sent before `until`. Certainly not sent."""

    status_code = 503
    code = "circuit_open"

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "ComfyUI keeps failing",
            f"It is left alone until {until:%H:%M:%S} UTC; your batches wait. Restart ComfyUI if that goes on.",
            details={"Next try": until.isoformat()},
        )
        self.until = until


class RequestTimeoutError(ComfyUIError):
    """No answer within the configured time."""

    status_code = 504
    code = "request_timeout"
    is_transient = True

    def __init__(self, seconds: float, what: str = "a request") -> None:
        super().__init__(
            "ComfyUI takes too long to answer",
            f"There was no answer to {what} within {seconds:g} seconds. "
            "If the server is only slow, wait and try again; if it hangs, restart ComfyUI.",
            details={"Waited": f"{seconds:g} s"},
        )
        self.seconds = seconds


class ConnectionLostError(ComfyUIError):
    """The connection broke in the middle of a request."""

    code = "connection_lost"
    is_transient = True

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            "The connection to ComfyUI broke",
            "ComfyUI may have crashed or be restarting; look at its console if that goes on.",
            details={"Reason": short(reason)} if reason else None,
        )


class ServerFailedError(ComfyUIError):
    """The server, or a proxy before it, answered 5xx."""

    code = "server_failed"
    is_transient = True

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(
            f"ComfyUI answered with an error ({status})",
            "Look at ComfyUI's console for the reason, and restart it if that goes on.",
            details=_without_empty({"Status": str(status), "ComfyUI says": short(words)}),
        )
        self.status = status


class MaxRetriesExceededError(ComfyUIError):
    """Every retry failed; `cause` is how the last one did. For a prompt: the server never had it."""

    status_code = 503
    code = "max_retries_exceeded"

    def __init__(self, retries: int, cause: ComfyUIError) -> None:
        times = "once" if retries == 1 else f"{retries} times"
        super().__init__(
            cause.title,
            f"Tried again {times} in vain. {cause.advice}",
            details={**cause.details, "Retries": str(retries)},
        )
        self.retries = retries
        self.cause = cause


class AnswerLostError(ComfyUIError):
    """A prompt was sent and its answer lost: it may or may not run. Look where it is before sending anything again."""

    code = "answer_lost"

    def __init__(self, cause: ComfyUIError) -> None:
        super().__init__(
            "ComfyUI's answer was lost",
            "It is not known yet whether the batch was taken; we look before we send it again.",
            details={"Cause": cause.title, **cause.details},
        )
        self.cause = cause


class NotComfyUIError(ComfyUIError):
    """Something answers there, but not as a ComfyUI does."""

    code = "not_comfyui"

    def __init__(self, seen: str) -> None:
        super().__init__(
            "This is not a ComfyUI",
            "Something else answers at this address. Check address, port and path (Settings, ComfyUI).",
            details={"Answer": short(seen)},
        )


class AuthenticationRequiredError(ComfyUIError):
    """The server, or a proxy before it, wants other credentials, or does not like where we come from."""

    code = "authentication_required"

    def __init__(self, status: int) -> None:
        super().__init__(
            "ComfyUI does not let us in",
            "Enter the header it expects, a token or a name and password (Settings, ComfyUI).",
            details={"Status": str(status)},
        )


class TooLargeError(ComfyUIError):
    """What we sent exceeds the server's limit."""

    status_code = 413
    code = "too_large"

    def __init__(self, words: str = "") -> None:
        super().__init__(
            "Too large for ComfyUI",
            "Use a smaller reference picture or workflow, or start ComfyUI with a larger --max-upload-size.",
            details=_without_empty({"ComfyUI says": short(words)}),
        )


class PictureBrokenError(ComfyUIError):
    """A picture is gone, cut short, or no picture."""

    code = "picture_broken"

    def __init__(self, filename: str, problem: str, *, is_missing: bool = False) -> None:
        super().__init__(
            "A finished picture could not be fetched",
            f"{problem} Retry the batch.",
            details={"File": short(filename, FILENAME_LIMIT)},
        )
        self.is_missing = is_missing


class UnexpectedAnswerError(ComfyUIError):
    """A 4xx or an answer in a shape we know nothing of."""

    code = "unexpected_answer"

    def __init__(self, what: str, *, words: str = "") -> None:
        super().__init__(
            "ComfyUI answered in a way we do not understand",
            f"{what} Update ComfyUI and WrldBldr; if it stays, the details help whoever looks into it.",
            details=_without_empty({"ComfyUI says": short(words)}),
        )


class RefusalReason(StrEnum):
    """Why ComfyUI refused a prompt."""

    MISSING_NODE = "missing_node"
    MISSING_MODEL = "missing_model"
    MISSING_IMAGE = "missing_image"
    BAD_VALUE = "bad_value"
    REQUIRED_INPUT_MISSING = "required_input_missing"
    BAD_WIRE = "bad_wire"
    NO_OUTPUT = "no_output"
    NOT_A_WORKFLOW = "not_a_workflow"
    OUTDATED_SERVER = "outdated_server"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NodeError:
    """What ComfyUI holds against one input of one node. `options` is what it would have taken, where it says so."""

    node_id: str
    title: str
    class_type: str
    reason: RefusalReason
    input: str = ""
    message: str = ""
    details: str = ""
    received: str = ""
    options: tuple[str, ...] = ()


class PromptRefusedError(ComfyUIError):
    """ComfyUI will never run this prompt as it is. Built by `refusal.refusal_of`."""

    status_code = 422
    code = "prompt_refused"

    def __init__(
        self,
        reason: RefusalReason,
        title: str,
        advice: str,
        *,
        node_errors: tuple[NodeError, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title, advice, details=details)
        self.reason = reason
        self.node_errors = node_errors
        if reason is RefusalReason.OUTDATED_SERVER:
            self.status_code = 502


def failure_of_history(history: History) -> Failure | None:
    """Why an ended prompt gave nothing to keep; None when it succeeded with pictures."""
    if history.outcome == "interrupted":
        return Failure(
            title="The generation was stopped on ComfyUI",
            message="Somebody interrupted it there, or it was cancelled. Retry the batch to run it again.",
        )
    if history.outcome == "failed":
        if history.fault is None:
            return Failure(
                title="ComfyUI could not finish",
                message="It does not say why. Look at ComfyUI's console, then retry the batch.",
            )
        return failure_of_execution(history.fault, title=history.fault_title)
    if history.pictures:
        return None
    made = {"It made instead": short(", ".join(history.other_files))} if history.other_files else {}
    return Failure(
        title="ComfyUI finished without a picture",
        message="The workflow ran but saved no image. Check in ComfyUI that it ends in a Save Image node that is reached.",
        details=made,
    )


def failure_of_execution(fault: ExecutionFault, *, title: str = "") -> Failure:
    """A raised exception in words; `title` is what the workflow calls the node. The traceback stays out."""
    words = fault.exception_message.strip()
    name = short(title or fault.node_type or "unknown", NAME_LIMIT)
    details = _without_empty(
        {
            "Node": f"{name} (id {short(fault.node_id, NAME_LIMIT)})",
            "Class": short(fault.node_type, NAME_LIMIT),
            "Error": short(fault.exception_type, NAME_LIMIT),
            "ComfyUI says": short(words),
        }
    )
    everything = f"{fault.exception_type} {words}".lower()
    if "outofmemory" in everything or "out of memory" in everything:
        cause = "ComfyUI ran out of memory"
        advice = "Ask for a smaller size or fewer pictures at once, or pick a smaller model."
    elif "no space left" in everything or "errno 28" in everything:
        cause = "ComfyUI's disk is full"
        advice = "Free some space on the machine ComfyUI runs on, then retry the batch."
    elif "executionblocked" in everything:
        cause = f'Node "{name}" did not run'
        advice = "The workflow itself blocked it. Check the switches of the workflow in ComfyUI."
    else:
        cause = f'Node "{name}" failed'
        advice = (
            f"ComfyUI says: {_sentence(words) or 'nothing more.'} Check the workflow in ComfyUI, then retry the batch."
        )
    return Failure(title=cause, message=advice, details=details)


def _sentence(words: str) -> str:
    first = short(words.splitlines()[0], TITLE_LIMIT) if words else ""
    return first if not first or first[-1] in ".!?" else f"{first}."


def short(words: str, limit: int = WORDS_LIMIT) -> str:
    """A server's words without space around them, at most `limit` characters, each of which can be stored."""
    words = words.strip()[: limit + 1].encode(errors="replace").decode()
    return words if len(words) <= limit else f"{words[: limit - 3]}..."


def _without_empty(details: dict[str, str]) -> dict[str, str]:
    return {label: value for label, value in details.items() if value}
