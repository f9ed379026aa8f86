"""Whose things are whose. What belongs to somebody else looks exactly like what does not exist."""

from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.world import Entity, EntityType, GameSession, World


async def owned_world(unit: UnitOfWork, who: Principal, world_id: UUID) -> World:
    """The world, if it is theirs. Raises NotFoundError."""
    world = await unit.worlds.find(world_id)
    if world is None or world.owner_id != who.account_id:
        raise NotFoundError("world")
    return world


async def owned_entity(unit: UnitOfWork, who: Principal, kind: EntityType, entity_id: UUID) -> Entity:
    """The character or location, if its world is theirs. Raises NotFoundError."""
    entity = await unit.worlds.find_entity(kind, entity_id)
    if entity is None or not await _owns(unit, who, entity.world_id):
        raise NotFoundError(kind)
    return entity


async def owned_game_session(unit: UnitOfWork, who: Principal, game_session_id: UUID) -> GameSession:
    """The game session, if its world is theirs. Raises NotFoundError."""
    game_session = await unit.worlds.find_game_session(game_session_id)
    if game_session is None or not await _owns(unit, who, game_session.world_id):
        raise NotFoundError("game session")
    return game_session


async def owned_batch(unit: UnitOfWork, who: Principal, batch_id: UUID, *, for_update: bool = False) -> Batch:
    """The batch, if its world is theirs. Raises NotFoundError."""
    batch = await unit.batches.find(batch_id, for_update=for_update)
    if batch is None or not await _owns(unit, who, batch.world_id):
        raise NotFoundError("batch")
    return batch


async def owned_asset(unit: UnitOfWork, who: Principal, asset_id: UUID) -> Asset:
    """The picture, if its world is theirs. Raises NotFoundError."""
    asset = await unit.assets.find(asset_id)
    if asset is None or not await _owns(unit, who, asset.world_id):
        raise NotFoundError("picture")
    return asset


async def _owns(unit: UnitOfWork, who: Principal, world_id: UUID) -> bool:
    world = await unit.worlds.find(world_id)
    return world is not None and world.owner_id == who.account_id
