"""Default deny: a route is closed to whoever has not shown who they are, unless it is listed here."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response, WebSocket, WebSocketException
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from wrldbldr.api.answers import DOCUMENTED
from wrldbldr.api.host import POLICY_VIOLATION
from wrldbldr.api.identity import COOKIE, shown_secret
from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import UnauthenticatedError, WrldBldrError
from wrldbldr.engine import Engine

OPEN_ROUTES = frozenset(
    {
        ("POST", "/api/auth/setup"),  # nobody can be signed in yet; refuses itself once there is an owner
        ("POST", "/api/auth/login"),
        ("GET", "/api/health"),
    }
)

_BY_TOKEN = HTTPBearer(auto_error=False, description="An API token, made by POST /api/tokens.")
_BY_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/auth/login.")


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

        async def handle_known(request: Request) -> Response:
            engine = await running_engine(request)
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


async def listening_person(socket: WebSocket) -> Principal:
    """Who opens a websocket. Refuses the handshake (HTTP 403) of whoever has not shown who they are."""
    try:
        engine = await running_engine(socket)
        return await engine.accounts.principal(shown_secret(socket))
    except WrldBldrError as error:
        raise refused_handshake(error) from error


def refused_handshake(error: WrldBldrError) -> WebSocketException:
    """One of our errors as an answer to a handshake: HTTP 403, whatever the reason."""
    return WebSocketException(POLICY_VIOLATION, error.message)


def guarded_router(tag: str) -> APIRouter:
    """A router whose routes are closed unless `OPEN_ROUTES` has them. A websocket's route asks for a `Listener` itself."""
    return APIRouter(
        route_class=GuardedRoute,
        tags=[tag],
        responses=DOCUMENTED,
        generate_unique_id_function=lambda route: route.name,  # what programs made from OpenAPI will call it
    )


Who = Annotated[Principal, Depends(asking_person)]
Listener = Annotated[Principal, Depends(listening_person)]
RunningEngine = Annotated[Engine, Depends(running_engine)]
