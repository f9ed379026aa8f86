"""The simulator's own routes, for tests: faults, which prompts ran, and which pictures arrived where."""

from http import HTTPStatus

from aiohttp import web

from wrldbldr.simulator.documents import MalformedRequestError, read_json
from wrldbldr.simulator.faults import FaultError, read_rules
from wrldbldr.simulator.workshop import Workshop


def routes(workshop: Workshop) -> list[web.RouteDef]:
    """The routes over `workshop`."""
    control = Control(workshop)
    return [
        web.get("/simulator/faults", control.show_faults),
        web.post("/simulator/faults", control.add_faults),
        web.delete("/simulator/faults", control.clear_faults),
        web.get("/simulator/received", control.show_received),
        web.get("/simulator/executed", control.show_executed),
    ]


class Control:
    """The handlers."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def show_faults(self, request: web.Request) -> web.Response:
        """GET: the rules still pending."""
        return web.json_response([rule.document() for rule in self._workshop.faults.pending])

    async def add_faults(self, request: web.Request) -> web.Response:
        """POST: one rule or a list of them; 400 with a sentence when they make no sense."""
        try:
            self._workshop.faults.add(*read_rules(read_json(await request.text())))
        except (FaultError, MalformedRequestError) as error:
            return web.json_response({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """DELETE: forget the rules and let go of whoever hangs."""
        self._workshop.faults.clear()
        return await self.show_faults(request)

    async def show_received(self, request: web.Request) -> web.Response:
        """GET: {prompt_id, node_id, input, sha256} for every picture a node was handed."""
        return web.json_response([receipt.document() for receipt in self._workshop.received.receipts])

    async def show_executed(self, request: web.Request) -> web.Response:
        """GET: the ids of the prompts that began to run, an id as often as it ran."""
        return web.json_response(self._workshop.received.executed)
