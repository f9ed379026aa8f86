"""What a game master has put before the players of a game session."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.columns import moment, word
from wrldbldr.domain.errors import ConflictError, InvalidInputError
from wrldbldr.domain.row import Row
from wrldbldr.kit.ids import new_id

FIGURES = 8  # abreast; more would be too small to be told apart on a phone
HANDOUTS = 24  # shown at the same time


class Part(StrEnum):
    """What a picture is on the stage."""

    BACKDROP = "backdrop"  # behind everybody; another one takes its place
    FIGURE = "figure"  # somebody who stands there, from left to right; once each
    HANDOUT = "handout"  # shown by itself, to everybody or to those named


FITTING_PART: dict[Part, tuple[AssetType, ...]] = {
    Part.BACKDROP: (AssetType.BACKDROP,),
    Part.FIGURE: (AssetType.SPRITE, AssetType.PORTRAIT),
    Part.HANDOUT: tuple(AssetType),
}
"""Which kinds of picture can be what; of somebody's active pictures the first kind that there is stands on the stage."""

REFUSALS = {
    Part.BACKDROP: "Only a backdrop can hang behind the stage. Reveal other pictures as handouts.",
    Part.FIGURE: "Only a portrait or a sprite can stand on the stage. Reveal other pictures as handouts.",
}


class StageFullError(ConflictError):
    """There is room for no more."""

    code = "stage_full"

    def __init__(self, part: Part) -> None:
        super().__init__(
            f"There is room for {FIGURES} on the stage. Take somebody back first."
            if part is Part.FIGURE
            else f"{HANDOUTS} handouts are shown already. Take one back first."
        )


class StagePiece(Row, table=True):
    """One picture on the stage of a game session. With the picture it goes, too."""

    __table_args__ = (UniqueConstraint("game_session_id", "part", "asset_id", name="uq_stagepiece_picture"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    game_session_id: UUID = Field(foreign_key="gamesession.id", index=True, ondelete="CASCADE")
    asset_id: UUID = Field(foreign_key="asset.id", index=True, ondelete="CASCADE")
    part: Part = word(Part)
    place: int  # counts from the left, and handouts from the first revealed
    is_for_all: bool = True  # else for the seats in StageSight only
    put_at: datetime = moment()


class StageSight(Row, table=True):
    """A seat to which a handout is shown that is not for all."""

    piece_id: UUID = Field(foreign_key="stagepiece.id", primary_key=True, ondelete="CASCADE")
    player_id: UUID = Field(foreign_key="player.id", primary_key=True, index=True, ondelete="CASCADE")


def check_part(asset: Asset, part: Part) -> None:
    """Raises InvalidInputError when a picture cannot be that on the stage."""
    if asset.asset_type not in FITTING_PART[part]:
        raise InvalidInputError("part", REFUSALS[part])
