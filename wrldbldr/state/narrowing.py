"""Narrowing a gallery: what is typed and chosen above it, and what there is to choose from."""

from dataclasses import dataclass

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import checked_rating
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.picture_query import PictureOrder
from wrldbldr.domain.tag import checked_tag
from wrldbldr.domain.text import LINE_LIMIT
from wrldbldr.engine import current
from wrldbldr.services.cards import EntityCard
from wrldbldr.state.change import change
from wrldbldr.state.creator import Creator, face_everything
from wrldbldr.state.filters import Filters, clear
from wrldbldr.state.gallery import ALL, Gallery, read_first
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.picked import pick_what_hangs
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to choose from."""

    id: str
    name: str


class Narrowing(rx.State):
    """The lists are read when the menu opens."""

    is_open: rx.Field[bool] = rx.field(False)
    tags: rx.Field[list[Choice]] = rx.field(default_factory=list)
    workflows: rx.Field[list[Choice]] = rx.field(default_factory=list)
    people: rx.Field[list[Choice]] = rx.field(default_factory=list)

    @rx.event
    @signed_in
    async def toggle_menu(self, who: Principal, is_open: bool) -> None:
        """More filters, or fewer."""
        self.is_open = is_open
        if is_open:
            await self._read_choices(who)

    @rx.event
    @signed_in
    async def by_kind(self, who: Principal, kind: str) -> None:
        """Show one kind of picture, or all."""
        gallery = await self.get_state(Gallery)
        gallery.tab = kind if kind == ALL else parsed_word(AssetType, kind, "kind of picture")
        await self._look(who)

    @rx.event
    @signed_in
    async def search(self, who: Principal, text: str) -> None:
        """Look for words, and beginnings of words."""
        filters = await self.get_state(Filters)
        filters.text = text[:LINE_LIMIT]
        await self._look(who)

    @rx.event
    @signed_in
    async def clear_search(self, who: Principal) -> None:
        """Look for no words any more."""
        filters = await self.get_state(Filters)
        filters.text, filters.form = "", filters.form + 1
        await self._look(who)

    @rx.event
    @signed_in
    async def toggle_starred(self, who: Principal) -> None:
        """Show only what is starred, or everything again."""
        filters = await self.get_state(Filters)
        filters.starred = not filters.starred
        await self._look(who)

    @rx.event
    @signed_in
    async def toggle_styled(self, who: Principal) -> None:
        """Show only what was generated from a style reference, or everything again (US-18C.5)."""
        filters = await self.get_state(Filters)
        filters.styled = not filters.styled
        await self._look(who)

    @rx.event
    @signed_in
    async def toggle_unused(self, who: Principal) -> None:
        """Show only what is used nowhere, or everything again."""
        filters = await self.get_state(Filters)
        filters.unused = not filters.unused
        await self._look(who)

    @rx.event
    @signed_in
    async def show_descendants(self, who: Principal, asset: str) -> None:
        """Show all that took its style from a picture, whoever is on it."""
        found = await current().gallery.find(who, parsed_id(asset, "picture"))
        filters, gallery = await self.get_state(Filters), await self.get_state(Gallery)
        clear(filters)
        filters.source, filters.source_label, gallery.tab = asset, found.label, ALL
        await self._look(who)

    @rx.event
    @signed_in
    async def leave_source(self, who: Principal) -> None:
        """Back to the pictures of whoever the tab shows."""
        filters = await self.get_state(Filters)
        filters.source = filters.source_label = ""
        await self._look(who)

    @rx.event
    @signed_in
    async def by_rating(self, who: Principal, rating: int) -> None:
        """Show what is rated so or better; the same again shows everything."""
        filters = await self.get_state(Filters)
        filters.rating = 0 if filters.rating == rating else checked_rating(rating)
        await self._look(who)

    @rx.event
    @signed_in
    async def by_tag(self, who: Principal, tag: str) -> None:
        """Show what has a tag; none shows everything."""
        filters = await self.get_state(Filters)
        filters.tag = checked_tag(tag) if tag else ""
        await self._look(who)

    @rx.event
    @signed_in
    async def show_tagged(self, who: Principal, tag: str) -> Follow:
        """Show all pictures of the world that have a tag, whoever is on them."""
        wanted, filters = checked_tag(tag), await self.get_state(Filters)
        follow = await face_everything(self, who)
        filters.tag = wanted
        change(await self.get_state(Lightbox), is_open=False)
        await self._look(who)
        return follow

    @rx.event
    @signed_in
    async def by_workflow(self, who: Principal, workflow: str) -> None:
        """Show what a workflow painted; none shows everything."""
        filters = await self.get_state(Filters)
        name = (await current().workflows.find(who, parsed_id(workflow, "workflow"))).name if workflow else ""
        filters.workflow, filters.workflow_name = workflow, name
        await self._look(who)

    @rx.event
    @signed_in
    async def by_whose(self, who: Principal, entity: str) -> None:
        """Of all pictures show those of one character or location; nobody shows everything."""
        filters, creator = await self.get_state(Filters), await self.get_state(Creator)
        card: EntityCard | None = next((card for card in creator.everyone if card.id == entity), None)
        filters.whose, filters.whose_name = (card.id, card.name) if card else ("", "")
        await self._look(who)

    @rx.event
    @signed_in
    async def in_order(self, who: Principal, order: str) -> None:
        """Which come first."""
        filters = await self.get_state(Filters)
        filters.order = parsed_word(PictureOrder, order, "order").value
        await self._look(who)

    @rx.event
    @signed_in
    async def clear(self, who: Principal) -> Follow:
        """Show everything again."""
        clear(await self.get_state(Filters))
        (await self.get_state(Gallery)).tab = ALL
        await self._look(who)

    async def _look(self, who: Principal) -> None:
        await read_first(await self.get_state(Gallery), who)
        await pick_what_hangs(self, who)

    async def _read_choices(self, who: Principal) -> None:
        place, creator, engine = await self.get_state(Place), await self.get_state(Creator), current()
        tags = await engine.gallery.tags(who, parsed_id(place.world, "world"))
        change(
            self,
            tags=[Choice(name, f"{name} ({count:,})") for name, count in tags.items()],
            workflows=[Choice(str(workflow.id), workflow.name) for workflow in await engine.workflows.all(who)],
            people=[Choice(card.id, card.name) for card in creator.everyone],
        )
