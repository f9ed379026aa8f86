"""The engine's painting parts over real sockets: the clock runs fast, time limits are short, and a game master asks."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.fakes.engine import CHEAP_HASHER
from tests.fakes.fast_clock import FastClock
from tests.fakes.pictures import pictures_of
from tests.faults import graphs
from tests.faults.pictures import SIDE, expected, stored
from wrldbldr.bus import Bus
from wrldbldr.comfyui.address import connection_settings
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.connection import ConnectionState
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.db.database import Database
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch, Submission
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.world import Entity, EntityType, GameSession
from wrldbldr.kit.clock import SystemClock
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore
from wrldbldr.services.accounts import AccountService
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.dispatcher import Dispatcher
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.easel import Easel
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.order_check import OrderCheck
from wrldbldr.services.progress import LiveProgress
from wrldbldr.services.queue import QueueService
from wrldbldr.services.workflows import WorkflowService
from wrldbldr.services.worlds import EntityChanges, WorldService

FACTOR = 50.0  # the default waits (5, 15, 45 s of retries, a minute's rest of the breaker) become 0.1 to 1.2 s
IMPATIENT = ComfyUIConfig(queue_timeout_seconds=1, history_timeout_seconds=1, image_timeout_seconds=1)
BUSY_TIMEOUT_MS = 200  # ten seconds in earnest
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.03

REAL_TIME = SystemClock()


@dataclass(frozen=True)
class GameMaster:
    """Who asks, and for whom."""

    who: Principal
    game_session: GameSession
    character: Entity


@dataclass
class Rig:
    """What a scenario does and sees. Prompts ask for small pictures with words of their own."""

    database: Database
    comfyui: ComfyUIClient
    stream: ComfyUISocket
    queue: QueueService
    workflows: WorkflowService
    progress: LiveProgress
    store: MediaStore
    master: GameMaster
    phases: list[str] = field(default_factory=list[str])

    async def ask(self, prompt: str, count: int = 1, *, seed: int = 7, graph: Graph | None = None) -> UUID:
        """Queue a batch."""
        added = await self.workflows.add(self.master.who, prompt, graph or graphs.quick())
        request = GenerationRequest(
            game_session_id=self.master.game_session.id,
            entity_type=EntityType.CHARACTER,
            entity_id=self.master.character.id,
            asset_type=AssetType.PORTRAIT,
            prompt=prompt,
            count=count,
            seed=seed,
            width=SIDE,
            height=SIDE,
            workflow_id=added.id,
        )
        return (await self.queue.submit(self.master.who, request)).id

    async def end(self, batch_id: UUID) -> Batch:
        """Wait until nothing more comes of a batch."""
        await self.until(lambda batch: not batch.is_open, batch_id)
        return await self.batch(batch_id)

    async def until(self, is_so: Callable[[Batch], bool], batch_id: UUID) -> None:
        """Wait for something about a batch, and note the phases it goes through."""
        deadline = REAL_TIME.monotonic() + PATIENCE_SECONDS
        while not is_so(batch := await self.batch(batch_id)):
            phase = self.progress.of(batch_id).phase
            if phase and phase not in self.phases[-1:]:
                self.phases.append(phase)
            seen = (batch.status, self.phases, self.comfyui.connection.current)
            assert REAL_TIME.monotonic() < deadline, f"it did not come to that in time: {seen}"
            await REAL_TIME.sleep(LOOK_SECONDS)

    async def require_said(self, is_said: Callable[[ConnectionState], bool]) -> None:
        """Wait until the connection's state says so."""
        deadline = REAL_TIME.monotonic() + PATIENCE_SECONDS
        while not is_said(state := self.comfyui.connection.current):
            assert REAL_TIME.monotonic() < deadline, f"it was not said: {state}"
            await REAL_TIME.sleep(LOOK_SECONDS)

    async def batch(self, batch_id: UUID) -> Batch:
        """A batch as it is stored now."""
        async with self.database.read() as unit:
            batch = await unit.batches.find(batch_id)
        assert batch is not None
        return batch

    async def assets(self, batch_id: UUID) -> list[Asset]:
        """The pictures stored for a batch, in order."""
        async with self.database.read() as unit:
            return await pictures_of(unit, batch_id)

    async def submissions(self, batch_id: UUID) -> list[Submission]:
        """The prompts made for a batch."""
        async with self.database.read() as unit:
            return list(await unit.batches.submissions(batch_id, 1))

    async def require_next_one_to_be_painted(self) -> None:
        """Fail unless a batch asked for now becomes ready, whatever happened before."""
        following = await self.ask("a keeper of keys", seed=99)
        await self.end(following)
        await self.require_pictures(following)

    async def require_pictures(self, batch_id: UUID) -> None:
        """Fail unless exactly the right pictures are stored."""
        batch = await self.batch(batch_id)
        assert batch.status == "ready", batch.failure
        files = [self.store.path(asset.content_hash) for asset in await self.assets(batch_id)]
        found = [stored(file.read_bytes()) for file in files]
        assert found == expected(batch.prompt, batch.seed, batch.count)


@asynccontextmanager
async def open_rig(
    folder: Path,
    empty_database: Path,
    url: str,
    *,
    store: MediaStore | None = None,
    config: ComfyUIConfig = IMPATIENT,
) -> AsyncGenerator[Rig]:
    """A dispatcher at work for the ComfyUI at `url`."""
    clock, bus, progress = FastClock(FACTOR), Bus(), LiveProgress()
    store = store or MediaStore(folder / "media")
    async with AsyncExitStack() as stack:
        database = _database(folder, empty_database)
        stack.push_async_callback(database.close)
        address, client_id = connection_settings(url), new_id()
        comfyui = ComfyUIClient(address, client_id=client_id, clock=clock, config=lambda: config)
        stack.push_async_callback(comfyui.aclose)
        nursery = await stack.enter_async_context(TaskNursery(clock))
        stream, easel = ComfyUISocket(address, client_id=client_id, clock=clock), Easel(bus, clock, progress)
        disposal = FileDisposal(database, store, clock)
        keeper = Keeper(database, store, disposal, easel, clock)
        dispatcher = Dispatcher(
            database=database,
            comfyui=comfyui,
            stream=stream,
            keeper=keeper,
            easel=easel,
            clock=clock,
            config=lambda: config,
        )
        comfyui.connection.subscribe(lambda _: dispatcher.wake())
        workflows = WorkflowService(database, clock, comfyui)
        master = await _master(
            AccountService(database, clock, CHEAP_HASHER, bus),
            WorldService(database, bus, clock, disposal, wake=lambda: None),
        )
        nursery.keep_running(comfyui.health.watch, name="health")
        nursery.keep_running(stream.run, name="websocket")
        nursery.keep_running(dispatcher.run, name="dispatcher")
        queue = QueueService(
            database, bus, clock, progress, dispatcher.wake, check=OrderCheck(database, comfyui, clock)
        )
        yield Rig(database, comfyui, stream, queue, workflows, progress, store, master)


def _database(folder: Path, empty_database: Path) -> Database:
    file = folder / "wrldbldr.sqlite3"
    shutil.copy(empty_database, file)
    return Database(f"sqlite+aiosqlite:///{file}", BUSY_TIMEOUT_MS)


async def _master(accounts: AccountService, worlds: WorldService) -> GameMaster:
    who = (await accounts.set_up("Aldwin", "a lantern at sea")).who
    world = await worlds.create(who, "The Lantern Coast")
    game_session = (await worlds.game_sessions(who, world.id))[0]
    changes = EntityChanges(name="Odile Marrow")
    return GameMaster(who, game_session, await worlds.create_entity(who, EntityType.CHARACTER, world.id, changes))


async def soon(seconds: float = 0.1) -> None:
    """Let real time pass, where a scenario is about being in the middle of something."""
    await asyncio.wait_for(REAL_TIME.sleep(seconds), PATIENCE_SECONDS)
