"""Other web sites may not act through a browser that is signed in here: what changes things must come from our own pages."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from wrldbldr.api.answers import refusal
from wrldbldr.api.host import POLICY_VIOLATION, place_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOrigin:
    """Refuses unsafe methods and every websocket handshake whose Origin is not the Host. Scripts send no Origin and pass.

    Guards the whole server, the screens' websocket included. The scheme is not compared: behind a proxy that ends TLS
    the browser says https where we are asked by http.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or websocket."""
        is_websocket = scope["type"] == "websocket"
        is_unsafe = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if not (is_websocket or is_unsafe) or is_own_page(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif is_websocket:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "foreign origin"})
        else:
            sentence = "This request came from a page of another site, so nothing was done."
            await refusal(403, "foreign_origin", sentence)(scope, receive, send)


def is_own_page(headers: Headers) -> bool:
    """Whether there is no Origin, or exactly one that names the host and port the request was sent to."""
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    if not origins:
        return True
    if len(origins) != 1 or len(hosts) != 1:
        return False
    scheme, _, rest = origins[0].partition("://")
    default_port = DEFAULT_PORTS.get(scheme.lower())
    origin, host = place_of(rest), place_of(hosts[0])
    if default_port is None or origin is None or host is None:
        return False
    return _with_port(origin, default_port) == _with_port(host, default_port)


def _with_port(place: tuple[str, int | None], default_port: int) -> tuple[str, int]:
    name, port = place
    return name, default_port if port is None else port
