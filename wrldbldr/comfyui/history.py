"""How a prompt ended, as ComfyUI's history tells it: the truth the websocket only hurries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import cast
from uuid import UUID

from pydantic import ValidationError

from wrldbldr.comfyui.messages import ExecutionFault, is_filename

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".tif", ".tiff"})


class Outcome(StrEnum):
    """The three ends of an execution."""

    SUCCEEDED = "succeeded"  # every node ran; that there are pictures is not said yet
    FAILED = "failed"  # a node raised
    INTERRUPTED = "interrupted"  # somebody stopped it


@dataclass(frozen=True, slots=True)
class PictureRef:
    """Where a picture lies on the server; `type` is output, temp or input."""

    filename: str
    subfolder: str = ""
    type: str = "output"


@dataclass(frozen=True, slots=True)
class History:
    """The end of one prompt. `pictures` are saved ones, or previews when nothing was saved; times are the server's."""

    prompt_id: UUID
    outcome: Outcome
    pictures: tuple[PictureRef, ...] = ()
    fault: ExecutionFault | None = None
    fault_title: str = ""
    other_files: tuple[str, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None


def parse_history(prompt_id: UUID, raw: dict[str, object]) -> History:
    """The history in one entry of GET /history/{id}."""
    status = _mapping(raw.get("status"))
    messages = tuple(_messages(status.get("messages")))
    outcome, fault = _outcome(status, messages)
    files = tuple(_files(raw.get("outputs")))
    pictures = tuple(ref for ref in files if is_picture(ref))
    saved = tuple(ref for ref in pictures if ref.type == "output")
    times = tuple(moment for _, data in messages for moment in _moment(data))
    return History(
        prompt_id=prompt_id,
        outcome=outcome,
        pictures=saved or pictures,
        fault=fault,
        fault_title=_title(raw.get("prompt"), fault.node_id) if fault else "",
        other_files=tuple(ref.filename for ref in files if not is_picture(ref)),
        started_at=times[0] if times else None,
        ended_at=times[-1] if times else None,
    )


def _outcome(
    status: dict[str, object], messages: tuple[tuple[str, dict[str, object]], ...]
) -> tuple[Outcome, ExecutionFault | None]:
    """Interrupted prompts say "error" too: only a message tells them from a failure."""
    for name, data in messages:
        if name == "execution_interrupted":
            return Outcome.INTERRUPTED, None
        if name == "execution_error":
            return Outcome.FAILED, _fault(data)
    if status.get("status_str") == "error":
        return Outcome.FAILED, None
    return Outcome.SUCCEEDED, None


def _fault(data: dict[str, object]) -> ExecutionFault | None:
    try:
        return ExecutionFault.model_validate(data)
    except ValidationError:
        return None


def _messages(raw: object) -> Iterator[tuple[str, dict[str, object]]]:
    for entry in _list(raw):
        pair = _list(entry)
        if len(pair) == 2 and isinstance(pair[0], str):
            yield pair[0], _mapping(pair[1])


def _moment(data: dict[str, object]) -> Iterator[datetime]:
    milliseconds = data.get("timestamp")
    if isinstance(milliseconds, int | float) and 0 < milliseconds < 1e14:
        yield datetime.fromtimestamp(milliseconds / 1000, UTC)


def _files(outputs: object) -> Iterator[PictureRef]:
    """Every file of every node: custom nodes use keys of their own, so any list of objects with a filename counts."""
    for output in _mapping(outputs).values():
        for entries in _mapping(output).values():
            for entry in _list(entries):
                fields = _mapping(entry)
                filename = fields.get("filename")
                if is_filename(filename):
                    yield PictureRef(filename, str(fields.get("subfolder") or ""), str(fields.get("type") or "output"))


def is_picture(ref: PictureRef) -> bool:
    """Whether its name is that of a picture."""
    return PurePosixPath(ref.filename.replace("\\", "/")).suffix.lower() in PICTURE_SUFFIXES


def _title(prompt: object, node_id: str) -> str:
    item = _list(prompt)
    graph = _mapping(item[2]) if len(item) > 2 else {}
    title = _mapping(_mapping(graph.get(node_id)).get("_meta")).get("title")
    return title if isinstance(title, str) else ""


def _mapping(raw: object) -> dict[str, object]:
    return cast(dict[str, object], raw) if isinstance(raw, dict) else {}


def _list(raw: object) -> list[object]:
    return cast(list[object], raw) if isinstance(raw, list | tuple) else []
