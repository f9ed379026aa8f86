"""The newer, slimmer view: /api/jobs (only there, not without /api)."""

from http import HTTPStatus

from aiohttp import web

from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.jobs import STATUSES, detailed, finished_job, in_order, queued_job
from wrldbldr.simulator.workshop import Workshop

SORTS, ORDERS = ("created_at", "execution_duration"), ("asc", "desc")


class BadQueryError(Exception):
    """A query parameter that cannot be used; the sentence is ComfyUI's."""


def routes(workshop: Workshop) -> list[web.RouteDef]:
    """The routes over `workshop`."""
    board = JobBoard(workshop)
    return [web.get("/api/jobs", board.show_all), web.get("/api/jobs/{job_id}", board.show_one)]


class JobBoard:
    """The handlers."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def show_all(self, request: web.Request) -> web.Response:
        """GET /api/jobs: filtered by status and workflow, sorted, in pages."""
        try:
            return web.json_response(self._listing(request))
        except BadQueryError as error:
            return web.json_response({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)

    async def show_one(self, request: web.Request) -> web.Response:
        """GET /api/jobs/{id}: with outputs and graph; 404 when nobody knows it."""
        job_id, queue = request.match_info["job_id"], self._workshop.queue
        entry = self._workshop.history.get(job_id)
        if entry is not None:
            return web.json_response(detailed(finished_job(entry), entry.prompt, entry))
        for prompts, status in ((queue.running, "in_progress"), (queue.pending, "pending")):
            for prompt in prompts:
                if prompt.prompt_id == job_id:
                    return web.json_response(detailed(queued_job(prompt, status), prompt, None))
        return web.json_response({"error": "Job not found"}, status=HTTPStatus.NOT_FOUND)

    def _listing(self, request: web.Request) -> JsonObject:
        query = request.query
        statuses = {status.strip().lower() for status in query.get("status", "").split(",") if status.strip()}
        unknown = sorted(statuses.difference(STATUSES))
        if unknown:
            valid = ", ".join(STATUSES)
            raise BadQueryError(f"Invalid status value(s): {', '.join(unknown)}. Valid values: {valid}")
        sort_by, sort_order = query.get("sort_by", SORTS[0]), query.get("sort_order", "desc")
        if sort_by not in SORTS:
            raise BadQueryError("sort_by must be 'created_at' or 'execution_duration'")
        if sort_order not in ORDERS:
            raise BadQueryError("sort_order must be 'asc' or 'desc'")
        limit, offset = _number(query.get("limit"), "limit"), _number(query.get("offset"), "offset") or 0
        if limit is not None and limit <= 0:
            raise BadQueryError("limit must be a positive integer")
        jobs = in_order(self._jobs(), sort_by, descending=sort_order == "desc")
        workflow_id = query.get("workflow_id")
        wanted = [job for job in jobs if not statuses or job["status"] in statuses]
        wanted = [job for job in wanted if not workflow_id or job.get("workflow_id") == workflow_id]
        page = wanted[max(offset, 0) :][:limit]
        more = max(offset, 0) + len(page) < len(wanted)
        pagination: JsonObject = {"offset": max(offset, 0), "limit": limit, "total": len(wanted), "has_more": more}
        return {"jobs": [*page], "pagination": pagination}

    def _jobs(self) -> list[JsonObject]:
        queue = self._workshop.queue
        return [
            *(queued_job(prompt, "pending") for prompt in queue.pending),
            *(queued_job(prompt, "in_progress") for prompt in queue.running),
            *(finished_job(entry) for entry in self._workshop.history.entries),
        ]


def _number(text: str | None, name: str) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError as error:
        raise BadQueryError(f"{name} must be an integer") from error
