"""Builds and holds everything below the screens. The only global: one engine per process, opened by the web server."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from argon2 import PasswordHasher
from filelock import FileLock

from wrldbldr.bus import Bus
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.db.database import Database
from wrldbldr.db.migrations import upgrade
from wrldbldr.domain.errors import ConflictError, WrldBldrError
from wrldbldr.kit.clock import Clock, SystemClock
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.remover import Rembg
from wrldbldr.media.store import MediaStore
from wrldbldr.services.accounts import AccountService
from wrldbldr.services.administration import AdministrationService
from wrldbldr.services.archive import ArchiveService
from wrldbldr.services.audience import AudienceService
from wrldbldr.services.bulk import BulkService
from wrldbldr.services.comfyui_choice import named_in_environment
from wrldbldr.services.comfyui_in_use import ComfyUIInUse, Start, settle
from wrldbldr.services.comfyui_settings import ComfyUISettingsService
from wrldbldr.services.comparison import ComparisonService
from wrldbldr.services.connection import ConnectionService
from wrldbldr.services.demo import DemoService
from wrldbldr.services.dispatcher import Dispatcher
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.easel import Easel
from wrldbldr.services.figures import FigureService
from wrldbldr.services.gallery import GalleryService
from wrldbldr.services.housekeeping import HousekeepingService
from wrldbldr.services.image_work import ImageWork
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.leader import Leader
from wrldbldr.services.line import LineService
from wrldbldr.services.moving import MovingService
from wrldbldr.services.order_check import OrderCheck
from wrldbldr.services.picture_import import PictureImportService
from wrldbldr.services.players import PlayerService
from wrldbldr.services.progress import LiveProgress
from wrldbldr.services.prompt_templates import PromptTemplateService
from wrldbldr.services.queue import QueueService
from wrldbldr.services.removal import RemovalService, keep_purging
from wrldbldr.services.stage import StageService
from wrldbldr.services.tagging import TaggingService
from wrldbldr.services.workflow_trial import WorkflowTrialService
from wrldbldr.services.workflows import WorkflowService
from wrldbldr.services.worlds import WorldService
from wrldbldr.settings import Settings

logger = logging.getLogger(__name__)

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
    administration: AdministrationService
    players: PlayerService
    audience: AudienceService
    stage: StageService
    worlds: WorldService
    workflows: WorkflowService
    trials: WorkflowTrialService
    templates: PromptTemplateService
    orders: OrderCheck
    queue: QueueService
    line: LineService
    gallery: GalleryService
    comparison: ComparisonService
    bulk: BulkService
    moving: MovingService
    removals: RemovalService
    tagging: TaggingService
    picture_import: PictureImportService
    demo: DemoService
    archive: ArchiveService
    figures: FigureService
    housekeeping: HousekeepingService
    connection: ConnectionService
    comfyui: ComfyUISettingsService


_running: list[Engine] = []


def current() -> Engine:
    """The engine of this process. Raises EngineNotRunningError."""
    if not _running:
        raise EngineNotRunningError
    return _running[-1]


class _Outside(NamedTuple):
    """The ComfyUI that paints, as it is at the start."""

    comfyui: ComfyUIClient
    in_use: ComfyUIInUse
    start: Start


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
        start = await settle(database, named_in_environment(settings), nursery=painter, clock=time)
        where, client_id = start.place.address, start.client_id
        comfyui = ComfyUIClient(where, client_id=client_id, clock=time, config=start.config)
        stack.push_async_callback(comfyui.aclose)
        nursery = await stack.enter_async_context(TaskNursery(time))  # ends first: nobody asks a client that is closed
        stream = ComfyUISocket(where, client_id=client_id, clock=time, on_loss=comfyui.health.doubt)
        in_use = ComfyUIInUse(comfyui, stream, start.place, nursery=painter, clock=time)
        work = ImageWork()
        stack.push_async_callback(work.close)
        outside = _Outside(comfyui, in_use, start)
        engine, leader = _build(settings, time, database, outside, nursery=nursery, work=work)
        nursery.keep_running(comfyui.health.watch, name="health")
        nursery.keep_running(stream.run, name="websocket")
        nursery.keep_running(engine.connection.run, name="connection")
        await engine.workflows.ensure_shipped()
        await _make_owner(engine)
        leader.begin()
        nursery.keep_running(engine.housekeeping.run, name="housekeeping")
        nursery.keep_running(lambda: keep_purging(engine.removals, time), name="purge")
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


def _build(
    settings: Settings,
    clock: Clock,
    database: Database,
    outside: _Outside,
    *,
    nursery: TaskNursery,
    work: ImageWork,
) -> tuple[Engine, Leader]:
    comfyui, in_use, start = outside
    bus, progress, store = Bus(), LiveProgress(), MediaStore(settings.media_dir)
    disposal, easel = _file_disposal(database, store, clock, nursery), Easel(bus, clock, progress)
    dispatcher = _dispatcher(database, Keeper(database, store, disposal, easel, clock), easel, clock, outside)
    leader = Leader(dispatcher, settings.data_dir, bus, nursery=nursery, clock=clock)
    worlds = WorldService(database, bus, clock, disposal, wake=dispatcher.wake)
    accounts, gallery = AccountService(database, clock, PasswordHasher(), bus), GalleryService(database, bus, store)
    workflows, orders = WorkflowService(database, clock, comfyui), OrderCheck(database, comfyui, clock)
    return Engine(
        settings=settings,
        clock=clock,
        database=database,
        bus=bus,
        progress=progress,
        accounts=accounts,
        administration=AdministrationService(database, bus, clock, accounts, worlds),
        players=PlayerService(database, bus, clock),
        audience=AudienceService(database, progress, gallery),
        stage=StageService(database, bus, clock),
        worlds=worlds,
        workflows=workflows,
        trials=WorkflowTrialService(workflows, comfyui, in_use.stream, clock),
        templates=PromptTemplateService(database),
        orders=orders,
        queue=QueueService(database, bus, clock, progress, dispatcher.wake, check=orders),
        line=LineService(database, bus),
        gallery=gallery,
        comparison=ComparisonService(gallery, database),
        bulk=BulkService(database, bus, clock, store, work),
        moving=MovingService(database, bus, clock),
        removals=RemovalService(database, bus, clock, disposal),
        picture_import=PictureImportService(database, bus, store, clock, work),
        demo=DemoService(database, bus, clock, store, worlds, work=work),
        archive=ArchiveService(database, bus, clock, store, disposal, work=work),
        figures=FigureService(database, bus, clock, store, Rembg(), work=work),
        housekeeping=HousekeepingService(database, store, clock, settings.database_file),
        tagging=TaggingService(database, bus),
        connection=ConnectionService(in_use, bus, clock, probe=comfyui.health.probe_now),
        comfyui=ComfyUISettingsService(database, in_use, leader.at_rest, start=start, nursery=nursery, clock=clock),
    ), leader


def _file_disposal(database: Database, store: MediaStore, clock: Clock, nursery: TaskNursery) -> FileDisposal:
    """It goes on for as long as the engine runs."""
    disposal = FileDisposal(database, store, clock)
    nursery.keep_running(disposal.run, name="file disposal")
    return disposal


def _dispatcher(database: Database, keeper: Keeper, easel: Easel, clock: Clock, outside: _Outside) -> Dispatcher:
    """Woken whenever the connection changes."""
    comfyui, in_use, start = outside
    dispatcher = Dispatcher(
        database=database,
        comfyui=comfyui,
        stream=in_use.stream,
        keeper=keeper,
        easel=easel,
        clock=clock,
        config=start.config,
    )
    comfyui.connection.subscribe(lambda _: dispatcher.wake())
    return dispatcher


async def _make_owner(engine: Engine) -> None:
    """The owner account named in the environment, for servers that nobody visits first."""
    name, password = engine.settings.owner_name, engine.settings.owner_password.get_secret_value()
    if name and password and await engine.accounts.needs_setup():
        try:
            await engine.accounts.set_up(name, password)
        except ConflictError:
            logger.info("Another process made the owner account first")
