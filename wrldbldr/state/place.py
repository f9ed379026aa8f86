"""Where this tab is: in which world, at which table, in front of whom. The other states look here."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.world import EntityType
from wrldbldr.services.cards import GameSessionCard
from wrldbldr.state.ids import parsed_id


class Place(rx.State):
    """Ids as text, empty where the tab is nowhere."""

    world: rx.Field[str] = rx.field("")
    world_name: rx.Field[str] = rx.field("")
    table: rx.Field[str] = rx.field("")
    table_name: rx.Field[str] = rx.field("")
    tables: rx.Field[list[GameSessionCard]] = rx.field(default_factory=list)
    kind: rx.Field[str] = rx.field("")
    entity: rx.Field[str] = rx.field("")
    entity_name: rx.Field[str] = rx.field("")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what the tab shows."""

    world_id: UUID
    game_session_id: UUID
    kind: EntityType
    entity_id: UUID
    name: str


async def subject_of(state: rx.State) -> Subject:
    """Who or what the tab of `state` shows. Raises NotFoundError when it shows nobody."""
    place = await state.get_state(Place)
    if not place.entity:
        raise NotFoundError("character or location")
    return Subject(
        world_id=parsed_id(place.world, "world"),
        game_session_id=parsed_id(place.table, "game session"),
        kind=EntityType(place.kind),
        entity_id=parsed_id(place.entity, "character or location"),
        name=place.entity_name,
    )


async def leave_place(state: rx.State) -> None:
    """The tab is in no world any more."""
    place = await state.get_state(Place)
    place.reset()
