"""One picture, large, with how it came to be."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, Fact, TileCard, asset_card, iso, tile_card
from wrldbldr.services.generation_info import stopwatch
from wrldbldr.state.change import change
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lineage import show_lineage
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.style_reference import name_of

NO_PICTURE = AssetCard(
    id="", label="", asset_type="", width=1, height=1, is_active=False, is_starred=False, is_simulated=False,
    rating=0, tags=(), thumbnail="", image="",
)  # fmt: skip


BESIDE = 12
INTO_VIEW = (
    "requestAnimationFrame(() => document.querySelector('.strip [aria-current=true]')"
    "?.scrollIntoView({ inline: 'center', block: 'nearest' }))"
)


class Lightbox(rx.State):
    """The picture shown, and its neighbours in the gallery."""

    is_open: rx.Field[bool] = rx.field(False)
    asset: rx.Field[AssetCard] = rx.field(default_factory=lambda: NO_PICTURE)
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    prompt: rx.Field[str] = rx.field("")
    negative_prompt: rx.Field[str] = rx.field("")
    seed: rx.Field[str] = rx.field("")
    painted_at: rx.Field[str] = rx.field("")
    took: rx.Field[str] = rx.field("")  # empty when it was not painted here
    entity_name: rx.Field[str] = rx.field("")
    previous: rx.Field[str] = rx.field("")
    next: rx.Field[str] = rx.field("")
    strip: rx.Field[list[TileCard]] = rx.field(default_factory=list)

    @rx.event
    @signed_in
    async def show(self, who: Principal, asset: str) -> Follow:
        """Open on a picture, or go to another."""
        await read_picture(self, who, asset)
        self.is_open = True
        return rx.call_script(INTO_VIEW)

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Pictures changed somewhere. One that is gone is shown no more."""
        if self.is_open:
            try:
                await read_picture(self, who, self.asset.id)
            except NotFoundError:
                self.is_open = False

    @rx.event
    @signed_in
    async def step(self, who: Principal, by: int) -> Follow:
        """Go on by one, or back by -1, from where the tab is by now: keys may be faster than pictures."""
        asset = {-1: self.previous, 1: self.next}.get(by, "")
        if not asset:
            return None
        await read_picture(self, who, asset)
        return rx.call_script(INTO_VIEW)

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """It was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def activate(self, who: Principal) -> None:
        """Let this picture stand for its subject."""
        await current().gallery.activate(who, parsed_id(self.asset.id, "picture"))
        await read_picture(self, who, self.asset.id)

    @rx.event
    @signed_in
    async def star(self, who: Principal) -> None:
        """Mark it, or take the mark away."""
        is_starred = not self.asset.is_starred
        await current().gallery.update(who, parsed_id(self.asset.id, "picture"), starred=is_starred)
        await read_picture(self, who, self.asset.id)

    @rx.event
    @signed_in
    async def rate(self, who: Principal, rating: int) -> None:
        """So many stars; the same again takes them back."""
        wanted = 0 if rating == self.asset.rating else rating
        await current().gallery.update(who, parsed_id(self.asset.id, "picture"), rating=wanted)
        await read_picture(self, who, self.asset.id)


async def read_picture(lightbox: Lightbox, who: Principal, asset: str) -> None:
    """Show a picture and where it hangs. Raises NotFoundError."""
    info = await current().gallery.info(who, parsed_id(asset, "picture"))
    found, recipe = info.asset, info.recipe
    lightbox.asset, lightbox.facts = asset_card(found), info.facts
    lightbox.prompt, lightbox.negative_prompt = recipe.prompt, recipe.negative_prompt
    lightbox.seed = "" if recipe.seed is None else str(recipe.seed)
    lightbox.painted_at, lightbox.took = iso(found.created_at), stopwatch(info.took)
    lightbox.entity_name = await name_of(who, found)
    await show_lineage(lightbox, who, found)
    hanging = (await lightbox.get_state(Gallery)).assets
    strip = around(hanging, asset) or [tile_card(found)]
    change(lightbox, strip=strip)
    lightbox.previous, lightbox.next = neighbours([card.id for card in hanging], asset)


def around(hanging: list[TileCard], asset: str) -> list[TileCard]:
    """A picture with the nearest to both sides; none when it does not hang there."""
    at = next((place for place, card in enumerate(hanging) if card.id == asset), None)
    return [] if at is None else hanging[max(at - BESIDE, 0) : at + BESIDE + 1]


def neighbours(ids: list[str], asset: str) -> tuple[str, str]:
    """The one before and the one after; empty at the ends."""
    if asset not in ids:
        return "", ""
    at = ids.index(asset)
    return (ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else "")
