"""Hanging pictures in the gallery of somebody else: chosen from a list, or dropped on them."""

from collections.abc import Sequence

import reflex as rx
from reflex_components_sonner.toast import ToastAction

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import NotFoundError, WrldBldrError
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import current
from wrldbldr.services.cards import EntityCard
from wrldbldr.state.creator import Creator, matches
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.picked import Picked
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.removal import UNDO_MILLISECONDS
from wrldbldr.state.words import spoken

CHOICES = 60
NAME = "character or location"


class Moving(rx.State):
    """`choices` are those to whom they may go, `found` those of them that match what is looked for. `hint` says when there are more.

    `is_asking` while a picture lies on somebody whose it is not: `target` is their id, `target_name` their name.
    """

    is_open: rx.Field[bool] = rx.field(False)
    title: rx.Field[str] = rx.field("")
    find: rx.Field[str] = rx.field("")
    found: rx.Field[list[EntityCard]] = rx.field(default_factory=list)
    hint: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    is_asking: rx.Field[bool] = rx.field(False)
    target: rx.Field[str] = rx.field("")
    target_name: rx.Field[str] = rx.field("")
    label: rx.Field[str] = rx.field("")
    _assets: list[str] = []

    @rx.event
    @signed_in
    async def begin(self, who: Principal, asset: str) -> None:
        """Ask where to, for one picture."""
        found = await current().gallery.find(who, parsed_id(asset, "picture"))
        await self._open([asset], found.label)

    @rx.event
    @signed_in
    async def begin_picked(self, who: Principal) -> None:
        """The same for those that are selected."""
        ids = (await self.get_state(Picked)).ids
        await self._open(ids, "1 picture" if len(ids) == 1 else f"{len(ids)} pictures")

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The list was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def look_for(self, who: Principal, find: str) -> None:
        """Narrow the list."""
        self.find = find[:LINE_LIMIT]
        await self._list()

    @rx.event
    @signed_in
    async def move(self, who: Principal, entity: str) -> Follow:
        """To them. What is refused stays open, with the reason."""
        try:
            follow = await self._move(who, entity, active=False)
        except WrldBldrError as error:
            self.error = error.message
            return None
        self.is_open = False
        return follow

    @rx.event
    @signed_in
    async def drop(self, who: Principal, words: str) -> Follow:
        """A picture was dropped on somebody (assets/picking.js): `<picture> on <who>`. It stands for them when it is theirs."""
        match words.split():
            case [asset, "on", entity]:
                found = await current().gallery.find(who, parsed_id(asset, "picture"))
                card = await self._card(entity)
            case _:
                raise NotFoundError("move")
        if str(found.entity_id) == card.id:
            await current().gallery.activate(who, found.id)
            return rx.toast.success(spoken(f"{found.label} stands for {card.name} now"))
        self._assets, self.label = [asset], found.label
        self.target, self.target_name, self.is_asking = card.id, card.name, True
        return None

    @rx.event
    @signed_in
    async def toggle_question(self, who: Principal, is_open: bool) -> None:
        """The question was closed: it stays where it hangs."""
        self.is_asking = is_open

    @rx.event
    @signed_in
    async def move_dropped(self, who: Principal) -> Follow:
        """It was meant."""
        self.is_asking = False
        return await self._move(who, self.target, active=True)

    @rx.event
    @signed_in
    async def undo(self, who: Principal, move: str) -> Follow:
        """It was not meant."""
        what, verb = _named(await current().moving.undo(who, parsed_id(move, "move")))
        return rx.toast.success(spoken(f"{what} {verb} where {'it' if verb == 'hangs' else 'they'} hung before"))

    async def _open(self, assets: Sequence[str], what: str) -> None:
        self._assets, self.title = [*assets], f"Move {what} to…"
        self.find, self.error = "", ""
        await self._list()
        self.is_open = True

    async def _list(self) -> None:
        everyone = (await self.get_state(Creator)).everyone
        found = [card for card in everyone if matches(self.find, card.name, card.summary)]
        self.found = found[:CHOICES]
        self.hint = f"{CHOICES} of {len(found):,}: type to find others" if len(found) > CHOICES else ""

    async def _card(self, entity: str) -> EntityCard:
        everyone = (await self.get_state(Creator)).everyone
        card = next((card for card in everyone if card.id == entity), None)
        if card is None:
            raise NotFoundError(NAME)
        return card

    async def _move(self, who: Principal, entity: str, *, active: bool) -> Follow:
        card = await self._card(entity)
        ids = [parsed_id(asset, "picture") for asset in self._assets]
        moved = await current().moving.move(who, ids, EntityType(card.kind), parsed_id(card.id, NAME), active=active)
        if not moved.pictures:
            return rx.toast.info(spoken(f"{card.name} is where they hang already"))
        what, verb = _named(moved.pictures)
        return rx.toast.success(
            spoken(f"{what} {verb} with {card.name} now"),
            duration=UNDO_MILLISECONDS,
            action=ToastAction(label="Undo", on_click=Moving.undo(str(moved.undo_id))),
            cancel=ToastAction(label="Show", on_click=Creator.select(card.id)),
        )


def _named(pictures: Sequence[Asset]) -> tuple[str, str]:
    """What they are called, and what they do."""
    return (pictures[0].label, "hangs") if len(pictures) == 1 else (f"{len(pictures)} pictures", "hang")
