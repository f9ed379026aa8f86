"""Worlds and their game sessions."""

from typing import Self
from uuid import UUID

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Moment, Out, Page, Text, after, page_of
from wrldbldr.domain.world import GameSession, World
from wrldbldr.services.worlds import WorldSummary

router = guarded_router("Worlds")


class WorldIn(Body):
    """A new world."""

    name: Text
    motto: Text = ""


class WorldChangesIn(Body):
    """What is left out stays as it is."""

    name: Text | None = None
    motto: Text | None = None


class WorldOut(Out):
    """A world."""

    id: UUID
    name: str
    motto: str
    created_at: Moment

    @classmethod
    def of(cls, world: World) -> Self:
        """A world as it is shown."""
        return cls.model_validate(world)


class WorldSummaryOut(WorldOut):
    """A world with the numbers of what is in it."""

    character_count: int
    location_count: int
    picture_count: int
    painting_count: int
    waiting_count: int
    failed_count: int

    @classmethod
    def of_summary(cls, summary: WorldSummary) -> Self:
        """A summary as it is shown."""
        world = summary.world
        return cls(
            id=world.id,
            name=world.name,
            motto=world.motto,
            created_at=world.created_at,
            character_count=summary.character_count,
            location_count=summary.location_count,
            picture_count=summary.picture_count,
            painting_count=summary.painting_count,
            waiting_count=summary.waiting_count,
            failed_count=summary.failed_count,
        )


class GameSessionIn(Body):
    """A new table."""

    name: Text


class GameSessionOut(Out):
    """A table at which a world is played."""

    id: UUID
    name: str
    join_code: str

    @classmethod
    def of(cls, game_session: GameSession) -> Self:
        """A table as its game master sees it."""
        return cls.model_validate(game_session)


@router.get("/api/worlds")
async def list_worlds(
    who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[WorldSummaryOut]:
    """Your worlds, newest first."""
    rest = after(await engine.worlds.summaries(who), cursor, lambda summary: summary.world.id)
    return page_of(rest, limit, WorldSummaryOut.of_summary, lambda summary: summary.world.id)


@router.post("/api/worlds", status_code=201)
async def create_world(body: WorldIn, who: Who, engine: RunningEngine) -> WorldOut:
    """A new world with its first game session."""
    return WorldOut.of(await engine.worlds.create(who, body.name, body.motto))


@router.get("/api/worlds/{world_id}")
async def show_world(world_id: UUID, who: Who, engine: RunningEngine) -> WorldOut:
    """One world."""
    return WorldOut.of(await engine.worlds.find(who, world_id))


@router.patch("/api/worlds/{world_id}")
async def update_world(world_id: UUID, body: WorldChangesIn, who: Who, engine: RunningEngine) -> WorldOut:
    """Change a world."""
    return WorldOut.of(await engine.worlds.update(who, world_id, name=body.name, motto=body.motto))


@router.delete("/api/worlds/{world_id}", status_code=204)
async def delete_world(world_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a world with everything in it."""
    await engine.worlds.delete(who, world_id)


@router.get("/api/worlds/{world_id}/sessions")
async def list_game_sessions(
    world_id: UUID, who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[GameSessionOut]:
    """A world's tables, the first one first."""
    rest = after(await engine.worlds.game_sessions(who, world_id), cursor, lambda game_session: game_session.id)
    return page_of(rest, limit, GameSessionOut.of, lambda game_session: game_session.id)


@router.post("/api/worlds/{world_id}/sessions", status_code=201)
async def create_game_session(world_id: UUID, body: GameSessionIn, who: Who, engine: RunningEngine) -> GameSessionOut:
    """Another table in a world."""
    return GameSessionOut.of(await engine.worlds.create_game_session(who, world_id, body.name))
