"""Worlds, the characters and locations in them, and the tables at which they are played."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from uuid import UUID

from wrldbldr.bus import SERVER_TOPIC, Bus, account_topic, world_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import QueueChanged, QueueMoved, WorldChanged
from wrldbldr.domain.text import DESCRIPTION_LIMIT, LINE_LIMIT, MOTTO_LIMIT, checked_name, checked_text
from wrldbldr.domain.world import Character, Entity, EntityType, GameSession, Location, World, new_join_code
from wrldbldr.kit.clock import Clock
from wrldbldr.services.access import owned_entity, owned_game_session, owned_world
from wrldbldr.services.accounts import asking_account
from wrldbldr.services.doomed_files import FileDisposal

FIRST_TABLE = "The first table"


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """A world and what there is in it, for the list of worlds."""

    world: World
    character_count: int
    location_count: int
    picture_count: int
    painting_count: int
    waiting_count: int
    failed_count: int
    cover_id: UUID | None  # its newest backdrop, else its newest picture


class Unchanged(Enum):
    """Stands for a field that stays as it is, where None means that there is nothing in it."""

    UNCHANGED = auto()


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True, slots=True)
class EntityChanges:
    """What to change of a character or location; None leaves a field as it is. A style reference of None is none."""

    name: str | None = None
    description: str | None = None
    visible_to_players: bool | None = None
    mood: str | None = None
    immediate_goal: str | None = None
    style_reference_id: UUID | Unchanged | None = UNCHANGED


class WorldService:
    """What a game master does to their worlds."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, disposal: FileDisposal, *, wake: Callable[[], None]
    ) -> None:
        """`wake` tells the dispatcher that what it paints may have been removed."""
        self._database = database
        self._bus = bus
        self._clock = clock
        self._disposal = disposal
        self._wake = wake

    async def summaries(self, who: Principal) -> list[WorldSummary]:
        """Their worlds, newest first."""
        async with self._database.read() as unit:
            worlds = await unit.worlds.owned_by(who.account_id)
            ids = [world.id for world in worlds]
            characters = await unit.worlds.count_entities(EntityType.CHARACTER, ids)
            locations = await unit.worlds.count_entities(EntityType.LOCATION, ids)
            pictures = await unit.gallery.count_by_world(ids)
            batches = await unit.batches.count_by_status(ids)
            covers = await unit.gallery.covers(ids)
        return [
            WorldSummary(
                world=world,
                character_count=characters.get(world.id, 0),
                location_count=locations.get(world.id, 0),
                picture_count=pictures.get(world.id, 0),
                painting_count=batches.get((world.id, BatchStatus.GENERATING), 0),
                waiting_count=batches.get((world.id, BatchStatus.QUEUED), 0),
                failed_count=batches.get((world.id, BatchStatus.FAILED), 0),
                cover_id=covers.get(world.id),
            )
            for world in worlds
        ]

    async def find(self, who: Principal, world_id: UUID) -> World:
        """One of their worlds. Raises NotFoundError."""
        async with self._database.read() as unit:
            return await owned_world(unit, who, world_id)

    async def create(self, who: Principal, name: str, motto: str = "") -> World:
        """A new world with its first game session. Raises InvalidInputError, UnauthenticatedError."""
        async with self._database.write() as unit:
            await asking_account(unit, who, self._clock.now())  # it may have been removed since they came in
            world = await self.create_in(unit, who, name, motto)
        self._changed(who, world.id)
        return world

    async def create_in(self, unit: UnitOfWork, who: Principal, name: str, motto: str) -> World:
        """`create` inside a transaction of the caller's, who publishes the change after it."""
        now = self._clock.now()
        world = World(
            owner_id=who.account_id,
            name=checked_name(name),
            motto=checked_text(motto, field="motto", limit=MOTTO_LIMIT),
            created_at=now,
        )
        await unit.worlds.add(world)
        await unit.worlds.add(self._game_session(world.id, FIRST_TABLE))
        return world

    async def update(
        self, who: Principal, world_id: UUID, *, name: str | None = None, motto: str | None = None
    ) -> World:
        """Rename a world. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            world = await owned_world(unit, who, world_id)
            if name is not None:
                world.name = checked_name(name)
            if motto is not None:
                world.motto = checked_text(motto, field="motto", limit=MOTTO_LIMIT)
        self._changed(who, world_id)
        return world

    async def delete(self, who: Principal, world_id: UUID) -> None:
        """Remove a world with everything in it. Raises NotFoundError."""
        async with self._database.write() as unit:
            await self._delete_in(unit, [await owned_world(unit, who, world_id)])
        await self.follow_deletion(who.account_id, [world_id])

    async def delete_all_in(self, unit: UnitOfWork, account_id: UUID) -> list[UUID]:
        """`delete` of all that an account has, inside a transaction of the caller's, who calls `follow_deletion` after it."""
        worlds = await unit.worlds.owned_by(account_id)
        await self._delete_in(unit, worlds)
        return [world.id for world in worlds]

    async def _delete_in(self, unit: UnitOfWork, worlds: Sequence[World]) -> None:
        for world in worlds:
            await unit.doomed_files.doom_of_world(world.id)
            await unit.worlds.delete(world)

    async def follow_deletion(self, account_id: UUID, world_ids: Sequence[UUID]) -> None:
        """Batches may have gone along: places in the queue move up, and what is painted is to be withdrawn. Files go last."""
        for world_id in world_ids:
            self._tell(account_id, world_id)
            self._bus.publish(world_topic(world_id), QueueChanged())
        if world_ids:
            self._bus.publish(SERVER_TOPIC, QueueMoved())
            self._wake()
            await self._disposal.follow()

    async def entities(self, who: Principal, kind: EntityType, world_id: UUID) -> Sequence[Entity]:
        """All of one kind in a world, by name. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.worlds.entities(kind, world_id)

    async def find_entity(self, who: Principal, kind: EntityType, entity_id: UUID) -> Entity:
        """One character or location. Raises NotFoundError."""
        async with self._database.read() as unit:
            return await owned_entity(unit, who, kind, entity_id)

    async def create_entity(self, who: Principal, kind: EntityType, world_id: UUID, changes: EntityChanges) -> Entity:
        """A new character or location; only the name must be there. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            await owned_world(unit, who, world_id)
            await _require_reference(unit, world_id, changes)
            entity = self.new_entity(kind, world_id, changes)
            await unit.worlds.add(entity)
        self._changed(who, world_id)
        return entity

    def new_entity(self, kind: EntityType, world_id: UUID, changes: EntityChanges) -> Entity:
        """A checked character or location that is not stored yet. Raises InvalidInputError."""
        if changes.name is None:
            raise InvalidInputError("name", "Give it a name; the rest can wait.")
        table = Character if kind is EntityType.CHARACTER else Location
        entity = table(world_id=world_id, name=checked_name(changes.name), created_at=self._clock.now())
        _apply(entity, changes)
        return entity

    async def update_entity(self, who: Principal, kind: EntityType, entity_id: UUID, changes: EntityChanges) -> Entity:
        """Change a character or location. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            entity = await owned_entity(unit, who, kind, entity_id)
            await _require_reference(unit, entity.world_id, changes)
            _apply(entity, changes)
        self._changed(who, entity.world_id)
        return entity

    async def delete_entity(self, who: Principal, kind: EntityType, entity_id: UUID) -> None:
        """Remove a character or location with its pictures. Raises NotFoundError."""
        async with self._database.write() as unit:
            entity = await owned_entity(unit, who, kind, entity_id)
            await unit.doomed_files.doom_of_entity(entity_id)
            await unit.batches.delete_of_entity(entity_id)
            await unit.assets.delete_of_entity(entity_id)
            await unit.worlds.delete(entity)
        await self.follow_deletion(who.account_id, [entity.world_id])

    async def game_sessions(self, who: Principal, world_id: UUID) -> Sequence[GameSession]:
        """A world's tables, the first one first. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_world(unit, who, world_id)
            return await unit.worlds.game_sessions(world_id)

    async def find_game_session(self, who: Principal, game_session_id: UUID) -> GameSession:
        """One of their tables. Raises NotFoundError."""
        async with self._database.read() as unit:
            return await owned_game_session(unit, who, game_session_id)

    async def create_game_session(self, who: Principal, world_id: UUID, name: str) -> GameSession:
        """Another table. Raises NotFoundError, InvalidInputError."""
        async with self._database.write() as unit:
            await owned_world(unit, who, world_id)
            game_session = self._game_session(world_id, checked_name(name))
            await unit.worlds.add(game_session)
        self._changed(who, world_id)
        return game_session

    def _game_session(self, world_id: UUID, name: str) -> GameSession:
        return GameSession(world_id=world_id, name=name, join_code=new_join_code(), created_at=self._clock.now())

    def _changed(self, who: Principal, world_id: UUID) -> None:
        self._tell(who.account_id, world_id)

    def _tell(self, account_id: UUID, world_id: UUID) -> None:
        for topic in (world_topic(world_id), account_topic(account_id)):
            self._bus.publish(topic, WorldChanged(world_id))


async def _require_reference(unit: UnitOfWork, world_id: UUID, changes: EntityChanges) -> None:
    """Raises NotFoundError unless the style reference is a picture of the same world, or none."""
    if isinstance(changes.style_reference_id, UUID):
        picture = await unit.assets.find(changes.style_reference_id)
        if picture is None or picture.world_id != world_id:
            raise NotFoundError("style reference")


def _apply(entity: Entity, changes: EntityChanges) -> None:
    if changes.name is not None:
        entity.name = checked_name(changes.name)
    if changes.description is not None:
        entity.description = checked_text(changes.description, field="description", limit=DESCRIPTION_LIMIT)
    if changes.visible_to_players is not None:
        entity.visible_to_players = changes.visible_to_players
    if changes.style_reference_id is not UNCHANGED:
        entity.style_reference_id = changes.style_reference_id
    if isinstance(entity, Character):
        if changes.mood is not None:
            entity.mood = checked_text(changes.mood, field="mood", limit=LINE_LIMIT)
        if changes.immediate_goal is not None:
            entity.immediate_goal = checked_text(changes.immediate_goal, field="immediate_goal", limit=LINE_LIMIT)
