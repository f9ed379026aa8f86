"""Players: joining a table by its code, leaving it, and who sits there."""

from contextlib import suppress
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from fastapi import Request, Response

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.identity import SEAT_COOKIE, forget, peer_of, remember, shown_seat
from wrldbldr.api.models import PAGE_DEFAULT, Body, Cursor, Limit, Out, Page, Text, after, page_of
from wrldbldr.api.worlds import GameSessionOut
from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.domain.player import Player, SeatedPlayer

router = guarded_router("Players")


class JoinIn(Body):
    """The code of a table, and what the others there shall call you."""

    code: Text
    name: Text


class SeatOut(Out):
    """A player who asks, and where they sit."""

    id: UUID
    name: str
    role: Literal["player"] = "player"
    session_id: UUID

    @classmethod
    def of(cls, who: SeatedPlayer) -> Self:
        """What they may know of themselves."""
        return cls(id=who.player_id, name=who.name, session_id=who.game_session_id)


class PlayerOut(Out):
    """Somebody at a table, for its game master."""

    id: UUID
    name: str
    joined_at: datetime

    @classmethod
    def of(cls, player: Player) -> Self:
        """Without what their browser shows."""
        return cls(id=player.id, name=player.name, joined_at=player.joined_at)


@router.post("/api/auth/join", status_code=201)
async def join(body: JoinIn, engine: RunningEngine, request: Request, response: Response) -> SeatOut:
    """Sit down at a table: the answer sets the browser's cookie. A seat it had elsewhere is left."""
    joined = await engine.players.join(body.code, body.name, peer=peer_of(request), shown=shown_seat(request))
    remember(request, response, joined.secret, SEAT_COOKIE)
    return SeatOut.of(joined.who)


@router.post("/api/auth/leave", status_code=204)
async def leave(engine: RunningEngine, request: Request, response: Response) -> None:
    """Stand up from the table. The browser is a player's no more, whether it still had a seat or not."""
    with suppress(UnauthenticatedError):
        await engine.players.leave(await engine.players.seated(shown_seat(request)))
    forget(request, response, SEAT_COOKIE)
    response.headers["clear-site-data"] = '"cache"'


@router.get("/api/sessions/{session_id}/players")
async def list_players(
    session_id: UUID, who: Who, engine: RunningEngine, limit: Limit = PAGE_DEFAULT, cursor: Cursor = None
) -> Page[PlayerOut]:
    """Who sits at your table, in the order of arrival."""
    rest = after(await engine.players.players(who, session_id), cursor, lambda player: player.id)
    return page_of(rest, limit, PlayerOut.of, lambda player: player.id)


@router.delete("/api/sessions/{session_id}/players/{player_id}", status_code=204)
async def send_away(session_id: UUID, player_id: UUID, who: Who, engine: RunningEngine) -> None:
    """Free a seat: whoever sat there sees and hears nothing more from this moment on."""
    await engine.players.send_away(who, session_id, player_id)


@router.post("/api/sessions/{session_id}/code")
async def change_code(session_id: UUID, who: Who, engine: RunningEngine) -> GameSessionOut:
    """Give the table another join code: the old one opens nothing any more. Who sits there, stays."""
    return GameSessionOut.of(await engine.players.change_code(who, session_id))
