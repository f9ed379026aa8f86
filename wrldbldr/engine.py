"""Builds and holds everything below the screens. The only global: one engine per process, opened by the web server."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from filelock import FileLock, Timeout

from wrldbldr.bus import Bus
from wrldbldr.comfyui.address import ConnectionSettings, connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.port import ComfyUI, MessageStream, SystemInfo
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.db.database import Database
from wrldbldr.db.migrations import upgrade
from wrldbldr.domain.errors import ConflictError, WrldBldrError
from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore
from wrldbldr.services.accounts import AccountService
from wrldbldr.services.connection import ConnectionService
from wrldbldr.services.demo import DemoService
from wrldbldr.services.dispatcher import Dispatcher
from wrldbldr.services.easel import Easel
from wrldbldr.services.gallery import GalleryService
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.progress import LiveProgress
from wrldbldr.services.queue import QueueService
from wrldbldr.services.simulator_process import SimulatorProcess
from wrldbldr.services.workflows import WorkflowService
from wrldbldr.services.worlds import WorldService
from wrldbldr.settings import Settings

logger = logging.getLogger(__name__)

USUAL_COMFYUI = "http://127.0.0.1:8188"
LEASE_RETRY_SECONDS = 2.0
MIGRATION_LIMIT_SECONDS = 600.0


class EngineNotRunningError(WrldBldrError):
    """Somebody asked for the engine before it was opened or after it was closed."""

    status_code = 503
    code = "starting"

    def __init__(self) -> None:
        super().__init__("WrldBldr is starting. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Engine:
    """What screens and routes use. Everything in it lives as long as the process serves."""

    settings: Settings
    clock: Clock
    database: Database
    bus: Bus
    progress: LiveProgress
    accounts: AccountService
    worlds: WorldService
    workflows: WorkflowService
    queue: QueueService
    gallery: GalleryService
    demo: DemoService
    connection: ConnectionService


@dataclass(frozen=True, slots=True)
class Outside:
    """The ComfyUI in use."""

    url: str
    comfyui: ComfyUI
    stream: MessageStream
    probe: Callable[[], Awaitable[object]]
    is_built_in: bool


_running: list[Engine] = []


def current() -> Engine:
    """The engine of this process. Raises EngineNotRunningError."""
    if not _running:
        raise EngineNotRunningError
    return _running[-1]


@asynccontextmanager
async def open_engine(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Engine]:
    """Bring the database up to date, connect to ComfyUI or start the simulator, and paint until the block ends."""
    time = clock or SystemClock()
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True)
        await _migrate(settings)
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        painter = await stack.enter_async_context(TaskNursery(time))
        client_id, address, is_built_in = await _find_comfyui(settings, database, painter, time)
        comfyui = ComfyUIClient(address, client_id=client_id, clock=time)
        stack.push_async_callback(comfyui.aclose)
        nursery = await stack.enter_async_context(TaskNursery(time))  # ends first: nobody asks a client that is closed
        stream = ComfyUISocket(address, client_id=client_id, clock=time)
        outside = Outside(address.url, comfyui, stream, comfyui.health.probe_now, is_built_in)
        engine, dispatcher = _build(settings, time, database, outside)
        nursery.keep_running(comfyui.health.watch, name="health")
        nursery.keep_running(stream.run, name="websocket")
        nursery.keep_running(engine.connection.run, name="connection")
        await engine.workflows.ensure_shipped()
        await _make_owner(engine)
        nursery.keep_running(lambda: _dispatch_as_leader(settings, dispatcher, time), name="dispatcher")
        _running.append(engine)
        stack.callback(_running.remove, engine)
        yield engine


async def _migrate(settings: Settings) -> None:
    """Bring the database up to date; several processes that start at once do it one after the other."""
    lock = FileLock(settings.data_dir / "migration.lock", timeout=MIGRATION_LIMIT_SECONDS, thread_local=False)
    await asyncio.to_thread(lock.acquire)
    try:
        await upgrade(settings.database)
    finally:
        lock.release()


def _build(settings: Settings, clock: Clock, database: Database, outside: Outside) -> tuple[Engine, Dispatcher]:
    bus, progress, store = Bus(), LiveProgress(), MediaStore(settings.media_dir)
    easel = Easel(bus, clock, progress)
    dispatcher = Dispatcher(
        database=database,
        comfyui=outside.comfyui,
        stream=outside.stream,
        keeper=Keeper(database, store, easel, clock),
        easel=easel,
        clock=clock,
    )
    outside.comfyui.connection.subscribe(lambda _: dispatcher.wake())
    worlds = WorldService(database, bus, clock, store, wake=dispatcher.wake)
    engine = Engine(
        settings=settings,
        clock=clock,
        database=database,
        bus=bus,
        progress=progress,
        accounts=AccountService(database, clock, PasswordHasher(), bus),
        worlds=worlds,
        workflows=WorkflowService(database, clock, outside.comfyui),
        queue=QueueService(database, bus, clock, progress, dispatcher.wake),
        gallery=GalleryService(database, bus, store),
        demo=DemoService(database, bus, clock, store, worlds),
        connection=ConnectionService(
            outside.comfyui,
            outside.stream,
            bus,
            clock,
            url=outside.url,
            probe=outside.probe,
            is_built_in=outside.is_built_in,
        ),
    )
    return engine, dispatcher


async def _find_comfyui(
    settings: Settings, database: Database, nursery: TaskNursery, clock: Clock
) -> tuple[UUID, ConnectionSettings, bool]:
    """The ComfyUI that was configured, else the one found before, else one at the usual address, else our simulator (True).

    One that was found is remembered: if it is away at a later start, batches wait for it rather than being painted by
    the simulator behind the game master's back.
    """
    headers = {name: value.get_secret_value() for name, value in settings.comfyui_headers.items()}
    async with database.write() as unit:
        memory = await unit.server.memory()
    if settings.comfyui_url:
        return memory.client_id, connection_settings(settings.comfyui_url, headers), False
    if memory.found_comfyui_url:
        return memory.client_id, connection_settings(memory.found_comfyui_url, headers), False
    usual = connection_settings(USUAL_COMFYUI, headers)
    found = await _who_answers(usual, clock)
    if found is not None:
        if not found.simulated:
            async with database.write() as unit:
                (await unit.server.memory()).found_comfyui_url = usual.url
        return memory.client_id, usual, False
    simulator = SimulatorProcess(clock)
    logger.info("No ComfyUI at %s: the built-in simulator paints", USUAL_COMFYUI)
    nursery.keep_running(simulator.run, name="simulator")
    await simulator.wait_until_it_answers()
    return memory.client_id, connection_settings(simulator.url), True


async def _who_answers(address: ConnectionSettings, clock: Clock) -> SystemInfo | None:
    client = ComfyUIClient(address, client_id=new_id(), clock=clock)
    try:
        return await client.system()
    except ComfyUIError:
        return None
    finally:
        await client.aclose()


async def _make_owner(engine: Engine) -> None:
    """The owner account named in the environment, for servers that nobody visits first."""
    name, password = engine.settings.owner_name, engine.settings.owner_password.get_secret_value()
    if name and password and await engine.accounts.needs_setup():
        try:
            await engine.accounts.set_up(name, password)
        except ConflictError:
            logger.info("Another process made the owner account first")


async def _dispatch_as_leader(settings: Settings, dispatcher: Dispatcher, clock: Clock) -> None:
    """Dispatch while this process holds the data folder's lease; the system frees it when a process dies."""
    lock = FileLock(settings.data_dir / "dispatcher.lock", blocking=False)
    while True:
        try:
            with lock:
                await dispatcher.run()
        except Timeout:
            await clock.sleep(LEASE_RETRY_SECONDS)
