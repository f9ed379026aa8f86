"""What a screen shows of a table's queue, and what is new in it: as much as is shown is read, however long the queue is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.batch import OPEN, Batch, BatchStatus
from wrldbldr.domain.world import GameSession
from wrldbldr.services.cards import BatchCard, batch_card, thumbnail_of
from wrldbldr.services.foresight import Foreseen, Foresight, between

LEFT_SECONDS = 60  # so long what was withdrawn can be asked for again: a slip of the hand
LEFT_LIMIT = 3
TOLD_LIMIT = 20  # of more ends than that it is said only how many there are
SAID_LIMIT = 4
ENDED = (BatchStatus.READY, BatchStatus.FAILED)
UNDER_WAY = (*OPEN, BatchStatus.CANCELLED)
MARKS = (BatchStatus.QUEUED, BatchStatus.FAILED, BatchStatus.GENERATING)  # a later one beats the earlier


@dataclass(frozen=True, slots=True)
class Since:
    """What a screen knows already: the number of the last change, and failures of which a notice hangs."""

    change: int
    failed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """Batches whose status changed, as they are now, in order; of very many the last, and by status how many in all."""

    ended: Sequence[BatchCard] = ()
    under_way: Sequence[BatchCard] = ()
    counts: Mapping[BatchStatus, int] = field(default_factory=dict[BatchStatus, int])


@dataclass(frozen=True, slots=True)
class QueueLook:
    """The first rows of each group of a table's queue, how many batches there are in each status, and for whom.

    `left` was withdrawn a moment ago. `is_paused`: no other batch is begun, at any table. `change` is the number of the
    last change, `changed` what changed since the one that was named. `still_failed` are those asked about that are, with
    their attempts.
    """

    painting: Sequence[BatchCard] = ()
    failed: Sequence[BatchCard] = ()
    waiting: Sequence[BatchCard] = ()
    ready: Sequence[BatchCard] = ()
    left: Sequence[BatchCard] = ()
    counts: Mapping[BatchStatus, int] = field(default_factory=dict[BatchStatus, int])
    marks: Mapping[str, str] = field(default_factory=dict[str, str])
    is_paused: bool = False
    change: int = 0
    changed: Changed = field(default_factory=Changed)
    still_failed: Mapping[UUID, int] = field(default_factory=dict[UUID, int])


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows behind a look."""

    painting: Sequence[Batch]
    failed: Sequence[Batch]
    waiting: Sequence[Batch]
    ready: Sequence[Batch]
    left: Sequence[Batch]
    ended: Sequence[Batch]
    under_way: Sequence[Batch]

    def all(self) -> list[Batch]:
        groups = (self.painting, self.failed, self.waiting, self.ready, self.left, self.ended, self.under_way)
        return [batch for group in groups for batch in group]


async def look_at(
    unit: UnitOfWork, game_session: GameSession, now: datetime, *, rows: int, since: Since | None
) -> QueueLook:
    """Read `rows` of each group, and what changed `since`; without it nothing is news."""
    table, batches = game_session.id, unit.batches
    census = await batches.census(table)
    counts = {status: sum(count for each, _, count in census if each is status) for status in BatchStatus}
    known = game_session.changes if since is None else since.change
    new = {} if known == game_session.changes else await batches.count_changed(table, known, tuple(BatchStatus))

    async def latest(status: BatchStatus) -> Sequence[Batch]:
        return await batches.latest(table, status, rows) if counts[status] else ()

    async def changed(statuses: Sequence[BatchStatus], limit: int) -> Sequence[Batch]:
        found = await batches.changed(table, known, statuses, limit) if any(map(new.get, statuses)) else ()
        return found[::-1]

    read = _Read(
        painting=await batches.first(table, BatchStatus.GENERATING, rows),
        failed=await latest(BatchStatus.FAILED),
        waiting=await batches.first(table, BatchStatus.QUEUED, rows) if counts[BatchStatus.QUEUED] else (),
        ready=await latest(BatchStatus.READY),
        left=await batches.withdrawn(table, now - timedelta(seconds=LEFT_SECONDS), LEFT_LIMIT),
        ended=await changed(ENDED, TOLD_LIMIT),
        under_way=await changed(UNDER_WAY, SAID_LIMIT),
    )
    cards = await _cards(unit, read, now)

    def shown(found: Sequence[Batch]) -> list[BatchCard]:
        return [cards[batch.id] for batch in found]

    return QueueLook(
        painting=shown(read.painting),
        failed=shown(read.failed),
        waiting=shown(read.waiting),
        ready=shown(read.ready),
        left=shown(read.left),
        counts=counts,
        marks=_marks(census),
        is_paused=await unit.line.is_paused(),
        change=game_session.changes,
        changed=Changed(shown(read.ended), shown(read.under_way), new),
        still_failed=await batches.still_failed(since.failed) if since and since.failed else {},
    )


async def _cards(unit: UnitOfWork, read: _Read, now: datetime) -> dict[UUID, BatchCard]:
    batches = read.all()
    positions = await unit.line.positions([*read.painting, *read.waiting])
    active = await unit.assets.active_of({batch.entity_id for batch in batches})
    foreseen: Foreseen = await Foresight(unit, now).all() if positions else {}
    return {
        batch.id: batch_card(
            batch,
            position=positions.get(batch.id, 0),
            ready=between(foreseen.get(batch.id), now),
            thumbnail=thumbnail_of(active, batch),
        )
        for batch in batches
    }


def _marks(census: Sequence[tuple[BatchStatus, UUID, int]]) -> dict[str, str]:
    """The icon beside each entity in a list."""
    return {str(entity_id): status for status in MARKS for each, entity_id, _ in census if each is status}
