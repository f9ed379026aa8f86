"""Deleting pictures, and taking that back. For ten minutes nothing of it is final; then the files go, too."""

import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from wrldbldr.bus import Bus, account_topic, game_session_topic, world_topic
from wrldbldr.db.database import Database, DatabaseBusyError, UnitOfWork
from wrldbldr.db.removals import removed_by
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import PicturesChanged, ShelfChanged, StageChanged
from wrldbldr.domain.removal import UNDO_TIME, Removal, Removed
from wrldbldr.domain.stage import StagePiece
from wrldbldr.kit.clock import Clock
from wrldbldr.services.access import owned_assets, owned_world
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.stage import has_place
from wrldbldr.services.uses import PictureUses, uses_of

logger = logging.getLogger(__name__)

PURGE_SECONDS: Final = 60.0
GONE = "deletion to undo: it was undone already, or is final"


class RemovalService:
    """Takes pictures away at once from whatever shows them, and puts them back as they were."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, disposal: FileDisposal) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._disposal = disposal

    async def uses(self, who: Principal, asset_ids: Sequence[UUID]) -> PictureUses:
        """What uses these pictures of one world. Raises NotFoundError, InvalidInputError."""
        async with self._database.read() as unit:
            assets = await owned_assets(unit, who, asset_ids)
            return await uses_of(unit, assets[0].world_id, [asset.id for asset in assets])

    async def delete(self, who: Principal, asset_ids: Sequence[UUID]) -> UUID:
        """Delete pictures of one world, all of them or none. Returns what `undo` wants.

        Raises NotFoundError, InvalidInputError.
        """
        async with self._database.write() as unit:
            assets = await owned_assets(unit, who, asset_ids)
            removal = await unit.removals.put_aside(assets[0].world_id, assets, self._clock.now())
        self._tell(who, removal, removed_by(removal))
        return removal.id

    async def undo(self, who: Principal, removal_id: UUID) -> Sequence[Asset]:
        """Put the pictures of a deletion back, with all that hung on them and is free still. Returns those that are back.

        Another picture that was made active meanwhile stays it, and so does what took their place on a stage.
        Raises NotFoundError: also when it is undone already, or final.
        """
        async with self._database.write() as unit:
            removal = await unit.removals.find(removal_id)
            if removal is None or removal.removed_at + UNDO_TIME <= self._clock.now():
                raise NotFoundError(GONE)
            try:
                await owned_world(unit, who, removal.world_id)
            except NotFoundError as error:
                raise NotFoundError(GONE) from error
            removed = await _fitting(unit, removal.world_id, removed_by(removal))
            await unit.removals.put_back(removal, removed)
            await unit.removals.forget(removal_id)
        self._tell(who, removal, removed)
        return removed.assets

    async def purge(self) -> int:
        """Make final what can be undone no more. Returns how many deletions. Raises DatabaseBusyError."""
        async with self._database.read() as unit:
            over = await unit.removals.before(self._clock.now() - UNDO_TIME)
        for removal_id in over:
            async with self._database.write() as unit:
                await unit.doomed_files.doom_of_removal(removal_id)
                await unit.removals.forget(removal_id)
            await self._disposal.follow()
        return len(over)

    def _tell(self, who: Principal, removal: Removal, removed: Removed) -> None:
        for entity_id in sorted({asset.entity_id for asset in removed.assets}):
            self._bus.publish(world_topic(removal.world_id), PicturesChanged(removal.world_id, entity_id))
        for game_session_id in sorted({piece.game_session_id for piece in removed.pieces}):
            self._bus.publish(game_session_topic(game_session_id), StageChanged(game_session_id))
        self._bus.publish(account_topic(who.account_id), ShelfChanged(removal.world_id))


async def keep_purging(removals: RemovalService, clock: Clock) -> None:
    """Make deletions final, for ever: at the start those that are older than they can be undone, then whichever become so."""
    while True:
        try:
            await removals.purge()
        except DatabaseBusyError as error:
            logger.warning("Pictures that were deleted stay for another minute: %s", type(error).__name__)
        await clock.sleep(PURGE_SECONDS)


async def _fitting(unit: UnitOfWork, world_id: UUID, removed: Removed) -> Removed:
    """What still has a place. Raises NotFoundError when no picture has."""
    active, back = await unit.assets.active(world_id), dict[UUID, Asset]()
    for asset in removed.assets:
        if await unit.worlds.find_entity(asset.entity_type, asset.entity_id) is not None:
            asset.is_active = asset.is_active and (asset.entity_id, asset.asset_type) not in active
            back[asset.id] = asset
    if not back:
        raise NotFoundError(GONE)
    pieces: list[StagePiece] = []
    for piece in removed.pieces:
        if piece.asset_id in back and await has_place(unit, piece, back[piece.asset_id], pieces):
            pieces.append(piece)
    return Removed([*back.values()], pieces, removed.others)
