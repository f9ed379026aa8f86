"""Locations of a world."""

from uuid import UUID

from wrldbldr.api.entities import entity_router
from wrldbldr.api.models import Body, Flag, Moment, Out, Page, Text
from wrldbldr.domain.world import EntityType


class LocationIn(Body):
    """A new location."""

    name: Text
    description: Text = ""
    visible_to_players: Flag = False
    style_reference_id: UUID | None = None


class LocationChangesIn(Body):
    """What is left out stays as it is. `style_reference_id` is taken away with null."""

    name: Text | None = None
    description: Text | None = None
    visible_to_players: Flag | None = None
    style_reference_id: UUID | None = None


class LocationOut(Out):
    """A location as its game master sees it."""

    id: UUID
    world_id: UUID
    name: str
    description: str
    visible_to_players: bool
    style_reference_id: UUID | None
    created_at: Moment


router = entity_router(
    EntityType.LOCATION,
    "locations",
    new=LocationIn,
    changes=LocationChangesIn,
    shown=LocationOut,
    page=Page[LocationOut],
)
