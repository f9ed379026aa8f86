"""Who sits at a table: joining by its code, leaving, being sent away, and the code itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.bus import Bus, game_session_topic
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import PlayerLeft, TableChanged
from wrldbldr.domain.player import PLAYER_NAME_LIMIT, SEATS, Player, SeatedPlayer
from wrldbldr.domain.text import checked_name, likeness
from wrldbldr.domain.world import GameSession, new_join_code
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.ids import fingerprint, new_secret
from wrldbldr.services.access import owned_game_session
from wrldbldr.services.attempts import FailedAttempts, peer_attempts

CODE_TYPED_LIMIT = 40
GUESSES, GUESS_SECONDS = 20, 20.0  # one a second from an address for long; nobody behind it is kept out for longer
JOINS, JOIN_SECONDS = 60, 300.0  # a table or two from one address


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
        self._wrong = FailedAttempts(clock, "Joining failed", limit=GUESSES, window_seconds=GUESS_SECONDS)
        self._joined = FailedAttempts(clock, "Somebody joined from here", limit=JOINS, window_seconds=JOIN_SECONDS)

    async def join(self, code: str, name: str, *, peer: str | None = None, shown: str | None = None) -> Joined:
        """Sit down at the table that `code` opens. `shown` is the secret of the seat this browser has so far: it is left.

        Whoever is called like somebody who sits there gets a number behind the name.
        Raises InvalidInputError for a code that opens nothing or a bad name, ConflictError when the table is full,
        TooManyAttemptsError after many wrong codes, or very many right ones, from the address `peer`.
        """
        counted = [peer_attempts(peer)] if peer else []
        self._check(counted)
        called = checked_name(name, limit=PLAYER_NAME_LIMIT)
        secret, now = new_secret(), self._clock.now()
        async with self._database.write() as unit:
            self._check(counted)  # others may have guessed while this one waited
            table = await unit.players.find_table(code_typed(code))
            if table is None:
                self._wrong.fail(counted)
                raise InvalidInputError(
                    "code", "That code opens no table. Ask your game master for the one that holds now."
                )
            left = await unit.players.find_seat(fingerprint(shown), now) if shown else None
            if left is not None:
                await unit.players.remove(left[0])
            others = await unit.players.seated(table.id, now)
            if len(others) >= SEATS:
                raise ConflictError("There is no free seat at this table. Ask your game master to free one.")
            player = Player(
                game_session_id=table.id,
                name=unlike(called, [other.name for other in others]),
                secret_fingerprint=fingerprint(secret),
                joined_at=now,
            )
            await unit.players.add(player)
        self._joined.fail(counted)
        if left is not None:
            self._gone(left[0])
        self._changed(table.id)
        return Joined(_seated(player, table), secret)

    async def seated(self, secret: str | None) -> SeatedPlayer:
        """Whose seat a secret is. Raises UnauthenticatedError when it is nobody's (any more)."""
        if not secret:
            raise UnauthenticatedError("Join a table first.")
        async with self._database.read() as unit:
            found = await unit.players.find_seat(fingerprint(secret), self._clock.now())
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
            return await unit.players.seated(game_session_id, self._clock.now())

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

    def _check(self, counted: list[str]) -> None:
        self._wrong.check(counted)
        self._joined.check(counted)

    def _gone(self, player: Player) -> None:
        self._bus.publish(game_session_topic(player.game_session_id), PlayerLeft(player.id))
        self._changed(player.game_session_id)

    def _changed(self, game_session_id: UUID) -> None:
        self._bus.publish(game_session_topic(game_session_id), TableChanged(game_session_id))


def code_typed(code: str) -> str:
    """A join code as somebody typed it: capitals or not, with spaces or dashes."""
    return "".join(character for character in code[:CODE_TYPED_LIMIT].upper() if character.isalnum())


def unlike(name: str, others: Collection[str]) -> str:
    """`name`, with a number behind it when somebody is called so or looks as if they were."""
    taken, number, called = {likeness(other) for other in others}, 1, name
    while likeness(called) in taken:
        number += 1
        called = f"{name} ({number})"
    return called


def _seated(player: Player, table: GameSession) -> SeatedPlayer:
    return SeatedPlayer(player_id=player.id, game_session_id=table.id, world_id=table.world_id, name=player.name)
