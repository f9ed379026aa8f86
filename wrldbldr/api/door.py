"""Default deny: a route is closed to whoever has not shown who they are, unless it is listed here."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response, WebSocketException
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from wrldbldr.api.answers import DOCUMENTED
from wrldbldr.api.host import POLICY_VIOLATION
from wrldbldr.api.identity import COOKIE, SEAT_COOKIE, shown_seat, shown_secret
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import UnauthenticatedError, WrldBldrError
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.engine import Engine

OPEN_ROUTES = frozenset(
    {
        ("POST", "/api/auth/setup"),  # nobody can be signed in yet; refuses itself once there is an owner
        ("POST", "/api/auth/login"),
        ("POST", "/api/auth/join"),  # whoever knows the code
        ("POST", "/api/auth/leave"),  # whoever was sent away may be rid of the cookie still
        ("GET", "/api/health"),
    }
)

PLAYER_ROUTES = frozenset(
    {
        ("GET", "/api/me"),
        ("GET", "/api/sessions/{session_id}/stage"),
        ("GET", "/api/assets/{asset_id}/image"),
    }
)
"""Open to players too, who are otherwise nobody here. Each takes a `Guest` and says itself what they may see."""

_BY_TOKEN = HTTPBearer(auto_error=False, description="An API token, made by POST /api/tokens.")
_BY_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/auth/login.")
_BY_SEAT = APIKeyCookie(
    name=SEAT_COOKIE, scheme_name="Seat", auto_error=False, description="A player's, set by POST /api/auth/join."
)


async def running_engine(request: HTTPConnection) -> Engine:
    """The engine of this process. Raises EngineNotRunningError."""
    return cast("Callable[[], Engine]", request.app.state.engine)()


class GuardedRoute(APIRoute):
    """Finds out who asks before anything of the request's body is read. Raises UnauthenticatedError."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the web framework, behind the door."""
        handle = super().get_route_handler()
        if self.methods and all((method, self.path) in OPEN_ROUTES for method in self.methods):
            return handle

        lets_players_in = all((method, self.path) in PLAYER_ROUTES for method in self.methods or ())

        async def handle_known(request: Request) -> Response:
            engine = await running_engine(request)
            if lets_players_in:
                request.state.visitor = await _visitor_of(request, engine)
            else:
                request.state.principal = await engine.accounts.principal(shown_secret(request))
            return await handle(request)

        return handle_known


async def asking_person(
    request: Request, _token: Annotated[object, Depends(_BY_TOKEN)], _cookie: Annotated[object, Depends(_BY_COOKIE)]
) -> Principal:
    """Whom the door let in. Raises UnauthenticatedError on an open route."""
    who: object = getattr(request.state, "principal", None)
    if not isinstance(who, Principal):
        raise UnauthenticatedError
    return who


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks where players are let in too: a game master, a player, or one who is both in this browser."""

    account: Principal | None
    player: SeatedPlayer | None


async def _visitor_of(request: Request, engine: Engine) -> Visitor:
    """Raises UnauthenticatedError for whoever is neither."""
    seat, account, player = shown_seat(request), None, None
    try:
        account = await engine.accounts.principal(shown_secret(request))
    except UnauthenticatedError:
        if seat is None:
            raise
    with suppress(UnauthenticatedError):
        player = await engine.players.seated(seat)
    if account is None and player is None:
        raise UnauthenticatedError("You do not sit at this table any more. Join it again.")
    return Visitor(account, player)


async def asking_visitor(
    request: Request,
    _token: Annotated[object, Depends(_BY_TOKEN)],
    _cookie: Annotated[object, Depends(_BY_COOKIE)],
    _seat: Annotated[object, Depends(_BY_SEAT)],
) -> Visitor:
    """Whom the door let in where players may come. Raises UnauthenticatedError on any other route."""
    who: object = getattr(request.state, "visitor", None)
    if not isinstance(who, Visitor):
        raise UnauthenticatedError
    return who


def refused_handshake(error: WrldBldrError) -> WebSocketException:
    """One of our errors as an answer to a handshake: HTTP 403, whatever the reason."""
    return WebSocketException(POLICY_VIOLATION, error.message)


def guarded_router(tag: str) -> APIRouter:
    """A router whose routes are closed unless `OPEN_ROUTES` has them. A websocket's route asks for its listener itself."""
    return APIRouter(
        route_class=GuardedRoute,
        tags=[tag],
        responses=DOCUMENTED,
        generate_unique_id_function=lambda route: route.name,  # what programs made from OpenAPI will call it
    )


Who = Annotated[Principal, Depends(asking_person)]
Guest = Annotated[Visitor, Depends(asking_visitor)]
RunningEngine = Annotated[Engine, Depends(running_engine)]
