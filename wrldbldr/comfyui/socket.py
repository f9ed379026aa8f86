"""The one websocket on which ComfyUI reports what it does: kept open, reopened politely, heard as typed messages."""

import asyncio
import json
import logging
import random
import ssl
from collections.abc import Callable
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.messages import Heard, Reconnected, parse_binary, parse_text
from wrldbldr.comfyui.port import Listener, Unsubscribe
from wrldbldr.comfyui.transport import FIXED_HEADERS
from wrldbldr.kit.clock import Clock, wait_for_event

logger = logging.getLogger(__name__)
wire = logging.getLogger(f"{__name__}.wire")
wire.setLevel(logging.WARNING)  # below that the library logs the handshake, headers and all

FRAME_LIMIT_BYTES = 64 * 1024 * 1024  # some nodes send whole pictures; a frame beyond it costs the connection
OPEN_TIMEOUT_SECONDS = 10
CLOSE_TIMEOUT_SECONDS = 5
PING_SECONDS = 20  # the server never pings; a proxy drops what is silent for 30 to 60 s
PING_TIMEOUT_SECONDS = 60
BACKOFF_SECONDS = 1.0
BACKOFF_LIMIT_SECONDS = 30.0
STABLE_SECONDS = 10.0  # a connection that lived so long was no failure
FEATURE_FLAGS = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})


class StraightConnect(connect):
    """Follows no redirect: our headers may hold a secret, and are for the server that was configured only."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """A redirect is a refusal like any other."""
        return exc


async def open_websocket(
    settings: ConnectionSettings, client_id: str, *, timeout_seconds: float = OPEN_TIMEOUT_SECONDS
) -> ClientConnection:
    """An open websocket to the server. Raises OSError or WebSocketException when there can be none."""
    return await StraightConnect(
        settings.websocket_url(client_id),
        additional_headers={**FIXED_HEADERS, **settings.headers},
        compression=None,
        proxy=None if settings.is_local else True,
        ssl=_tls(settings),
        max_size=FRAME_LIMIT_BYTES,
        open_timeout=timeout_seconds,
        close_timeout=CLOSE_TIMEOUT_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        logger=wire,
    )


def _tls(settings: ConnectionSettings) -> ssl.SSLContext | None:
    if not settings.url.startswith("https"):
        return None
    context = ssl.create_default_context()
    if not settings.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class ComfyUISocket:
    """Run `run()` for ever in a nursery. `client_id` must be the one prompts are submitted under, and stay the same.

    `on_loss` is called when a connection that was open breaks: most likely the server is gone.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        client_id: UUID,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        on_loss: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._clock = clock
        self._chance = chance
        self._on_loss = on_loss
        self._listeners: list[Listener] = []
        self._open: ClientConnection | None = None
        self._attempt: asyncio.Timeout | None = None  # ends the connection, or the try to open one, when we move
        self._moved = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._hung_up.set()
        self._failures = 0
        self._is_edge_logged = False

    @property
    def is_connected(self) -> bool:
        """Whether messages can arrive now."""
        return self._open is not None

    def subscribe(self, listener: Listener) -> Unsubscribe:
        """Call `listener` with every message, from now on. Returns what ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    async def reconnect(self) -> None:
        """Drop a connection that has gone mute. Returns when it is closed; `run` opens the next one."""
        if self._open is not None:
            logger.info("ComfyUI's websocket is mute; it is opened anew")
            await self._open.close()

    async def move_to(self, settings: ConnectionSettings) -> None:
        """Listen to another server. Returns when the old connection is closed; `run` opens the new one at once."""
        self._settings = settings
        self._moved.set()
        if self._attempt is not None and not self._attempt.expired():
            self._attempt.reschedule(0)
        await self._hung_up.wait()

    async def run(self) -> None:
        """Keep the websocket open. The old one is always closed first: a second one of the same name would stay mute."""
        while True:
            began = self._clock.monotonic()
            await self._hear_until_it_ends()
            if self._clock.monotonic() - began >= STABLE_SECONDS:
                self._failures = 0
            if await wait_for_event(self._moved, self._clock, self._backoff()):
                self._failures, self._is_edge_logged = 0, False
                self._moved.clear()

    async def _hear_until_it_ends(self) -> None:
        self._hung_up.clear()
        try:
            async with asyncio.timeout(None) as self._attempt:
                await self._hear_one_connection()
        except (OSError, WebSocketException, UnicodeError) as error:  # a timeout; a name that cannot be asked for
            self._log_loss(error)
        finally:
            self._attempt = None
            self._hung_up.set()

    def _backoff(self) -> float:
        """Seconds before the next try: 1, 2, 4 … 30, each shortened by chance so that many clients do not come at once."""
        longest = min(BACKOFF_LIMIT_SECONDS, BACKOFF_SECONDS * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        return longest * (0.5 + self._chance() / 2)

    async def _hear_one_connection(self) -> None:
        async with await open_websocket(self._settings, str(self._client_id)) as connection:
            await connection.send(FEATURE_FLAGS)
            self._open = connection
            logger.info("ComfyUI's websocket is open")
            self._is_edge_logged = False
            try:
                self._tell(Reconnected())
                await self._hear(connection)
            finally:
                self._open = None

    async def _hear(self, connection: ClientConnection) -> None:
        try:
            while True:
                frame = await connection.recv()
                message = parse_text(frame) if isinstance(frame, str) else parse_binary(frame)
                if message is not None:
                    self._tell(message)
        except ConnectionClosed as closed:
            self._log_loss(closed)
            self._on_loss()

    def _tell(self, message: Heard) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(message)
            except Exception:
                logger.exception("A listener to ComfyUI's websocket failed")

    def _log_loss(self, error: Exception) -> None:
        """Once when it breaks, not at every try, and not when we have left."""
        if not (self._is_edge_logged or self._moved.is_set()):
            self._is_edge_logged = True
            logger.warning("ComfyUI's websocket is closed: %s", error)
