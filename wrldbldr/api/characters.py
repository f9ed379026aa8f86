"""Characters of a world."""

from typing import Self
from uuid import UUID

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Flag, Limit, Moment, Out, Page, Text, after, page_of
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.services.worlds import EntityChanges

router = guarded_router("Characters")


class CharacterIn(Body):
    """A new character."""

    name: Text
    description: Text = ""
    mood: Text = ""
    immediate_goal: Text = ""
    visible_to_players: Flag = False


class CharacterChangesIn(Body):
    """What is left out stays as it is."""

    name: Text | None = None
    description: Text | None = None
    mood: Text | None = None
    immediate_goal: Text | None = None
    visible_to_players: Flag | None = None


class CharacterOut(Out):
    """A character as its game master sees it."""

    id: UUID
    world_id: UUID
    name: str
    description: str
    mood: str
    immediate_goal: str
    visible_to_players: bool
    created_at: Moment

    @classmethod
    def of(cls, character: Entity) -> Self:
        """A character as it is shown."""
        return cls.model_validate(character)


@router.get("/api/worlds/{world_id}/characters")
async def list_characters(
    world_id: UUID, who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[CharacterOut]:
    """A world's characters, by name."""
    found = await engine.worlds.entities(who, EntityType.CHARACTER, world_id)
    rest = after(found, cursor, lambda character: character.id)
    return page_of(rest, limit, CharacterOut.of, lambda character: character.id)


@router.post("/api/worlds/{world_id}/characters", status_code=201)
async def create_character(world_id: UUID, body: CharacterIn, who: Who, engine: RunningEngine) -> CharacterOut:
    """A new character in a world."""
    changes = EntityChanges(**body.model_dump())
    return CharacterOut.of(await engine.worlds.create_entity(who, EntityType.CHARACTER, world_id, changes))


@router.get("/api/characters/{character_id}")
async def show_character(character_id: UUID, who: Who, engine: RunningEngine) -> CharacterOut:
    """One character."""
    return CharacterOut.of(await engine.worlds.find_entity(who, EntityType.CHARACTER, character_id))


@router.patch("/api/characters/{character_id}")
async def update_character(
    character_id: UUID, body: CharacterChangesIn, who: Who, engine: RunningEngine
) -> CharacterOut:
    """Change a character."""
    changes = EntityChanges(**body.model_dump())
    return CharacterOut.of(await engine.worlds.update_entity(who, EntityType.CHARACTER, character_id, changes))


@router.delete("/api/characters/{character_id}", status_code=204)
async def delete_character(character_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a character with its pictures."""
    await engine.worlds.delete_entity(who, EntityType.CHARACTER, character_id)
