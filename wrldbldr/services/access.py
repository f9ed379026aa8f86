"""Whose things are whose. What belongs to somebody else looks exactly like what does not exist."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from wrldbldr.db.database import UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.world import Entity, EntityType, GameSession, World

TOGETHER_LIMIT = 500  # pictures for which something is done at once

InWorld = TypeVar("InWorld", bound=Entity | GameSession | Batch | Asset)


async def owned_world(unit: UnitOfWork, who: Principal, world_id: UUID) -> World:
    """The world, if it is theirs. Raises NotFoundError."""
    world = await unit.worlds.find(world_id)
    if world is None or world.owner_id != who.account_id:
        raise NotFoundError("world")
    return world


async def owned_entity(unit: UnitOfWork, who: Principal, kind: EntityType, entity_id: UUID) -> Entity:
    """The character or location, if its world is theirs. Raises NotFoundError."""
    return await _theirs(unit, who, await unit.worlds.find_entity(kind, entity_id), kind)


async def owned_game_session(unit: UnitOfWork, who: Principal, game_session_id: UUID) -> GameSession:
    """The game session, if its world is theirs. Raises NotFoundError."""
    return await _theirs(unit, who, await unit.worlds.find_game_session(game_session_id), "game session")


async def owned_batch(unit: UnitOfWork, who: Principal, batch_id: UUID, *, for_update: bool = False) -> Batch:
    """The batch, if its world is theirs. Raises NotFoundError."""
    return await _theirs(unit, who, await unit.batches.find(batch_id, for_update=for_update), "batch")


async def owned_batches(unit: UnitOfWork, who: Principal, batch_ids: Sequence[UUID]) -> list[Batch]:
    """These batches as they are named, each once, if the worlds of all of them are theirs. Raises NotFoundError."""
    found = await unit.batches.find_all(batch_ids)
    return [await _theirs(unit, who, found.get(batch_id), "batch") for batch_id in dict.fromkeys(batch_ids)]


async def owned_asset(unit: UnitOfWork, who: Principal, asset_id: UUID) -> Asset:
    """The picture, if its world is theirs. Raises NotFoundError."""
    return await _theirs(unit, who, await unit.assets.find(asset_id), "picture")


async def owned_assets(unit: UnitOfWork, who: Principal, asset_ids: Sequence[UUID]) -> list[Asset]:
    """These pictures as they are named, each once, if their world is one, and theirs.

    Raises NotFoundError, and InvalidInputError when they are none, too many, or of several worlds.
    """
    distinct = list(dict.fromkeys(asset_ids))
    if not 1 <= len(distinct) <= TOGETHER_LIMIT:
        raise InvalidInputError("asset_ids", f"Choose 1 to {TOGETHER_LIMIT} pictures.")
    found = await unit.assets.find_all(distinct)
    worlds = {asset.world_id for asset in found.values()}
    owned = {world_id for world_id in worlds if await _is_owned(unit, who, world_id)}
    if any(asset_id not in found or found[asset_id].world_id not in owned for asset_id in distinct):
        raise NotFoundError("picture")
    if len(worlds) > 1:
        raise InvalidInputError("asset_ids", "Choose pictures of one world.")
    return [found[asset_id] for asset_id in distinct]


async def _is_owned(unit: UnitOfWork, who: Principal, world_id: UUID) -> bool:
    world = await unit.worlds.find(world_id)
    return world is not None and world.owner_id == who.account_id


async def _theirs(unit: UnitOfWork, who: Principal, row: InWorld | None, noun: str) -> InWorld:
    world = None if row is None else await unit.worlds.find(row.world_id)
    if row is None or world is None or world.owner_id != who.account_id:
        raise NotFoundError(noun)
    return row
