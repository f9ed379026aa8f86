"""The dialog in which a picture is shown to players: to all of them, to some, or on the stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.stage import FITTING_PART, Part
from wrldbldr.engine import current
from wrldbldr.services.cards import image_url
from wrldbldr.state.director import Director, read_director
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Mode, Place
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.words import spoken

THEIRS, OTHERS = 12, 48
SEAT = "seat-"  # how a player's box is called in the form, before their id
ALL, SOME, STAGE = "all", "some", "stage"


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """A picture that may be shown."""

    id: str
    name: str
    thumbnail: str


@dataclass(frozen=True, slots=True)
class SeatChoice:
    """A player to whom it may be shown. `name` is how the browser's form calls the box."""

    box: str
    name: str


class Reveal(rx.State):
    """`form` changes when the fields start over."""

    is_open: rx.Field[bool] = rx.field(False)
    form: rx.Field[int] = rx.field(0)
    pictures: rx.Field[list[PictureChoice]] = rx.field(default_factory=list)
    first: rx.Field[str] = rx.field("")
    seats: rx.Field[list[SeatChoice]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """Offer the pictures of whom keys speak of first, then what was painted last in this world."""
        place, director = await self.get_state(Place), await self.get_state(Director)
        theirs: list[Asset] = []
        if director.npc:
            world_id, npc_id = parsed_id(place.world, "world"), parsed_id(director.npc, "character")
            theirs = [*await current().gallery.page(who, world_id, PictureQuery(entity_id=npc_id), limit=THEIRS)]
        await self._open(who, theirs)

    @rx.event
    @signed_in
    async def show(self, who: Principal, asset: str) -> None:
        """Offer this picture first."""
        await self._open(who, [await current().gallery.find(who, parsed_id(asset, "picture"))])

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def reveal(self, who: Principal, form: dict[str, Any]) -> Follow:
        """Show it at once. What is refused stays in the dialog, with the reason."""
        place, asset_id = await self.get_state(Place), parsed_id(str(form.get("picture", "")), "picture")
        table, to = parsed_id(place.table, "game session"), str(form.get("to", ALL))
        asset = await current().gallery.find(who, asset_id)
        part = stage_part(asset) if to == STAGE else Part.HANDOUT
        try:
            await current().stage.put(who, table, asset_id, part, chosen_seats(form) if to == SOME else None)
        except InvalidInputError as error:
            self.error = error.message
            return None
        self.is_open = False
        if place.mode == Mode.DIRECT:
            await read_director(await self.get_state(Director), who)
            return None
        return rx.toast.success(spoken(f"{'On the stage of' if to == STAGE else 'Shown at'} {place.table_name}"))

    async def _open(self, who: Principal, theirs: Sequence[Asset]) -> None:
        place, engine = await self.get_state(Place), current()
        world_id = parsed_id(place.world, "world")
        known = {asset.id for asset in theirs}
        others = [asset for asset in await engine.gallery.page(who, world_id, limit=OTHERS) if asset.id not in known]
        players = await engine.players.players(who, parsed_id(place.table, "game session"))
        self.pictures = [_choice(asset) for asset in (*theirs, *others)]
        self.first = self.pictures[0].id if self.pictures else ""
        self.seats = [SeatChoice(f"{SEAT}{player.id}", player.name) for player in players]
        self.error, self.is_open = "", True
        self.form += 1


def stage_part(asset: Asset) -> Part:
    """A backdrop hangs behind; whatever else stands there, or is refused."""
    return Part.BACKDROP if asset.asset_type in FITTING_PART[Part.BACKDROP] else Part.FIGURE


def chosen_seats(form: Mapping[str, object]) -> list[UUID]:
    """The players whose boxes are ticked. Raises NotFoundError for what is no id."""
    ticked = [name for name, value in form.items() if name.startswith(SEAT) and value]
    return [parsed_id(name.removeprefix(SEAT), "player") for name in ticked]


def _choice(asset: Asset) -> PictureChoice:
    return PictureChoice(str(asset.id), asset.label.replace("_", " "), image_url(asset.id, 256))
