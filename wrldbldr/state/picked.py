"""The pictures that are selected in this tab, and what is done with all of them."""

import reflex as rx

from wrldbldr.api.bulk import zip_url
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.engine import current
from wrldbldr.services.access import TOGETHER_LIMIT
from wrldbldr.state.change import change
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.removal import ask_to_delete
from wrldbldr.state.tagging import Tagging
from wrldbldr.state.words import spoken

TOO_MANY = f"At most {TOGETHER_LIMIT} pictures can be selected."
ONLY_ONE = "Only one picture can be active: choose one."
ACTIVE_ALREADY = "It is active already."


class Picked(rx.State):
    """`ids` in the order of selecting. `why_not` says why they cannot be set active; `are_starred` when all of them are."""

    ids: rx.Field[list[str]] = rx.field(default_factory=list)
    are_starred: rx.Field[bool] = rx.field(False)
    why_not: rx.Field[str] = rx.field("")
    _anchor: str = ""  # from where a range goes

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, asset: str) -> None:
        """Select a picture, or not any more."""
        await self._pick(who, asset)

    @rx.event
    @signed_in
    async def pick(self, who: Principal, words: str) -> None:
        """A hand or a key selected (assets/picking.js): `toggle <picture>`, `range <picture>`, `all`, `none`."""
        match words.split():
            case ["toggle", asset]:
                await self._pick(who, asset)
            case ["range", asset]:
                await self._pick_up_to(who, asset)
            case ["all"]:
                shown = [card.id for card in (await self.get_state(Gallery)).assets]
                await self._keep(who, [*dict.fromkeys([*self.ids, *shown])])
            case ["none"]:
                self.reset()
            case _:
                raise NotFoundError("selection")

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Pictures changed somewhere: one that is gone, or hangs elsewhere now, is selected no more."""
        await pick_what_hangs(self, who)

    @rx.event
    @signed_in
    async def star(self, who: Principal) -> None:
        """Mark all of them, or take the marks away where all have one."""
        ids = [parsed_id(asset, "picture") for asset in self.ids]
        await current().bulk.star(who, ids, starred=not self.are_starred)
        await self._keep(who, self.ids)

    @rx.event
    @signed_in
    async def tag(self, who: Principal) -> Follow:
        """Put tags on all of them, or take some off."""
        return Tagging.begin(self.ids)

    @rx.event
    @signed_in
    async def activate(self, who: Principal) -> Follow:
        """Let the one that is selected stand for its subject; of several none can."""
        if self.why_not:
            return rx.toast.info(spoken(self.why_not))
        await current().gallery.activate(who, parsed_id(next(iter(self.ids), ""), "picture"))
        await self._keep(who, self.ids)
        return None

    @rx.event
    @signed_in
    async def download(self, who: Principal) -> Follow:
        """All of them as one zip; one alone as it is."""
        ids = [parsed_id(asset, "picture") for asset in self.ids]
        if len(ids) == 1:
            return _downloading(f"/api/assets/{ids[0]}/image?download=1")
        return _downloading(zip_url(await current().bulk.ask_for_zip(who, ids)))

    @rx.event
    @signed_in
    async def ask_to_delete(self, who: Principal) -> None:
        """One question for all of them."""
        await ask_to_delete(self, who, self.ids)

    async def _pick(self, who: Principal, asset: str) -> None:
        parsed_id(asset, "picture")
        chosen = [one for one in self.ids if one != asset]
        self._anchor = asset
        await self._keep(who, chosen if asset in self.ids else [*chosen, asset])

    async def _pick_up_to(self, who: Principal, asset: str) -> None:
        """All from the last one that was selected by itself, as they hang."""
        shown = [card.id for card in (await self.get_state(Gallery)).assets]
        if asset not in shown or self._anchor not in shown:
            await self._pick(who, asset)
            return
        first, last = sorted((shown.index(self._anchor), shown.index(asset)))
        await self._keep(who, [*dict.fromkeys([*self.ids, *shown[first : last + 1]])])

    async def _keep_what_hangs(self, who: Principal) -> None:
        """What is out of sight is not acted on. Whoever went very far left pictures behind that hang still."""
        gallery = await self.get_state(Gallery)
        hanging = self.ids if gallery.is_cut else [card.id for card in gallery.assets]
        await self._keep(who, [asset for asset in self.ids if asset in hanging])

    async def _keep(self, who: Principal, assets: list[str]) -> None:
        """Select those of these that are there. Raises InvalidInputError for more than can be selected."""
        if len(assets) > TOGETHER_LIMIT:
            raise InvalidInputError("selection", TOO_MANY)
        world_id = parsed_id((await self.get_state(Place)).world, "world")
        there = await current().bulk.there(who, world_id, [parsed_id(asset, "picture") for asset in assets])
        is_active = len(there) == 1 and there[0].is_active
        change(
            self,
            ids=[str(asset.id) for asset in there],
            are_starred=bool(there) and all(asset.is_starred for asset in there),
            why_not=ONLY_ONE if len(there) > 1 else ACTIVE_ALREADY if is_active else "",
        )


async def pick_nothing(state: rx.State) -> None:
    """The tab of `state` shows somebody else: what was selected was theirs."""
    picked = await state.get_state(Picked)
    if picked.ids:
        picked.reset()


async def pick_what_hangs(state: rx.State, who: Principal) -> None:
    """The gallery in the tab of `state` shows others: those that hang no more are selected no more."""
    picked = await state.get_state(Picked)
    if picked.ids:
        await picked._keep_what_hangs(who)  # noqa: SLF001 - else it were a handler for browsers


def _downloading(address: str) -> rx.event.EventSpec:
    return rx.call_script(f"wrldbldrDownload({spoken(address)})")
