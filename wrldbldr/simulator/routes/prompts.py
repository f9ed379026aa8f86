"""Handing in prompts, and looking after the queue and the history."""

import asyncio
from http import HTTPStatus
from uuid import uuid4

from aiohttp import web

from wrldbldr.simulator.documents import (
    Json,
    JsonObject,
    MalformedRequestError,
    object_or_empty,
    read_json,
    require_object,
)
from wrldbldr.simulator.faults import Action, Moment
from wrldbldr.simulator.queue import QueuedPrompt
from wrldbldr.simulator.validation import problem, validate_prompt
from wrldbldr.simulator.workshop import Workshop

SECRETS = ("auth_token_comfy_org", "api_key_comfy_org")  # never kept with the prompt


def routes(workshop: Workshop) -> list[web.RouteDef]:
    """The routes over `workshop`."""
    desk = PromptDesk(workshop)
    return [
        web.get("/prompt", desk.remaining),
        web.post("/prompt", desk.submit),
        web.get("/queue", desk.show_queue),
        web.post("/queue", desk.change_queue),
        web.post("/interrupt", desk.interrupt),
        web.post("/free", desk.free),
        web.get("/history", desk.show_history),
        web.get("/history/{prompt_id}", desk.show_entry),
        web.post("/history", desk.change_history),
    ]


async def body_of(request: web.Request) -> JsonObject:
    """The request's JSON object, whatever its content type says. Raises MalformedRequestError."""
    return require_object(read_json(await request.text()))


class PromptDesk:
    """The handlers."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def remaining(self, request: web.Request) -> web.Response:
        """GET /prompt: how many are waiting or running."""
        return web.json_response(self._workshop.queue_info())

    async def submit(self, request: web.Request) -> web.Response:
        """POST /prompt: check a prompt and queue it. Duplicate ids are taken as they come."""
        body = await body_of(request)
        number = self._number(body)
        if "prompt" not in body:
            error = problem("no_prompt", "No prompt provided", "No prompt provided")
            return web.json_response({"error": error, "node_errors": {}}, status=HTTPStatus.BAD_REQUEST)
        graph, prompt_id = require_object(body["prompt"]), str(body.get("prompt_id", str(uuid4())))
        rule = self._workshop.faults.for_prompt()
        if rule is not None and rule.action is Action.OWN_ID:
            prompt_id = str(uuid4())
        targets = body.get("partial_execution_targets")
        wanted = None if targets is None else ids_in(targets)
        verdict = await asyncio.to_thread(validate_prompt, graph, self._workshop.registry, wanted)
        if verdict.error is not None:
            answer: JsonObject = {"error": verdict.error, "node_errors": verdict.node_errors}
            return web.json_response(answer, status=HTTPStatus.BAD_REQUEST)
        extra_data = require_object(body.get("extra_data", {}))
        for secret in SECRETS:
            extra_data.pop(secret, None)
        if "client_id" in body:
            extra_data["client_id"] = body["client_id"]
        extra_data["create_time"] = self._workshop.now_ms()
        self._workshop.queue.put(QueuedPrompt(number, prompt_id, graph, extra_data, verdict.outputs))
        await self._workshop.strike_request(Moment.ON_PROMPT)
        if rule is not None and rule.action is Action.ANOTHERS_ID:
            prompt_id = next((other.prompt_id for other in self._workshop.queue.running), prompt_id)
        return web.json_response({"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors})

    async def show_queue(self, request: web.Request) -> web.Response:
        """GET /queue: whole graphs, the waiting ones in heap order."""
        queue = self._workshop.queue
        running: list[Json] = [prompt.document() for prompt in queue.running]
        pending: list[Json] = [prompt.document() for prompt in queue.pending]
        return web.json_response({"queue_running": running, "queue_pending": pending})

    async def change_queue(self, request: web.Request) -> web.Response:
        """POST /queue: clear everything that waits, or delete some; unknown ids are no error."""
        body = await body_of(request)
        if body.get("clear"):
            self._workshop.queue.clear()
        for prompt_id in ids_in(body.get("delete", [])):
            self._workshop.queue.delete(prompt_id)
        return web.Response()

    async def interrupt(self, request: web.Request) -> web.Response:
        """POST /interrupt: what runs now, whatever it is, or only if it has that id."""
        try:
            prompt_id = object_or_empty(read_json(await request.text())).get("prompt_id")
        except MalformedRequestError:
            prompt_id = None
        running = self._workshop.queue.running
        if not prompt_id or any(prompt.prompt_id == prompt_id for prompt in running):
            self._workshop.executor.interrupt()
        return web.Response()

    async def free(self, request: web.Request) -> web.Response:
        """POST /free: forget what is cached."""
        body = await body_of(request)
        if body.get("free_memory"):
            self._workshop.executor.forget_soon()
        return web.Response()

    async def show_history(self, request: web.Request) -> web.Response:
        """GET /history: all of it, or a page."""
        max_items, offset = request.query.get("max_items"), request.query.get("offset")
        page = self._workshop.history.page(None if max_items is None else int(max_items), int(offset or -1))
        return web.json_response({entry.prompt.prompt_id: entry.document() for entry in page})

    async def show_entry(self, request: web.Request) -> web.Response:
        """GET /history/{prompt_id}: {} while it waits or runs, and when nobody knows it."""
        prompt_id = request.match_info["prompt_id"]
        entry = self._workshop.history.get(prompt_id)
        return web.json_response({} if entry is None else {prompt_id: entry.document()})

    async def change_history(self, request: web.Request) -> web.Response:
        """POST /history: clear it, or delete some."""
        body = await body_of(request)
        if body.get("clear"):
            self._workshop.history.clear()
        for prompt_id in ids_in(body.get("delete", [])):
            self._workshop.history.delete(prompt_id)
        return web.Response()

    def _number(self, body: JsonObject) -> float:
        if "number" in body:
            return float(body["number"])  # pyright: ignore[reportArgumentType]  # ComfyUI stumbles here too: a bare 500
        number = self._workshop.prompts_numbered
        self._workshop.prompts_numbered += 1
        return -number if body.get("front") else number


def ids_in(value: Json) -> list[str]:
    """Ids to delete. ComfyUI walks through whatever it gets, so a text counts as its letters."""
    if isinstance(value, str):
        return list(value)
    if isinstance(value, list):
        return [str(item) for item in value]
    raise MalformedRequestError("expected a list of ids")
