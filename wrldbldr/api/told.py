"""What a listener of the event stream knows by now: nothing is said twice, goes back, or is said of what is over.

The snapshot may already hold what an event tells that was published while it was read. So each event is weighed
against what was said, and against the batch as it is now.
"""

from collections.abc import Hashable, Sequence
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
    StageChanged,
)
from wrldbldr.domain.batch import BatchStatus, Standing
from wrldbldr.services.bulletin import Bulletin


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
        self._waiting: dict[UUID, None] = {}  # in order
        self._comfyui: ComfyUIStateChanged | None = None
        self._stage: Hashable = None

    def order(self, unfinished: Sequence[UUID]) -> list[Message]:
        """The order of what waits, for somebody who was just told of all that is unfinished."""
        order = [batch_id for batch_id in unfinished if batch_id in self._waiting]
        self._waiting = dict.fromkeys([*order, *self._waiting])
        return [QueueReordered(batch_ids=list(self._waiting))]

    def joined(self, bulletins: Sequence[Bulletin]) -> list[Message]:
        """What was not said yet of batches that are open or have failed."""
        said: list[Message] = []
        for bulletin in bulletins:
            said += self.failed(bulletin) if bulletin.status is BatchStatus.FAILED else self.queued(bulletin)
            if bulletin.status is BatchStatus.GENERATING:
                said += self.progressed(bulletin.batch_id, bulletin.percent)
        return said

    def knows(self, standing: Standing) -> bool:
        """Whether the batch and its attempt were spoken of."""
        known = self._known.get(standing.batch_id)
        return known is not None and known.attempt == standing.attempt

    def queued(self, bulletin: Bulletin) -> list[Message]:
        """A batch waits, or did when the event was published."""
        known = self._known.get(bulletin.batch_id)
        is_put_back = bulletin.status is BatchStatus.QUEUED and known is not None and known.percent is not None
        if known is not None and known.attempt == bulletin.attempt and not is_put_back:
            return []
        self._forget(bulletin.batch_id)
        self._known[bulletin.batch_id] = Known(bulletin.attempt)
        self._waiting[bulletin.batch_id] = None
        return [GenerationQueued.of(bulletin)]

    def progressed(self, batch_id: UUID, percent: int) -> list[Message]:
        """A batch is being painted."""
        known = self._known.get(batch_id)
        if known is None or known.has_failed or (known.percent is not None and percent <= known.percent):
            return []
        known.percent = percent
        self._waiting.pop(batch_id, None)
        return [GenerationProgress(batch_id=batch_id, progress=percent)]

    def completed(self, batch_id: UUID, asset_count: int) -> list[Message]:
        """The pictures of a batch are stored."""
        self._forget(batch_id)
        return [GenerationComplete(batch_id=batch_id, asset_count=asset_count)]

    def failed(self, bulletin: Bulletin) -> list[Message]:
        """A batch gave up. One that was begun again since remembers no reason, and says so itself with what follows."""
        known = self._known.get(bulletin.batch_id)
        if known is not None and known.has_failed and known.attempt == bulletin.attempt:
            return []
        self._forget(bulletin.batch_id)
        if bulletin.status is BatchStatus.FAILED:
            self._known[bulletin.batch_id] = Known(bulletin.attempt, has_failed=True)
        if bulletin.failure is None:
            return []
        return [GenerationFailed(batch_id=bulletin.batch_id, error=bulletin.failure)]

    def cancelled(self, batch_id: UUID) -> list[Message]:
        """A batch was withdrawn."""
        if batch_id not in self._known:  # it went with many, and was told then
            return []
        self._forget(batch_id)
        return [GenerationCancelled(batch_id=batch_id)]

    def ended(self, bulletin: Bulletin) -> list[Message]:
        """What became of a batch whose end was not heard of. Of one that goes on there is more to hear."""
        if bulletin.status is BatchStatus.READY:
            return self.completed(bulletin.batch_id, bulletin.picture_count)
        if bulletin.status is BatchStatus.CANCELLED:
            return self.cancelled(bulletin.batch_id)
        return self.failed(bulletin) if bulletin.status is BatchStatus.FAILED else []

    def missing(self, unfinished: Sequence[Standing]) -> list[UUID]:
        """Which open batches are not among those that are unfinished now: an event tells what became of them, or nobody."""
        there = {batch.batch_id for batch in unfinished}
        return [batch_id for batch_id, known in self._known.items() if batch_id not in there and not known.has_failed]

    def ordered(self, unfinished: Sequence[Standing]) -> list[Message]:
        """The order of what waits, if it is not the one that follows from what was said. Of others an event tells first."""
        order = [
            standing.batch_id
            for standing in unfinished
            if standing.status is BatchStatus.QUEUED and standing.batch_id in self._waiting
        ]
        still = set(order)
        if order == [batch_id for batch_id in self._waiting if batch_id in still]:
            return []
        self._waiting = dict.fromkeys([*order, *self._waiting])
        return [QueueReordered(batch_ids=order)]

    def comfyui(self, message: ComfyUIStateChanged) -> list[Message]:
        """How ComfyUI is, if that is news."""
        if message == self._comfyui:
            return []
        self._comfyui = message
        return [message]

    def stage(self, game_session_id: UUID, seen: Hashable) -> list[Message]:
        """What is on the stage for the listener, if that is news. What they find when they come is none."""
        before, self._stage = self._stage, seen
        return [] if before in (None, seen) else [StageChanged(session_id=game_session_id)]

    def _forget(self, batch_id: UUID) -> None:
        self._known.pop(batch_id, None)
        self._waiting.pop(batch_id, None)
