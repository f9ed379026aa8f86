"""A client of the simulator that knows nothing of ours: plain HTTP, and ears for the websocket."""

import asyncio
import json
import ssl
import struct
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.simulator.graphs import Graph

PATIENCE_SECONDS = 20
Message = dict[str, Any]
FLAGS = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}


def read_frame(frame: str | bytes) -> Message:
    """A frame as a message; a preview as {"type": "preview", "form": 1 or 4, "metadata", "jpeg"}."""
    if isinstance(frame, str):
        return json.loads(frame)
    (form,) = struct.unpack(">I", frame[:4])
    if form == 4:
        (length,) = struct.unpack(">I", frame[4:8])
        metadata = json.loads(frame[8 : 8 + length])
        return {"type": "preview", "form": form, "metadata": metadata, "jpeg": frame[8 + length :]}
    return {"type": "preview", "form": form, "metadata": None, "jpeg": frame[8:]}


def is_end(message: Message) -> bool:
    """Whether a prompt has ended: its history exists now."""
    return message["type"] == "executing" and message["data"]["node"] is None


class Ears:
    """One websocket and all it heard."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[Message] = []

    async def until(self, is_it: Callable[[Message], bool]) -> Message:
        """Listen until such a message comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = read_frame(await self.connection.recv())
                self.heard.append(message)
                if is_it(message):
                    return message

    async def until_type(self, type_: str) -> Message:
        return await self.until(lambda message: message["type"] == type_)

    async def until_end(self) -> None:
        await self.until(is_end)

    async def close(self) -> None:
        await self.connection.close()

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.heard]

    def of_type(self, type_: str) -> list[Message]:
        return [message for message in self.heard if message["type"] == type_]


class Visitor:
    """Talks to one server as one client."""

    def __init__(self, url: str, client_id: str | None = None) -> None:
        self.url = url
        self.client_id = client_id or uuid4().hex
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading certificates takes longer than most of these tests
        self.http = httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, verify=no_tls)
        self._ears: list[Ears] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for ears in self._ears:
            await ears.close()
        await self.http.aclose()

    async def listen(self, client_id: str | None = None, *, flags: bool = False) -> Ears:
        """Open a websocket and wait for its greeting."""
        query = urlencode({"clientId": self.client_id if client_id is None else client_id})
        ears = Ears(await connect(f"{self.url.replace('http', 'ws')}/ws?{query}", max_size=None))
        self._ears.append(ears)
        await ears.until_type("status")
        if flags:
            await ears.connection.send(json.dumps(FLAGS))
            await ears.until_type("feature_flags")
        return ears

    async def post_prompt(self, graph: Graph, **body: object) -> httpx.Response:
        return await self.http.post("/prompt", json={"prompt": graph, "client_id": self.client_id} | body)

    async def submit(self, graph: Graph, **body: object) -> str:
        """Hand in a prompt that must be accepted."""
        response = await self.post_prompt(graph, **body)
        assert response.status_code == 200, response.text
        return response.json()["prompt_id"]

    async def run(self, graph: Graph, **body: object) -> Message:
        """Hand in a prompt, wait for its end, and return its history entry."""
        ears = await self.listen()
        prompt_id = await self.submit(graph, **body)
        await ears.until(lambda message: is_end(message) and message["data"]["prompt_id"] == prompt_id)
        await ears.close()
        return await self.entry(prompt_id)

    async def json(self, path: str, **params: str) -> Any:
        return (await self.http.get(path, params=params)).json()

    async def entry(self, prompt_id: str) -> Message:
        """The history entry of an ended prompt."""
        history = await self.json(f"/history/{prompt_id}")
        assert prompt_id in history, "it has not ended"
        return history[prompt_id]

    async def pictures(self, entry: Message, node_id: str = "9") -> list[bytes]:
        """The picture files a prompt saved."""
        images = entry["outputs"][node_id]["images"]
        return [(await self.http.get("/view", params=image)).content for image in images]

    async def upload(self, content: bytes, name: str = "ref.png", **form: str) -> httpx.Response:
        return await self.http.post("/upload/image", files={"image": (name, content)}, data=form)
