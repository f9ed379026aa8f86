"""Characters of a world."""

from uuid import UUID

from wrldbldr.api.entities import entity_router
from wrldbldr.api.models import Body, Flag, Moment, Out, Page, Text
from wrldbldr.domain.world import EntityType


class CharacterIn(Body):
    """A new character."""

    name: Text
    description: Text = ""
    mood: Text = ""
    immediate_goal: Text = ""
    visible_to_players: Flag = False
    style_reference_id: UUID | None = None


class CharacterChangesIn(Body):
    """What is left out stays as it is. `style_reference_id` is taken away with null."""

    name: Text | None = None
    description: Text | None = None
    mood: Text | None = None
    immediate_goal: Text | None = None
    visible_to_players: Flag | None = None
    style_reference_id: UUID | None = None


class CharacterOut(Out):
    """A character as its game master sees it."""

    id: UUID
    world_id: UUID
    name: str
    description: str
    mood: str
    immediate_goal: str
    visible_to_players: bool
    style_reference_id: UUID | None
    created_at: Moment


router = entity_router(
    EntityType.CHARACTER,
    "characters",
    new=CharacterIn,
    changes=CharacterChangesIn,
    shown=CharacterOut,
    page=Page[CharacterOut],
)
