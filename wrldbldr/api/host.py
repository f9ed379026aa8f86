"""The names this server may be called by: a foreign name that was made to point here (DNS rebinding) is turned away."""

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from wrldbldr.api.answers import refusal

PLACE = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s\[\]:/?#@\\]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
HOME_ENDINGS = (".local", ".lan", ".home.arpa", ".internal", ".localhost")  # nobody can register a name below these
POLICY_VIOLATION = 1008
MISDIRECTED = 421


class KnownHost:
    """Refuses every request and websocket whose Host is neither an address, nor a name at home, nor in the settings.

    Without it a page of another site could have its own name point to this machine: the browser would then take that
    page for one of ours.
    """

    def __init__(self, app: ASGIApp, hosts: Callable[[], Collection[str]]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or websocket."""
        if scope["type"] not in {"http", "websocket"} or self._is_known(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "unknown host"})
        else:
            sentence = (
                "This server does not know itself by that name. Add the name to WRLDBLDR_HOSTS, then start it anew."
            )
            await refusal(MISDIRECTED, "unknown_host", sentence)(scope, receive, send)

    def _is_known(self, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        place = place_of(hosts[0]) if len(hosts) == 1 else None
        return place is not None and (is_at_home(place[0]) or place[0] in self._hosts())


def place_of(text: str) -> tuple[str, int | None] | None:
    """The name and port in `text`, or None when there is anything else in it."""
    found = PLACE.fullmatch(text)
    if found is None:
        return None
    port = found["port"]
    return found["name"].lower().rstrip("."), None if port is None else int(port)


def is_at_home(name: str) -> bool:
    """Whether `name` is an address, or one that only a local network gives."""
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(HOME_ENDINGS))
    return True
