"""The websockets of /ws: who is connected, what is sent to whom, and what goes wrong on the way."""

import asyncio
import json
import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from aiohttp import ClientError, WSMsgType, web

from wrldbldr.simulator.connections import tear
from wrldbldr.simulator.documents import (
    Json,
    JsonObject,
    MalformedRequestError,
    empty_object,
    object_or_empty,
    read_json,
)
from wrldbldr.simulator.faults import Action, Faults

logger = logging.getLogger(__name__)

PREVIEW_IMAGE: Final = 1
PREVIEW_IMAGE_WITH_METADATA: Final = 4
JPEG: Final = 1
UNKNOWN_BINARY_EVENT: Final = 99
SERVER_FEATURES: JsonObject = {
    "supports_preview_metadata": True,
    "max_upload_size": 100 * 1024 * 1024,
    "extension": {"manager": {"supports_v4": True}},
}


@dataclass(frozen=True)
class Frame:
    """One message to be sent: its type, its encoded payload, and whom it is for (None: everybody)."""

    event: str
    payload: str | bytes
    sid: str | None


@dataclass(eq=False)
class Socket:
    """One open websocket."""

    response: web.WebSocketResponse
    request: web.Request
    flags: JsonObject = field(default_factory=empty_object)
    is_muted: bool = False
    held_back: list[str | bytes] = field(default_factory=list[str | bytes])


class SocketHub:
    """Sends in order, to the client who submitted or to all. Keyed by client id alone, with ComfyUI's flaw:

    when a client reconnects while its old socket is open, the closing of the old one forgets the new one.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._sockets: dict[str, Socket] = {}
        self._outbox: asyncio.Queue[Frame] = asyncio.Queue()
        self.running_client: str | None = None
        self.running_node: str | None = None

    def send(self, event: str, data: JsonObject, sid: str | None = None) -> None:
        """Queue a JSON message for one client, or for everybody."""
        self._outbox.put_nowait(Frame(event, json.dumps({"type": event, "data": data}), sid))

    def send_preview(self, jpeg: bytes, metadata: JsonObject, sid: str | None) -> None:
        """Queue a preview, in the form with metadata when that client asked for it (see `takes_metadata`)."""
        if self.takes_metadata(sid):
            told = json.dumps({**metadata, "image_type": "image/jpeg"}).encode()
            payload = struct.pack(">II", PREVIEW_IMAGE_WITH_METADATA, len(told)) + told + jpeg
        else:
            payload = struct.pack(">II", PREVIEW_IMAGE, JPEG) + jpeg
        self._outbox.put_nowait(Frame("preview", payload, sid))

    def takes_metadata(self, sid: str | None) -> bool:
        """Whether that client said it understands previews with metadata."""
        socket = self._sockets.get(sid) if sid is not None else None
        return socket is not None and socket.flags.get("supports_preview_metadata") is True

    async def publish(self) -> None:
        """Send what is queued, for ever."""
        while True:
            await self._send_now(await self._outbox.get())
            self._outbox.task_done()

    async def flush(self) -> None:
        """Wait until everything queued was sent."""
        await self._outbox.join()

    async def serve(self, request: web.Request, status: JsonObject) -> web.WebSocketResponse:
        """Hold one websocket until it closes; `status` is what it is greeted with."""
        response = web.WebSocketResponse()
        await response.prepare(request)
        sid = request.query.get("clientId", "") or uuid4().hex
        self._sockets[sid] = Socket(response, request)
        try:
            await self._send_now(_frame("status", {"status": status, "sid": sid}, sid))
            if self.running_client == sid and self.running_node is not None:
                await self._send_now(_frame("executing", {"node": self.running_node}, sid))
            await self._listen(response, sid)
        finally:
            self._sockets.pop(sid, None)
        return response

    def drop_all(self) -> None:
        """Tear every websocket down."""
        for socket in list(self._sockets.values()):
            tear(socket.request)

    async def _listen(self, response: web.WebSocketResponse, sid: str) -> None:
        is_first = True
        async for message in response:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                said = object_or_empty(read_json(str(message.data)))
            except MalformedRequestError:
                logger.warning("A websocket client sent something that is not JSON")
                continue
            if is_first and said.get("type") == "feature_flags" and sid in self._sockets:
                self._sockets[sid].flags = object_or_empty(said.get("data"))
                await self._send_now(_frame("feature_flags", SERVER_FEATURES, sid))
            is_first = False

    async def _send_now(self, frame: Frame) -> None:
        for socket in self._receivers(frame.sid):
            try:
                await self._deliver(socket, frame)
            except (ClientError, ConnectionError) as error:
                logger.info("A websocket went away while it was told something: %s", error)

    def _receivers(self, sid: str | None) -> list[Socket]:
        if sid is None:
            return list(self._sockets.values())
        return [self._sockets[sid]] if sid in self._sockets else []

    async def _deliver(self, socket: Socket, frame: Frame) -> None:
        if socket.is_muted:
            return
        rule = self._faults.for_frame(frame.event)
        match rule.action if rule is not None else None:
            case Action.DROP_SOCKET:
                tear(socket.request)
            case Action.MUTE:
                socket.is_muted = True
            case Action.SWAP:
                socket.held_back.append(frame.payload)
            case action:
                for payload in self._payloads(action, socket, frame):
                    await _write(socket.response, payload)

    def _payloads(self, action: Action | None, socket: Socket, frame: Frame) -> Iterator[str | bytes]:
        if action is Action.UNKNOWN_FRAME:
            yield json.dumps({"type": "something_new", "data": {"novelty": [1, 2, 3]}})
            yield struct.pack(">I", UNKNOWN_BINARY_EVENT) + b"whatever"
        if action is Action.GARBAGE_FRAME:
            yield '{"type": "progress", "data": {'
            yield b"\x00\x01"
        yield frame.payload
        if action is Action.DUPLICATE:
            yield frame.payload
        yield from socket.held_back
        socket.held_back.clear()


def _frame(event: str, data: JsonObject, sid: str) -> Frame:
    message: Json = {"type": event, "data": data}
    return Frame(event, json.dumps(message), sid)


async def _write(response: web.WebSocketResponse, payload: str | bytes) -> None:
    if isinstance(payload, str):
        await response.send_str(payload)
    else:
        await response.send_bytes(payload)
