"""Bringing a picture: its file is the whole body, for base64 would make a third more of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from wrldbldr.api.assets import AssetOut
from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType

router = guarded_router("Pictures")

FILES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/png", "image/jpeg", "image/webp")}
BODY: dict[str, Any] = {"requestBody": {"required": True, "content": FILES}}


class BroughtAssetOut(AssetOut):
    """A picture that was just brought. `restored` when its file said how it came to be, as those do that are downloaded
    here; `notices` are sentences about what it said and what was not believed.
    """

    restored: bool
    notices: list[str]


@router.post("/api/assets/import", status_code=201, openapi_extra=BODY)
async def import_picture(
    *,
    entity_type: EntityType,
    entity_id: Annotated[UUID, Query(description="Whose gallery it joins.")],
    who: Who,
    engine: RunningEngine,
    request: Request,
    asset_type: Annotated[
        AssetType | None, Query(description="Left out, it is what the file says, else what stands for its subject.")
    ] = None,
) -> BroughtAssetOut:
    """Add a PNG, JPEG or WebP of at most 64 MiB to a gallery, with what it says of how it came to be."""
    brought = await engine.picture_import.add(who, (entity_type, entity_id), request.stream(), asset_type)
    return BroughtAssetOut(
        **dict(AssetOut.of(brought.asset, brought.lineage)), restored=brought.is_restored, notices=list(brought.notices)
    )
