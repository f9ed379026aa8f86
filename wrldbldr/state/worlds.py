"""The shelf of worlds."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.engine import current
from wrldbldr.services.cards import WorldCard, image_url, world_card
from wrldbldr.state.change import change
from wrldbldr.state.me import introduce
from wrldbldr.state.place import leave_place
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken

FRESH_LIMIT = 7
# Left there by the page for the first visit. A var of ours that a browser fills is one that strangers can fill.
WANTS_DEMO = (
    "(() => { const key = 'wrldbldr_load_demo', asked = sessionStorage.getItem(key); "
    "sessionStorage.removeItem(key); return Boolean(asked); })()"
)


@dataclass(frozen=True, slots=True)
class FreshPicture:
    """A picture of late, and where it hangs."""

    id: str
    label: str
    href: str
    image: str
    asset_type: str
    is_simulated: bool


class Worlds(rx.State):
    """The worlds of whoever is signed in, and what was painted last."""

    cards: rx.Field[list[WorldCard]] = rx.field(default_factory=list)
    fresh: rx.Field[list[FreshPicture]] = rx.field(default_factory=list)
    is_loaded: rx.Field[bool] = rx.field(False)
    is_adding_demo: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> Follow:
        """The page opens."""
        await leave_place(self)
        await introduce(self, who)
        await self._read(who)
        return None if self.cards else rx.call_script(WANTS_DEMO, callback=Worlds.welcome)

    @rx.event
    @signed_in
    async def welcome(self, who: Principal, wants_demo: bool) -> Follow:
        """The browser says whether the demo world was asked for at the first visit.

        What a page's opening starts is stopped when the page is left; what the browser sends by itself goes on.
        """
        return Worlds.add_demo if wants_demo is True else None

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Something changed in one of the worlds."""
        await self._read(who)

    @rx.event(background=True)
    @signed_in
    async def add_demo(self, who: Principal) -> AsyncGenerator[Follows]:
        """Make the demo world; in the background, because many pictures are put in place."""
        async with self:
            if self.is_adding_demo:
                return
            self.is_adding_demo = True
        try:
            world = await current().demo.load(who)
            yield rx.toast.success(spoken(f"{world.name} is on your shelf"))
        finally:
            async with self:
                self.is_adding_demo = False
        yield Worlds.refresh

    async def _read(self, who: Principal) -> None:
        engine = current()
        cards = [world_card(summary) for summary in await engine.worlds.summaries(who)]
        fresh = [_fresh(asset) for asset in await engine.gallery.fresh(who, FRESH_LIMIT)]
        change(self, cards=cards, fresh=fresh, is_loaded=True)


def _fresh(asset: Asset) -> FreshPicture:
    is_wide = asset.width > asset.height
    return FreshPicture(
        id=str(asset.id),
        label=asset.label,
        href=f"/worlds/{asset.world_id}/create?show={asset.entity_id}",
        image=image_url(asset.id) if is_wide else image_url(asset.id, 256),
        asset_type=asset.asset_type,
        is_simulated=asset.is_simulated,
    )
