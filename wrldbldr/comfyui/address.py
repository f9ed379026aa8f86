"""Where ComfyUI is and what opens its door: a base URL put in order, and headers that are never shown."""

import base64
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from wrldbldr.domain.errors import InvalidInputError

LOCAL_SUFFIXES = (".local", ".localhost", ".lan", ".home", ".internal", ".home.arpa")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADERS_WE_SET = frozenset({"origin", "host", "content-length", "connection", "upgrade", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Made by `connection_settings`. `headers` may hold secrets and goes with every request and handshake."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    verify_tls: bool = True

    @property
    def is_local(self) -> bool:
        """True when no proxy of the environment may stand between: this machine, or its own network."""
        host = (urlsplit(self.url).hostname or "").lower()
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return "." not in host or host.endswith(LOCAL_SUFFIXES)
        return address.is_loopback or address.is_private or address.is_link_local

    def websocket_url(self, client_id: str) -> str:
        """The address of the server's websocket, under the same path prefix."""
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return urlunsplit((scheme, parts.netloc, f"{parts.path}/ws", f"clientId={quote(client_id, safe='')}", ""))


def connection_settings(
    url: str, headers: Mapping[str, str] | None = None, *, verify_tls: bool = True
) -> ConnectionSettings:
    """Settings with a tidy URL; a name and password in the URL become an Authorization header.

    Raises InvalidInputError (field "url" or "headers") with a sentence.
    """
    checked = _checked_headers(headers or {})
    tidy, credentials = _tidy(url)
    if credentials and not any(name.lower() == "authorization" for name in checked):
        checked["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
    return ConnectionSettings(tidy, checked, verify_tls)


def _tidy(url: str) -> tuple[str, str]:
    """The URL as scheme://host:port/prefix, and the `name:password` it held."""
    text = url.strip()
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInputError("url", "This is not an address. An example: http://127.0.0.1:8188") from None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme not in ("http", "https"):
        raise InvalidInputError("url", "The address of ComfyUI must start with http:// or https://.")
    if not host or re.search(r"\s", text):
        raise InvalidInputError("url", "This is not an address. An example: http://127.0.0.1:8188")
    host = _reachable(host)
    netloc = host if port is None else f"{host}:{port}"
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    return urlunsplit((scheme, netloc, parts.path.rstrip("/"), "", "")), credentials


def _reachable(host: str) -> str:
    """The host as a URL holds it; 0.0.0.0 and ::, which ComfyUI prints when it listens everywhere, are this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"[{address}]" if address.version == 6 else str(address)


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    checked: dict[str, str] = {}
    for raw_name, raw_value in headers.items():
        name, value = raw_name.strip(), raw_value.strip()
        if not HEADER_NAME.fullmatch(name):
            raise InvalidInputError("headers", "A header's name may hold letters, digits and hyphens only.")
        if name.lower() in HEADERS_WE_SET:
            raise InvalidInputError("headers", f"The header {name} cannot be set: the connection itself decides it.")
        if not value.isascii() or not value.isprintable():
            raise InvalidInputError("headers", f"The value of the header {name} holds characters that cannot be sent.")
        checked[name] = value
    return checked
