"""What the world sees of a batch being painted: progress, previews, and where it went."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from wrldbldr.bus import Bus, game_session_topic, world_topic
from wrldbldr.comfyui.messages import Preview
from wrldbldr.comfyui.progress import PromptProgress
from wrldbldr.domain.batch import Batch, Submission
from wrldbldr.domain.events import (
    BatchFailed,
    BatchProgressed,
    BatchQueued,
    BatchReady,
    BatchStarted,
    PicturesChanged,
    PreviewPainted,
    QueueChanged,
)
from wrldbldr.kit.clock import Clock
from wrldbldr.services.announce import announce
from wrldbldr.services.progress import LivePreview, LiveProgress, Progress
from wrldbldr.services.watch import AWAY, Witness

TICK_SECONDS = 0.1
PREVIEW_SECONDS = 0.25
WAITING = "waiting"
NOT_BEGUN = (WAITING, AWAY)


class Easel:
    """Publishes what happens to batches, after it was committed; progress is throttled and never stored."""

    def __init__(self, bus: Bus, clock: Clock, progress: LiveProgress) -> None:
        self._bus = bus
        self._clock = clock
        self._progress = progress
        self._told_at: dict[tuple[UUID, str], float] = {}

    def started(self, batch: Batch) -> None:
        """ComfyUI is about to get the batch."""
        self._progress.report(batch.id, Progress(phase=WAITING))
        announce(self._bus, batch, BatchStarted(batch.id))

    def waiting(self, batch: Batch) -> None:
        """ComfyUI has it, or had it, and cannot be asked now."""
        self._report(batch, self._progress.of(batch.id).percent, AWAY, 0, 0)

    def put_back(self, batch: Batch) -> None:
        """The batch waits again."""
        self.left(batch.id)
        announce(self._bus, batch, BatchQueued(batch.id))
        self._bus.publish(
            game_session_topic(batch.game_session_id), QueueChanged()
        )  # it waits where it was, not at the end

    def ready(self, batch: Batch) -> None:
        """The pictures are stored."""
        self.left(batch.id)
        announce(self._bus, batch, BatchReady(batch.id, batch.entity_id, batch.count))
        self._bus.publish(world_topic(batch.world_id), PicturesChanged(batch.world_id, batch.entity_id))

    def failed(self, batch: Batch) -> None:
        """The batch gave up."""
        self.left(batch.id)
        announce(self._bus, batch, BatchFailed(batch.id))

    def left(self, batch_id: UUID) -> None:
        """Nobody paints the batch any more."""
        self._progress.forget(batch_id)
        self._told_at = {key: at for key, at in self._told_at.items() if key[0] != batch_id}

    def witness(self, batch: Batch, submission: Submission, is_wanted: Callable[[], Awaitable[bool]]) -> Witness:
        """Who watches one prompt of a batch: its percentage is the batch's share of what the prompt paints."""

        def on_progress(seen: PromptProgress) -> None:
            done = 100 * submission.first_picture + seen.percent * submission.count  # a prompt alone never says 100
            self._report(batch, done // batch.count, seen.phase, seen.step, seen.steps)

        def on_waiting(phase: str) -> None:
            self._report(batch, self._progress.of(batch.id).percent, phase, 0, 0)

        def on_preview(preview: Preview) -> None:
            self._show(batch, preview)

        return Witness(on_progress, on_preview, on_waiting, is_wanted)

    def _report(self, batch: Batch, percent: int, phase: str, step: int, steps: int) -> None:
        before = self._progress.of(batch.id)
        began_at = before.began_at or (None if phase in NOT_BEGUN else self._clock.now())
        now = Progress(max(percent, before.percent), phase, step, steps, before.preview_number, began_at)
        if now == before:
            return
        self._progress.report(batch.id, now)
        if phase != before.phase or self._is_due(batch.id, "tick", TICK_SECONDS):
            self._bus.publish(
                game_session_topic(batch.game_session_id),
                BatchProgressed(batch.id, now.percent, now.phase, now.step, now.steps),
            )

    def _show(self, batch: Batch, preview: Preview) -> None:
        before = self._progress.of(batch.id)
        number = before.preview_number + 1
        self._progress.show(batch.id, LivePreview(number, preview.content, preview.mime_type))
        self._progress.report(batch.id, replace(before, preview_number=number))
        if self._is_due(batch.id, "preview", PREVIEW_SECONDS):
            self._bus.publish(game_session_topic(batch.game_session_id), PreviewPainted(batch.id, number))

    def _is_due(self, batch_id: UUID, what: str, seconds: float) -> bool:
        now = self._clock.monotonic()
        if now - self._told_at.get((batch_id, what), -seconds) < seconds:
            return False
        self._told_at[batch_id, what] = now
        return True
