"""Who watches: players, seated at a game session by its join code, with a name and no account."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Field

from wrldbldr.domain.columns import moment
from wrldbldr.domain.row import Row
from wrldbldr.kit.ids import new_id

SEAT_DAYS = 30  # then a seat is nobody's; a cookie is kept no longer
SEATS = 24  # at one table; whoever knows the code could else fill the database
PLAYER_NAME_LIMIT = 40


class Player(Row, table=True):
    """A seat at a table, until they leave it. Only the fingerprint of the secret that the player's browser shows is stored."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    game_session_id: UUID = Field(foreign_key="gamesession.id", index=True, ondelete="CASCADE")
    name: str
    secret_fingerprint: str = Field(unique=True, index=True)
    joined_at: datetime = moment()


class SeatedPlayer(BaseModel):
    """The player a request or an event comes from, as established by the server. No `Principal`: it opens nothing of a
    game master's.
    """

    model_config = ConfigDict(frozen=True)

    player_id: UUID
    game_session_id: UUID
    world_id: UUID
    name: str
