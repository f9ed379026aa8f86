"""Worlds as files: take one with you, and bring it in again."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.worlds import WorldOut
from wrldbldr.media.world_file import FILE_LIMIT_BYTES
from wrldbldr.services.archive import WorldFileTooLargeError

router = guarded_router("Worlds")

ZIP = "application/zip"
ZIP_ANSWER: dict[int | str, dict[str, Any]] = {200: {"description": "The zip.", "content": {ZIP: {}}}}
BYTES = "application/octet-stream"  # no other name is asked for: what it is the file itself says
ZIP_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/api/worlds/{world_id}/export", response_class=StreamingResponse, responses=ZIP_ANSWER)
async def export_world(world_id: UUID, who: Who, engine: RunningEngine) -> StreamingResponse:
    """The world as a zip: world.json, its pictures, and a folder for a virtual tabletop. No accounts, tables or graphs."""
    export = await engine.archive.export(who, world_id)
    disposition = f"attachment; filename*=utf-8''{quote(export.file_name, safe='')}"
    return StreamingResponse(export.pieces, media_type=ZIP, headers={"content-disposition": disposition})


@router.post("/api/worlds/import", status_code=201, openapi_extra=ZIP_BODY)
async def import_world(request: Request, who: Who, engine: RunningEngine) -> WorldOut:
    """Make a new world of the zip of an exported one, which is the body; at most 4 GiB. All of it is kept, or nothing."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > FILE_LIMIT_BYTES:
        raise WorldFileTooLargeError
    return WorldOut.of(await engine.archive.bring_in(who, request.stream()))
