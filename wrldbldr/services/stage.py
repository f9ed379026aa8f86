"""What a game master puts before the players of a table, and takes back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.bus import Bus, game_session_topic
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import StageChanged
from wrldbldr.domain.stage import FIGURES, FITTING_PART, HANDOUTS, Part, StageFullError, StagePiece, check_part
from wrldbldr.domain.world import Entity, EntityType, GameSession
from wrldbldr.kit.clock import Clock
from wrldbldr.services.access import owned_asset, owned_entity, owned_game_session

LIMITS = {Part.FIGURE: FIGURES, Part.HANDOUT: HANDOUTS}


@dataclass(frozen=True, slots=True)
class Staged:
    """One picture on the stage, whose it is, and to which seats it is shown where it is not for all."""

    piece: StagePiece
    asset: Asset
    entity: Entity
    player_ids: Sequence[UUID]


class StageService:
    """The stage of each game session, remembered until it is cleared. What players see of it, `AudienceService` says."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock

    async def pieces(self, who: Principal, game_session_id: UUID) -> list[Staged]:
        """The backdrop, then who stands there from left to right, then handouts. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            return await _staged(unit, game_session_id)

    async def put(
        self,
        who: Principal,
        game_session_id: UUID,
        asset_id: UUID,
        part: Part,
        player_ids: Collection[UUID] | None = None,
    ) -> StagePiece:
        """Show a picture at once. A backdrop takes the place of the one before, a figure that of the same character.

        `player_ids` are the seats that see a handout, None all of them, late comers too; revealed again it is shown to
        those named now. Raises NotFoundError, InvalidInputError, StageFullError.
        """
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            asset = await owned_asset(unit, who, asset_id)
            piece = await self._put(unit, table, asset, part, player_ids)
        self._changed(game_session_id)
        return piece

    async def bring_on(self, who: Principal, game_session_id: UUID, kind: EntityType, entity_id: UUID) -> StagePiece:
        """Put a character on the stage, or a location behind it, with the active picture that fits best.

        Raises NotFoundError, InvalidInputError when there is no such picture, StageFullError.
        """
        part = Part.FIGURE if kind is EntityType.CHARACTER else Part.BACKDROP
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            entity = await owned_entity(unit, who, kind, entity_id)
            active = await unit.assets.active(table.world_id)
            fitting = [active[entity.id, kind] for kind in FITTING_PART[part] if (entity.id, kind) in active]
            asset = await unit.assets.find(fitting[0]) if fitting else None
            if asset is None:
                raise InvalidInputError("entity_id", f"There is no picture of {entity.name} yet that could be shown.")
            piece = await self._put(unit, table, asset, part, None)
        self._changed(game_session_id)
        return piece

    async def arrange(self, who: Principal, game_session_id: UUID, piece_ids: Sequence[UUID]) -> None:
        """Let the figures stand in this order, from left to right; those not named stay behind them. Raises NotFoundError."""
        async with self._database.write() as unit:
            await owned_game_session(unit, who, game_session_id)
            pieces = await unit.stage.pieces(game_session_id)
            figures = {piece.id: piece for piece, _ in pieces if piece.part is Part.FIGURE}
            if not figures.keys() >= set(piece_ids):
                raise NotFoundError("figure on the stage")
            order = [*dict.fromkeys(piece_ids), *(piece_id for piece_id in figures if piece_id not in piece_ids)]
            for place, piece_id in enumerate(order, start=1):
                figures[piece_id].place = place
        self._changed(game_session_id)

    async def take_back(self, who: Principal, game_session_id: UUID, piece_id: UUID) -> None:
        """Players see it no more. Raises NotFoundError."""
        async with self._database.write() as unit:
            await owned_game_session(unit, who, game_session_id)
            pieces = await unit.stage.pieces(game_session_id)
            wanted = [piece for piece, _ in pieces if piece.id == piece_id]
            if not wanted:
                raise NotFoundError("picture on the stage")
            await unit.stage.take_back(wanted)
        self._changed(game_session_id)

    async def clear(self, who: Principal, game_session_id: UUID) -> None:
        """Take everything back, handouts too, and what would come back with a deleted picture. Raises NotFoundError."""
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            await unit.stage.take_back([piece for piece, _ in await unit.stage.pieces(game_session_id)])
            await unit.removals.leave_stage(table)
        self._changed(game_session_id)

    async def _put(
        self, unit: UnitOfWork, table: GameSession, asset: Asset, part: Part, player_ids: Collection[UUID] | None
    ) -> StagePiece:
        if asset.world_id != table.world_id:
            raise NotFoundError("picture")
        check_part(asset, part)
        await self._check_seats(unit, table, part, player_ids)
        others = [(piece, other) for piece, other in await unit.stage.pieces(table.id) if piece.part is part]
        piece = next((piece for piece, other in others if _is_replaced(part, other, asset)), None)
        if piece is None:
            if len(others) >= LIMITS.get(part, len(others) + 1):
                raise StageFullError(part)
            place = max((piece.place for piece, _ in others), default=0) + 1
            piece = StagePiece(
                game_session_id=table.id, asset_id=asset.id, part=part, place=place, put_at=self._clock.now()
            )
        piece.asset_id, piece.is_for_all = asset.id, player_ids is None
        await unit.stage.put(piece, set(player_ids or ()))
        return piece

    async def _check_seats(
        self, unit: UnitOfWork, table: GameSession, part: Part, player_ids: Collection[UUID] | None
    ) -> None:
        if player_ids is None:
            return
        if part is not Part.HANDOUT:
            raise InvalidInputError("player_ids", "Everybody sees the stage. Only a handout is shown to some.")
        if not player_ids:
            raise InvalidInputError("player_ids", "Choose at least one player, or show it to everybody.")
        seated = {player.id for player in await unit.players.seated(table.id, self._clock.now())}
        if not seated.issuperset(player_ids):
            raise NotFoundError("player")

    def _changed(self, game_session_id: UUID) -> None:
        self._bus.publish(game_session_topic(game_session_id), StageChanged(game_session_id))


def _is_replaced(part: Part, other: Asset, asset: Asset) -> bool:
    """Whether `asset` takes the place of `other`, which is there already."""
    match part:
        case Part.BACKDROP:
            return True
        case Part.FIGURE:
            return other.entity_id == asset.entity_id
        case Part.HANDOUT:
            return other.id == asset.id


async def has_place(unit: UnitOfWork, piece: StagePiece, asset: Asset, besides: Sequence[StagePiece]) -> bool:
    """Whether a piece that was taken off with its picture can come back, with those `besides`: what is there now stays."""
    there = [other for row, other in await unit.stage.pieces(piece.game_session_id) if row.part is piece.part]
    alike = sum((one.game_session_id, one.part) == (piece.game_session_id, piece.part) for one in besides)
    is_taken = any(_is_replaced(piece.part, other, asset) for other in there)
    return not is_taken and len(there) + alike < LIMITS.get(piece.part, 1)


async def _staged(unit: UnitOfWork, game_session_id: UUID) -> list[Staged]:
    seats = await unit.stage.seats(game_session_id)
    return [
        Staged(piece, asset, entity, seats.get(piece.id, []))
        for piece, asset in await unit.stage.pieces(game_session_id)
        if (entity := await unit.worlds.find_entity(asset.entity_type, asset.entity_id)) is not None
    ]
