"""How far the batch being painted is. Apart from everything else, so that a tick sends a few bytes."""

import reflex as rx

from wrldbldr.services.cards import BatchCard, iso, preview_url
from wrldbldr.services.progress import Progress
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id


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


async def show_progress(state: rx.State, running: BatchCard | None, progress: Progress) -> None:
    """Bring the tab of `state`, which must be open for writing, up to date."""
    painting = await state.get_state(Painting)
    number = progress.preview_number
    change(
        painting,
        batch=running.id if running else "",
        entity=running.entity_id if running else "",
        percent=progress.percent,
        phase=progress.phase,
        step=progress.step,
        steps=progress.steps,
        began_at=iso(progress.began_at) if running else "",
        preview=preview_url(parsed_id(running.id, "batch"), number) if running and number else "",
    )
