"""Which batch is painted next, and the prompts it needs: on record before anything is sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.db.database import Database
from wrldbldr.db.trip import Trip
from wrldbldr.domain.batch import Batch, Submission
from wrldbldr.domain.workflow import Workflow
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import SEED_LIMIT
from wrldbldr.services.easel import Easel
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.unpainted import workflow_gone


@dataclass(frozen=True, slots=True)
class Assignment:
    """A batch this process paints. `is_resumed` when its prompts may already be on ComfyUI; `lost` are earlier ones."""

    batch: Batch
    workflow: Workflow
    submissions: Sequence[Submission]
    lost: Sequence[UUID]
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """What is on record of a batch that was just begun."""

    batch: Batch
    workflow: Workflow | None
    submissions: Sequence[Submission]
    lost: Sequence[UUID]


class Claims:
    """What is under way comes first, then whose turn it is (domain/line.py). A batch without a workflow fails here."""

    def __init__(self, database: Database, keeper: Keeper, easel: Easel, clock: Clock) -> None:
        self._database = database
        self._keeper = keeper
        self._easel = easel
        self._clock = clock

    async def under_way(self, *, besides: Collection[UUID] = ()) -> Assignment | None:
        """The first batch that was begun and has not ended: a process died over it, or ComfyUI went away with it.

        `besides` are batches that somebody has in hand.
        """
        while True:
            async with self._database.read() as unit:
                batch = next(iter(await unit.batches.generating(besides=besides)), None)
                if batch is None:
                    return None
                workflow = None if batch.workflow_id is None else await unit.workflows.find(batch.workflow_id)
                made = await unit.batches.submissions(batch.id, batch.attempt)
            if workflow is not None:
                lost = [one.prompt_id for one in made if one.lost_at is not None]
                return Assignment(batch, workflow, [one for one in made if one.lost_at is None], lost, is_resumed=True)
            await self._keeper.fail(batch.id, workflow_gone(batch))

    async def is_anyone_next(self) -> bool:
        """Whether there is something to claim. While the queue is paused there is not."""
        async with self._database.read() as unit:
            return await unit.line.has_next()

    async def claim(self) -> Assignment | None:
        """Begin the batch whose turn it is. None when there is none, or the queue is paused.

        In one transaction: whoever pauses the queue or withdraws the batch comes before it, or after.
        """
        while True:
            begun = await self._database.in_one_trip(self._begin_next)
            if begun is None:
                return None
            batch, workflow = begun.batch, begun.workflow
            self._easel.started(batch)
            if workflow is not None:
                return Assignment(batch, workflow, begun.submissions, begun.lost, is_resumed=False)
            await self._keeper.fail(batch.id, workflow_gone(batch))

    def _begin_next(self, trip: Trip) -> Begun | None:
        first, now = trip.next(), self._clock.now()
        if first is None:
            return None
        batch, workflow = first.batch, first.workflow
        batch.start(now)
        trip.save_state(batch)
        trip.take_turn(batch.requested_by)
        lost = trip.lose_prompts(batch, now) if first.had_prompts else ()
        submissions = _plan(batch, workflow, self._clock) if workflow else []
        trip.add(*submissions)
        return Begun(batch, workflow, submissions, lost)


def _plan(batch: Batch, workflow: Workflow, clock: Clock) -> list[Submission]:
    """The prompts a batch needs: one, or one for each picture when the workflow cannot be told how many to paint."""
    if workflow.bindings.count:
        return [_submission(batch, 0, 0, batch.count, clock)]
    return [_submission(batch, index, index, 1, clock) for index in range(batch.count)]


def _submission(batch: Batch, ordinal: int, first_picture: int, count: int, clock: Clock) -> Submission:
    return Submission(
        batch_id=batch.id,
        attempt=batch.attempt,
        ordinal=ordinal,
        first_picture=first_picture,
        count=count,
        seed=(batch.seed + first_picture) % SEED_LIMIT,
        created_at=clock.now(),
    )
