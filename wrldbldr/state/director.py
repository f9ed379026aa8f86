"""Director Mode: who is at hand, what is on the stage, and what a tab does with both while the game runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.stage import FITTING_PART, Part
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.domain.world import Character, Entity, EntityType, Location
from wrldbldr.engine import current
from wrldbldr.services.director_cards import (
    NpcCard,
    PieceCard,
    PlaceCard,
    as_players_see,
    npc_card,
    piece_card,
    place_card,
)
from wrldbldr.services.player_cards import FigureCard, scene
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.state.change import change
from wrldbldr.state.creator import matches
from wrldbldr.state.generate import Generate
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.me import introduce
from wrldbldr.state.place import Mode, Place, arrive, leave_place
from wrldbldr.state.principal import Follow, signed_in

NOUN = "character or location"
FIELDS = ("mood", "immediate_goal")
INTO_VIEW = "document.querySelector('.npc[aria-current=true]')?.scrollIntoView({ block: 'nearest' })"


class Director(rx.State):
    """`npc` is whom keys speak of. `backdrop`, `place` and `figures` are the stage as players see it now."""

    npcs: rx.Field[list[NpcCard]] = rx.field(default_factory=list)
    places: rx.Field[list[PlaceCard]] = rx.field(default_factory=list)
    pieces: rx.Field[list[PieceCard]] = rx.field(default_factory=list)
    backdrop: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")
    figures: rx.Field[list[FigureCard]] = rx.field(default_factory=list)
    find: rx.Field[str] = rx.field("")
    npc: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    is_missing: rx.Field[bool] = rx.field(False)
    is_queue_open: rx.Field[bool] = rx.field(False)
    _said: dict[str, str] = {}  # what was typed here last, by character and field: it stands in the browser already

    @rx.var
    def at_hand(self) -> list[NpcCard]:
        """Those who match what is looked for, by name: nobody moves because something happens to them."""
        return [card for card in self.npcs if matches(self.find, card.name, card.summary)]

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> None:
        """The page opens, or the browser is back after an interruption."""
        await introduce(self, who)
        try:
            if await arrive(self, who, Mode.DIRECT):
                self.npcs, self.find, self.npc, self.is_queue_open = [], "", "", False
            await read_director(self, who)
        except NotFoundError:
            await leave_place(self)
            self.is_missing, self.is_loaded = True, True
            return
        self.is_missing, self.is_loaded = False, True

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Something changed in this world, on its stage, or who watches it."""
        if not (await self.get_state(Place)).table or self.is_missing:
            return
        try:
            await read_director(self, who)
        except NotFoundError:
            await leave_place(self)
            self.is_missing = True

    @rx.event
    @signed_in
    async def look_for(self, who: Principal, find: str) -> None:
        """Narrow the list."""
        self.find = find[:LINE_LIMIT]

    @rx.event
    @signed_in
    async def face(self, who: Principal, npc: str) -> None:
        """Let keys speak of somebody."""
        if npc in {card.id for card in self.npcs}:
            self.npc = npc

    @rx.event
    @signed_in
    async def step(self, who: Principal, by: int) -> Follow:
        """Go on to the next in the list, or back to the one before."""
        ids = [card.id for card in self.at_hand]
        if not ids:
            return None
        at = ids.index(self.npc) + by if self.npc in ids else 0
        self.npc = ids[max(0, min(at, len(ids) - 1))]
        return into_view()

    @rx.event
    @signed_in
    async def save(self, who: Principal, npc: str, field: str, value: str) -> None:
        """A field of somebody's was left or is at rest."""
        card = next((card for card in self.npcs if card.id == npc), None)
        if field not in FIELDS or card is None or getattr(card, field) == value:
            return
        self._said[f"{npc}:{field}"] = " ".join(value.split()) if len(value) <= LINE_LIMIT else value
        changes = EntityChanges(mood=value) if field == "mood" else EntityChanges(immediate_goal=value)
        await current().worlds.update_entity(who, EntityType.CHARACTER, parsed_id(npc, NOUN), changes)

    @rx.event
    @signed_in
    async def show_name(self, who: Principal, kind: str, entity: str, is_visible: bool) -> None:
        """Let players know of somebody or somewhere by name, or hide it."""
        changes = EntityChanges(visible_to_players=is_visible)
        await current().worlds.update_entity(who, parsed_word(EntityType, kind, NOUN), parsed_id(entity, NOUN), changes)

    @rx.event
    @signed_in
    async def generate(self, who: Principal, kind: str, entity: str, asset_type: str) -> Follow:
        """Ask for a picture in the same dialog as in Creator Mode."""
        return await self._generate(who, parsed_word(EntityType, kind, NOUN), entity, asset_type)

    @rx.event
    @signed_in
    async def generate_faced(self, who: Principal, asset_type: str) -> Follow:
        """The same for whom keys speak of."""
        return await self._generate(who, EntityType.CHARACTER, self.npc, asset_type) if self.npc else None

    @rx.event
    @signed_in
    async def toggle_on_stage(self, who: Principal, kind: str, entity: str) -> None:
        """Bring somebody on, or take them back; a location's backdrop likewise."""
        await self._toggle(who, parsed_word(EntityType, kind, NOUN), entity)

    @rx.event
    @signed_in
    async def toggle_faced(self, who: Principal) -> None:
        """The same for whom keys speak of."""
        if self.npc:
            await self._toggle(who, EntityType.CHARACTER, self.npc)

    @rx.event
    @signed_in
    async def move(self, who: Principal, piece: str, by: int) -> None:
        """Let somebody on the stage stand further left or right."""
        ids = [card.id for card in self.pieces if card.part == Part.FIGURE]
        if piece not in ids:
            return
        at = ids.index(piece)
        ids.insert(max(0, at + by), ids.pop(at))
        await current().stage.arrange(who, await self._table(), [parsed_id(each, "figure") for each in ids])
        await read_director(self, who)

    @rx.event
    @signed_in
    async def take_back(self, who: Principal, piece: str) -> None:
        """Players see it no more."""
        await current().stage.take_back(who, await self._table(), parsed_id(piece, "picture"))
        await read_director(self, who)

    @rx.event
    @signed_in
    async def clear(self, who: Principal) -> None:
        """Everything leaves the stage."""
        await current().stage.clear(who, await self._table())
        await read_director(self, who)

    @rx.event
    @signed_in
    async def show_batch(self, who: Principal, batch: str) -> None:
        """From a notice: show the first picture of a batch to the players, on the stage or else as a handout."""
        asset_id = await _first_of(who, batch)
        asset = await current().gallery.find(who, asset_id)
        part = next(
            part for part in (Part.BACKDROP, Part.FIGURE, Part.HANDOUT) if asset.asset_type in FITTING_PART[part]
        )
        await current().stage.put(who, await self._table(), asset_id, part)
        await read_director(self, who)

    @rx.event
    @signed_in
    async def activate_batch(self, who: Principal, batch: str) -> None:
        """From a notice: let the first picture of a batch stand for its subject."""
        await current().gallery.activate(who, await _first_of(who, batch))

    @rx.event
    @signed_in
    async def toggle_queue(self, who: Principal) -> None:
        """Show or hide the queue."""
        self.is_queue_open = not self.is_queue_open

    async def _generate(self, who: Principal, kind: EntityType, entity: str, asset_type: str) -> Follow:
        wanted = parsed_word(AssetType, asset_type, "kind of picture")
        await self._turn_to(await current().worlds.find_entity(who, kind, parsed_id(entity, NOUN)))
        return Generate.begin(wanted.value)

    async def _toggle(self, who: Principal, kind: EntityType, entity: str) -> None:
        table = await self._table()
        card = next((card for card in (*self.npcs, *self.places) if card.id == entity), None)
        if card is not None and card.piece:
            await current().stage.take_back(who, table, parsed_id(card.piece, "picture"))
        else:
            await current().stage.bring_on(who, table, kind, parsed_id(entity, NOUN))
        await read_director(self, who)

    async def _table(self) -> UUID:
        return parsed_id((await self.get_state(Place)).table, "game session")

    async def _turn_to(self, entity: Entity) -> None:
        place = await self.get_state(Place)
        kind = EntityType.CHARACTER if isinstance(entity, Character) else EntityType.LOCATION
        place.kind, place.entity, place.entity_name = kind.value, str(entity.id), entity.name
        if kind is EntityType.CHARACTER:
            self.npc = str(entity.id)


@dataclass(frozen=True, slots=True)
class _Forms:
    """Whose fields have to start over: what is stored is neither what they show nor what was typed into them here."""

    before: Mapping[str, NpcCard]
    said: Mapping[str, str]

    def of(self, character: Character) -> int:
        """The number of their form."""
        card = self.before.get(str(character.id))
        if card is None:
            return 0
        changed = [field for field in FIELDS if getattr(card, field) != getattr(character, field)]
        is_news = any(self.said.get(f"{card.id}:{field}") != getattr(character, field) for field in changed)
        return card.form + is_news


def into_view() -> EventSpec:
    """Scroll to whom keys speak of."""
    return rx.call_script(INTO_VIEW)


async def read_director(director: Director, who: Principal) -> None:
    """Show who and what there is, and the stage. Raises NotFoundError."""
    place = await director.get_state(Place)
    engine, world_id, table = current(), parsed_id(place.world, "world"), parsed_id(place.table, "game session")
    active = await engine.gallery.active(who, world_id)
    staged = await engine.stage.pieces(who, table)
    names = {player.id: player.name for player in await engine.players.players(who, table)}
    characters = await engine.worlds.entities(who, EntityType.CHARACTER, world_id)
    locations = await engine.worlds.entities(who, EntityType.LOCATION, world_id)
    forms = _Forms({card.id: card for card in director.npcs}, director._said)  # noqa: SLF001 - kept from browsers
    seen = scene(as_players_see(staged))
    npcs = [npc_card(each, active, staged, forms.of(each)) for each in characters if isinstance(each, Character)]
    change(
        director,
        npcs=npcs,
        places=[place_card(each, active, staged) for each in locations if isinstance(each, Location)],
        pieces=[piece_card(one, names) for one in staged],
        backdrop=seen.backdrop,
        place=seen.place,
        figures=seen.figures,
        npc=_still_there(director.npc, npcs),
    )
    change(place, world_name=(await engine.worlds.find(who, world_id)).name)


def _still_there(npc: str, npcs: Sequence[NpcCard]) -> str:
    """Whom keys speak of: the same as before, else the first."""
    ids = [card.id for card in npcs]
    return npc if npc in ids else next(iter(ids), "")


async def _first_of(who: Principal, batch: str) -> UUID:
    """The first picture of a batch. Raises NotFoundError when it was deleted."""
    report = await current().queue.report(who, parsed_id(batch, "batch"))
    if not report.asset_ids:
        raise NotFoundError("picture any more")
    return report.asset_ids[0]
