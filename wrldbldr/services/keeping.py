"""How a batch being painted ends: its pictures and its status are stored together, or not at all."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wrldbldr.db.database import Database
from wrldbldr.db.trip import Trip
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import Batch, BatchStatus, Submission
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.style_reference import Lineage, ReferenceUse, Style
from wrldbldr.kit.clock import Clock
from wrldbldr.media.pictures import CleanPicture
from wrldbldr.media.store import MediaStore
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.easel import Easel


@dataclass(frozen=True, slots=True)
class PaintedPicture:
    """One picture and the seed it was painted from."""

    picture: CleanPicture
    seed: int


@dataclass(frozen=True, slots=True)
class Painted:
    """What came of a batch."""

    pictures: Sequence[PaintedPicture]
    model: str
    is_simulated: bool
    style: Style | None = None  # as it was applied


class Keeper:
    """Writes the ends of batches. A batch that was withdrawn or deleted meanwhile is left alone."""

    def __init__(
        self, database: Database, store: MediaStore, disposal: FileDisposal, easel: Easel, clock: Clock
    ) -> None:
        self._database = database
        self._store = store
        self._disposal = disposal
        self._easel = easel
        self._clock = clock

    async def keep(self, batch: Batch, painted: Painted) -> None:
        """Store the files, then their rows and READY in one transaction. Doing it twice changes nothing."""
        hashes = await asyncio.to_thread(self._keep_files, painted)
        kept = await self._database.in_one_trip(lambda trip: self._finish(trip, batch, painted, hashes))
        if kept is not None:
            self._easel.ready(kept)
            return
        await self._disposal.abandon(hashes)
        self._easel.left(batch.id)

    def _finish(self, trip: Trip, batch: Batch, painted: Painted, hashes: Sequence[str]) -> Batch | None:
        finishing, now = trip.finishing(batch.id), self._clock.now()
        if finishing is None:
            return None
        self._keep_files(painted)  # the same picture may have been deleted elsewhere a moment ago
        finishing.batch.finish(now)
        finishing.batch.style = painted.style
        trip.save_state(finishing.batch)
        assets = [
            _asset(batch, painted, index, number=finishing.next_number + index, content_hash=content_hash, now=now)
            for index, content_hash in enumerate(hashes)
        ]
        assets[0].is_active = not finishing.has_active
        trip.add(*reversed(assets))  # in a gallery the first of a batch comes before the others: see PictureNumber
        if painted.style is not None:
            hand_down(trip, painted.style, assets)
        return finishing.batch

    async def fail(self, batch_id: UUID, failure: Failure) -> None:
        """The batch gives up and remembers why."""
        async with self._database.write() as unit:
            batch = await unit.batches.find(batch_id, for_update=True)
            if batch is None or batch.status is not BatchStatus.GENERATING:
                self._easel.left(batch_id)
                return
            batch.fail(failure, self._clock.now())
        self._easel.failed(batch)

    async def put_back(self, batch_id: UUID) -> None:
        """ComfyUI never took it: it waits again, in its old place."""
        async with self._database.write() as unit:
            batch = await unit.batches.find(batch_id, for_update=True)
            if batch is None or batch.status is not BatchStatus.GENERATING:
                self._easel.left(batch_id)
                return
            batch.put_back()
            await unit.line.give_turn_back(batch.requested_by)
        self._easel.put_back(batch)

    def _keep_files(self, painted: Painted) -> list[str]:
        return [self._store.keep(painting.picture) for painting in painted.pictures]

    async def picture(self, content_hash: str) -> bytes:
        """A stored file. Raises NotFoundError."""
        return await asyncio.to_thread(lambda: self._store.path(content_hash).read_bytes())

    async def times_lost(self, batch: Batch, submission: Submission) -> int:
        """How often ComfyUI has lost this prompt since the batch was begun. Counted on record: one that takes ComfyUI
        down may take this process down with it.
        """
        async with self._database.read() as unit:
            made = await unit.batches.submissions(batch.id, batch.attempt)
        return sum(
            other.ordinal == submission.ordinal
            and other.lost_at is not None
            and (batch.started_at is None or other.created_at >= batch.started_at)
            for other in made
        )

    async def give_up(self, prompt_ids: Collection[UUID]) -> None:
        """ComfyUI is rid of these prompts: nothing of them is waited for any more."""
        if not prompt_ids:
            return
        now = self._clock.now()
        async with self._database.write() as unit:
            for prompt_id in prompt_ids:
                await unit.batches.mark_lost(prompt_id, now)

    async def replace(self, lost: Submission) -> Submission:
        """A new prompt id for what ComfyUI lost, stored before it is sent. The old one stays on record as lost."""
        now = self._clock.now()
        fresh = Submission(
            batch_id=lost.batch_id,
            attempt=lost.attempt,
            ordinal=lost.ordinal,
            first_picture=lost.first_picture,
            count=lost.count,
            seed=lost.seed,
            created_at=now,
        )
        async with self._database.write() as unit:
            await unit.batches.mark_lost(lost.prompt_id, now)
            await unit.batches.add(fresh)
        return fresh

    async def reinstate(self, lost: Submission, *, unsent: Submission) -> None:
        """Undo a replacement that was certainly not sent: it shall not count as lost, too."""
        async with self._database.write() as unit:
            await unit.batches.mark_lost(lost.prompt_id, None)
            await unit.batches.remove_submission(unsent.prompt_id)


def hand_down(trip: Trip, style: Style, assets: Sequence[Asset]) -> None:
    """Every picture remembers what it took its style from, if it took any. A source may be gone by now."""
    if style.use is ReferenceUse.NOTHING:
        return
    there = {picture.id for picture in trip.pictures(assets[0].world_id, [each.asset_id for each in style.sources])}
    for asset in assets:
        for ordinal, source in enumerate(style.sources):
            trip.add(
                Lineage(
                    asset_id=asset.id,
                    ordinal=ordinal,
                    source_id=source.asset_id if source.asset_id in there else None,
                    label=source.label,
                    use=style.use,
                    taker=style.taker,
                    strength=style.strength,
                )
            )


def _asset(batch: Batch, painted: Painted, index: int, *, number: int, content_hash: str, now: datetime) -> Asset:
    painting = painted.pictures[index]
    return Asset(
        world_id=batch.world_id,
        entity_type=batch.entity_type,
        entity_id=batch.entity_id,
        asset_type=batch.asset_type,
        number=number,
        label=label_for(batch.entity_name, batch.asset_type, number),
        batch_id=batch.id,
        batch_index=index,
        content_hash=content_hash,
        media_type=painting.picture.media_type,
        width=painting.picture.width,
        height=painting.picture.height,
        byte_size=len(painting.picture.content),
        prompt=batch.prompt,
        negative_prompt=batch.negative_prompt,
        seed=painting.seed,
        model=painted.model,
        workflow_id=batch.workflow_id,
        workflow_name=batch.workflow_name,
        inputs=batch.inputs,
        is_simulated=painted.is_simulated,
        created_at=now,
    )
