"""The event stream of a game session, for programs: what happens to its batches and to ComfyUI, one JSON object a frame."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from wrldbldr.api.door import guarded_router, refused_handshake, running_engine
from wrldbldr.api.failures import trace_of
from wrldbldr.api.listeners import Listener, listener_at
from wrldbldr.api.messages import REASONS, CloseCode, Message
from wrldbldr.api.told import Told
from wrldbldr.bus import FAREWELL_TOPIC, SERVER_TOPIC, Subscription, game_session_topic, world_topic
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.errors import NotFoundError, UnauthenticatedError, WrldBldrError
from wrldbldr.domain.events import (
    BatchCancelled,
    BatchFailed,
    BatchProgressed,
    BatchQueued,
    BatchReady,
    BatchStarted,
    ConnectionChanged,
    Event,
    Missed,
    PicturesChanged,
    QueueChanged,
    ServerStopping,
    StageChanged,
    WorldChanged,
)
from wrldbldr.engine import Engine
from wrldbldr.kit.clock import within
from wrldbldr.services.bulletin import Place

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 25.0
STREAMS_AT_ONCE = 16  # of one login, token or seat: each is told everything, and a player's must not slow the table
SEND_SECONDS = 10.0  # what cannot be said in this time is news no more
SLOW_SECONDS = 1.0  # whoever keeps us waiting so long, and then misses something, is told no more
CLOSE_SECONDS = 60.0  # whoever begins to read again meanwhile learns why it ended
FAREWELL_SECONDS, FAREWELL_LOOK_SECONDS = 1.0, 0.02  # a server that stops waits so long for its streams to be closed
HEARD_LIMIT = 4096  # characters or bytes of one frame
HEARD_SECONDS, HEARD_FRAMES = 10.0, 100  # whoever sends more frames than that in so many seconds is no listener

router = guarded_router("Events")


class StreamEndedError(Exception):
    """A stream is over. Without a code it was the listener who left."""

    def __init__(self, code: CloseCode | None = None) -> None:
        super().__init__(code)
        self.code = code


@router.websocket("/api/sessions/{session_id}/events")
async def stream_events(socket: WebSocket, session_id: UUID) -> None:
    """Everything as it is, then everything that happens. A game session that is not theirs is refused as an unknown one."""
    try:
        engine = await running_engine(socket)
        listener = await listener_at(socket, engine, session_id)
    except WrldBldrError as error:
        raise refused_handshake(error) from error
    await socket.accept()
    open_streams: Counter[UUID] = socket.app.state.open_streams
    open_streams[listener.key] += 1
    try:
        stream = Stream(socket, engine, listener, session_id)
        await (stream.close(CloseCode.TOO_MANY) if open_streams[listener.key] > STREAMS_AT_ONCE else stream.run())
    finally:
        open_streams[listener.key] -= 1
        if not open_streams[listener.key]:
            del open_streams[listener.key]


async def bid_farewell(api: FastAPI, engine: Engine) -> None:
    """Close every stream of `api`, saying that the server stops; whoever does not read that within a second is left."""
    until = engine.clock.monotonic() + FAREWELL_SECONDS
    while api.state.open_streams and engine.clock.monotonic() < until:
        engine.bus.publish(FAREWELL_TOPIC, ServerStopping())  # each time: whoever was told may connect again at once
        await engine.clock.sleep(FAREWELL_LOOK_SECONDS)


class Stream:
    """One listener's connection."""

    def __init__(self, socket: WebSocket, engine: Engine, listener: Listener, game_session_id: UUID) -> None:
        self._socket = socket
        self._engine = engine
        self._listener = listener
        self._game_session_id = game_session_id
        self._told = Told()
        self._seq = count(1)
        self._kept_waiting_seconds = 0.0

    async def run(self) -> None:
        """Tell everything until the listener leaves or may not hear more; then close, saying why. Nothing goes on after it."""
        code = await self._until_it_ends()
        if code is not None:
            await self.close(code)

    async def close(self, code: CloseCode) -> None:
        """Say why it ends."""
        with suppress(WebSocketDisconnect):  # the listener was faster
            await within(CLOSE_SECONDS, self._engine.clock, self._socket.close(code, REASONS[code]))

    async def _until_it_ends(self) -> CloseCode | None:
        bus = self._engine.bus
        table, world = game_session_topic(self._game_session_id), world_topic(self._listener.world_id)
        with (  # before the first look: nothing falls between
            bus.subscribe(table, world, SERVER_TOPIC) as news,
            bus.subscribe(self._listener.topic, FAREWELL_TOPIC) as rights,
        ):
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._tell(news))
                    group.create_task(self._watch_rights(rights))
                    group.create_task(self._check_now_and_then())
                    group.create_task(self._hear())
            except ExceptionGroup as ended:
                return self._code_of(ended.exceptions[0])
        return None

    def _code_of(self, error: Exception) -> CloseCode | None:
        match error:
            case StreamEndedError():
                return error.code
            case WebSocketDisconnect():
                return None
            case UnauthenticatedError():
                return CloseCode.SIGNED_OUT
            case NotFoundError():
                return CloseCode.NOT_FOUND
            case _:
                logger.error("The event stream of game session %s broke\n%s", self._game_session_id, trace_of(error))
                return CloseCode.BROKEN

    # -- what ends it

    async def _check_now_and_then(self) -> None:
        """A login expires in silence."""
        while True:
            await self._listener.require_right()
            await self._engine.clock.sleep(HEARTBEAT_SECONDS)

    async def _watch_rights(self, rights: Subscription) -> None:
        """Who signs out hears nothing more from that moment on. (A world that is deleted is noticed with the stage.)"""
        while True:
            events = await rights.take()
            if any(map(self._listener.is_ended_by, events)):
                raise StreamEndedError(CloseCode.SIGNED_OUT)
            if ServerStopping() in events:
                raise StreamEndedError(CloseCode.STOPPING)
            if Missed() in events:
                await self._listener.require_right()

    async def _hear(self) -> None:
        """Nothing a listener sends means anything, but somebody has to notice that they have left."""
        clock, since, frames = self._engine.clock, -HEARD_SECONDS, 0
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise StreamEndedError
            if clock.monotonic() - since >= HEARD_SECONDS:
                since, frames = clock.monotonic(), 0
            frames += 1
            if frames > HEARD_FRAMES or len(message.get("text") or message.get("bytes") or "") > HEARD_LIMIT:
                raise StreamEndedError(CloseCode.TOO_LARGE)

    # -- what it tells

    async def _tell(self, news: Subscription) -> None:
        await self._tell_how_it_is()
        while True:
            events = await news.take()
            is_slow, self._kept_waiting_seconds = self._kept_waiting_seconds > SLOW_SECONDS, 0.0
            if Missed() not in events:
                await self._in_time(self._tell_of(events))
                if QueueChanged() in events:
                    await self._tell_of_many()
                if any(isinstance(event, StageChanged | WorldChanged | PicturesChanged) for event in events):
                    await self._in_time(self._tell_of_stage())
            elif is_slow:
                raise StreamEndedError(CloseCode.FELL_BEHIND)
            else:
                await self._catch_up()

    async def _in_time(self, telling: Coroutine[Any, Any, bool]) -> None:
        if not await within(SEND_SECONDS, self._engine.clock, telling):
            raise StreamEndedError(CloseCode.FELL_BEHIND)

    async def _tell_how_it_is(self) -> None:
        unfinished = await self._tell_of_unfinished()
        await self._in_time(self._say(self._told.order(unfinished)))
        await self._in_time(self._say(self._told.comfyui(self._listener.comfyui())))
        await self._in_time(self._tell_of_stage())

    async def _tell_of_unfinished(self) -> list[UUID]:
        """What was not told yet of batches that are open or have failed, a few hundred at a time. Returns all of them.

        What changes in between is told by its event, which comes after.
        """
        batch_ids: list[UUID] = []
        place: Place | None = None
        while True:
            excerpt = await self._listener.unfinished(place)
            batch_ids += [bulletin.batch_id for bulletin in excerpt.bulletins]
            await self._in_time(self._say(self._told.joined(excerpt.bulletins)))
            place = excerpt.end
            if place is None:
                return batch_ids

    async def _catch_up(self) -> None:
        """More happened at once than is kept for anybody: what became of each batch, and everything as it is now."""
        for batch_id in self._told.missing(await self._listener.standings()):
            await self._in_time(self._tell_end_of(batch_id))
        await self._tell_how_it_is()

    async def _tell_end_of(self, batch_id: UUID) -> bool:
        try:
            bulletin = await self._listener.bulletin(batch_id)
        except NotFoundError:
            await self._say(self._told.cancelled(batch_id))
        else:
            await self._say(self._told.ended(bulletin))
        return True

    async def _tell_of(self, events: Sequence[Event]) -> bool:
        for event in events:
            await self._say(await self._messages_of(event))
        return True

    async def _messages_of(self, event: Event) -> Sequence[Message]:
        said: Sequence[Message] = ()
        match event:
            case BatchQueued() | BatchFailed():
                said = await self._about(event)
            case BatchStarted():
                said = self._told.progressed(event.batch_id, 0)
            case BatchProgressed():
                said = self._told.progressed(event.batch_id, event.percent)
            case BatchReady():
                said = self._told.completed(event.batch_id, event.asset_count)
            case BatchCancelled():
                said = self._told.cancelled(event.batch_id)
            case ConnectionChanged():
                said = self._told.comfyui(self._listener.comfyui())
            case _:
                pass
        return said

    async def _about(self, event: BatchQueued | BatchFailed) -> Sequence[Message]:
        """What needs a look at the batch. One that was deleted meanwhile needs no words."""
        try:
            bulletin = await self._listener.bulletin(event.batch_id)
        except NotFoundError:
            return ()
        return self._told.queued(bulletin) if isinstance(event, BatchQueued) else self._told.failed(bulletin)

    async def _tell_of_many(self) -> None:
        """What happened without an event of each batch: many were withdrawn, tried again or deleted, or the order changed."""
        standings = await self._listener.standings()
        missing = self._told.missing(standings)
        found = await self._listener.statuses(missing)
        gone = [one for one in missing if found.get(one, BatchStatus.CANCELLED) is BatchStatus.CANCELLED]
        said = [message for batch_id in gone for message in self._told.cancelled(batch_id)]
        await self._in_time(self._say(said))
        if not all(map(self._told.knows, standings)):
            await self._tell_of_unfinished()
        await self._in_time(self._say(self._told.ordered(standings)))

    async def _tell_of_stage(self) -> bool:
        """Names and pictures on it change with those of whom they show."""
        return await self._say(self._told.stage(self._game_session_id, await self._listener.stage()))

    async def _say(self, messages: Sequence[Message]) -> bool:
        clock = self._engine.clock
        for message in messages:
            began = clock.monotonic()
            await self._socket.send_text(message.text(next(self._seq)))
            self._kept_waiting_seconds += clock.monotonic() - began
        return True
