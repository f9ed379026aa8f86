"""What the picture in the lightbox took its style from, and what took it from there (US-18C.5)."""

from dataclasses import dataclass

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.style_reference import Lineage as Ancestor
from wrldbldr.engine import current
from wrldbldr.services.cards import AssetCard, applied_by, asset_card, image_url
from wrldbldr.state.change import change


@dataclass(frozen=True, slots=True)
class AncestorCard:
    """A picture it took its style from; without an id it was deleted."""

    id: str
    label: str
    says: str
    thumbnail: str


class Lineage(rx.State):
    """Of one picture. `newest` are some of its descendants."""

    ancestors: rx.Field[list[AncestorCard]] = rx.field(default_factory=list)
    newest: rx.Field[list[AssetCard]] = rx.field(default_factory=list)
    descendant_count: rx.Field[int] = rx.field(0)
    itself: rx.Field[str] = rx.field("")

    @rx.var
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.ancestors or self.descendant_count)


async def show_lineage(state: rx.State, who: Principal, asset: Asset) -> None:
    """Show that of a picture in the tab of `state`. Raises NotFoundError."""
    family = await current().gallery.family(who, asset.id)
    there = {source.id: source for source in family.sources}
    kind = asset.asset_type.capitalize()
    change(
        await state.get_state(Lineage),
        ancestors=[_card(one, there.get(one.source_id) if one.source_id else None, asset) for one in family.ancestors],
        newest=[asset_card(one) for one in family.newest],
        descendant_count=family.descendant_count,
        itself=f"{kind} {asset.batch_index + 1} of {family.batch_count} in its batch" if family.batch_count else kind,
    )


def _card(ancestor: Ancestor, source: Asset | None, asset: Asset) -> AncestorCard:
    how = applied_by(ancestor.use, ancestor.taker, ancestor.strength)
    missing = (
        "deleted since" if asset.batch_id else "not in this world"
    )  # one that was brought may never have had it here
    return AncestorCard(
        id="" if source is None else str(source.id),
        label=ancestor.label if source is None else source.label,
        says=f"Using {how}" if source is not None else f"Using {how}; {missing}",
        thumbnail="" if source is None else image_url(source.id, 256),
    )
