"""The HTTP routes, each also under /api, as ComfyUI has them."""

from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from wrldbldr.simulator.routes import control, files, info, jobs, prompts
from wrldbldr.simulator.workshop import Workshop


def add_routes(app: web.Application, workshop: Workshop) -> None:
    """Everything a client may ask, and last the static files that catch whatever else is asked with GET."""
    routes = [
        *info.routes(workshop),
        *prompts.routes(workshop),
        *jobs.routes(workshop),
        *files.routes(workshop),
        web.get("/ws", _websocket(workshop)),
    ]
    app.add_routes([*under_api(routes), *routes, *control.routes(workshop)])
    app.add_routes([web.static("/", workshop.storage.web_root)])


def under_api(routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """The same routes with /api before their paths."""
    return [web.RouteDef(route.method, f"/api{route.path}", route.handler, route.kwargs) for route in routes]


def _websocket(workshop: Workshop) -> Handler:
    async def connect(request: web.Request) -> web.StreamResponse:
        return await workshop.hub.serve(request, workshop.queue_info())

    return connect
