"""Who sits at a table: joining by its code, leaving, being sent away, and the code itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.bus import Bus, game_session_topic
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import PlayerLeft, TableChanged
from wrldbldr.domain.player import PLAYER_NAME_LIMIT, SEATS, Player, SeatedPlayer
from wrldbldr.domain.text import checked_name
from wrldbldr.domain.world import GameSession, new_join_code
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import fingerprint, new_secret
from wrldbldr.services.access import owned_game_session
from wrldbldr.services.attempts import FailedAttempts, peer_attempts

CODE_TYPED_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Joined:
    """A player and the secret their browser shows from now on. The secret is known only here and to them."""

    who: SeatedPlayer
    secret: str


class PlayerService:
    """A seat is a cookie of 32 random bytes. Whoever is sent away loses what they have open at once."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._failed = FailedAttempts(clock, "Joining")

    async def join(self, code: str, name: str, *, peer: str | None = None, shown: str | None = None) -> Joined:
        """Sit down at the table that `code` opens. `shown` is the secret of the seat this browser has so far: it is left.

        Raises InvalidInputError for a code that opens nothing or a bad name, ConflictError when the table is full,
        TooManyAttemptsError after many wrong codes from the address `peer`.
        """
        counted = [peer_attempts(peer)] if peer else []
        self._failed.check(counted)
        called = checked_name(name, limit=PLAYER_NAME_LIMIT)
        secret = new_secret()
        async with self._database.write() as unit:
            table = await unit.players.find_table(code_typed(code))
            if table is None:
                self._failed.fail(counted)
                raise InvalidInputError(
                    "code", "That code opens no table. Ask your game master for the one that holds now."
                )
            left = await unit.players.find_seat(fingerprint(shown)) if shown else None
            if left is not None:
                await unit.players.remove(left[0])
            if await unit.players.count_seated(table.id) >= SEATS:
                raise ConflictError("There is no free seat at this table. Ask your game master to free one.")
            player = Player(
                game_session_id=table.id,
                name=called,
                secret_fingerprint=fingerprint(secret),
                joined_at=self._clock.now(),
            )
            await unit.players.add(player)
        if left is not None:
            self._gone(left[0])
        self._changed(table.id)
        return Joined(_seated(player, table), secret)

    async def seated(self, secret: str | None) -> SeatedPlayer:
        """Whose seat a secret is. Raises UnauthenticatedError when it is nobody's (any more)."""
        if not secret:
            raise UnauthenticatedError("Join a table first.")
        async with self._database.read() as unit:
            found = await unit.players.find_seat(fingerprint(secret))
        if found is None:
            raise UnauthenticatedError("You do not sit at this table any more. Join it again.")
        return _seated(*found)

    async def leave(self, who: SeatedPlayer) -> None:
        """Stand up. From now on what they show opens nothing."""
        async with self._database.write() as unit:
            player = await unit.players.find(who.player_id)
            if player is None:
                return
            await unit.players.remove(player)
        self._gone(player)

    async def players(self, who: Principal, game_session_id: UUID) -> Sequence[Player]:
        """Who sits at a table of theirs, in the order of arrival. Raises NotFoundError."""
        async with self._database.read() as unit:
            await owned_game_session(unit, who, game_session_id)
            return await unit.players.seated(game_session_id)

    async def send_away(self, who: Principal, game_session_id: UUID, player_id: UUID) -> None:
        """Free a seat. Whoever sat there could come back with the code: change it too. Raises NotFoundError."""
        async with self._database.write() as unit:
            await owned_game_session(unit, who, game_session_id)
            player = await unit.players.find(player_id)
            if player is None or player.game_session_id != game_session_id:
                raise NotFoundError("player")
            await unit.players.remove(player)
        self._gone(player)

    async def change_code(self, who: Principal, game_session_id: UUID) -> GameSession:
        """A new join code: the old one opens nothing. Who sits, stays. Raises NotFoundError."""
        async with self._database.write() as unit:
            table = await owned_game_session(unit, who, game_session_id)
            table.join_code = new_join_code()
        self._changed(table.id)
        return table

    def _gone(self, player: Player) -> None:
        self._bus.publish(game_session_topic(player.game_session_id), PlayerLeft(player.id))
        self._changed(player.game_session_id)

    def _changed(self, game_session_id: UUID) -> None:
        self._bus.publish(game_session_topic(game_session_id), TableChanged(game_session_id))


def code_typed(code: str) -> str:
    """A join code as somebody typed it: capitals or not, with spaces or dashes."""
    return "".join(character for character in code[:CODE_TYPED_LIMIT].upper() if character.isalnum())


def _seated(player: Player, table: GameSession) -> SeatedPlayer:
    return SeatedPlayer(player_id=player.id, game_session_id=table.id, world_id=table.world_id, name=player.name)
