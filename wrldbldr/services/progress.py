"""How far the batch being painted is, for whoever joins late. Kept in memory only: ticks are never stored."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a batch being painted."""

    percent: int = 0
    phase: str = ""
    step: int = 0
    steps: int = 0
    preview_number: int = 0
    began_at: datetime | None = None  # when ComfyUI turned to it: it may have had others before it


@dataclass(frozen=True, slots=True)
class LivePreview:
    """The latest picture of the work in progress."""

    number: int
    content: bytes
    media_type: str


class LiveProgress:
    """The dispatcher writes, everyone else reads."""

    def __init__(self) -> None:
        self._progress: dict[UUID, Progress] = {}
        self._previews: dict[UUID, LivePreview] = {}

    def of(self, batch_id: UUID) -> Progress:
        """How far a batch is; zero for one that is not being painted."""
        return self._progress.get(batch_id, Progress())

    def preview(self, batch_id: UUID) -> LivePreview | None:
        """The latest preview, if any was painted."""
        return self._previews.get(batch_id)

    def report(self, batch_id: UUID, progress: Progress) -> None:
        """Remember how far a batch is."""
        self._progress[batch_id] = progress

    def show(self, batch_id: UUID, preview: LivePreview) -> None:
        """Remember the latest preview."""
        self._previews[batch_id] = preview

    def forget(self, batch_id: UUID) -> None:
        """The batch is no longer being painted."""
        self._progress.pop(batch_id, None)
        self._previews.pop(batch_id, None)
