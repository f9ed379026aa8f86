"""The pictures of one batch, to keep, discard or set active. Nothing is removed before the choice is confirmed."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, asset_card
from wrldbldr.services.queue import BatchReport
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lightbox import NO_PICTURE
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.removal import delete_pictures


class Selection(rx.State):
    """`shown` is the picture that is large now, `discarded` are those that will be removed."""

    is_open: rx.Field[bool] = rx.field(False)
    title: rx.Field[str] = rx.field("")
    pictures: rx.Field[list[AssetCard]] = rx.field(default_factory=list)
    shown: rx.Field[AssetCard] = rx.field(default_factory=lambda: NO_PICTURE)
    place: rx.Field[int] = rx.field(0)
    discarded: rx.Field[list[str]] = rx.field(default_factory=list)
    _world: str = ""

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """It was closed: everything is kept."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def show(self, who: Principal, asset: str) -> None:
        """Look at one of them."""
        self._look_at(asset)

    @rx.event
    @signed_in
    async def step(self, who: Principal, by: int) -> None:
        """Go on by one, or back by -1, and round at the ends."""
        if self.pictures:
            at = (self.place - 1 + by) % len(self.pictures)
            self._look_at(self.pictures[at].id)

    @rx.event
    @signed_in
    async def activate(self, who: Principal) -> None:
        """Let the one that is shown stand for its subject; it is kept, then."""
        await current().gallery.activate(who, parsed_id(self.shown.id, "picture"))
        self.discarded = [asset for asset in self.discarded if asset != self.shown.id]
        await self._read(who, self.shown.id)

    @rx.event
    @signed_in
    async def discard(self, who: Principal) -> None:
        """Discard the one that is shown, or keep it after all."""
        shown = self.shown.id
        is_discarded = shown in self.discarded
        self.discarded = [*(one for one in self.discarded if one != shown), *([] if is_discarded else [shown])]

    @rx.event
    @signed_in
    async def finish(self, who: Principal) -> Follow:
        """The choice is made: what was discarded is removed. The batch stays in the list: that can be undone."""
        self.is_open = False
        discarded, self.discarded = self.discarded, []
        return await delete_pictures(who, self._world, discarded)

    async def _open(self, who: Principal, report: BatchReport) -> None:
        batch = report.batch
        self._world, self.discarded = str(batch.world_id), []
        self.title = f"{batch.asset_type.capitalize()} of {batch.entity_name}"
        await self._read(who, "", report.asset_ids)
        self.is_open = True

    async def _read(self, who: Principal, shown: str, asset_ids: Sequence[UUID] | None = None) -> None:
        """What is stored now of the batch's pictures. Raises NotFoundError when nothing is."""
        wanted = [parsed_id(card.id, "picture") for card in self.pictures] if asset_ids is None else asset_ids
        found: list[AssetCard] = []
        for asset_id in wanted:
            with suppress(NotFoundError):  # it was deleted meanwhile
                found.append(asset_card(await current().gallery.find(who, asset_id)))
        if not found:
            raise NotFoundError("picture: they were deleted")
        self.pictures = found
        self._look_at(shown or found[0].id)

    def _look_at(self, asset: str) -> None:
        ids = [card.id for card in self.pictures]
        if asset not in ids:
            raise NotFoundError("picture")
        self.place = ids.index(asset) + 1
        self.shown = self.pictures[self.place - 1]


async def select_among(state: rx.State, who: Principal, report: BatchReport) -> None:
    """Open the pictures of a batch in the tab of `state`. Raises NotFoundError when they were deleted."""
    selection = await state.get_state(Selection)
    await selection._open(who, report)  # noqa: SLF001 - else it were a handler for browsers
