"""Stored pictures: look, choose, mark, remove, and the files themselves."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Self
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field

from wrldbldr.api.cursors import check_cursor
from wrldbldr.api.door import Guest, RunningEngine, Visitor, Who, guarded_router
from wrldbldr.api.models import (
    PAGE_DEFAULT,
    PICTURE_ANSWER,
    PICTURE_HEADERS,
    Body,
    Cursor,
    Flag,
    Limit,
    Moment,
    Out,
    Page,
    Text,
    WholeNumber,
    page_of,
)
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.picture_query import PictureOrder, PictureQuery
from wrldbldr.domain.style_reference import Lineage, ReferenceUse
from wrldbldr.domain.tag import NAMED_LIMIT
from wrldbldr.domain.text import file_name
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine
from wrldbldr.media.store import FULL
from wrldbldr.services.cards import image_url
from wrldbldr.services.gallery import PictureFile

router = guarded_router("Pictures")

FOR_EVER = "private, max-age=31536000, immutable"
ASK_EACH_TIME = "private, no-cache"  # kept, and shown when we say so
THUMBNAIL_SIDE = 256


class PictureSize(StrEnum):
    """The picture as it was painted, or a thumbnail so many pixels wide."""

    FULL = "full"
    LARGE = "256"
    SMALL = "64"

    @property
    def side(self) -> int:
        """Pixels, or FULL."""
        return FULL if self is PictureSize.FULL else int(self)


class AssetChangesIn(Body):
    """What is left out stays as it is."""

    label: Text | None = None
    starred: Flag | None = None
    rating: WholeNumber | None = Field(default=None, description="1 to 5, or 0 for none.")
    tags: list[Text] | None = Field(
        default=None, max_length=NAMED_LIMIT, description="All that it has then; capitals make no other tag."
    )


class StyleReferenceOut(Out):
    """A picture that another took its style from. The label is what it was called then; it has no id any more when it
    was deleted.
    """

    id: UUID | None
    label: str


class AssetOut(Out):
    """A picture and how it came to be.

    `inputs` is what was set of the workflow's other inputs. `style_reference_id` is the first of `style_references`, and
    null when that picture was deleted.
    """

    id: UUID
    world_id: UUID
    entity_type: EntityType
    entity_id: UUID
    asset_type: AssetType
    label: str
    starred: bool
    rating: int
    tags: list[str]
    active: bool
    batch_id: UUID | None
    batch_index: int
    media_type: str
    width: int
    height: int
    byte_size: int
    prompt: str
    negative_prompt: str
    seed: int
    model: str
    workflow_id: UUID | None
    workflow_name: str
    inputs: list[InputSetting]
    style_reference_id: UUID | None
    style_reference_mode: ReferenceUse | None
    style_strength: float | None
    style_references: list[StyleReferenceOut]
    simulated: bool
    created_at: Moment
    image_url: str
    thumbnail_url: str

    @classmethod
    def of(cls, asset: Asset, lineage: Sequence[Lineage] = ()) -> Self:
        """A picture, and what it took its style from, as its game master sees it."""
        first = next(iter(lineage), None)
        return cls(
            id=asset.id,
            world_id=asset.world_id,
            entity_type=asset.entity_type,
            entity_id=asset.entity_id,
            asset_type=asset.asset_type,
            label=asset.label,
            starred=asset.is_starred,
            rating=asset.rating,
            tags=list(asset.tags),
            active=asset.is_active,
            batch_id=asset.batch_id,
            batch_index=asset.batch_index,
            media_type=asset.media_type,
            width=asset.width,
            height=asset.height,
            byte_size=asset.byte_size,
            prompt=asset.prompt,
            negative_prompt=asset.negative_prompt,
            seed=asset.seed,
            model=asset.model,
            workflow_id=asset.workflow_id,
            workflow_name=asset.workflow_name,
            inputs=list(asset.inputs or ()),
            style_reference_id=first and first.source_id,
            style_reference_mode=first and first.use,
            style_strength=first and first.strength,
            style_references=[StyleReferenceOut(id=one.source_id, label=one.label) for one in lineage],
            simulated=asset.is_simulated,
            created_at=asset.created_at,
            image_url=image_url(asset.id),
            thumbnail_url=image_url(asset.id, THUMBNAIL_SIDE),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsAsked:
    """Which pictures are asked for."""

    entity_id: UUID | None = None
    asset_type: AssetType | None = None
    q: Annotated[
        Text, Query(description="Words, or beginnings of words, each of which is in the label, the prompt or a tag.")
    ] = ""
    tag: Annotated[
        list[Text] | None, Query(description="A tag that they have. Named again: another they have, too.")
    ] = None
    starred: bool | None = None
    rating: Annotated[int, Query(description="Those rated so, or better.")] = 0
    workflow_id: UUID | None = None
    unused: Annotated[
        bool | None, Query(description="Those that stand for nobody, are on no stage and are nobody's style reference.")
    ] = None
    style_reference_id: Annotated[UUID | None, Query(description="Those that took their style from this one.")] = None
    generated_from_reference: Annotated[bool | None, Query(description="Those that took it from any, or none.")] = None
    order: PictureOrder = PictureOrder.NEWEST

    @property
    def query(self) -> PictureQuery:
        """The same in the words of the domain."""
        return PictureQuery(
            entity_id=self.entity_id,
            asset_type=self.asset_type,
            workflow_id=self.workflow_id,
            starred=self.starred,
            min_rating=self.rating,
            is_styled=self.generated_from_reference,
            source_id=self.style_reference_id,
            unused=self.unused,
            tags=tuple(self.tag or ()),
            text=self.q,
            order=self.order,
        )


@router.get("/api/assets")
async def list_assets(
    *,
    world_id: Annotated[UUID, Query(description="The world.")],
    who: Who,
    engine: RunningEngine,
    asked: Annotated[AssetsAsked, Depends()],
    limit: Limit = PAGE_DEFAULT,
    cursor: Cursor = None,
) -> Page[AssetOut]:
    """Pictures of a world, newest first unless another order is asked for. Whatever is named narrows them further."""
    await check_cursor(cursor, partial(engine.gallery.find, who), lambda asset: asset.world_id == world_id)
    assets = await engine.gallery.page(who, world_id, asked.query, limit=limit + 1, after=cursor)
    lineage = await engine.gallery.ancestors(assets)
    return page_of(assets, limit, lambda asset: AssetOut.of(asset, lineage.get(asset.id, ())), lambda asset: asset.id)


@router.get("/api/assets/{asset_id}")
async def show_asset(asset_id: UUID, who: Who, engine: RunningEngine) -> AssetOut:
    """One picture's description."""
    return await _shown(engine, await engine.gallery.find(who, asset_id))


@router.patch("/api/assets/{asset_id}")
async def update_asset(asset_id: UUID, body: AssetChangesIn, who: Who, engine: RunningEngine) -> AssetOut:
    """Rename, star, rate or tag a picture."""
    changes = body.model_dump()
    return await _shown(engine, await engine.gallery.update(who, asset_id, **changes))


@router.delete("/api/assets/{asset_id}", status_code=204)
async def delete_asset(asset_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a picture. POST /api/assets/bulk/delete does it so that it can be undone."""
    await engine.removals.delete(who, [asset_id])


@router.post("/api/assets/{asset_id}/activate")
async def activate_asset(asset_id: UUID, who: Who, engine: RunningEngine) -> AssetOut:
    """Make it the one picture that stands for its entity and type."""
    return await _shown(engine, await engine.gallery.activate(who, asset_id))


@router.get("/api/assets/{asset_id}/image", response_class=Response, responses=PICTURE_ANSWER)
async def send_image(
    *,
    asset_id: UUID,
    guest: Guest,
    engine: RunningEngine,
    request: Request,
    size: PictureSize = PictureSize.FULL,
    download: bool = False,
) -> Response:
    """The picture itself. A picture never changes, so browsers keep it; but what a player may see does.

    Nothing is in it but pixels, unless its game master downloads it whole: then it says how it came to be.
    """
    if download and size is PictureSize.FULL and guest.account is not None:
        with suppress(NotFoundError):  # of another game master, at whose table they may sit
            return await _told(engine, guest.account, asset_id)
    file, keeping = await _file(guest, engine, asset_id, size.side)
    etag = f'"{file.content_hash}-{size}"'
    headers = {**PICTURE_HEADERS, "cache-control": keeping, "etag": etag}
    if _knows(request, etag):
        return Response(status_code=304, headers=headers)
    if size is not PictureSize.FULL and not download:
        content = await asyncio.to_thread(file.path.read_bytes)  # a grid asks for very many of these, a few KB each
        return Response(content, media_type=file.media_type, headers=headers)
    name = file_name(file.name) if download else None
    return FileResponse(file.path, media_type=file.media_type, filename=name, headers=headers)


async def _told(engine: Engine, who: Principal, asset_id: UUID) -> Response:
    file, telling = await engine.gallery.download(who, asset_id)
    headers = {
        **PICTURE_HEADERS,
        "content-disposition": f"attachment; filename*=utf-8''{quote(file_name(file.name))}",
        "content-length": str(await asyncio.to_thread(lambda: telling.byte_size)),
    }
    return StreamingResponse(telling.pieces(), media_type=file.media_type, headers=headers)


async def _shown(engine: Engine, asset: Asset) -> AssetOut:
    return AssetOut.of(asset, (await engine.gallery.ancestors([asset])).get(asset.id, ()))


async def _file(guest: Visitor, engine: Engine, asset_id: UUID, side: int) -> tuple[PictureFile, str]:
    """The file, as a game master or else as a player may have it, and how long a browser may keep it."""
    if guest.account is not None:
        try:
            return await engine.gallery.file(guest.account, asset_id, side), FOR_EVER
        except NotFoundError:
            if guest.player is None:
                raise
    if guest.player is None:
        raise NotFoundError("picture")
    return await engine.audience.picture(guest.player, asset_id, side), ASK_EACH_TIME


def _knows(request: Request, etag: str) -> bool:
    """Whether the browser has this very picture."""
    known = request.headers.get("if-none-match", "")
    return etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
