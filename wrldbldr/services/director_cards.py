"""What a game master sees while the game runs: who is at hand, where one could be, and what is on the stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.stage import FITTING_PART, Part
from wrldbldr.domain.world import Character, Location
from wrldbldr.services.audience import Seen
from wrldbldr.services.cards import NO_IMAGE, first_words, image_url
from wrldbldr.services.player_cards import SOME_PICTURE, STRANGER
from wrldbldr.services.stage import Staged

EVERYBODY = "Everybody"
NOBODY = "Nobody any more"
SOME_PLACE = "A place without a name"
UNNAMED = {Part.BACKDROP: SOME_PLACE, Part.FIGURE: STRANGER, Part.HANDOUT: SOME_PICTURE}

Active = Mapping[tuple[UUID, AssetType], UUID]


@dataclass(frozen=True, slots=True)
class NpcCard:
    """Somebody at hand. `piece` is what of them stands on the stage, or empty; `form` changes when their fields start over."""

    id: str
    name: str
    summary: str
    mood: str
    immediate_goal: str
    is_visible: bool
    picture: str
    can_come: bool
    piece: str
    form: int


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """Somewhere to be. `piece` is its backdrop on the stage, or empty."""

    id: str
    name: str
    is_visible: bool
    picture: str
    piece: str


@dataclass(frozen=True, slots=True)
class PieceCard:
    """One picture on the stage: whose it is, as whom players see them, and who does."""

    id: str
    part: str
    name: str
    seen_as: str  # empty while players know the name
    seen_by: str
    thumbnail: str


def npc_card(character: Character, active: Active, staged: Sequence[Staged], form: int) -> NpcCard:
    """The card of a character, with the portrait that stands for them, else the sprite."""
    pictures = [active.get((character.id, kind)) for kind in (AssetType.PORTRAIT, AssetType.SPRITE)]
    return NpcCard(
        id=str(character.id),
        name=character.name,
        summary=first_words(character.description),
        mood=character.mood,
        immediate_goal=character.immediate_goal,
        is_visible=character.visible_to_players,
        picture=next((image_url(picture, 256) for picture in pictures if picture), NO_IMAGE),
        can_come=any((character.id, kind) in active for kind in FITTING_PART[Part.FIGURE]),
        piece=_piece_of(character.id, Part.FIGURE, staged),
        form=form,
    )


def place_card(location: Location, active: Active, staged: Sequence[Staged]) -> PlaceCard:
    """The card of a location."""
    backdrop = active.get((location.id, AssetType.BACKDROP))
    return PlaceCard(
        id=str(location.id),
        name=location.name,
        is_visible=location.visible_to_players,
        picture=NO_IMAGE if backdrop is None else image_url(backdrop, 256),
        piece=_piece_of(location.id, Part.BACKDROP, staged),
    )


def piece_card(staged: Staged, names: Mapping[UUID, str]) -> PieceCard:
    """`names` are those of the players at the table, by seat."""
    piece, entity = staged.piece, staged.entity
    some = ", ".join(names[player_id] for player_id in staged.player_ids if player_id in names)
    return PieceCard(
        id=str(piece.id),
        part=piece.part,
        name=entity.name,
        seen_as="" if entity.visible_to_players else UNNAMED[piece.part],
        seen_by=EVERYBODY if piece.is_for_all else some or NOBODY,
        thumbnail=image_url(staged.asset.id, 64),
    )


def as_players_see(staged: Sequence[Staged]) -> list[Seen]:
    """What whoever sits at the table sees of it who is shown everything."""
    return [
        Seen(
            piece_id=one.piece.id,
            part=one.piece.part,
            asset_id=one.asset.id,
            asset_type=one.asset.asset_type,
            name=one.entity.name if one.entity.visible_to_players else "",
        )
        for one in staged
    ]


def _piece_of(entity_id: UUID, part: Part, staged: Sequence[Staged]) -> str:
    found = (str(one.piece.id) for one in staged if one.entity.id == entity_id and one.piece.part is part)
    return next(found, "")
