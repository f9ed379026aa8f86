"""Two pictures side by side."""

from collections.abc import Sequence
from contextlib import suppress

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, asset_card
from wrldbldr.services.comparison import Difference
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lightbox import NO_PICTURE, Lightbox
from wrldbldr.state.picked import Picked
from wrldbldr.state.principal import Follow, signed_in

TWO = 2
ALONE = "There is no other picture to compare it with."


class Comparing(rx.State):
    """The one at the left stays; arrows put another one of `_others` at the right. `alike` names what is the same."""

    is_open: rx.Field[bool] = rx.field(False)
    left: rx.Field[AssetCard] = rx.field(default_factory=lambda: NO_PICTURE)
    right: rx.Field[AssetCard] = rx.field(default_factory=lambda: NO_PICTURE)
    differences: rx.Field[list[Difference]] = rx.field(default_factory=list)
    alike: rx.Field[str] = rx.field("")
    place: rx.Field[int] = rx.field(0)
    count: rx.Field[int] = rx.field(0)
    _others: list[str] = []

    @rx.event
    @signed_in
    async def begin_picked(self, who: Principal) -> None:
        """The two that are selected, in that order."""
        ids = (await self.get_state(Picked)).ids
        if len(ids) != TWO:
            raise InvalidInputError("selection", "Select two pictures to compare them.")
        await self._open(who, ids[0], ids[1:])

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> Follow:
        """The one that is shown large, with the others of its batch, else with those that hang beside it."""
        lightbox = await self.get_state(Lightbox)
        asset = lightbox.asset.id
        siblings = await current().comparison.siblings(who, parsed_id(asset, "picture"))
        others = [str(one) for one in siblings if str(one) != asset] or [
            card.id for card in lightbox.strip if card.id != asset
        ]
        if not others:
            return rx.toast.info(ALONE)
        await self._open(who, asset, others)
        return None

    @rx.event
    @signed_in
    async def step(self, who: Principal, by: int) -> None:
        """Another one at the right: the next, or the one before by -1, and round at the ends."""
        for _ in self._others:
            self.place = (self.place - 1 + (1 if by > 0 else -1)) % len(self._others) + 1
            with suppress(NotFoundError):  # it was deleted meanwhile
                await self._read(who, self.left.id, self._others[self.place - 1])
                return

    @rx.event
    @signed_in
    async def swap(self, who: Principal) -> None:
        """The one at the right is to stay, and the other to change."""
        left, right = self.left.id, self.right.id
        self._others = [left if one == right else one for one in self._others]
        await self._read(who, right, left)

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """It was closed: back to where it was begun."""
        self.is_open = is_open

    async def _open(self, who: Principal, left: str, others: Sequence[str]) -> None:
        self._others, self.place, self.count = [*others], 1, len(others)
        await self._read(who, left, others[0])
        self.is_open = True

    async def _read(self, who: Principal, left: str, right: str) -> None:
        found = await current().comparison.compare(who, parsed_id(left, "picture"), parsed_id(right, "picture"))
        self.left, self.right = asset_card(found.left.asset), asset_card(found.right.asset)
        self.differences = found.differences
        self.alike = ", ".join(found.alike)
