"""The one websocket on which ComfyUI reports what it does: kept open, reopened politely, heard as typed messages."""

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
from wrldbldr.kit.clock import Clock

logger = logging.getLogger(__name__)
wire = logging.getLogger(f"{__name__}.wire")
wire.setLevel(logging.WARNING)  # below that the library logs the handshake, headers and all

FRAME_LIMIT_BYTES = 64 * 1024 * 1024  # a preview of a large picture; the library's default is 1 MiB
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


class ComfyUISocket:
    """Run `run()` for ever in a nursery. `client_id` must be the one prompts are submitted under, and stay the same."""

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        client_id: UUID,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._clock = clock
        self._chance = chance
        self._listeners: list[Listener] = []
        self._open: ClientConnection | None = None
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

    async def run(self) -> None:
        """Keep the websocket open. The old one is always closed first: a second one of the same name would stay mute."""
        while True:
            began = self._clock.monotonic()
            try:
                await self._hear_one_connection()
            except (OSError, WebSocketException) as error:  # TimeoutError is an OSError
                self._log_loss(error)
            if self._clock.monotonic() - began >= STABLE_SECONDS:
                self._failures = 0
            await self._clock.sleep(self._backoff())

    def _backoff(self) -> float:
        """Seconds before the next try: 1, 2, 4 … 30, each shortened by chance so that many clients do not come at once."""
        longest = min(BACKOFF_LIMIT_SECONDS, BACKOFF_SECONDS * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        return longest * (0.5 + self._chance() / 2)

    async def _hear_one_connection(self) -> None:
        async with await self._connect() as connection:
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

    async def _connect(self) -> ClientConnection:
        return await StraightConnect(
            self._settings.websocket_url(str(self._client_id)),
            additional_headers={**FIXED_HEADERS, **self._settings.headers},
            compression=None,
            proxy=None if self._settings.is_local else True,
            ssl=self._tls(),
            max_size=FRAME_LIMIT_BYTES,
            open_timeout=OPEN_TIMEOUT_SECONDS,
            close_timeout=CLOSE_TIMEOUT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_TIMEOUT_SECONDS,
            logger=wire,
        )

    def _tls(self) -> ssl.SSLContext | None:
        if not self._settings.url.startswith("https"):
            return None
        context = ssl.create_default_context()
        if not self._settings.verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _tell(self, message: Heard) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(message)
            except Exception:
                logger.exception("A listener to ComfyUI's websocket failed")

    def _log_loss(self, error: Exception) -> None:
        """Once when it breaks, not at every try."""
        if not self._is_edge_logged:
            self._is_edge_logged = True
            logger.warning("ComfyUI's websocket is closed: %s", error)
