"""Why a batch is not painted now, or not at all, in the words its game master reads."""

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.style_reference import StyleSource


class UnpaintableError(WrldBldrError):
    """The batch has failed; `failure` says why."""

    code = "unpaintable"

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.title}. {failure.message}", details=failure.details)
        self.failure = failure


class NotTakenError(WrldBldrError):
    """ComfyUI went away before it took a prompt: the batch waits on, unharmed."""

    code = "not_taken"


class OutOfReachError(WrldBldrError):
    """ComfyUI went away with a prompt it has taken, or has even finished: it is asked again when it answers."""

    code = "out_of_reach"


def lost_too_often(times: int, doubt: ComfyUIError | None) -> Failure:
    """ComfyUI had it so many times, and had it no more. `doubt` is how the last handing over went without an answer."""
    details = {"Handed over": f"{times} times"}
    if doubt is not None:
        return Failure(
            title=doubt.title,
            message=f"The batch was handed over again and again, and never arrived. {doubt.advice}",
            details={**doubt.details, **details},
        )
    return Failure(
        title="ComfyUI lost this picture again and again",
        message="It may be what makes ComfyUI crash. Look at ComfyUI's console, then retry the batch.",
        details=details,
    )


def too_few_pictures(found: int, wanted: int) -> Failure:
    """The prompt succeeded, and painted less than it was asked for."""
    return Failure(
        title=f"ComfyUI made {found} of {wanted} pictures",
        message="Check in ComfyUI that every picture of the batch reaches the Save Image node, then retry.",
    )


def broken_picture(filename: str, problem: Exception) -> Failure:
    """A picture arrived broken each time it was fetched."""
    return Failure(
        title="A picture arrived broken from ComfyUI",
        message="The file there may be damaged, or its disk full. Retry the batch to paint it anew.",
        details={"File": filename, "Problem": str(problem)},
    )


def workflow_gone(batch: Batch) -> Failure:
    """The workflow was removed after the batch was asked for."""
    return Failure(
        title=f"The workflow {batch.workflow_name} is gone",
        message="Somebody removed it. Ask for the picture again with another workflow.",
    )


def reference_gone(source: StyleSource) -> Failure:
    """The picture it was to take its style from was deleted, and nothing was left that needed its file."""
    return Failure(
        title=f"The style reference {source.label} is gone",
        message="It was deleted. Ask for the picture again with another reference, or with none.",
    )


def our_mistake(error: Exception) -> Failure:
    """The fault is ours, and nothing is known about it but its kind."""
    return Failure(
        title="WrldBldr made a mistake",
        message="Retry the batch. If that happens again, the log of the server tells what went wrong.",
        details={"Error": type(error).__name__},
    )
