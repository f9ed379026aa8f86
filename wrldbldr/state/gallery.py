"""The pictures of whoever or whatever the tab shows, or of the whole world."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.picture_query import COUNTED, PictureOrder, PictureQuery
from wrldbldr.engine import current
from wrldbldr.services.cards import TileCard, tile_card
from wrldbldr.state.change import change
from wrldbldr.state.filters import Filters, clear
from wrldbldr.state.hanging import PAGE, PAGES, Hanging, hung_again, in_pages
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import signed_in

ALL = "all"
FIELDS = [f"page_{number}" for number in range(PAGES)]


class Gallery(rx.State):
    """As many pictures as were asked for, in pages: a var is sent whole, and so each page is one by itself.

    `target` is the one a menu is about. `_above` is the picture before the first page, when somebody went
    further than PAGES.
    """

    page_0: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_1: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_2: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_3: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_4: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_5: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_6: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    page_7: rx.Field[list[TileCard]] = rx.field(default_factory=list)
    last: rx.Field[str] = rx.field("")  # the id of the last picture: what comes next begins behind it
    counts: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    found: rx.Field[int] = rx.field(0)
    tab: rx.Field[str] = rx.field(ALL)
    is_empty: rx.Field[bool] = rx.field(True)
    is_cut: rx.Field[bool] = rx.field(False)
    has_more: rx.Field[bool] = rx.field(False)
    is_loaded: rx.Field[bool] = rx.field(False)
    target: rx.Field[str] = rx.field("")
    target_label: rx.Field[str] = rx.field("")
    target_is_starred: rx.Field[bool] = rx.field(False)
    target_is_active: rx.Field[bool] = rx.field(False)
    _above: str = ""

    @property
    def pages(self) -> Hanging:
        """The pages that hang, the first always."""
        pages: Hanging = [getattr(self, name) for name in FIELDS]
        return [page for number, page in enumerate(pages) if page or number == 0]

    @property
    def assets(self) -> list[TileCard]:
        """All that hangs."""
        return [card for page in self.pages for card in page]

    @rx.var
    def total(self) -> int:
        """Pictures of every type, as far as they are counted."""
        return sum(self.counts.values())

    @rx.var
    def total_words(self) -> str:
        """The same as it is said."""
        return counted(self.total)

    @rx.var
    def tally(self) -> str:
        """`18 of 41`, or `41` when all of them are shown."""
        shown, total = counted(self.found), counted(self.total)
        return total if shown == total else f"{shown} of {total}"

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Pictures came, went or changed."""
        place = await self.get_state(Place)
        if place.entity or place.shows_all:
            await read_again(self, who)

    @rx.event
    @signed_in
    async def load_more(self, who: Principal) -> None:
        """The next page."""
        if self.has_more:
            await read_next(self, who)

    @rx.event
    @signed_in
    async def start_over(self, who: Principal) -> None:
        """Back to the first page."""
        await read_first(self, who)

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


def counted(number: int) -> str:
    """`41`, or `1,000+` where nobody counted further."""
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


async def read_first(gallery: Gallery, who: Principal) -> None:
    """Show the first page of what is asked for now. Raises NotFoundError."""
    gallery._above = ""  # noqa: SLF001 - public names of a state are there for every browser
    cards = await _read(gallery, who, PAGE, "")
    await _hang(gallery, who, in_pages(cards[:PAGE]), has_more=len(cards) > PAGE)


async def read_next(gallery: Gallery, who: Principal) -> None:
    """Show a further page, and leave the first behind where there are too many. Raises NotFoundError."""
    try:
        cards = await _read(gallery, who, PAGE, gallery.last)
    except NotFoundError:  # it was deleted a moment ago
        await read_again(gallery, who)
        return
    pages = gallery.pages
    if len(pages) == PAGES:
        gallery._above, pages = pages[-2][-1].id, pages[-1:]  # noqa: SLF001 - as above
    await _hang(gallery, who, [*pages, cards[:PAGE]], has_more=len(cards) > PAGE)


async def read_again(gallery: Gallery, who: Principal) -> None:
    """Show what has become of the pictures that are shown, and what is new among them. Raises NotFoundError."""
    pages = gallery.pages
    shown = {card.id for page in pages for card in page}
    if not shown:
        await read_first(gallery, who)
        return
    most = max(len(shown), PAGE) + PAGE
    try:
        cards = await _read(gallery, who, most, gallery._above)  # noqa: SLF001 - as above
    except NotFoundError:
        await read_first(gallery, who)
        return
    has_more = len(cards) > most
    if gallery.has_more or has_more:  # what follows the last that was shown comes when it is asked for
        end = max((place for place, card in enumerate(cards, 1) if card.id in shown), default=PAGE)
        end = max(end, PAGE)
        has_more, cards = len(cards) > end, cards[:end]
    hung = hung_again(pages, cards)
    await _hang(gallery, who, hung, has_more=has_more or sum(map(len, hung)) < len(cards))


async def query_of(gallery: Gallery) -> PictureQuery:
    """What is asked for now."""
    filters, place = await gallery.get_state(Filters), await gallery.get_state(Place)
    whose = filters.whose if place.shows_all else "" if filters.source else place.entity
    return PictureQuery(
        entity_id=parsed_id(whose, "character or location") if whose else None,
        asset_type=None if gallery.tab == ALL else AssetType(gallery.tab),
        workflow_id=parsed_id(filters.workflow, "workflow") if filters.workflow else None,
        starred=filters.starred or None,
        min_rating=filters.rating,
        is_styled=filters.styled or None,
        source_id=parsed_id(filters.source, "picture") if filters.source else None,
        unused=filters.unused or None,
        tags=(filters.tag,) if filters.tag else (),
        text=filters.text,
        order=PictureOrder(filters.order),
    )


async def open_gallery(state: rx.State, who: Principal, tab: str = ALL) -> None:
    """Show the pictures of whoever the tab of `state` is in front of now. Raises NotFoundError."""
    gallery = await state.get_state(Gallery)
    gallery.tab = tab
    clear(await state.get_state(Filters))
    await read_first(gallery, who)


async def _read(gallery: Gallery, who: Principal, most: int, after: str) -> list[TileCard]:
    """At most one more than `most`: then there are further ones."""
    place = await gallery.get_state(Place)
    if not place.entity and not place.shows_all:
        raise NotFoundError("character or location")
    found = await current().gallery.page(
        who,
        parsed_id(place.world, "world"),
        await query_of(gallery),
        limit=most + 1,
        after=parsed_id(after, "picture") if after else None,
    )
    return [tile_card(asset) for asset in found]


async def _hang(gallery: Gallery, who: Principal, pages: Hanging, *, has_more: bool) -> None:
    """Only what differs is sent."""
    place, stored = await gallery.get_state(Place), current().gallery
    world_id = parsed_id(place.world, "world")
    # Whoever took a style from a picture may be anybody: what is counted then is the world's, as what is looked through.
    whose = "" if (await gallery.get_state(Filters)).source else place.entity
    counts = await stored.counts(who, world_id, parsed_id(whose, "character or location") if whose else None)
    pages = [page for page in pages if page]
    change(
        gallery,
        counts={str(asset_type): count for asset_type, count in counts.items()},
        found=await stored.count(who, world_id, await query_of(gallery)),
        last=pages[-1][-1].id if pages else "",
        is_empty=not pages,
        is_cut=bool(gallery._above),  # noqa: SLF001 - as above
        has_more=has_more,
        is_loaded=True,
        **{name: pages[number] if number < len(pages) else [] for number, name in enumerate(FIELDS)},
    )
