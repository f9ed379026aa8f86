"""Creator Mode: who and what lives in a world, and whom the tab is in front of."""

from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.services.cards import EntityCard, entity_card, thumbnail_of
from wrldbldr.state.change import change
from wrldbldr.state.editor import fill_editor
from wrldbldr.state.gallery import ALL, open_gallery
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.me import introduce
from wrldbldr.state.picked import pick_nothing
from wrldbldr.state.place import Mode, Place, arrive, leave_place, subject_of
from wrldbldr.state.principal import Follow, signed_in

EVERYTHING = "all"
"""In place of somebody's id: every picture of the world."""


class Creator(rx.State):
    """The list at the left. `is_browsing` matters on a phone only, where list and editor take turns."""

    everyone: rx.Field[list[EntityCard]] = rx.field(default_factory=list)
    find: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    is_missing: rx.Field[bool] = rx.field(False)
    is_browsing: rx.Field[bool] = rx.field(True)

    @rx.var
    def characters(self) -> list[EntityCard]:
        """The characters that match what is looked for."""
        return [
            card
            for card in self.everyone
            if card.kind == EntityType.CHARACTER and matches(self.find, card.name, card.summary)
        ]

    @rx.var
    def locations(self) -> list[EntityCard]:
        """The locations that match what is looked for."""
        return [
            card
            for card in self.everyone
            if card.kind == EntityType.LOCATION and matches(self.find, card.name, card.summary)
        ]

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> None:
        """The page opens, or the browser is back after an interruption."""
        await introduce(self, who)
        try:
            is_new = await arrive(self, who, Mode.CREATE)
        except NotFoundError:
            await leave_place(self)
            self.is_missing, self.is_loaded = True, True
            return
        self.is_missing = False
        if is_new:
            self.everyone, self.find, self.is_browsing = [], "", True
        wanted = self.router.url.query_parameters.get("show", "")
        await read_everyone(self, who)
        place = await self.get_state(Place)
        shown = EVERYTHING if place.shows_all else place.entity
        if is_new or wanted not in {"", shown}:  # whoever is shown stays, with what their pictures were narrowed to
            await face(self, who, wanted or shown)
        if is_new and wanted in {EVERYTHING, *(card.id for card in self.everyone)}:
            self.is_browsing = False
        self.is_loaded = True

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Somebody or something changed in this world."""
        place = await self.get_state(Place)
        if not place.world or self.is_missing:
            return
        try:
            await read_everyone(self, who)
        except NotFoundError:
            await leave_place(self)
            self.is_missing = True
            return
        if place.shows_all:
            return
        if place.entity in {card.id for card in self.everyone}:
            await fill_editor(self, who, is_new=False)
        else:
            await face(self, who, "")

    @rx.event
    @signed_in
    async def look_for(self, who: Principal, find: str) -> None:
        """Narrow the list."""
        self.find = find[:LINE_LIMIT]

    @rx.event
    @signed_in
    async def select(self, who: Principal, entity: str) -> Follow:
        """Stand in front of somebody or something else."""
        if entity not in {card.id for card in self.everyone}:
            await read_everyone(self, who)
        await face(self, who, entity)
        self.is_browsing = False
        return keep_address(entity)

    @rx.event
    @signed_in
    async def show_all(self, who: Principal) -> Follow:
        """Stand in front of every picture of the world."""
        return await face_everything(self, who)

    @rx.event
    @signed_in
    async def browse(self, who: Principal) -> None:
        """Back to the list, on a phone."""
        self.is_browsing = True


async def read_everyone(creator: Creator, who: Principal) -> None:
    """Show who and what is stored. Raises NotFoundError."""
    place = await creator.get_state(Place)
    world_id: UUID = parsed_id(place.world, "world")
    engine = current()
    active = await engine.gallery.active(who, world_id)
    cards = [
        entity_card(entity, thumbnail_of(active, entity))
        for kind in EntityType
        for entity in await engine.worlds.entities(who, kind, world_id)
    ]
    change(creator, everyone=cards)
    change(place, world_name=(await engine.worlds.find(who, world_id)).name)


async def face(creator: Creator, who: Principal, wanted: str) -> None:
    """Stand in front of `wanted`, else of the first in the list, else of nobody; or of every picture."""
    place = await creator.get_state(Place)
    await pick_nothing(creator)
    place.shows_all = wanted == EVERYTHING
    if place.shows_all:
        place.kind = place.entity = place.entity_name = ""
        await open_gallery(creator, who)
        return
    card = next((card for card in creator.everyone if card.id == wanted), None) or next(iter(creator.everyone), None)
    place.kind, place.entity, place.entity_name = (card.kind, card.id, card.name) if card else ("", "", "")
    if card:
        await fill_editor(creator, who, is_new=True)
        await open_gallery(creator, who)


async def face_everything(state: rx.State, who: Principal) -> EventSpec:
    """Bring the tab of `state` in front of every picture. Raises NotFoundError."""
    creator = await state.get_state(Creator)
    await face(creator, who, EVERYTHING)
    creator.is_browsing = False
    return rx.call_script(f"wrldbldrFace('{EVERYTHING}')")


async def go_to(state: rx.State, who: Principal, entity: str, tab: str = ALL) -> None:
    """Bring the tab of `state` in front of somebody. Raises NotFoundError when they are not in this world (any more)."""
    creator = await state.get_state(Creator)
    await read_everyone(creator, who)
    if entity not in {card.id for card in creator.everyone}:
        raise NotFoundError("character or location")
    await face(creator, who, entity)
    creator.is_browsing = False
    await subject_of(state)
    if tab != ALL:
        await open_gallery(state, who, tab)


def keep_address(entity: str) -> EventSpec:
    """Let the address bar name who is shown, so that a reload comes back here. The id was checked by whoever calls."""
    return rx.call_script(f"wrldbldrFace('{parsed_id(entity, 'character or location')}')")


def matches(find: str, *texts: str) -> bool:
    """Whether every word that is looked for stands in one of the texts."""
    text = " ".join(texts).casefold()
    return all(word in text for word in find.casefold().split())
