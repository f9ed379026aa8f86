"""What a player's screen shows: small, frozen, and made of nothing but what players may know."""

from dataclasses import dataclass
from uuid import UUID

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import entity_type
from wrldbldr.services.audience import Shown, Table
from wrldbldr.services.bulletin import Bulletin
from wrldbldr.services.cards import NO_IMAGE, image_url

SOMETHING = "Something is being painted…"
BEST_FIRST = (AssetType.PORTRAIT, AssetType.BACKDROP, AssetType.SPRITE, AssetType.ITEM)


@dataclass(frozen=True, slots=True)
class SightCard:
    """Somebody or something players know. `thumbnail` and `image` are URLs, or empty."""

    id: str
    kind: str
    name: str
    thumbnail: str
    image: str


def sight_card(shown: Shown) -> SightCard:
    """With the picture that says most of it."""
    best: UUID | None = next((shown.pictures[kind] for kind in BEST_FIRST if kind in shown.pictures), None)
    return SightCard(
        id=str(shown.entity.id),
        kind=entity_type(shown.entity),
        name=shown.entity.name,
        thumbnail=NO_IMAGE if best is None else image_url(best, 256),
        image=NO_IMAGE if best is None else image_url(best),
    )


def painting_words(bulletin: Bulletin, table: Table) -> str:
    """What is said of a batch on its way."""
    subject = bulletin.subject
    if subject is None or subject.entity_id not in table.names:
        return SOMETHING
    return f"{subject.asset_type.capitalize()} of {table.names[subject.entity_id]}"
