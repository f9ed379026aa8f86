"""What ComfyUI says over its websocket, as typed frozen values; what we do not know is left out, never fatal."""

import json
import logging
import re
import struct
from typing import Annotated, Literal, TypeGuard, cast
from uuid import UUID

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

logger = logging.getLogger(__name__)

TEXT_LIMIT = 1024 * 1024  # characters; parsing more holds everybody else up
PREVIEW_LIMIT_BYTES = 16 * 1024 * 1024  # what is larger is no preview, and is not passed on to browsers
METADATA_LIMIT_BYTES = 64 * 1024
FILENAME_LIMIT = 255
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can hold one; nothing else can
PREVIEW_IMAGE = 1
PREVIEW_IMAGE_WITH_METADATA = 4
MAGIC_MIME_TYPES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))

NodeId = Annotated[str, Field(max_length=200)]
Count = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]  # nobody counts further


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)


class Status(_Heard):
    """How many prompts the server holds, running and waiting, whoever sent them."""

    kind: Literal["status"] = "status"
    queue_remaining: int = Field(validation_alias=AliasPath("status", "exec_info", "queue_remaining"))


class FeatureFlags(_Heard):
    """The server's answer to ours."""

    kind: Literal["feature_flags"] = "feature_flags"
    supports_preview_metadata: bool = False


class ExecutionStarted(_Heard):
    """A prompt left the queue and runs."""

    kind: Literal["execution_start"] = "execution_start"
    prompt_id: UUID


class NodesCached(_Heard):
    """Nodes whose result the server still had: they will not be executed."""

    kind: Literal["execution_cached"] = "execution_cached"
    prompt_id: UUID
    nodes: tuple[str, ...] = ()


class NodeExecuting(_Heard):
    """A node begins. Without a prompt id when the server repeats it to a socket that has just reconnected."""

    kind: Literal["executing"] = "executing"
    prompt_id: UUID | None = None
    node: NodeId


class Finished(_Heard):
    """The server is done with the prompt, well or badly; its history exists now."""

    kind: Literal["finished"] = "finished"
    prompt_id: UUID


class Progressed(_Heard):
    """Step `value` of `maximum` inside one node."""

    kind: Literal["progress"] = "progress"
    prompt_id: UUID
    node: NodeId
    value: Count
    maximum: Count = Field(validation_alias="max")


class NodeState(_Heard):
    """How far one node is; `state` is pending, running, finished or error."""

    value: Count = 0
    maximum: Count = Field(default=1, validation_alias="max")
    state: str = ""


class ProgressState(_Heard):
    """How far every node touched so far is."""

    kind: Literal["progress_state"] = "progress_state"
    prompt_id: UUID
    nodes: dict[str, NodeState]


class File(_Heard):
    """A file a node made; `type` is output, temp or input."""

    filename: str
    subfolder: str = ""
    type: str = "output"


def _named_files(output: object) -> list[object]:
    """Custom nodes use keys of their own, so any list of objects with a filename counts."""
    lists = cast(dict[str, object], output).values() if isinstance(output, dict) else ()
    entries = [entry for entries in lists if isinstance(entries, list) for entry in cast(list[object], entries)]
    objects = [cast(dict[str, object], entry) for entry in entries if isinstance(entry, dict)]
    return [entry for entry in objects if is_filename(entry.get("filename"))]


def is_filename(name: object) -> TypeGuard[str]:
    """Whether a file can have this name: none is longer than 255 characters, or holds half a character."""
    return isinstance(name, str) and 0 < len(name) <= FILENAME_LIMIT and not HALF_CHARACTER.search(name)


class NodeExecuted(_Heard):
    """A node with something to show is done. What it made is read from the history, as long as there is one."""

    kind: Literal["executed"] = "executed"
    prompt_id: UUID
    node: NodeId
    files: Annotated[tuple[File, ...], BeforeValidator(_named_files)] = Field(default=(), validation_alias="output")


class Succeeded(_Heard):
    """Everything ran. The history may not exist yet: wait for Finished."""

    kind: Literal["execution_success"] = "execution_success"
    prompt_id: UUID


class ExecutionFault(_Heard):
    """A node raised. `traceback` is for whoever runs the server: it holds paths and must not be shown to others."""

    node_id: str
    node_type: str = ""
    exception_type: str = ""
    exception_message: str = ""
    traceback: tuple[str, ...] = Field(default=(), repr=False)


class Failed(ExecutionFault):
    """A node of the prompt raised."""

    kind: Literal["execution_error"] = "execution_error"
    prompt_id: UUID


class Interrupted(_Heard):
    """Somebody stopped the prompt."""

    kind: Literal["execution_interrupted"] = "execution_interrupted"
    prompt_id: UUID
    node_id: str = ""
    node_type: str = ""


class Preview(BaseModel):
    """A picture of the work in progress. Servers that send no metadata do not say whose it is."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["preview"] = "preview"
    content: bytes = Field(repr=False)
    mime_type: str
    prompt_id: UUID | None = None
    node: str | None = None


class Reconnected(BaseModel):
    """Our own word: the socket is open (again), and whatever was said meanwhile is lost. Time to reconcile."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["reconnected"] = "reconnected"


TextMessage = (
    Status
    | FeatureFlags
    | ExecutionStarted
    | NodesCached
    | NodeExecuting
    | Finished
    | Progressed
    | ProgressState
    | NodeExecuted
    | Succeeded
    | Failed
    | Interrupted
)

Message = TextMessage | Preview

Heard = Message | Reconnected

_BY_TYPE: dict[str, type[TextMessage]] = {
    "status": Status,
    "feature_flags": FeatureFlags,
    "execution_start": ExecutionStarted,
    "execution_cached": NodesCached,
    "executing": NodeExecuting,
    "progress": Progressed,
    "progress_state": ProgressState,
    "executed": NodeExecuted,
    "execution_success": Succeeded,
    "execution_error": Failed,
    "execution_interrupted": Interrupted,
}

_told_kinds: set[str] = set()


def parse_text(raw: str) -> TextMessage | None:
    """The message in a text frame, or None when it is unknown, malformed, or about a prompt that cannot be ours."""
    try:
        frame: object = json.loads(raw) if len(raw) <= TEXT_LIMIT else None
    except (ValueError, RecursionError):
        return _leave_out("a frame that is not JSON")
    if not isinstance(frame, dict):
        return _leave_out("a frame that is not an object")
    fields = cast(dict[str, object], frame)
    name, data = fields.get("type"), fields.get("data")
    if not isinstance(name, str) or not isinstance(data, dict):
        return _leave_out("a frame without type and data")
    body = cast(dict[str, object], data)
    model = Finished if name == "executing" and body.get("node") is None else _BY_TYPE.get(name)
    if model is None:
        return _leave_out(f"messages of the unknown type {name[:40]}")
    try:
        return model.model_validate(body)
    except ValidationError:
        return _leave_out(f"a malformed {name} message")


def parse_binary(raw: bytes) -> Preview | None:
    """The preview in a binary frame (big-endian), or None when it holds something else or is cut short."""
    if not 8 <= len(raw) <= PREVIEW_LIMIT_BYTES:
        return _leave_out("a binary frame that is too short, or too long for a preview")
    (event, second) = struct.unpack(">II", raw[:8])
    if event == PREVIEW_IMAGE:
        return _preview(raw[8:], {})
    if event == PREVIEW_IMAGE_WITH_METADATA:
        try:
            metadata: object = json.loads(raw[8 : 8 + second]) if second <= METADATA_LIMIT_BYTES else None
        except (ValueError, RecursionError):
            return _leave_out("a preview with unreadable metadata")
        if not isinstance(metadata, dict):
            return _leave_out("a preview with unreadable metadata")
        return _preview(raw[8 + second :], cast(dict[str, object], metadata))
    return _leave_out(f"binary frames of the unknown event {event}")


class _PreviewMetadata(_Heard):
    prompt_id: UUID | None = None
    node_id: str | None = None


def _preview(content: bytes, raw_metadata: dict[str, object]) -> Preview | None:
    mime_type = next((mime for magic, mime in MAGIC_MIME_TYPES if content.startswith(magic)), None)
    if mime_type is None:
        return _leave_out("a preview that is not a picture")
    try:
        metadata = _PreviewMetadata.model_validate(raw_metadata)
    except ValidationError:
        return _leave_out("a preview of a prompt that cannot be ours")
    return Preview(content=content, mime_type=mime_type, prompt_id=metadata.prompt_id, node=metadata.node_id)


def _leave_out(what: str) -> None:
    """Say once per kind that something was left out; a custom node may send it many times a second."""
    if what not in _told_kinds and len(_told_kinds) < 200:
        _told_kinds.add(what)
        logger.debug("Left out of ComfyUI's websocket: %s", what)
