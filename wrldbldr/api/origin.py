"""Other web sites may not act through a browser that is signed in here: what changes things must come from our own pages."""

from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from wrldbldr.api.answers import refusal

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": 80, "https": 443}
POLICY_VIOLATION = 1008


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
    try:
        origin = urlsplit(origins[0])
        host = urlsplit(f"//{hosts[0]}")
        default_port = DEFAULT_PORTS.get(origin.scheme)
        return default_port is not None and _place(origin, default_port) == _place(host, default_port)
    except ValueError:  # not an address, or a port that is no number
        return False


def _place(address: SplitResult, default_port: int) -> tuple[str, int]:
    if not address.hostname:
        raise ValueError(address.netloc)
    return address.hostname, default_port if address.port is None else address.port
