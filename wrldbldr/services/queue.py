"""The queue as game masters use it: ask for pictures, withdraw, try again, tidy up, look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from wrldbldr.bus import SERVER_TOPIC, Bus
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.db.trip import Order, Trip
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import Batch, BatchStatus, IllegalTransitionError, Outline, Standing
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.estimate import Span
from wrldbldr.domain.events import BatchCancelled, BatchCleared, BatchQueued, QueuePaused
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.line import Pending
from wrldbldr.domain.style_reference import Style
from wrldbldr.domain.text import PROMPT_LIMIT, checked_text
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.shared_reads import SharedReads
from wrldbldr.services.access import owned_batch, owned_entity, owned_game_session
from wrldbldr.services.announce import announce, announce_many
from wrldbldr.services.asking import DEFAULT_SIZES, GenerationRequest, checked, request_of
from wrldbldr.services.bulletin import Bulletin, Excerpt, Place, excerpt
from wrldbldr.services.cards import Fact, batch_facts
from wrldbldr.services.foresight import Foreseen, Foresight, Outlook
from wrldbldr.services.order_check import OrderCheck
from wrldbldr.services.progress import LivePreview, LiveProgress, Progress
from wrldbldr.services.queue_look import ENDED, QueueLook, Since, look_at
from wrldbldr.services.styling import in_order, planned_style


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A batch with what is not in its row."""

    batch: Batch
    position: int
    progress: Progress
    asset_ids: Sequence[UUID]
    ready: Span | None = None  # in how many seconds, if it was asked for and can be said


class Wake(Protocol):
    """Tells the dispatcher that something changed; unless `may_be_unwanted`, nothing that it paints was withdrawn."""

    def __call__(self, *, may_be_unwanted: bool = True) -> None:
        """Returns at once."""
        ...


class QueueService:
    """The queue's verbs. The dispatcher does the painting; it is woken when there is something to do."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, progress: LiveProgress, wake: Wake, *, check: OrderCheck
    ) -> None:
        self._check = check
        self._database = database
        self._bus = bus
        self._clock = clock
        self._progress = progress
        self._wake = wake
        self._looks = SharedReads[tuple[UUID, UUID, int, Since | None], QueueLook](clock)
        self._bulletins = SharedReads[tuple[UUID, UUID], Bulletin](clock)

    async def submit(self, who: Principal, request: GenerationRequest) -> Batch:
        """Put a batch at the end of the queue, or before all others of theirs. Raises NotFoundError, InvalidInputError.

        The names of entity and workflow, and the style, are frozen here: the pictures are of whoever they were asked for.
        A workflow that the connected ComfyUI cannot run is taken all the same: it may be another one by the batch's turn.
        """
        (asked, seed), now = checked(request), self._clock.now()
        chosen = asked.workflow_id or asked.asset_type
        settings = await self._check.settings(chosen, asked.inputs) if asked.inputs else None
        if asked.style_reference_ids:
            await self._check.catalogue()  # so that the batch says truly how they will be applied

        def place(trip: Trip) -> Batch | None:
            order = _order(trip, who, asked)
            if order is None:
                return None
            batch = _batch(order, who, asked, seed=seed, now=now, settings=settings)
            batch.style = _style(trip, order, asked, self._check.known)
            trip.add(batch)
            return batch

        batch = await self._database.in_one_trip(place)
        if batch is None:
            async with self._database.read() as unit:
                raise await _what_is_missing(unit, who, asked)
        announce(self._bus, batch, BatchQueued(batch.id))
        self._wake(may_be_unwanted=False)
        return batch

    async def cancel(self, who: Principal, batch_id: UUID) -> Batch:
        """Withdraw a batch that waits or is being painted. Raises NotFoundError, IllegalTransitionError."""
        async with self._database.write() as unit:
            batch = await owned_batch(unit, who, batch_id, for_update=True)
            batch.cancel(self._clock.now())
        self._progress.forget(batch.id)
        announce(self._bus, batch, BatchCancelled(batch.id))
        self._wake()
        return batch

    async def retry(self, who: Principal, batch_id: UUID) -> Batch:
        """Queue a failed batch again with the same parameters. Raises NotFoundError, IllegalTransitionError."""
        async with self._database.write() as unit:
            batch = await owned_batch(unit, who, batch_id, for_update=True)
            batch.retry(await unit.line.next_rank())
        announce(self._bus, batch, BatchQueued(batch.id))
        self._wake()
        return batch

    async def cancel_waiting(self, who: Principal, game_session_id: UUID) -> int:
        """Withdraw everything that waits at a table. What is begun goes on. Returns how many. Raises NotFoundError."""
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            count = await unit.batches.cancel_waiting(table.id, self._clock.now())
        announce_many(self._bus, who, table, count)
        return count

    async def retry_failed(self, who: Principal, game_session_id: UUID) -> int:
        """Queue everything again that failed at a table and was not cleared. Returns how many. Raises NotFoundError."""
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            count = await unit.batches.retry_failed(table.id, await unit.line.next_rank())
        announce_many(self._bus, who, table, count)
        self._wake(may_be_unwanted=False)
        return count

    async def ask_again(self, who: Principal, batch_id: UUID) -> Batch:
        """Ask for the same as a batch that was withdrawn. Raises NotFoundError, also when whom it was for is gone."""
        async with self._database.read() as unit:
            batch = await owned_batch(unit, who, batch_id)
        return await self.submit(who, request_of(batch))

    async def clear(self, who: Principal, batch_id: UUID) -> None:
        """Take a ready or failed batch off the list; its pictures stay. Raises NotFoundError, IllegalTransitionError."""
        async with self._database.write() as unit:
            batch = await owned_batch(unit, who, batch_id, for_update=True)
            batch.clear(self._clock.now())
        announce(self._bus, batch, BatchCleared(batch.id))

    async def clear_all(self, who: Principal, game_session_id: UUID, statuses: Collection[BatchStatus]) -> int:
        """Take every batch of these statuses off a game session's list, or none; their pictures stay.

        Returns how many. Raises NotFoundError, and IllegalTransitionError for what is neither ready nor failed.
        """
        for status in statuses:
            if status not in ENDED:
                raise IllegalTransitionError(verb="clear", found=status)
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            count = await unit.batches.clear_all(table.id, statuses, self._clock.now())
        announce_many(self._bus, who, table, count)
        return count

    async def pause(self, who: Principal) -> None:
        """Begin no other batch, in any world, until somebody resumes; also after a restart. What is begun goes on."""
        await self._set_paused(True)

    async def resume(self, who: Principal) -> None:
        """Go on with whatever waits, in order."""
        await self._set_paused(False)

    async def look(
        self, who: Principal, game_session_id: UUID, *, rows: int, since: Since | None = None, max_age: float = 0.0
    ) -> QueueLook:
        """What a screen shows of a game session's queue, at most `rows` of each group. Raises NotFoundError.

        All screens of somebody that ask at once get the same one; it may have been read `max_age` seconds ago.
        """

        async def read() -> QueueLook:
            async with self._database.read() as unit:
                game_session = await owned_game_session(unit, who, game_session_id)
                return await look_at(unit, game_session, self._clock.now(), rows=rows, since=since)

        return await self._looks.get((who.account_id, game_session_id, rows, since), read, max_age=max_age)

    async def statuses(
        self, who: Principal, game_session_id: UUID, batch_ids: Collection[UUID]
    ) -> dict[UUID, BatchStatus]:
        """Where those of these are that there are at a game session. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            return await unit.batches.statuses(game_session_id, batch_ids)

    async def facts(self, who: Principal, batch_id: UUID) -> list[Fact]:
        """The details of a batch for its game master. Raises NotFoundError."""
        async with self._database.read() as unit:
            return batch_facts(await owned_batch(unit, who, batch_id))

    async def report(self, who: Principal, batch_id: UUID, *, foresees: bool = False) -> BatchReport:
        """Everything about one batch; when it will be ready only with `foresees`. Raises NotFoundError."""
        async with self._database.read() as unit:
            batch = await owned_batch(unit, who, batch_id)
            foreseen = await Foresight(unit, self._clock.now()).all() if foresees and batch.is_open else None
            return (await self._reports(unit, [batch], foreseen))[0]

    async def outlook(self, who: Principal, request: GenerationRequest) -> Outlook:
        """Where a batch would stand that is asked for now, and when it would be ready. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, request.game_session_id)
            form = None if request.workflow_id is None else await unit.workflows.form(request.workflow_id)
            width, height = DEFAULT_SIZES[request.asset_type]
            width = request.width or (form and form.width) or width
            height = request.height or (form and form.height) or height
            asked = Pending(new_id(), request.workflow_id, width, height, request.count)
            return await Foresight(unit, self._clock.now()).outlook(who.account_id, asked)

    async def page(
        self,
        who: Principal,
        game_session_id: UUID,
        *,
        status: BatchStatus | None = None,
        limit: int = 50,
        after: UUID | None = None,
    ) -> list[BatchReport]:
        """Batches of a game session in queue order, those after `after`; at most `limit`. Raises NotFoundError.

        What was taken off the list is left out; withdrawn batches are there when asked for by status.
        """
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            batches = await unit.batches.page(game_session_id, status=status, limit=limit, after=after)
            is_any_open = any(batch.is_open for batch in batches)
            foreseen = await Foresight(unit, self._clock.now()).all() if is_any_open else None
            return await self._reports(unit, batches, foreseen)

    async def bulletin(self, who: Principal, batch_id: UUID) -> Bulletin:
        """What is told of a batch. Raises NotFoundError. All programs of somebody that ask at once get the same."""

        async def read() -> Bulletin:
            async with self._database.read() as unit:
                batch = await owned_batch(unit, who, batch_id)
                positions = await unit.line.positions([batch])
            return self._bulletin(batch, positions.get(batch.id, 0))

        return await self._bulletins.get((who.account_id, batch_id), read)

    async def unfinished(self, who: Principal, game_session_id: UUID, after: Place | None = None) -> Excerpt:
        """What of a game session's list is still to come, or has failed, behind a place. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            return await excerpt(unit, game_session_id, after, self._bulletin)

    async def standings(self, who: Principal, game_session_id: UUID) -> Sequence[Standing]:
        """All of the same, as no more than it takes to compare two looks. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            return await unit.batches.standings(game_session_id)

    async def preview(self, who: Principal, batch_id: UUID) -> LivePreview:
        """The latest live preview of a batch. Raises NotFoundError, also when there is none yet."""
        async with self._database.read() as unit:
            await owned_batch(unit, who, batch_id)
        preview = self._progress.preview(batch_id)
        if preview is None:
            raise NotFoundError("preview")
        return preview

    def _bulletin(self, batch: Batch | Outline, position: int) -> Bulletin:
        return Bulletin.of(batch, position=position, percent=self._progress.of(batch.id).percent)

    async def _reports(
        self, unit: UnitOfWork, batches: Sequence[Batch], foreseen: Foreseen | None = None
    ) -> list[BatchReport]:
        positions = await unit.line.positions(batches)
        asset_ids = await unit.assets.ids_of_batches([batch.id for batch in batches])
        return [
            BatchReport(
                batch=batch,
                position=positions.get(batch.id, 0),
                progress=self._progress.of(batch.id),
                asset_ids=asset_ids.get(batch.id, []),
                ready=None if foreseen is None else foreseen.get(batch.id),
            )
            for batch in batches
        ]

    async def _set_paused(self, is_paused: bool) -> None:
        async with self._database.write() as unit:
            memory = await unit.server.memory()
            has_changed, memory.is_queue_paused = memory.is_queue_paused != is_paused, is_paused
        if has_changed:
            self._bus.publish(SERVER_TOPIC, QueuePaused(is_paused))
            self._wake()


def _order(trip: Trip, who: Principal, asked: GenerationRequest) -> Order | None:
    """What a checked request takes from elsewhere. None when something it is for is not there, or not theirs."""
    return trip.order(
        who.account_id,
        game_session_id=asked.game_session_id,
        entity=(asked.entity_type, asked.entity_id),
        workflow=asked.workflow_id or asked.asset_type,
        to_front=asked.to_front,
    )


def _batch(
    order: Order,
    who: Principal,
    asked: GenerationRequest,
    *,
    seed: int,
    now: datetime,
    settings: InputSettings | None,
) -> Batch:
    width, height = DEFAULT_SIZES[asked.asset_type]
    negative = order.default_negative_prompt if asked.negative_prompt is None else asked.negative_prompt
    return Batch(
        game_session_id=asked.game_session_id,
        world_id=order.world_id,
        requested_by=who.account_id,
        entity_type=asked.entity_type,
        entity_id=asked.entity_id,
        entity_name=order.entity_name,
        asset_type=asked.asset_type,
        workflow_id=order.workflow_id,
        workflow_name=order.workflow_name,
        prompt=asked.prompt,
        negative_prompt=checked_text(negative, field="negative_prompt", limit=PROMPT_LIMIT),
        count=asked.count,
        seed=seed,
        width=asked.width or order.width or width,
        height=asked.height or order.height or height,
        inputs=settings,
        rank=order.rank,
        requested_at=now,
    )


def _style(trip: Trip, order: Order, asked: GenerationRequest, catalogue: NodeCatalogue | None) -> Style | None:
    """What is asked for, else what whoever it is for has. Raises NotFoundError for what is not in this world."""
    by_default = [] if order.style_reference_id is None else [order.style_reference_id]
    wanted = by_default if asked.style_reference_ids is None else asked.style_reference_ids
    workflow = trip.workflow(order.workflow_id) if wanted else None
    if workflow is None:
        return None
    pictures = in_order(trip.pictures(order.world_id, wanted), wanted)
    return planned_style(workflow, pictures, asked.style_strength, catalogue)


async def _what_is_missing(unit: UnitOfWork, who: Principal, request: GenerationRequest) -> InvalidInputError:
    """What is wrong with a request that cannot be ordered. Raises NotFoundError for what is not there, or not theirs."""
    game_session = await owned_game_session(unit, who, request.game_session_id)
    entity = await owned_entity(unit, who, request.entity_type, request.entity_id)
    if entity.world_id != game_session.world_id:
        return InvalidInputError("session_id", f"{entity.name} is not in the world of that game session.")
    return InvalidInputError("workflow_id", "There is no such workflow. Choose one in the list.")
