"""Pictures that a game master brings: their own, or ones that WrldBldr or another program painted elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import NO_SEED, Asset, label_for
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.picture import FITTING
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import Lineage
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.world import Entity, EntityType, entity_type
from wrldbldr.kit.clock import Clock
from wrldbldr.media.errors import BrokenPictureError, PictureTooLargeError
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.store import MediaStore
from wrldbldr.media.texts import is_png
from wrldbldr.media.upright import JPEG_START, upright
from wrldbldr.services.access import owned_entity
from wrldbldr.services.embedded import Embedded, embedded_in
from wrldbldr.services.image_work import ImageWork

FILE_BYTES_LIMIT = 64 * 2**20
RIFF_START = b"RIFF"

NOT_A_PICTURE = "This file is no picture that WrldBldr takes. Bring a PNG, a JPEG or a WebP."
TOO_HEAVY = f"This file is larger than {FILE_BYTES_LIMIT // 2**20} MB. Bring a smaller version of the picture."
TOO_LARGE = "This picture has more than 8,192 × 8,192 pixels. Bring a smaller version of it."
DAMAGED = "This picture is damaged: it cannot be opened to its last pixel. Save it anew, then bring it again."
EMPTY = "This file is empty."


@dataclass(frozen=True, slots=True)
class BroughtPicture:
    """What was added. `is_restored` when the file said how it came to be, and `lineage` what it took its style from;
    `notices` are sentences about what it said and what was not believed.
    """

    asset: Asset
    lineage: Sequence[Lineage]
    is_restored: bool
    notices: Sequence[str]


class PictureImportService:
    """Takes files from browsers and scripts. They may be anything at all, so nothing of one is kept but its pixels."""

    def __init__(self, database: Database, bus: Bus, store: MediaStore, clock: Clock, work: ImageWork) -> None:
        self._database = database
        self._bus = bus
        self._store = store
        self._clock = clock
        self._work = work

    async def add(
        self,
        who: Principal,
        subject: tuple[EntityType, UUID],
        pieces: AsyncIterator[bytes],
        asset_type: AssetType | None = None,
    ) -> BroughtPicture:
        """Hang a picture in somebody's gallery, as `asset_type`, else as what it says it is.

        `pieces` of its file are taken only when it is its turn: those that wait take no memory.

        Raises NotFoundError, InvalidInputError (field "file", or "asset_type" where that does not fit the subject), and
        TooMuchAtOnceError.
        """
        async with self._database.read() as unit:
            await owned_entity(unit, who, *subject)
        _check_fitting(subject[0], asset_type)
        async with self._work.turn(who):
            content = await _received(pieces)
            picture, embedded = await self._work.do(lambda: _read(content))
            return await self._hang(who, subject, picture, embedded, asset_type)

    async def _hang(
        self,
        who: Principal,
        subject: tuple[EntityType, UUID],
        picture: CleanPicture,
        embedded: Embedded,
        asset_type: AssetType | None,
    ) -> BroughtPicture:
        await asyncio.to_thread(self._store.keep, picture)
        async with self._database.write() as unit:
            entity = await owned_entity(unit, who, *subject)
            kind = asset_type or _told_kind(subject[0], embedded.recipe)
            spot = _Spot(
                asset_type=kind,
                number=await unit.assets.next_number(entity.id, kind),
                is_first=(entity.id, kind) not in await unit.assets.active(entity.world_id),
                content_hash=await asyncio.to_thread(
                    self._store.keep, picture
                ),  # a twin may have been deleted meanwhile
                now=self._clock.now(),
            )
            workflow = _workflow_of(await unit.workflows.all(), embedded.recipe)
            asset = _asset(entity, spot, picture, embedded.recipe, workflow)
            lineage = await _lineage(unit, asset, embedded.recipe.style)
            await unit.assets.add_all([asset])
            await unit.assets.add_all(lineage)
        self._bus.publish(world_topic(asset.world_id), PicturesChanged(asset.world_id, asset.entity_id))
        return BroughtPicture(asset, lineage, embedded.is_anything, embedded.notices)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a picture hangs."""

    asset_type: AssetType
    number: int
    is_first: bool
    content_hash: str
    now: datetime


def _check_fitting(kind: EntityType, asset_type: AssetType | None) -> None:
    if asset_type is not None and asset_type not in FITTING[kind]:
        raise InvalidInputError("asset_type", f"A {kind} has no {asset_type}.")


def _told_kind(kind: EntityType, recipe: Recipe) -> AssetType:
    told, fitting = recipe.asset_type, FITTING[kind]
    return told if told is not None and told in fitting else fitting[0]


async def _received(pieces: AsyncIterator[bytes]) -> bytes:
    content = bytearray()
    async for piece in pieces:
        content += piece
        if len(content) > FILE_BYTES_LIMIT:
            raise InvalidInputError("file", TOO_HEAVY)
    return bytes(content)


def _read(content: bytes) -> tuple[CleanPicture, Embedded]:
    """Raises InvalidInputError with what would do instead. Blocks."""
    if not content:
        raise InvalidInputError("file", EMPTY)
    if not (is_png(content) or content.startswith(JPEG_START) or _is_webp(content)):
        raise InvalidInputError("file", NOT_A_PICTURE)
    try:
        return clean(upright(content)), embedded_in(content)
    except PictureTooLargeError as error:
        raise InvalidInputError("file", TOO_LARGE) from error
    except BrokenPictureError as error:
        raise InvalidInputError("file", DAMAGED) from error


def _is_webp(content: bytes) -> bool:
    return content.startswith(RIFF_START) and content[8:12] == b"WEBP"


def _workflow_of(workflows: Sequence[Workflow], recipe: Recipe) -> Workflow | None:
    """The one with the same graph, best under the same name; else the one that is called so."""
    same = [workflow for workflow in workflows if recipe.workflow_hash and workflow.graph_hash == recipe.workflow_hash]
    called = [workflow for workflow in workflows if recipe.workflow_name and workflow.name == recipe.workflow_name]
    both = [workflow for workflow in same if workflow in called]
    return next(iter([*both, *same, *called]), None)


async def _lineage(unit: UnitOfWork, asset: Asset, style: Sequence[StyleOrigin]) -> list[Lineage]:
    """What it took its style from: its file says so, and each is looked for in its own world only."""
    lineage = list[Lineage]()
    for ordinal, origin in enumerate(style):
        source_id = await unit.assets.find_alike(asset.world_id, origin.content_hash, best=origin.asset_id)
        if source_id is not None and any(one.source_id == source_id for one in lineage):
            continue
        lineage.append(
            Lineage(
                asset_id=asset.id,
                ordinal=ordinal,
                source_id=source_id,
                label=origin.label,
                use=origin.use,
                taker=origin.taker,
                strength=origin.strength,
            )
        )
    return lineage


def _asset(entity: Entity, spot: _Spot, picture: CleanPicture, recipe: Recipe, workflow: Workflow | None) -> Asset:
    return Asset(
        world_id=entity.world_id,
        entity_type=entity_type(entity),
        entity_id=entity.id,
        asset_type=spot.asset_type,
        number=spot.number,
        label=label_for(entity.name, spot.asset_type, spot.number),
        batch_index=0,
        content_hash=spot.content_hash,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        byte_size=len(picture.content),
        prompt=recipe.prompt,
        negative_prompt=recipe.negative_prompt,
        seed=NO_SEED if recipe.seed is None else recipe.seed,
        model=recipe.model,
        workflow_id=workflow.id if workflow else None,
        workflow_name=workflow.name if workflow else recipe.workflow_name,
        inputs=recipe.inputs or None,
        is_simulated=recipe.is_simulated,
        is_active=spot.is_first,
        created_at=spot.now,
    )
