"""The newer view of queue and history, /api/jobs, which lists without sending whole graphs."""

from collections.abc import Iterable

from wrldbldr.simulator.documents import Json, JsonObject, object_or_empty
from wrldbldr.simulator.history import HistoryEntry
from wrldbldr.simulator.queue import QueuedPrompt

STATUSES = ("pending", "in_progress", "completed", "failed")
ENDINGS = ("execution_success", "execution_error", "execution_interrupted")


def queued_job(prompt: QueuedPrompt, status: str) -> JsonObject:
    """A job that has not ended."""
    return _without_nulls({
        "id": prompt.prompt_id,
        "status": status,
        "priority": prompt.number,
        "create_time": prompt.extra_data.get("create_time"),
        "outputs_count": 0,
        "workflow_id": _workflow_id(prompt),
    })  # fmt: skip


def finished_job(entry: HistoryEntry) -> JsonObject:
    """A job that ended, well or not; interrupted ones count as failed."""
    times: dict[str, Json] = {event: data.get("timestamp") for event, data in entry.messages}
    shown = list(_shown_files(entry))
    preview = next((file for file in shown if file.get("type") == "output"), shown[0] if shown else None)
    error: Json = next((data for event, data in entry.messages if event == "execution_error"), None)
    return _without_nulls({
        "id": entry.prompt.prompt_id,
        "status": "completed" if entry.succeeded else "failed",
        "priority": entry.prompt.number,
        "create_time": entry.prompt.extra_data.get("create_time"),
        "execution_start_time": times.get("execution_start"),
        "execution_end_time": next((times[event] for event in ENDINGS if event in times), None),
        "execution_error": error,
        "outputs_count": len(shown),
        "preview_output": preview,
        "workflow_id": _workflow_id(entry.prompt),
    })  # fmt: skip


def detailed(job: JsonObject, prompt: QueuedPrompt, entry: HistoryEntry | None) -> JsonObject:
    """A job with its outputs and its graph, as /api/jobs/{id} answers."""
    workflow: JsonObject = {"prompt": prompt.graph, "extra_data": prompt.extra_data}
    details: JsonObject = {"workflow": workflow}
    if entry is not None:
        details |= {"outputs": entry.outputs, "execution_status": entry.status()}
    return job | details


def in_order(jobs: Iterable[JsonObject], sort_by: str, *, descending: bool) -> list[JsonObject]:
    """The jobs by the time they were created, or by how long they took."""

    def key(job: JsonObject) -> float:
        if sort_by == "execution_duration":
            return _number(job.get("execution_end_time")) - _number(job.get("execution_start_time"))
        return _number(job.get("create_time"))

    return sorted(jobs, key=key, reverse=descending)


def _shown_files(entry: HistoryEntry) -> Iterable[JsonObject]:
    for node_id, output in entry.outputs.items():
        for media_type, files in object_or_empty(output).items():
            for file in files if isinstance(files, list) else []:
                named: JsonObject = {"nodeId": node_id, "mediaType": media_type}
                yield object_or_empty(file) | named


def _workflow_id(prompt: QueuedPrompt) -> Json:
    info = object_or_empty(prompt.extra_data.get("extra_pnginfo"))
    return object_or_empty(info.get("workflow")).get("id")


def _number(value: Json) -> float:
    return value if isinstance(value, int | float) else 0.0


def _without_nulls(job: JsonObject) -> JsonObject:
    return {key: value for key, value in job.items() if value is not None}
