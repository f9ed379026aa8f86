"""The pictures of whoever or whatever the tab shows."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, asset_card
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Place, subject_of
from wrldbldr.state.principal import signed_in

PAGE = 48
ALL = "all"


class Gallery(rx.State):
    """As many pictures as were asked for, newest first. `target` is the one a menu is about.

    With a `source` they are those of the whole world that took their style from it.
    """

    assets: rx.Field[list[AssetCard]] = rx.field(default_factory=list)
    counts: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    tab: rx.Field[str] = rx.field(ALL)
    only_starred: rx.Field[bool] = rx.field(False)
    only_styled: rx.Field[bool] = rx.field(False)
    source: rx.Field[str] = rx.field("")
    source_label: rx.Field[str] = rx.field("")
    has_more: rx.Field[bool] = rx.field(False)
    is_loaded: rx.Field[bool] = rx.field(False)
    target: rx.Field[str] = rx.field("")
    target_label: rx.Field[str] = rx.field("")
    target_is_starred: rx.Field[bool] = rx.field(False)
    target_is_active: rx.Field[bool] = rx.field(False)

    @rx.var
    def total(self) -> int:
        """Pictures of every type."""
        return sum(self.counts.values())

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Pictures came, went or changed."""
        place = await self.get_state(Place)
        if place.entity:
            await read_pictures(self, who, len(self.assets))

    @rx.event
    @signed_in
    async def choose_tab(self, who: Principal, tab: str) -> None:
        """Show one type of picture, or all."""
        self.tab = tab if tab == ALL else parsed_word(AssetType, tab, "kind of picture")
        await read_pictures(self, who, 0)

    @rx.event
    @signed_in
    async def toggle_starred(self, who: Principal) -> None:
        """Show only what is starred, or everything again."""
        self.only_starred = not self.only_starred
        await read_pictures(self, who, 0)

    @rx.event
    @signed_in
    async def toggle_styled(self, who: Principal) -> None:
        """Show only what was generated from a style reference, or everything again (US-18C.5)."""
        self.only_styled = not self.only_styled
        await read_pictures(self, who, 0)

    @rx.event
    @signed_in
    async def show_descendants(self, who: Principal, asset: str) -> None:
        """Show all that took its style from a picture, whoever is on it."""
        found = await current().gallery.find(who, parsed_id(asset, "picture"))
        self.source, self.source_label = asset, found.label
        self.tab, self.only_starred, self.only_styled = ALL, False, False
        await read_pictures(self, who, 0)

    @rx.event
    @signed_in
    async def leave_source(self, who: Principal) -> None:
        """Back to the pictures of whoever the tab shows."""
        self.source = self.source_label = ""
        await read_pictures(self, who, 0)

    @rx.event
    @signed_in
    async def load_more(self, who: Principal) -> None:
        """The next page."""
        await read_pictures(self, who, len(self.assets) + PAGE)

    @rx.event
    @signed_in
    async def aim(self, who: Principal, asset: str) -> None:
        """A menu opens over a picture."""
        card = next((card for card in self.assets if card.id == asset), None)
        if card is None:
            raise NotFoundError("picture")
        self.target, self.target_label = card.id, card.label
        self.target_is_starred, self.target_is_active = card.is_starred, card.is_active

    @rx.event
    @signed_in
    async def activate(self, who: Principal, asset: str) -> None:
        """Let it stand for its subject."""
        await current().gallery.activate(who, parsed_id(asset, "picture"))

    @rx.event
    @signed_in
    async def star(self, who: Principal, asset: str, is_starred: bool) -> None:
        """Mark it, or take the mark away."""
        await current().gallery.update(who, parsed_id(asset, "picture"), starred=is_starred)


async def read_pictures(gallery: Gallery, who: Principal, at_least: int) -> None:
    """Show what is stored, at least as many as asked for. Raises NotFoundError."""
    subject = await subject_of(gallery)
    wanted = max(PAGE, at_least)
    stored = current().gallery
    found = await stored.page(
        who,
        subject.world_id,
        PictureQuery(
            entity_id=None if gallery.source else subject.entity_id,
            asset_type=None if gallery.tab == ALL else AssetType(gallery.tab),
            starred=True if gallery.only_starred else None,
            is_styled=True if gallery.only_styled else None,
            source_id=parsed_id(gallery.source, "picture") if gallery.source else None,
        ),
        limit=wanted + 1,
    )
    counts = await stored.counts(who, subject.world_id, subject.entity_id)
    change(
        gallery,
        assets=[asset_card(asset) for asset in found[:wanted]],
        counts={str(asset_type): count for asset_type, count in counts.items()},
        has_more=len(found) > wanted,
        is_loaded=True,
    )


async def open_gallery(state: rx.State, who: Principal, tab: str = ALL) -> None:
    """Show the pictures of whoever the tab of `state` is in front of now. Raises NotFoundError."""
    gallery = await state.get_state(Gallery)
    gallery.tab, gallery.only_starred, gallery.only_styled = tab, False, False
    gallery.source = gallery.source_label = ""
    await read_pictures(gallery, who, 0)
