"""What a listener of the event stream knows by now: nothing is said twice, goes back, or is said of what is over.

The snapshot may already hold what an event tells that was published while it was read. So each event is weighed
against what was said, and against the batch as it is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.api.messages import (
    ComfyUIStateChanged,
    GenerationCancelled,
    GenerationComplete,
    GenerationFailed,
    GenerationProgress,
    GenerationQueued,
    Message,
    QueueReordered,
)
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.services.connection import ConnectionStatus
from wrldbldr.services.queue import BatchReport


@dataclass(slots=True)
class Known:
    """What was last said of a batch. `percent` is None while it waits."""

    attempt: int
    percent: int | None = None
    has_failed: bool = False


class Told:
    """The memory of one connection. Each method gives what there is to say, and takes it as said."""

    def __init__(self) -> None:
        self._known: dict[UUID, Known] = {}
        self._waiting: list[UUID] = []
        self._comfyui: ComfyUIStateChanged | None = None

    def snapshot(self, reports: Sequence[BatchReport]) -> list[Message]:
        """Everything about batches that are open or have failed, for somebody who knows nothing."""
        said: list[Message] = []
        for report in reports:
            if report.batch.status is BatchStatus.FAILED:
                said += self.failed(report)
                self._known[report.batch.id] = Known(report.batch.attempt, has_failed=True)
            else:
                said += self.queued(report)
            if report.batch.status is BatchStatus.GENERATING:
                said += self.progressed(report.batch.id, report.progress.percent)
        return [*said, QueueReordered(batch_ids=list(self._waiting))]

    def queued(self, report: BatchReport) -> list[Message]:
        """A batch waits, or did when the event was published."""
        batch = report.batch
        known = self._known.get(batch.id)
        is_put_back = batch.status is BatchStatus.QUEUED and known is not None and known.percent is not None
        if known is not None and known.attempt == batch.attempt and not is_put_back:
            return []
        self._forget(batch.id)
        self._known[batch.id] = Known(batch.attempt)
        self._waiting.append(batch.id)
        return [GenerationQueued.of(report)]

    def progressed(self, batch_id: UUID, percent: int) -> list[Message]:
        """A batch is being painted."""
        known = self._known.get(batch_id)
        if known is None or known.has_failed or (known.percent is not None and percent <= known.percent):
            return []
        known.percent = percent
        if batch_id in self._waiting:
            self._waiting.remove(batch_id)
        return [GenerationProgress(batch_id=batch_id, progress=percent)]

    def completed(self, batch_id: UUID, asset_count: int) -> list[Message]:
        """The pictures of a batch are stored."""
        self._forget(batch_id)
        return [GenerationComplete(batch_id=batch_id, asset_count=asset_count)]

    def failed(self, report: BatchReport) -> list[Message]:
        """A batch gave up. One that was begun again since remembers no reason, and says so itself with what follows."""
        batch = report.batch
        known = self._known.get(batch.id)
        if known is not None and known.has_failed and known.attempt == batch.attempt:
            return []
        self._forget(batch.id)
        return [] if batch.failure is None else [GenerationFailed(batch_id=batch.id, error=batch.failure)]

    def cancelled(self, batch_id: UUID) -> list[Message]:
        """A batch was withdrawn."""
        self._forget(batch_id)
        return [GenerationCancelled(batch_id=batch_id)]

    def missing(self, reports: Sequence[BatchReport]) -> list[UUID]:
        """Which open batches are not among those that are unfinished now: an event tells what became of them, or nobody."""
        there = {report.batch.id for report in reports}
        return [batch_id for batch_id, known in self._known.items() if batch_id not in there and not known.has_failed]

    def ordered(self, reports: Sequence[BatchReport]) -> list[Message]:
        """The order of what waits, if it is not the one that follows from what was said. Of others an event tells first."""
        order = [
            report.batch.id
            for report in reports
            if report.batch.status is BatchStatus.QUEUED and report.batch.id in self._waiting
        ]
        if order == [batch_id for batch_id in self._waiting if batch_id in order]:
            return []
        self._waiting = [*order, *(batch_id for batch_id in self._waiting if batch_id not in order)]
        return [QueueReordered(batch_ids=order)]

    def comfyui(self, status: ConnectionStatus) -> list[Message]:
        """How ComfyUI is, if that is news."""
        message = ComfyUIStateChanged.of(status)
        if message == self._comfyui:
            return []
        self._comfyui = message
        return [message]

    def _forget(self, batch_id: UUID) -> None:
        self._known.pop(batch_id, None)
        if batch_id in self._waiting:
            self._waiting.remove(batch_id)
