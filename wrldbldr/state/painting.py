"""How far the batch being painted is. Apart from everything else, so that a tick sends a few bytes."""

from collections.abc import Mapping
from uuid import UUID

import reflex as rx

from wrldbldr.services.cards import BatchCard, iso, preview_url
from wrldbldr.services.progress import LiveProgress, Progress
from wrldbldr.state.change import change

Shown = Mapping[str, object]
"""The vars of `Painting`."""


class Painting(rx.State):
    """One running batch; empty when nothing is being painted at this tab's table."""

    batch: rx.Field[str] = rx.field("")
    entity: rx.Field[str] = rx.field("")
    percent: rx.Field[int] = rx.field(0)
    phase: rx.Field[str] = rx.field("")
    step: rx.Field[int] = rx.field(0)
    steps: rx.Field[int] = rx.field(0)
    preview: rx.Field[str] = rx.field("")
    began_at: rx.Field[str] = rx.field("")

    def _show_progress(self, before: Shown, after: Shown) -> None:
        """`before` is what this tab was shown last, if anything: what a var holds is asked only where it may differ, for
        that takes longer than all the rest.
        """
        change(self, **{name: value for name, value in after.items() if name not in before or before[name] != value})


def progress_of(running: BatchCard | None, live: LiveProgress) -> Shown:
    """What is shown of what is being painted, if anything is."""
    batch_id = UUID(running.id) if running else None
    progress = live.of(batch_id) if batch_id else Progress()
    return {
        "batch": running.id if running else "",
        "entity": running.entity_id if running else "",
        "percent": progress.percent,
        "phase": progress.phase,
        "step": progress.step,
        "steps": progress.steps,
        "began_at": iso(progress.began_at),
        "preview": preview_url(batch_id, progress.preview_number) if batch_id and progress.preview_number else "",
    }
