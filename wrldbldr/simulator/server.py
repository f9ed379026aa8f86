"""A simulator that can be started, stopped, crashed and started again on the same port."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

from aiohttp import web

from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.simulator.config import UPLOAD_LIMIT_BYTES, SimulatorConfig
from wrldbldr.simulator.connections import close_port, tear_transport
from wrldbldr.simulator.door import check_origin, faulty
from wrldbldr.simulator.faults import Faults, Rule
from wrldbldr.simulator.received import Received
from wrldbldr.simulator.routes import add_routes
from wrldbldr.simulator.storage import Storage
from wrldbldr.simulator.workshop import Workshop

logger = logging.getLogger(__name__)

REFUSAL_SECONDS = 1.0
LAST_WORD_SECONDS = 0.05  # whoever asked for the refusal gets an answer first
SHUTDOWN_SECONDS = 0.1


class Simulator:
    """Owns the folders, the faults and the receipts; queue and history last from start to stop.

    As a context manager it starts on entering and cleans up on leaving. `die` is what a fault does to the process;
    left out, the server only vanishes: every connection is torn and the port closed, until `start` is called.
    """

    def __init__(
        self,
        config: SimulatorConfig | None = None,
        *,
        storage: Storage | None = None,
        clock: Clock | None = None,
        die: Callable[[], None] | None = None,
    ) -> None:
        self.config = config or SimulatorConfig()
        self.storage = storage or Storage.open()
        self.faults = Faults()
        self.faults.at_once = self._refuse_soon
        self.received = Received(self.config.journal)
        self._clock = clock or SystemClock()
        self._die = die or self._vanish
        self._afterlife = TaskNursery(self._clock)  # outlives stops
        self._running: AsyncExitStack | None = None
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self._workshop: Workshop | None = None
        self._port = self.config.port

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self._afterlife.__aexit__()
        self.storage.close()

    @property
    def url(self) -> str:
        """Where it answers; the same after a restart, even if any free port was asked for."""
        host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
        return f"http://{host}:{self._port}"

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not been stopped or died."""
        return self._running is not None

    @property
    def workshop(self) -> Workshop:
        """Queue, history and websockets. Raises RuntimeError while it is stopped."""
        if self._workshop is None:
            raise RuntimeError("the simulator is not running")
        return self._workshop

    async def start(self) -> None:
        """Open the port with an empty queue and an empty history. Raises OSError when the port cannot be had."""
        self.storage.wipe_temp()
        workshop = Workshop(
            config=self.config,
            storage=self.storage,
            clock=self._clock,
            faults=self.faults,
            received=self.received,
            die=self._die,
        )
        middlewares = [check_origin, faulty(self.faults, self._clock)]
        app = web.Application(client_max_size=UPLOAD_LIMIT_BYTES, middlewares=middlewares)
        add_routes(app, workshop)
        async with AsyncExitStack() as stack:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            workshop.open(await stack.enter_async_context(TaskNursery(self._clock)))
            await self._open_port(runner)
            self._runner, self._workshop = runner, workshop
            self._running = stack.pop_all()

    async def stop(self) -> None:
        """Close the port and every connection; queue and history are gone. Without effect when it is not running."""
        running, self._running = self._running, None
        if running is None:
            return
        await self._close_port()
        self._tear_connections()
        await running.aclose()
        self._runner = self._workshop = None

    async def restart(self) -> None:
        """Stop and start: what ComfyUI forgets is forgotten, saved pictures and uploads stay."""
        await self.stop()
        await self.start()

    async def refuse(self, seconds: float) -> None:
        """Close the port for `seconds` and tear every connection; queue and worker go on."""
        runner = self._runner
        await self._close_port()
        self._tear_connections()
        await self._clock.sleep(seconds)
        if runner is not None and runner is self._runner and self.is_running:
            await self._open_port(runner)

    async def _open_port(self, runner: web.AppRunner) -> None:
        if (serve := runner.server) is None:
            raise RuntimeError("the runner was not set up")
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(serve, self.config.host, self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _close_port(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            await close_port(listener)

    def _tear_connections(self) -> None:
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else []:
            if connection.transport is not None:
                tear_transport(connection.transport)

    def _refuse_soon(self, rule: Rule) -> None:
        async def refuse() -> None:
            await self._clock.sleep(LAST_WORD_SECONDS)
            await self.refuse(REFUSAL_SECONDS if rule.seconds is None else rule.seconds)

        self._afterlife.start(refuse(), name="simulator: refuse")

    def _vanish(self) -> None:
        self._tear_connections()
        self._afterlife.start(self.stop(), name="simulator: die")
