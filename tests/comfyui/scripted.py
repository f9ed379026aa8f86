"""Where the scripted server is, what it says by default, and how a test waits for a client that retries."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, cast
from uuid import uuid4

import httpx
import respx
from respx.mocks import AbstractRequestMocker

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.kit.tasks import TaskNursery

BASE = "http://painter.local:8188/comfy"
CLIENT_ID, ID = uuid4(), uuid4()
SYSTEM: dict[str, object] = {
    "system": {"comfyui_version": "0.8.0"},
    "devices": [{"name": "cpu"}, {"type": "odd"}, None],
}
ACCEPTED: dict[str, object] = {"prompt_id": str(ID), "number": 7, "node_errors": {}}
REFUSED: dict[str, object] = {
    "error": {"type": "invalid_prompt", "message": "Cannot execute because node Nope does not exist.", "details": "#2"},
    "node_errors": {},
}

LoadFixture = Callable[[str], Any]


class WireMocker(AbstractRequestMocker):
    """respx in place of the connections under our client: `using="wire"`."""

    name = "wire"
    targets: ClassVar = ["wrldbldr.comfyui.wire.Wire"]
    target_methods: ClassVar = ["handle_async_request"]

    @classmethod
    def to_httpx_request(cls, **kwargs: Any) -> httpx.Request:
        return kwargs["request"]

    @classmethod
    async def from_async_httpx_response(
        cls, httpx_response: httpx.Response, target: object, **kwargs: Any
    ) -> httpx.Response:
        """Unread, as it would come from a connection."""
        headers, stream = httpx_response.headers, httpx_response.stream
        return httpx.Response(httpx_response.status_code, headers=headers, stream=stream, request=kwargs["request"])


async def outcome(work: Coroutine[Any, Any, Any], clock: FakeClock, *, seconds: int = 70) -> Any:
    """What `work` gives or raises while the clock runs on."""
    results: list[Any] = []

    async def run() -> None:
        try:
            results.append(await work)
        except ComfyUIError as error:
            results.append(error)

    async with TaskNursery(clock) as nursery:
        nursery.start(run(), name="work")
        for _ in range(seconds):
            await clock.advance(1)
    return results[0]


def sent(route: respx.Route) -> dict[str, Any]:
    """The JSON body of the last request."""
    return json.loads(route.calls.last.request.content)


def requests_of(server: respx.MockRouter) -> list[tuple[str, str]]:
    """Method and path of every request so far."""
    requests = [call.request for call in cast(list[respx.models.Call], server.calls)]
    return [(request.method, request.url.path) for request in requests]


def json_answer(body: object) -> httpx.Response:
    """A 200 with a JSON body."""
    return httpx.Response(200, json=body)
