"""Players and the tables they sit at."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from wrldbldr.domain.player import SEAT_DAYS, Player
from wrldbldr.domain.world import GameSession

SEAT_TIME = timedelta(days=SEAT_DAYS)


SEAT = (  # asked with every event of a player
    select(Player, GameSession)
    .join(GameSession, col(GameSession.id) == col(Player.game_session_id))
    .where(
        col(Player.secret_fingerprint) == bindparam("fingerprint"), col(Player.joined_at) > bindparam("joined_after")
    )
)


class Players:
    """The table of players."""

    def __init__(self, db_session: AsyncSession) -> None:
        self._db_session = db_session

    async def add(self, player: Player) -> None:
        """Store a new one."""
        self._db_session.add(player)
        await self._db_session.flush()

    async def remove(self, player: Player) -> None:
        """They sit there no more."""
        await self._db_session.delete(player)
        await self._db_session.flush()

    async def find(self, player_id: UUID) -> Player | None:
        """The player with this id, while they sit."""
        return await self._db_session.get(Player, player_id)

    async def find_seat(self, secret_fingerprint: str, now: datetime) -> tuple[Player, GameSession] | None:
        """Who shows the secret with this fingerprint, and where they sit. None when they do not sit any more."""
        shown = {"fingerprint": secret_fingerprint, "joined_after": now - SEAT_TIME}
        row = (await self._db_session.execute(SEAT, shown)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def seated(self, game_session_id: UUID, now: datetime) -> Sequence[Player]:
        """Who sits at a table, in the order of arrival."""
        rows = await self._db_session.execute(
            select(Player)
            .where(Player.game_session_id == game_session_id, col(Player.joined_at) > now - SEAT_TIME)
            .order_by(col(Player.joined_at), col(Player.id))
        )
        return rows.scalars().all()

    async def find_table(self, join_code: str) -> GameSession | None:
        """The game session that this code opens."""
        rows = await self._db_session.execute(select(GameSession).where(GameSession.join_code == join_code))
        return rows.scalar_one_or_none()
