"""When what waits will be ready, as far as earlier runs of the same workflow and size tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.estimate import Run, Span
from wrldbldr.domain.line import Line, Pending, in_turns

FORESIGHT = 100  # places; of what is further away nothing is said
AT_ONCE = Span(0.0, 0.0)

Foreseen = Mapping[UUID, Span]
"""By batch: in how many seconds from now it will be ready. What is not in it cannot be said."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a batch that is asked for now would stand, and in how many seconds it would be ready, if that can be said."""

    position: int
    ready: Span | None


class Foresight:
    """One look ahead. It asks the database for as many rows as it foresees, whatever waits behind them."""

    def __init__(self, unit: UnitOfWork, now: datetime) -> None:
        self._unit = unit
        self._now = now
        self._runs: dict[tuple[UUID | None, int, int], list[Run]] = {}

    async def all(self) -> Foreseen:
        """Of everything that is begun or about to be. While the queue is paused only of what is begun."""
        begun = await self._unit.line.begun()
        foreseen, before = await self._begun(begun)
        if before is not None and not await self._unit.line.is_paused():
            line = await self._unit.line.line(len(begun))
            foreseen |= await self._waiting(before, await self._orders(line))
        return foreseen

    async def outlook(self, account_id: UUID, asked: Pending) -> Outlook:
        """For one more of somebody's own, at the end of them."""
        begun = await self._unit.line.begun()
        line = await self._unit.line.line(len(begun))
        line = line.joined_by(account_id, await self._unit.line.last_turn(account_id))
        place = next(one.count for one in line.waiting if one.account_id == account_id)
        position = line.position(account_id, place)
        _, before = await self._begun(begun)
        if before is None or position > FORESIGHT or await self._unit.line.is_paused():
            return Outlook(position, None)
        orders = await self._orders(line)
        orders[[one.account_id for one in line.waiting].index(account_id)].append(asked)
        return Outlook(position, (await self._waiting(before, orders)).get(asked.id))

    async def _begun(self, begun: list[Pending]) -> tuple[dict[UUID, Span], Span | None]:
        """When those are ready, and when the next one is begun. One that takes longer than any may take as long again."""
        foreseen: dict[UUID, Span] = {}
        last = AT_ONCE
        for pending in begun:
            whole = await self._span(pending)
            if whole is None or pending.started_at is None:
                return foreseen, None
            left = whole.without((self._now - pending.started_at).total_seconds())
            if left.high > 0:
                foreseen[pending.id] = left
            else:
                left = Span(0.0, whole.high)
            last = Span(max(last.low, left.low), max(last.high, left.high))
        return foreseen, last

    async def _orders(self, line: Line) -> list[list[Pending]]:
        return [await self._unit.line.first_of(one.account_id, FORESIGHT) for one in line.waiting]

    async def _waiting(self, before: Span, orders: list[list[Pending]]) -> dict[UUID, Span]:
        """One after the other, until one comes of which nothing is known."""
        foreseen: dict[UUID, Span] = {}
        for _, pending in zip(range(FORESIGHT), in_turns(orders), strict=False):
            span = await self._span(pending)
            if span is None:
                break
            foreseen[pending.id] = before = before + span
        return foreseen

    async def _span(self, pending: Pending) -> Span | None:
        kind = (pending.workflow_id, pending.width, pending.height)
        if kind not in self._runs:
            self._runs[kind] = await self._unit.line.runs(pending)
        return Span.of(self._runs[kind], pending.count)


def between(span: Span | None, now: datetime) -> tuple[datetime, datetime] | None:
    """The moments between which something will be ready."""
    return None if span is None else (now + timedelta(seconds=span.low), now + timedelta(seconds=span.high))
