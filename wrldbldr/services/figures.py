"""What is put on a map: round tokens, and figures without the background they were painted on."""

import asyncio
from typing import Any
from uuid import UUID

from wrldbldr.bus import Bus, world_topic
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ConflictError, InvalidInputError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.portable import portable_name
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import new_id
from wrldbldr.media.cutout import NotPlainError, cut_out, is_cut_out
from wrldbldr.media.pictures import CleanPicture, clean
from wrldbldr.media.remover import HOW_TO_GET_IT, Remover
from wrldbldr.media.round_token import SIDES, round_token
from wrldbldr.media.store import MediaStore
from wrldbldr.services.access import owned_asset
from wrldbldr.services.image_work import ImageWork

DEFAULT_TOKEN_SIDE = 512


class CannotCutOutError(ConflictError):
    """The background is not plain, and there is no remover for any other."""

    code = "cannot_cut_out"

    def __init__(self) -> None:
        super().__init__(
            "Only plain backgrounds can be taken away here, and this one is not plain. For all others install the "
            f"background remover where WrldBldr runs ({HOW_TO_GET_IT}), then try again."
        )


class FigureService:
    """Makes pictures of pictures."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, store: MediaStore, remover: Remover, *, work: ImageWork
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._store = store
        self._remover = remover
        self._work = work

    async def token(self, who: Principal, asset_id: UUID, side: int, *, has_ring: bool) -> tuple[bytes, str]:
        """A round PNG of a picture, `side` pixels wide, and what a download is called.

        Raises NotFoundError, InvalidInputError, TooMuchAtOnceError.
        """
        if side not in SIDES:
            raise InvalidInputError("size", f"A token is {SIDES[0]} to {SIDES[-1]:,} pixels wide.")
        async with self._database.read() as unit:
            asset = await owned_asset(unit, who, asset_id)
        async with self._work.turn(who):
            token = await self._work.do(lambda: round_token(self._content(asset), side, has_ring=has_ring))
        return token, f"{portable_name(asset.label)}_Token.png"

    async def cut_out(self, who: Principal, asset_id: UUID) -> Asset:
        """A new sprite beside a picture: the same without its background.

        The remover is asked where there is one; without it plain backgrounds are taken away by their colour.
        Raises NotFoundError, ConflictError, CannotCutOutError, RemoverFailedError, TooMuchAtOnceError.
        """
        async with self._database.read() as unit:
            asset = await owned_asset(unit, who, asset_id)
            entity = await unit.worlds.find_entity(asset.entity_type, asset.entity_id)
        async with self._work.turn(who):
            picture = await self._work.do(lambda: self._cut(asset))
        async with self._database.write() as unit:
            await owned_asset(unit, who, asset_id)  # it may have been deleted meanwhile
            number = await unit.assets.next_number(asset.entity_id, AssetType.SPRITE)
            is_first = (asset.entity_id, AssetType.SPRITE) not in await unit.assets.active(asset.world_id)
            name = asset.label if entity is None else entity.name
            content_hash = await asyncio.to_thread(
                self._store.keep, picture
            )  # within the block: nobody removes a twin now
            sprite = _sprite(asset, picture, label_for(name, AssetType.SPRITE, number))
            sprite.number, sprite.content_hash, sprite.is_active = number, content_hash, is_first
            sprite.created_at = self._clock.now()
            await unit.assets.add_all([sprite])
        self._bus.publish(world_topic(asset.world_id), PicturesChanged(asset.world_id, asset.entity_id))
        return sprite

    def _content(self, asset: Asset) -> bytes:
        return self._store.path(asset.content_hash).read_bytes()

    def _cut(self, asset: Asset) -> CleanPicture:
        content = self._content(asset)
        if is_cut_out(content):
            raise ConflictError("The background of this picture is transparent already.")
        if self._remover.is_there():
            return clean(self._remover.remove(content))
        try:
            return cut_out(content)
        except NotPlainError as error:
            raise CannotCutOutError from error


def _sprite(asset: Asset, picture: CleanPicture, label: str) -> Asset:
    """How it came to be is what the picture has on record, and that it was cut out of it."""
    changed: dict[str, Any] = {
        "id": new_id(),
        "asset_type": AssetType.SPRITE,
        "label": label,
        "batch_id": None,
        "batch_index": 0,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "byte_size": len(picture.content),
        "workflow_name": f"{asset.workflow_name}, cut out of {asset.label}",
        "is_starred": False,
    }
    return Asset(**(asset.model_dump() | changed))
