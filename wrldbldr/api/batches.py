"""The queue: ask for pictures, look, withdraw, try again, tidy up."""

from functools import partial
from math import ceil, floor
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from wrldbldr.api.cursors import check_cursor
from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import (
    PAGE_DEFAULT,
    PICTURE_ANSWER,
    PICTURE_HEADERS,
    Body,
    Cursor,
    Limit,
    Moment,
    Number,
    Out,
    Page,
    Text,
    WholeNumber,
    page_of,
)
from wrldbldr.domain.batch import AssetType, BatchStatus
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import NodeInput
from wrldbldr.domain.world import EntityType
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.queue import BatchReport

router = guarded_router("Queue")

DONE_PERCENT = 100
REORDER_LIMIT = 20_000


class InputSettingIn(Body):
    """A value for one of the inputs that the workflow shows (`shown_inputs`)."""

    node_id: Text
    input_name: Text
    value: bool | int | float | str


class GenerateIn(Body):
    """What to paint. What is left out is chosen: the seed at random, the rest by the workflow and the asset type.

    Style references are pictures of the same world, at most four. A request that names none takes that of the character
    or location, if it has one; one that sends null takes none. The strength is the workflow's own unless it is given.
    """

    session_id: UUID
    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType
    prompt: Text
    negative_prompt: Text | None = None
    count: WholeNumber
    seed: WholeNumber | None = None
    width: WholeNumber | None = None
    height: WholeNumber | None = None
    workflow_id: UUID | None = None
    style_reference_id: UUID | None = None
    style_reference_ids: list[UUID] | None = None
    style_strength: Number | None = None
    inputs: list[InputSettingIn] = Field(default_factory=list[InputSettingIn])
    to_front: bool = False

    def request(self) -> GenerationRequest:
        """The same for the queue. Raises InvalidInputError when the style references are given in both ways."""
        values = self.model_dump(exclude={"session_id", "style_reference_id", "style_reference_ids", "inputs"})
        inputs = {NodeInput(node_id=one.node_id, input_name=one.input_name): one.value for one in self.inputs}
        return GenerationRequest(
            game_session_id=self.session_id, style_reference_ids=self._references(), inputs=inputs, **values
        )

    def _references(self) -> list[UUID] | None:
        if self.style_reference_id and self.style_reference_ids:
            raise InvalidInputError("style_reference_ids", "Give one style reference, or a list of them, not both.")
        if not self.model_fields_set & {"style_reference_id", "style_reference_ids"}:
            return None
        return self.style_reference_ids or ([self.style_reference_id] if self.style_reference_id else [])


class ClearIn(Body):
    """Which batches to take off the list of a game session; their pictures stay."""

    session_id: UUID
    statuses: Annotated[list[Literal[BatchStatus.READY, BatchStatus.FAILED]], Field(min_length=1)]


class ReorderIn(Body):
    """Which waiting batches come first among your own, and in which order. The others follow as they were."""

    batch_ids: Annotated[list[UUID], Field(min_length=1, max_length=REORDER_LIMIT)]


class ReorderedOut(Out):
    """What waits of your own, in order: the first hundred, or as many as were named."""

    batch_ids: list[UUID]


class ClearedOut(Out):
    """How many batches left the list."""

    cleared: int


class SpanOut(Out):
    """From so many seconds to so many."""

    low: int
    high: int


class BatchOut(Out):
    """A batch.

    `progress` is a percentage that reaches 100 only when the pictures are stored. `position` counts from 1 in the one
    queue of this server, and is 0 for a batch that is neither waiting nor being painted. `style_reference_id` is the
    first of `style_reference_ids`; `style_reference_mode` says how they are applied: as a `picture` that an input of the
    workflow takes, by `prompt_injection`, or not at all (`disabled`). `ready_in_seconds` tells, where one batch or a list is asked for, when the pictures will be there if earlier runs of the same workflow and size are
    anything to go by; it is null where nothing can be said.
    """

    id: UUID
    session_id: UUID
    entity_type: EntityType
    entity_id: UUID
    entity_name: str
    asset_type: AssetType
    status: BatchStatus
    progress: int
    position: int
    prompt: str
    negative_prompt: str
    count: int
    seed: int
    width: int
    height: int
    workflow_id: UUID | None
    workflow_name: str
    inputs: list[InputSetting]
    style_reference_id: UUID | None
    style_reference_ids: list[UUID]
    style_reference_mode: ReferenceUse | None
    style_strength: float | None
    attempt: int
    error: Failure | None
    requested_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    asset_ids: list[UUID]
    ready_in_seconds: SpanOut | None

    @classmethod
    def of(cls, report: BatchReport) -> Self:
        """A batch as its game master sees it."""
        batch, style = report.batch, report.batch.style
        references = [source.asset_id for source in style.sources] if style else []
        return cls(
            id=batch.id,
            session_id=batch.game_session_id,
            entity_type=batch.entity_type,
            entity_id=batch.entity_id,
            entity_name=batch.entity_name,
            asset_type=batch.asset_type,
            status=batch.status,
            progress=DONE_PERCENT if batch.status is BatchStatus.READY else report.progress.percent,
            position=report.position,
            prompt=batch.prompt,
            negative_prompt=batch.negative_prompt,
            count=batch.count,
            seed=batch.seed,
            width=batch.width,
            height=batch.height,
            workflow_id=batch.workflow_id,
            workflow_name=batch.workflow_name,
            inputs=list(batch.inputs or ()),
            style_reference_id=next(iter(references), None),
            style_reference_ids=references,
            style_reference_mode=style.use if style else None,
            style_strength=style.strength if style else None,
            attempt=batch.attempt,
            error=batch.failure,
            requested_at=batch.requested_at,
            started_at=batch.started_at,
            completed_at=batch.completed_at,
            asset_ids=list(report.asset_ids),
            ready_in_seconds=report.ready and SpanOut(low=floor(report.ready.low), high=ceil(report.ready.high)),
        )


@router.post("/api/assets/generate", status_code=202)
async def generate(body: GenerateIn, who: Who, engine: RunningEngine) -> BatchOut:
    """Put a batch at the end of the queue. With `to_front` it comes before all others of your own."""
    batch = await engine.queue.submit(who, body.request())
    return BatchOut.of(await engine.queue.report(who, batch.id))


@router.get("/api/assets/batch")
async def list_batches(
    *,
    session_id: Annotated[UUID, Query(description="The game session.")],
    who: Who,
    engine: RunningEngine,
    status: BatchStatus | None = None,
    limit: Limit = PAGE_DEFAULT,
    cursor: Cursor = None,
) -> Page[BatchOut]:
    """The queue of a game session, in order. Withdrawn batches are there only when asked for by status."""
    find = partial(engine.queue.report, who)
    await check_cursor(cursor, find, lambda report: report.batch.game_session_id == session_id)
    reports = await engine.queue.page(who, session_id, status=status, limit=limit + 1, after=cursor)
    return page_of(reports, limit, BatchOut.of, lambda report: report.batch.id)


@router.post("/api/assets/batch/clear")
async def clear_batches(body: ClearIn, who: Who, engine: RunningEngine) -> ClearedOut:
    """Take every ready or failed batch off the list of a game session."""
    return ClearedOut(cleared=await engine.queue.clear_all(who, body.session_id, set(body.statuses)))


@router.post("/api/assets/batch/reorder")
async def reorder_batches(body: ReorderIn, who: Who, engine: RunningEngine) -> ReorderedOut:
    """Let these batches come first among your own, in this order. Those that wait no more are left out.

    Game masters take turns whatever their own order is, and nobody else's changes.
    """
    return ReorderedOut(batch_ids=list(await engine.line.reorder(who, body.batch_ids)))


@router.get("/api/assets/batch/{batch_id}")
async def show_batch(batch_id: UUID, who: Who, engine: RunningEngine) -> BatchOut:
    """Everything about one batch."""
    return BatchOut.of(await engine.queue.report(who, batch_id, foresees=True))


@router.delete("/api/assets/batch/{batch_id}")
async def cancel_batch(batch_id: UUID, who: Who, engine: RunningEngine) -> BatchOut:
    """Withdraw a batch that waits, or stop it while it is being painted."""
    await engine.queue.cancel(who, batch_id)
    return BatchOut.of(await engine.queue.report(who, batch_id))


@router.post("/api/assets/batch/{batch_id}/retry", status_code=202)
async def retry_batch(batch_id: UUID, who: Who, engine: RunningEngine) -> BatchOut:
    """Queue a failed batch again with the same parameters."""
    await engine.queue.retry(who, batch_id)
    return BatchOut.of(await engine.queue.report(who, batch_id))


@router.delete("/api/assets/batch/{batch_id}/clear", status_code=204)
async def clear_batch(batch_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Take a ready or failed batch off the list; its pictures stay."""
    await engine.queue.clear(who, batch_id)


@router.get("/api/assets/batch/{batch_id}/preview", response_class=Response, responses=PICTURE_ANSWER)
async def show_preview(batch_id: UUID, who: Who, engine: RunningEngine) -> Response:
    """The latest picture of the work in progress."""
    preview = await engine.queue.preview(who, batch_id)
    return Response(preview.content, media_type=preview.media_type, headers=PICTURE_HEADERS)
