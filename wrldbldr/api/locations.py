"""Locations of a world."""

from typing import Self
from uuid import UUID

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Flag, Limit, Moment, Out, Page, Text, after, page_of
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.services.worlds import EntityChanges

router = guarded_router("Locations")


class LocationIn(Body):
    """A new location."""

    name: Text
    description: Text = ""
    visible_to_players: Flag = False


class LocationChangesIn(Body):
    """What is left out stays as it is."""

    name: Text | None = None
    description: Text | None = None
    visible_to_players: Flag | None = None


class LocationOut(Out):
    """A location as its game master sees it."""

    id: UUID
    world_id: UUID
    name: str
    description: str
    visible_to_players: bool
    created_at: Moment

    @classmethod
    def of(cls, location: Entity) -> Self:
        """A location as it is shown."""
        return cls.model_validate(location)


@router.get("/api/worlds/{world_id}/locations")
async def list_locations(
    world_id: UUID, who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[LocationOut]:
    """A world's locations, by name."""
    found = await engine.worlds.entities(who, EntityType.LOCATION, world_id)
    rest = after(found, cursor, lambda location: location.id)
    return page_of(rest, limit, LocationOut.of, lambda location: location.id)


@router.post("/api/worlds/{world_id}/locations", status_code=201)
async def create_location(world_id: UUID, body: LocationIn, who: Who, engine: RunningEngine) -> LocationOut:
    """A new location in a world."""
    changes = EntityChanges(**body.model_dump())
    return LocationOut.of(await engine.worlds.create_entity(who, EntityType.LOCATION, world_id, changes))


@router.get("/api/locations/{location_id}")
async def show_location(location_id: UUID, who: Who, engine: RunningEngine) -> LocationOut:
    """One location."""
    return LocationOut.of(await engine.worlds.find_entity(who, EntityType.LOCATION, location_id))


@router.patch("/api/locations/{location_id}")
async def update_location(location_id: UUID, body: LocationChangesIn, who: Who, engine: RunningEngine) -> LocationOut:
    """Change a location."""
    changes = EntityChanges(**body.model_dump())
    return LocationOut.of(await engine.worlds.update_entity(who, EntityType.LOCATION, location_id, changes))


@router.delete("/api/locations/{location_id}", status_code=204)
async def delete_location(location_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Remove a location with its pictures."""
    await engine.worlds.delete_entity(who, EntityType.LOCATION, location_id)
