"""How a browser or a script shows who it is: a cookie that no script can read, or a bearer token."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from wrldbldr.domain.account import BROWSER_LOGIN_DAYS

COOKIE = "wrldbldr_login"
SEAT_COOKIE = "wrldbldr_seat"  # of a player; whoever has worlds of their own may sit at others' tables too
COOKIE_SECONDS = BROWSER_LOGIN_DAYS * 24 * 60 * 60


def secret_from_cookies(cookie_header: str, cookie: str = COOKIE) -> str | None:
    """The secret in a Cookie header, if there is one."""
    for pair in cookie_header.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == cookie:
            return value.strip() or None
    return None


def shown_secret(request: HTTPConnection) -> str | None:
    """What a request or a websocket's handshake shows: its bearer token if it has one (the cookie then counts for nothing), else its cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip() or None
    return secret_from_cookies("; ".join(request.headers.getlist("cookie")))


def shown_seat(request: HTTPConnection) -> str | None:
    """The secret of the seat that a request or a handshake shows. A script that shows a token has none."""
    if request.headers.get("authorization"):
        return None
    return secret_from_cookies("; ".join(request.headers.getlist("cookie")), SEAT_COOKIE)


def peer_of(request: HTTPConnection) -> str | None:
    """The address a request came from: that of the nearest proxy, if there is one."""
    return request.client.host if request.client else None


def remember(request: Request, response: Response, secret: str, cookie: str = COOKIE) -> None:
    """Let the browser show `secret` from now on."""
    response.set_cookie(
        cookie, secret, max_age=COOKIE_SECONDS, path="/", secure=_came_by_https(request), httponly=True, samesite="lax"
    )


def forget(request: Request, response: Response, cookie: str = COOKIE) -> None:
    """Let the browser forget its secret."""
    response.delete_cookie(cookie, path="/", secure=_came_by_https(request), httponly=True, samesite="lax")


def _came_by_https(request: Request) -> bool:
    """Whether the browser speaks https, as far as anybody says.

    A header that lies can only make the liar's own cookie stricter, so no list of trusted proxies is needed.
    """
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")
    return request.url.scheme == "https" or "https" in {scheme.strip().lower() for scheme in forwarded}
