"""The stage of a game session: what its game master puts before the players, and what a player sees of it."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from wrldbldr.api.door import Guest, RunningEngine, Visitor, Who, guarded_router
from wrldbldr.api.models import Body, Out
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.stage import FIGURES, HANDOUTS, Part
from wrldbldr.domain.world import EntityType, entity_type
from wrldbldr.engine import Engine
from wrldbldr.services.audience import Seen
from wrldbldr.services.cards import image_url
from wrldbldr.services.stage import Staged

router = guarded_router("Stage")

Ids = Annotated[list[UUID], Field(max_length=HANDOUTS)]


class StagePieceIn(Body):
    """A picture to show. Only a handout may be for some: `player_ids` are those who see it, null all of them."""

    asset_id: UUID
    part: Part
    player_ids: Ids | None = None


class StageOrderIn(Body):
    """Who stands where, from left to right."""

    piece_ids: Annotated[list[UUID], Field(max_length=FIGURES)]


class StagePieceOut(Out):
    """One picture on the stage. To a player, `name` is null while they must not know whose it is, and the last five are too."""

    id: UUID
    part: Part
    asset_id: UUID
    asset_type: AssetType
    name: str | None
    image_url: str
    entity_type: EntityType | None = None
    entity_id: UUID | None = None
    is_named: bool | None = None
    is_for_all: bool | None = None
    player_ids: list[UUID] | None = None

    @classmethod
    def of(cls, staged: Staged) -> Self:
        """For the game master. `is_named` says whether players are told the name, too."""
        piece, asset, entity = staged.piece, staged.asset, staged.entity
        return cls(
            id=piece.id,
            part=piece.part,
            asset_id=asset.id,
            asset_type=asset.asset_type,
            name=entity.name,
            image_url=image_url(asset.id),
            entity_type=entity_type(entity),
            entity_id=entity.id,
            is_named=entity.visible_to_players,
            is_for_all=piece.is_for_all,
            player_ids=list(staged.player_ids),
        )

    @classmethod
    def seen(cls, seen: Seen) -> Self:
        """For a player."""
        return cls(
            id=seen.piece_id,
            part=seen.part,
            asset_id=seen.asset_id,
            asset_type=seen.asset_type,
            name=seen.name or None,
            image_url=image_url(seen.asset_id),
        )


class StageOut(Out):
    """Everything on the stage: the backdrop, who stands there from left to right, then handouts."""

    pieces: list[StagePieceOut]


@router.get("/api/sessions/{session_id}/stage")
async def show_stage(session_id: UUID, guest: Guest, engine: RunningEngine) -> StageOut:
    """What players see now. A player is shown what is there for them, without what they must not know."""
    return await _stage(guest, engine, session_id)


@router.post("/api/sessions/{session_id}/stage", status_code=201)
async def put_on_stage(session_id: UUID, body: StagePieceIn, who: Who, engine: RunningEngine) -> StageOut:
    """Show a picture at once. The name of somebody who is not visible to players stays hidden.

    A backdrop takes the place of the one before, and a figure that of the same character; a handout that is shown
    already is shown to those named now.
    """
    await engine.stage.put(who, session_id, body.asset_id, body.part, body.player_ids)
    return await _of_master(engine, who, session_id)


@router.put("/api/sessions/{session_id}/stage/order")
async def arrange_stage(session_id: UUID, body: StageOrderIn, who: Who, engine: RunningEngine) -> StageOut:
    """Let the figures stand in another order. Those left out stay at the right."""
    await engine.stage.arrange(who, session_id, body.piece_ids)
    return await _of_master(engine, who, session_id)


@router.delete("/api/sessions/{session_id}/stage", status_code=204)
async def clear_stage(session_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Take everything back, handouts too."""
    await engine.stage.clear(who, session_id)


@router.delete("/api/sessions/{session_id}/stage/{piece_id}", status_code=204)
async def take_off_stage(session_id: UUID, piece_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Take one picture back: players do not see it any more."""
    await engine.stage.take_back(who, session_id, piece_id)


async def _stage(guest: Visitor, engine: Engine, session_id: UUID) -> StageOut:
    """As a game master or else as a player may see it. Raises NotFoundError."""
    if guest.account is not None:
        try:
            return await _of_master(engine, guest.account, session_id)
        except NotFoundError:
            if guest.player is None:
                raise
    if guest.player is None or guest.player.game_session_id != session_id:
        raise NotFoundError("game session")
    return StageOut(pieces=[StagePieceOut.seen(seen) for seen in await engine.audience.stage(guest.player)])


async def _of_master(engine: Engine, who: Who, session_id: UUID) -> StageOut:
    return StageOut(pieces=[StagePieceOut.of(staged) for staged in await engine.stage.pieces(who, session_id)])
