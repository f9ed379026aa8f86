"""What is on the stage of each game session."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.asset import Asset
from wrldbldr.domain.stage import Part, StagePiece, StageSight


class Stage:
    """The tables of what is put before players."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def put(self, piece: StagePiece, player_ids: Collection[UUID]) -> None:
        """Store a piece, new or changed, and which seats see it where it is not for all."""
        self._db_session.add(piece)
        await self._db_session.flush()
        await self._db_session.execute(delete(StageSight).where(col(StageSight.piece_id) == piece.id))
        self._db_session.add_all([StageSight(piece_id=piece.id, player_id=player_id) for player_id in player_ids])
        await self._db_session.flush()

    async def take_back(self, pieces: Collection[StagePiece]) -> None:
        """Remove these."""
        for piece in pieces:
            await self._db_session.delete(piece)
        await self._db_session.flush()

    async def pieces(self, game_session_id: UUID) -> Sequence[tuple[StagePiece, Asset]]:
        """What is on the stage with its pictures: the backdrop, then who stands there, then handouts, each in its order."""
        rows = await self._db_session.execute(
            select(StagePiece, Asset)
            .join(Asset, col(Asset.id) == col(StagePiece.asset_id))
            .where(StagePiece.game_session_id == game_session_id)
            .order_by(col(StagePiece.place), col(StagePiece.put_at), col(StagePiece.id))
        )
        order = list(Part)
        return sorted(((row[0], row[1]) for row in rows.all()), key=lambda pair: order.index(pair[0].part))

    async def seen_by(self, game_session_id: UUID, player_id: UUID) -> Sequence[tuple[StagePiece, Asset]]:
        """The same, without what is not shown to this seat."""
        rows = await self._db_session.execute(select(StageSight.piece_id).where(StageSight.player_id == player_id))
        theirs = set(rows.scalars())
        return [
            (piece, asset)
            for piece, asset in await self.pieces(game_session_id)
            if piece.is_for_all or piece.id in theirs
        ]

    async def seats(self, game_session_id: UUID) -> dict[UUID, list[UUID]]:
        """The seats to which each piece is shown that is not for all; pieces that nobody sees are absent."""
        rows = await self._db_session.execute(
            select(StageSight.piece_id, StageSight.player_id)
            .join(StagePiece, col(StagePiece.id) == col(StageSight.piece_id))
            .where(StagePiece.game_session_id == game_session_id)
            .order_by(col(StageSight.player_id))
        )
        found: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for piece_id, player_id in rows.all():
            found[piece_id].append(player_id)
        return found
