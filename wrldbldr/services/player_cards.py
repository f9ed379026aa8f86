"""What a player's screen shows: small, frozen, and made of nothing but what players may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.stage import Part
from wrldbldr.domain.world import entity_type
from wrldbldr.services.audience import Seen, Shown, Table
from wrldbldr.services.bulletin import Bulletin
from wrldbldr.services.cards import NO_IMAGE, image_url

SOMETHING = "Something is being painted…"
STRANGER = "A stranger"
SOME_PICTURE = "A picture"
BEST_FIRST = (AssetType.PORTRAIT, AssetType.BACKDROP, AssetType.SPRITE, AssetType.ITEM)


@dataclass(frozen=True, slots=True)
class SightCard:
    """Somebody or something players know. `thumbnail` and `image` are URLs, or empty."""

    id: str
    kind: str
    name: str
    thumbnail: str
    image: str


@dataclass(frozen=True, slots=True)
class FigureCard:
    """Somebody who stands on the stage. A portrait hangs there, a sprite stands."""

    id: str  # of the piece: whoever is hidden has none that players may know
    name: str
    asset_type: str
    thumbnail: str
    image: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The stage as players see it. `backdrop` is a URL or empty, as `place` is where its name is hidden."""

    backdrop: str
    place: str
    figures: list[FigureCard]
    handouts: list[SightCard]


def scene(stage: Sequence[Seen]) -> Scene:
    """Whoever players do not know by name is a stranger."""
    backdrop = next((seen for seen in stage if seen.part is Part.BACKDROP), None)
    return Scene(
        backdrop=NO_IMAGE if backdrop is None else image_url(backdrop.asset_id),
        place="" if backdrop is None else backdrop.name,
        figures=[_figure_card(seen) for seen in stage if seen.part is Part.FIGURE],
        handouts=[_handout_card(seen) for seen in stage if seen.part is Part.HANDOUT],
    )


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


def _figure_card(seen: Seen) -> FigureCard:
    return FigureCard(
        id=str(seen.piece_id),
        name=seen.name or STRANGER,
        asset_type=seen.asset_type,
        thumbnail=image_url(seen.asset_id, 64),
        image=image_url(seen.asset_id),
    )


def _handout_card(seen: Seen) -> SightCard:
    return SightCard(
        id=str(seen.piece_id),
        kind=seen.part,
        name=seen.name or SOME_PICTURE,
        thumbnail=image_url(seen.asset_id, 256),
        image=image_url(seen.asset_id),
    )
