"""Worlds, their characters, locations and game sessions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.world import Character, Entity, EntityType, GameSession, Location, World

TABLES: dict[EntityType, type[Character] | type[Location]] = {
    EntityType.CHARACTER: Character,
    EntityType.LOCATION: Location,
}


class Worlds:
    """The tables that make up a world."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def add(self, row: World | Entity | GameSession) -> None:
        """Store something new."""
        self._db_session.add(row)
        await self._db_session.flush()

    async def delete(self, row: World | Entity) -> None:
        """Remove it, and by the database's rules whatever belongs to it."""
        await self._db_session.delete(row)
        await self._db_session.flush()

    async def find(self, world_id: UUID) -> World | None:
        """The world with this id."""
        return await self._db_session.get(World, world_id)

    async def owned_by(self, account_id: UUID) -> Sequence[World]:
        """A game master's worlds, newest first."""
        rows = await self._db_session.execute(
            select(World).where(World.owner_id == account_id).order_by(col(World.created_at).desc(), col(World.id))
        )
        return rows.scalars().all()

    async def find_entity(self, kind: EntityType, entity_id: UUID) -> Entity | None:
        """The character or location with this id."""
        return await self._db_session.get(TABLES[kind], entity_id)

    async def entities(self, kind: EntityType, world_id: UUID) -> Sequence[Entity]:
        """All of one kind in a world, by name."""
        table = TABLES[kind]
        rows = await self._db_session.execute(
            select(table)
            .where(table.world_id == world_id)
            .order_by(func.lower(table.name), col(table.created_at), col(table.id))
        )
        return rows.scalars().all()

    async def count_entities(self, kind: EntityType, world_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many of one kind each world has; worlds with none are absent."""
        table = TABLES[kind]
        rows = await self._db_session.execute(
            select(table.world_id, func.count()).where(col(table.world_id).in_(world_ids)).group_by(col(table.world_id))
        )
        return {world_id: count for world_id, count in rows.all()}

    async def find_game_session(self, game_session_id: UUID) -> GameSession | None:
        """The game session with this id."""
        return await self._db_session.get(GameSession, game_session_id)

    async def game_sessions(self, world_id: UUID) -> Sequence[GameSession]:
        """A world's game sessions, oldest first: the first one is where the game master starts."""
        rows = await self._db_session.execute(
            select(GameSession)
            .where(GameSession.world_id == world_id)
            .order_by(col(GameSession.created_at), col(GameSession.id))
        )
        return rows.scalars().all()
