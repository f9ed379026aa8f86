"""On whose behalf an event stream tells: a game master hears everything of their table, a player what players may know."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from starlette.requests import HTTPConnection

from wrldbldr.api.identity import shown_seat, shown_secret
from wrldbldr.api.messages import ComfyUIStateChanged
from wrldbldr.bus import account_topic, game_session_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import BatchStatus, Standing
from wrldbldr.domain.errors import NotFoundError, UnauthenticatedError, WrldBldrError
from wrldbldr.domain.events import Event, PlayerLeft, SignedOut
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.engine import Engine
from wrldbldr.services.bulletin import Bulletin, Excerpt, Place


class Listener(Protocol):
    """Whoever listens, and what they may be told."""

    @property
    def key(self) -> UUID:
        """The login, token or seat by which they were let in."""
        ...

    @property
    def topic(self) -> str:
        """Where it is said that they may listen no more."""
        ...

    @property
    def world_id(self) -> UUID:
        """The world in which they listen."""
        ...

    def is_ended_by(self, event: Event) -> bool:
        """Whether it is said of them."""
        ...

    async def require_right(self) -> None:
        """Raises UnauthenticatedError or NotFoundError when what was true at the door is not true any more."""
        ...

    async def unfinished(self, after: Place | None) -> Excerpt:
        """What is still to come at this table, or has failed, behind a place. Raises NotFoundError."""
        ...

    async def standings(self) -> Sequence[Standing]:
        """All of the same, as no more than it takes to compare two looks. Raises NotFoundError."""
        ...

    async def statuses(self, batch_ids: Collection[UUID]) -> Mapping[UUID, BatchStatus]:
        """Where those of these are that there are. Raises NotFoundError."""
        ...

    async def bulletin(self, batch_id: UUID) -> Bulletin:
        """One batch of this table. Raises NotFoundError."""
        ...

    async def stage(self) -> Hashable:
        """What is on the stage for them, to be compared. Raises NotFoundError."""
        ...

    def comfyui(self) -> ComfyUIStateChanged:
        """How ComfyUI is."""
        ...


@dataclass(frozen=True, slots=True)
class GameMaster:
    """Somebody with an account, at a table of theirs."""

    engine: Engine
    secret: str | None
    who: Principal
    game_session_id: UUID
    world_id: UUID

    @property
    def key(self) -> UUID:
        """Their login or token."""
        return self.who.token_id

    @property
    def topic(self) -> str:
        """What happens to their account."""
        return account_topic(self.who.account_id)

    def is_ended_by(self, event: Event) -> bool:
        """They signed out, or were."""
        return event == SignedOut(self.who.token_id)

    async def require_right(self) -> None:
        """Still signed in, and the table is still theirs."""
        await self.engine.accounts.principal(self.secret)
        await self.engine.worlds.find_game_session(self.who, self.game_session_id)

    async def unfinished(self, after: Place | None) -> Excerpt:
        """With everything there is to know."""
        return await self.engine.queue.unfinished(self.who, self.game_session_id, after)

    async def standings(self) -> Sequence[Standing]:
        """All of them."""
        return await self.engine.queue.standings(self.who, self.game_session_id)

    async def statuses(self, batch_ids: Collection[UUID]) -> Mapping[UUID, BatchStatus]:
        """Also of what was withdrawn."""
        return await self.engine.queue.statuses(self.who, self.game_session_id, batch_ids)

    async def bulletin(self, batch_id: UUID) -> Bulletin:
        """With everything there is to know."""
        return await self.engine.queue.bulletin(self.who, batch_id)

    async def stage(self) -> Hashable:
        """All of it, and who sees what."""
        return tuple(
            (
                piece.id,
                asset.id,
                piece.place,
                piece.is_for_all,
                *staged.player_ids,
                entity.name,
                entity.visible_to_players,
            )
            for staged in await self.engine.stage.pieces(self.who, self.game_session_id)
            for piece, asset, entity in [(staged.piece, staged.asset, staged.entity)]
        )

    def comfyui(self) -> ComfyUIStateChanged:
        """With what to do about it."""
        return ComfyUIStateChanged.of(self.engine.connection.status(self.who))


@dataclass(frozen=True, slots=True)
class Watcher:
    """A player, at the table where they sit."""

    engine: Engine
    secret: str | None
    who: SeatedPlayer

    @property
    def key(self) -> UUID:
        """Their seat."""
        return self.who.player_id

    @property
    def topic(self) -> str:
        """What happens at their table."""
        return game_session_topic(self.who.game_session_id)

    @property
    def world_id(self) -> UUID:
        """The world of their table."""
        return self.who.world_id

    def is_ended_by(self, event: Event) -> bool:
        """They left, or were sent away."""
        return event == PlayerLeft(self.who.player_id)

    async def require_right(self) -> None:
        """Still seated."""
        await self.engine.players.seated(self.secret)

    async def unfinished(self, after: Place | None) -> Excerpt:
        """Without what players must not know."""
        return await self.engine.audience.unfinished(self.who, after)

    async def standings(self) -> Sequence[Standing]:
        """All of them: that a batch is there, players may know."""
        return await self.engine.audience.standings(self.who)

    async def statuses(self, batch_ids: Collection[UUID]) -> Mapping[UUID, BatchStatus]:
        """Also of what was withdrawn."""
        return await self.engine.audience.statuses(self.who, batch_ids)

    async def bulletin(self, batch_id: UUID) -> Bulletin:
        """Without what players must not know."""
        return await self.engine.audience.bulletin(self.who, batch_id)

    async def stage(self) -> Hashable:
        """What they see of it."""
        return tuple(await self.engine.audience.stage(self.who))

    def comfyui(self) -> ComfyUIStateChanged:
        """Whether it paints."""
        return ComfyUIStateChanged.for_players(self.engine.connection.status())


async def listener_at(connection: HTTPConnection, engine: Engine, game_session_id: UUID) -> Listener:
    """Whoever asks to listen to a table. Raises UnauthenticatedError, and NotFoundError for a table that is not theirs."""
    refusal: WrldBldrError | None = None
    try:
        secret = shown_secret(connection)
        account = await engine.accounts.principal(secret)
        table = await engine.worlds.find_game_session(account, game_session_id)
    except (UnauthenticatedError, NotFoundError) as error:  # whoever has worlds of their own may sit at others' tables
        refusal = error
    else:
        return GameMaster(engine, secret, account, table.id, table.world_id)
    seat = shown_seat(connection)
    if seat is None:
        raise refusal
    who = await engine.players.seated(seat)
    if who.game_session_id != game_session_id:
        raise NotFoundError("game session")
    return Watcher(engine, seat, who)
