"""What the server says of itself: its page, its version, its nodes and its model files."""

import sys
from http import HTTPStatus

from aiohttp import web

from wrldbldr.simulator.catalogue import MODEL_FOLDERS
from wrldbldr.simulator.config import VERSION
from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.sockets import SERVER_FEATURES
from wrldbldr.simulator.workshop import Workshop

MEMORY_BYTES = 8 * 2**30  # of the invented machine
NO_CACHE = {"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "0"}


def routes(workshop: Workshop) -> list[web.RouteDef]:
    """The routes over `workshop`."""
    reception = Reception(workshop)
    return [
        web.get("/", reception.page),
        web.get("/system_stats", reception.system_stats),
        web.get("/features", reception.features),
        web.get("/object_info", reception.object_info),
        web.get("/object_info/{node_class}", reception.one_object_info),
        web.get("/models", reception.model_folders),
        web.get("/models/{folder}", reception.models),
        web.get("/embeddings", reception.embeddings),
        web.get("/settings", reception.settings),
        web.get("/users", reception.users),
    ]


class Reception:
    """The handlers."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def page(self, request: web.Request) -> web.StreamResponse:
        """GET /: a page that says what this is."""
        return web.FileResponse(self._workshop.storage.web_root / "index.html", headers=NO_CACHE)

    async def system_stats(self, request: web.Request) -> web.Response:
        """GET /system_stats: ComfyUI's shape, with `simulated` added so that pictures can be labelled."""
        memory: JsonObject = {"vram_total": MEMORY_BYTES, "vram_free": MEMORY_BYTES}
        memory |= {"torch_vram_total": MEMORY_BYTES, "torch_vram_free": MEMORY_BYTES}
        system: JsonObject = {
            "os": sys.platform,
            "ram_total": MEMORY_BYTES,
            "ram_free": MEMORY_BYTES,
            "comfyui_version": VERSION,
            "required_frontend_version": None,
            "installed_templates_version": None,
            "required_templates_version": None,
            "python_version": sys.version,
            "pytorch_version": "none (simulated)",
            "embedded_python": False,
            "argv": ["wrldbldr.simulator"],
            "simulated": True,
        }
        device: JsonObject = {"name": "brush (simulated)", "type": "cpu", "index": None, **memory}
        return web.json_response({"system": system, "devices": [device]})

    async def features(self, request: web.Request) -> web.Response:
        """GET /features: the same as over the websocket."""
        return web.json_response(SERVER_FEATURES)

    async def object_info(self, request: web.Request) -> web.Response:
        """GET /object_info: every node class."""
        registry = self._workshop.registry
        return web.json_response({name: node_class.document() for name, node_class in registry.items()})

    async def one_object_info(self, request: web.Request) -> web.Response:
        """GET /object_info/{class}: {} when it is unknown."""
        name = request.match_info["node_class"]
        node_class = self._workshop.registry.get(name)
        return web.json_response({} if node_class is None else {name: node_class.document()})

    async def model_folders(self, request: web.Request) -> web.Response:
        """GET /models: the kinds of model files."""
        return web.json_response([*MODEL_FOLDERS])

    async def models(self, request: web.Request) -> web.Response:
        """GET /models/{folder}: the files of one kind."""
        files = self._workshop.config.catalogue.folder(request.match_info["folder"])
        return web.Response(status=HTTPStatus.NOT_FOUND) if files is None else web.json_response([*files])

    async def embeddings(self, request: web.Request) -> web.Response:
        """GET /embeddings: none."""
        return web.json_response([])

    async def settings(self, request: web.Request) -> web.Response:
        """GET /settings: nobody set any."""
        return web.json_response({})

    async def users(self, request: web.Request) -> web.Response:
        """GET /users: one user, nothing migrated."""
        return web.json_response({"storage": "server", "migrated": False})
