"""Many pictures at once: star, move or delete them, take a move or a deletion back, and download them as one zip."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi.responses import StreamingResponse
from pydantic import Field

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import Body, Flag, Out
from wrldbldr.domain.world import EntityType
from wrldbldr.services.access import TOGETHER_LIMIT

router = guarded_router("Pictures")

ZIP = "application/zip"
ZIP_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "The zip.", "content": {ZIP: {}}}}

Chosen = Annotated[list[UUID], Field(min_length=1, max_length=TOGETHER_LIMIT)]


class ChosenIn(Body):
    """1 to 500 pictures of one world."""

    asset_ids: Chosen


class StarIn(ChosenIn):
    """Mark them, or take the marks away."""

    starred: Flag


class MoveIn(ChosenIn):
    """Whose they are to be, and whether the only one is to stand for them at once."""

    entity_type: EntityType
    entity_id: UUID
    active: Flag = False


class BulkOut(Out):
    """How many were changed."""

    changed: int


class DeletedOut(BulkOut):
    """How many are gone, and what brings them back for ten minutes."""

    undo_id: UUID


class MovedOut(BulkOut):
    """How many hang elsewhere now, and what hangs them back for ten minutes, or until the server restarts; null for none."""

    undo_id: UUID | None


class ZipOut(Out):
    """Where the zip is for a minute, for whoever asked."""

    url: str


class UndoneOut(Out):
    """The pictures that are back."""

    asset_ids: list[UUID]


@router.post("/api/assets/bulk/star")
async def star_assets(body: StarIn, who: Who, engine: RunningEngine) -> BulkOut:
    """Star pictures, or take their stars away: all of them or none, as everything below."""
    return BulkOut(changed=len(await engine.bulk.star(who, body.asset_ids, starred=body.starred)))


@router.post("/api/assets/bulk/move")
async def move_assets(body: MoveIn, who: Who, engine: RunningEngine) -> MovedOut:
    """Hang pictures in the gallery of somebody or something else in their world, with numbers of that gallery."""
    target = body.entity_type, body.entity_id
    moved = await engine.moving.move(who, body.asset_ids, *target, active=body.active)
    return MovedOut(changed=len(moved.pictures), undo_id=moved.undo_id)


@router.post("/api/assets/bulk/move/undo/{undo_id}")
async def undo_move(undo_id: UUID, who: Who, engine: RunningEngine) -> UndoneOut:
    """Hang pictures back where they hung before a move, those that nobody moved on since."""
    return UndoneOut(asset_ids=[asset.id for asset in await engine.moving.undo(who, undo_id)])


@router.post("/api/assets/bulk/delete")
async def delete_assets(body: ChosenIn, who: Who, engine: RunningEngine) -> DeletedOut:
    """Delete pictures so that it can be undone."""
    undo_id = await engine.removals.delete(who, body.asset_ids)
    return DeletedOut(changed=len(set(body.asset_ids)), undo_id=undo_id)


@router.post("/api/assets/undo/{undo_id}")
async def undo_deletion(undo_id: UUID, who: Who, engine: RunningEngine) -> UndoneOut:
    """Bring back what was deleted, as it was."""
    return UndoneOut(asset_ids=[asset.id for asset in await engine.removals.undo(who, undo_id)])


@router.post("/api/assets/zip", status_code=201)
async def ask_for_zip(body: ChosenIn, who: Who, engine: RunningEngine) -> ZipOut:
    """Get an address where these pictures are one zip, each with how it came to be inside."""
    ticket = await engine.bulk.ask_for_zip(who, body.asset_ids)
    return ZipOut(url=zip_url(ticket))


@router.get("/api/assets/zip/{ticket}", response_class=StreamingResponse, responses=ZIP_ANSWER)
async def send_zip(ticket: UUID, who: Who, engine: RunningEngine) -> StreamingResponse:
    """The zip that was asked for."""
    found = await engine.bulk.zip(who, ticket)
    disposition = f"attachment; filename*=utf-8''{quote(found.file_name, safe='')}"
    return StreamingResponse(found.pieces, media_type=ZIP, headers={"content-disposition": disposition})


def zip_url(ticket: UUID) -> str:
    """Where a browser gets it."""
    return f"/api/assets/zip/{ticket}"
