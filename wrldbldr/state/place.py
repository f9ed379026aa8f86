"""Where this tab is: in which world, at which table, in front of whom. The other states look here."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.services.cards import GameSessionCard, game_session_card
from wrldbldr.state.ids import parsed_id

WORLD_IN_PATH = re.compile(r"^/worlds/([^/]+)/")


class Mode(StrEnum):
    """What a tab does in a world; its word is the end of the page's address."""

    CREATE = "create"
    DIRECT = "direct"


class Place(rx.State):
    """Ids as text, empty where the tab is nowhere."""

    mode: rx.Field[str] = rx.field(Mode.CREATE.value)

    world: rx.Field[str] = rx.field("")
    world_name: rx.Field[str] = rx.field("")
    table: rx.Field[str] = rx.field("")
    table_name: rx.Field[str] = rx.field("")
    tables: rx.Field[list[GameSessionCard]] = rx.field(default_factory=list)
    kind: rx.Field[str] = rx.field("")
    entity: rx.Field[str] = rx.field("")
    entity_name: rx.Field[str] = rx.field("")
    shows_all: rx.Field[bool] = rx.field(False)  # every picture of the world, and nobody


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


async def subject_for(state: rx.State, who: Principal, asset: str) -> Subject:
    """Who or what the tab shows; among all pictures, who or what is on this one. Raises NotFoundError."""
    place = await state.get_state(Place)
    return await subject_on(state, who, asset) if place.shows_all else await subject_of(state)


async def subject_on(state: rx.State, who: Principal, asset: str) -> Subject:
    """Who or what is on a picture of this world. Raises NotFoundError: there is no table of another to paint for."""
    found, place = await current().gallery.find(who, parsed_id(asset, "picture")), await state.get_state(Place)
    if place.world != str(found.world_id):
        raise NotFoundError("picture")
    entity = await current().worlds.find_entity(who, found.entity_type, found.entity_id)
    return Subject(
        world_id=found.world_id,
        game_session_id=parsed_id(place.table, "game session"),
        kind=found.entity_type,
        entity_id=entity.id,
        name=entity.name,
    )


async def arrive(state: rx.State, who: Principal, mode: Mode) -> bool:
    """Take the world and table from the address. True when the tab was elsewhere before. Raises NotFoundError."""
    found = WORLD_IN_PATH.match(f"{state.router.url.path}/")
    world = await current().worlds.find(who, parsed_id(found[1] if found else "", "world"))
    tables = [game_session_card(table) for table in await current().worlds.game_sessions(who, world.id)]
    wanted = state.router.url.query_parameters.get("table", "")
    table = next((table for table in tables if table.id == wanted), tables[0])
    place = await state.get_state(Place)
    is_new = (place.world, place.mode) != (str(world.id), mode)
    if place.world != str(world.id):
        place.reset()
    place.mode = mode.value
    place.world, place.world_name = str(world.id), world.name
    place.table, place.table_name, place.tables = table.id, table.name, tables
    return is_new


async def leave_place(state: rx.State) -> None:
    """The tab is in no world any more."""
    place = await state.get_state(Place)
    place.reset()
