"""What every request passes on its way in: the check of its Origin, and the faults."""

import ipaddress
import json
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.simulator.connections import close, tear
from wrldbldr.simulator.documents import Json, object_or_empty, read_json
from wrldbldr.simulator.faults import HISTORY_LIES, PICTURE_LIES, Action, Faults, Rule
from wrldbldr.simulator.storage import PAGE

CONTROL_PREFIX = "/simulator/"  # faults never befall the routes that set them


class PictureFile(web.FileResponse):
    """A file as it lies on disk; remembers where, for the faults that tamper with it."""

    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        super().__init__(path, headers=headers)
        self.path = path


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a browser's page from elsewhere, as ComfyUI does when it is reached by a loopback name."""
    host, origin = request.headers.get("Host", ""), urlsplit(request.headers.get("Origin", ""))
    asked = urlsplit(f"//{host.lower()}")
    if origin.netloc and _is_loopback(asked.hostname):
        mine = asked.hostname if origin.port is None else asked.netloc
        theirs = origin.hostname if asked.port is None else origin.netloc.lower()
        if mine != theirs:
            return web.Response(status=HTTPStatus.FORBIDDEN)
    if request.method == "OPTIONS":
        return web.Response()
    return await handler(request)


def _is_loopback(hostname: str | None) -> bool:
    try:
        return hostname == "localhost" or ipaddress.ip_address(hostname or "").is_loopback
    except ValueError:
        return False


def faulty(faults: Faults, clock: Clock) -> Middleware:
    """The middleware that lets things go wrong."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(CONTROL_PREFIX):
            return await handler(request)
        path = request.path.removeprefix("/api") or "/"
        rule = faults.before(request.method, path)
        if rule is not None:
            spoiled = await _spoil(rule, request, faults, clock)
            if spoiled is not None:
                return spoiled
        response = await handler(request)
        told = _says_something(response)
        rule = faults.after(request.method, path, says_something=told) if told is not None else None
        return response if rule is None else await _tamper(rule, request, response, faults, clock)

    return middleware


async def _tamper(
    rule: Rule, request: web.Request, response: web.StreamResponse, faults: Faults, clock: Clock
) -> web.StreamResponse:
    """What the client gets for a request that took effect."""
    if rule.action in PICTURE_LIES:
        return await _lie_about_picture(rule, request, response)
    if rule.action in HISTORY_LIES:
        return _lie_about_history(rule, response)
    return await _spoil(rule, request, faults, clock) or response


async def _spoil(rule: Rule, request: web.Request, faults: Faults, clock: Clock) -> web.StreamResponse | None:
    """What the client gets instead; None when it was only kept waiting."""
    if rule.action is Action.HANG:
        await request.read()  # it was sent in full, so it can take effect long after its client gave up
        if rule.seconds is None:
            await faults.cleared.wait()
        else:
            await wait_for_event(faults.cleared, clock, rule.seconds)
        return None
    match rule.action:
        case Action.RESET:
            tear(request)
        case Action.CLOSE:
            close(request)
        case Action.HTML:
            return web.Response(text=PAGE, content_type="text/html")
        case _:
            status = HTTPStatus(rule.status)
            return web.Response(status=status, text=f"{status.value} {status.phrase}\n\nThis fault was asked for")
    return web.Response()  # nobody is there to read it


def _says_something(response: web.StreamResponse) -> bool | None:
    """Whether there is something to lie about; None for a websocket, which was answered long ago."""
    if not isinstance(response, web.Response | web.FileResponse):
        return None
    return response.status < HTTPStatus.BAD_REQUEST and _body(response) not in (b"", b"{}")


def _body(response: web.StreamResponse) -> bytes:
    if isinstance(response, PictureFile):
        return response.path.read_bytes()
    body = response.body if isinstance(response, web.Response) else None
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


async def _lie_about_picture(rule: Rule, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if rule.action is Action.NOT_A_PICTURE:
        return web.Response(body=b"This is not a picture.", content_type="image/png")
    whole = _body(response)
    half = whole[: len(whole) // 2]
    if rule.honest:
        return web.Response(body=half, content_type=response.content_type)
    promising = web.StreamResponse(headers={"Content-Type": response.content_type})
    promising.content_length = len(whole)
    await promising.prepare(request)
    await promising.write(half)
    close(request)
    return promising


def _lie_about_history(rule: Rule, response: web.StreamResponse) -> web.StreamResponse:
    if rule.action is Action.EMPTY_HISTORY:
        return web.json_response({})
    history = object_or_empty(read_json(_body(response)))
    for entry in history.values():
        outputs = object_or_empty(object_or_empty(entry).get("outputs"))
        if rule.action is Action.NO_OUTPUTS:
            outputs.clear()
        for output in outputs.values():
            images: Json = object_or_empty(output).get("images")
            if isinstance(images, list) and images:
                images.pop()
    return web.json_response(text=json.dumps(history))
