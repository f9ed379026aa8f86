"""What is put on a map: round tokens, and figures without their background."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query
from fastapi.responses import Response

from wrldbldr.api.assets import FOR_EVER, AssetOut
from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PICTURE_ANSWER, PICTURE_HEADERS
from wrldbldr.media.round_token import SIDES
from wrldbldr.services.figures import DEFAULT_TOKEN_SIDE

router = guarded_router("Pictures")

Side = Annotated[int, Query(ge=SIDES[0], le=SIDES[-1], description="How many pixels wide.")]


@router.get("/api/assets/{asset_id}/token", response_class=Response, responses=PICTURE_ANSWER)
async def send_token(
    *, asset_id: UUID, who: Who, engine: RunningEngine, size: Side = DEFAULT_TOKEN_SIDE, ring: bool = True
) -> Response:
    """A round PNG of a picture for a battle map, cut where a face is, transparent outside."""
    token, name = await engine.figures.token(who, asset_id, size, has_ring=ring)
    disposition = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    headers = {**PICTURE_HEADERS, "cache-control": FOR_EVER, "content-disposition": disposition}
    return Response(token, media_type="image/png", headers=headers)


@router.post("/api/assets/{asset_id}/cutout", status_code=201)
async def cut_out(asset_id: UUID, who: Who, engine: RunningEngine) -> AssetOut:
    """A new sprite: the picture without its background. Without a remover plain backgrounds only."""
    return AssetOut.of(await engine.figures.cut_out(who, asset_id))
