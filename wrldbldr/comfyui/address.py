"""Where ComfyUI is and what opens its door: a base URL put in order, and headers that are never shown."""

import base64
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import httpx

from wrldbldr.domain.errors import InvalidInputError

LOCAL_SUFFIXES = (".local", ".localhost", ".lan", ".home", ".internal", ".home.arpa")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}")
HEADERS_WE_SET = frozenset(
    {"origin", "host", "content-length", "content-type", "connection", "upgrade", "transfer-encoding"}
)
HANDSHAKE = "sec-websocket-"
URL_LIMIT = 2000
HEADERS_LIMIT = 12
HEADER_VALUE_LIMIT = 8000  # servers take 8 KiB of headers, all in all
NO_ADDRESS = "This is not an address. Write one such as http://127.0.0.1:8188."


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
    checked = checked_headers(headers or {})
    tidy, credentials = tidy_url(url)
    return ConnectionSettings(tidy, authorized(checked, credentials), verify_tls)


def authorized(headers: Mapping[str, str], credentials: str) -> dict[str, str]:
    """The headers, and a `name:password` as one of them, unless that one is there already or there is no password."""
    if not credentials or any(map(is_authorization, headers)):
        return dict(headers)
    return {**headers, "Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def is_authorization(header_name: str) -> bool:
    """Whether it is the header that a name and password in a URL become."""
    return header_name.strip().lower() == "authorization"


def tidy_url(url: str) -> tuple[str, str]:
    """The URL as scheme://host:port/prefix, and the `name:password` it held. Raises InvalidInputError (field "url")."""
    text = url.strip()
    if len(text) > URL_LIMIT:
        raise InvalidInputError("url", f"The address has {len(text):,} characters; at most {URL_LIMIT:,} can be used.")
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInputError("url", NO_ADDRESS) from None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme not in ("http", "https"):
        raise InvalidInputError("url", "The address of ComfyUI must start with http:// or https://.")
    if not host or " " in text or not text.isprintable():
        raise InvalidInputError("url", NO_ADDRESS)
    host = _reachable(host)
    netloc = host if port is None else f"{host}:{port}"
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
    tidy = urlunsplit((scheme, netloc, parts.path.rstrip("/"), "", ""))
    try:
        httpx.URL(tidy).host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):  # a host that no name server could be asked for
        raise InvalidInputError("url", NO_ADDRESS) from None
    return tidy, credentials


def _reachable(host: str) -> str:
    """The host as a URL holds it; 0.0.0.0 and ::, which ComfyUI prints when it listens everywhere, are this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"[{address}]" if address.version == 6 else str(address)


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without space around them. Raises InvalidInputError (field "headers"); no sentence holds a value."""
    checked: dict[str, str] = {}
    if len(headers) > HEADERS_LIMIT:
        raise InvalidInputError("headers", f"At most {HEADERS_LIMIT} headers can be sent.")
    for raw_name, raw_value in headers.items():
        name, value = raw_name.strip(), raw_value.strip()
        problem = _problem(name, value)
        if any(name.lower() == other.lower() for other in checked):
            problem = f"The header {name} is there twice."
        if problem:
            raise InvalidInputError("headers", problem)
        checked[name] = value
    return checked


def _problem(name: str, value: str) -> str:
    """Why a header cannot be sent; empty when it can."""
    if not HEADER_NAME.fullmatch(name):
        return "A header's name has 1 to 60 characters: letters, digits and hyphens."
    if name.lower() in HEADERS_WE_SET or name.lower().startswith(HANDSHAKE):
        return f"The header {name} cannot be set: the connection itself decides it."
    if not value.isascii() or not value.isprintable():
        return f"The value of the header {name} holds characters that cannot be sent."
    if len(value) > HEADER_VALUE_LIMIT:
        return f"The value of the header {name} is too long: at most {HEADER_VALUE_LIMIT:,} characters can be sent."
    return ""
