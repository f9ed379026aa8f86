"""The whole workshop for tests: real services and a real dispatcher over a real database, and a ComfyUI in memory."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.engine import add_game_master, fake_engine
from tests.fakes.pictures import pictures_of
from tests.fakes.quiet import Quiet, WatchedDatabase, WatchedThreads
from wrldbldr.bus import SERVER_TOPIC, Subscription, account_topic, game_session_topic, world_topic
from wrldbldr.comfyui.port import Accepted, Graph
from wrldbldr.db.migrations import upgrade
from wrldbldr.db.words import FULL_TEXT
from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Submission
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.events import BatchProgressed, Event
from wrldbldr.domain.world import Entity, EntityType, GameSession, World
from wrldbldr.engine import Engine
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.store import MediaStore
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.audience import AudienceService
from wrldbldr.services.dispatcher import Dispatcher
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.easel import Easel
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.progress import LiveProgress
from wrldbldr.services.queue import QueueService
from wrldbldr.services.worlds import EntityChanges

OWNER_PASSWORD = "a lantern at sea"
OTHER_PASSWORD = "another lantern"


@dataclass(frozen=True)
class Scene:
    """The owner, and their world with somebody and somewhere in it."""

    who: Principal
    world: World
    game_session: GameSession
    character: Entity
    location: Entity


@dataclass(frozen=True)
class Stage:
    """A database file with the scene in it, to be copied for each test: making it takes longer."""

    file: Path
    scene: Scene


def make_empty_database(file: Path) -> Path:
    """A database file with every table and nothing in them; migrating takes long, copying does not."""
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


class Listener(Subscription):
    """Hears some topics of the bus at the very moment of publishing, and remembers everything in order."""

    def __init__(self, on_event: Callable[[Event], None] | None = None) -> None:
        super().__init__()
        self.heard: list[Event] = []
        self._on_event = on_event

    def put(self, event: Event) -> None:
        self.heard.append(event)
        if self._on_event is not None:
            self._on_event(event)

    @property
    def kinds(self) -> list[str]:
        """The names of the events, ticks left out."""
        return [type(event).__name__ for event in self.heard if not isinstance(event, BatchProgressed)]

    @property
    def percents(self) -> list[int]:
        """Every percentage that was told."""
        return [event.percent for event in self.heard if isinstance(event, BatchProgressed)]

    @property
    def phases(self) -> list[str]:
        """Every phase that was told, each once in a row."""
        told = [event.phase for event in self.heard if isinstance(event, BatchProgressed)]
        return [phase for number, phase in enumerate(told) if number == 0 or told[number - 1] != phase]


class WatchedComfyUI(FakeComfyUI):
    """Tells the test of every prompt just before it is taken."""

    on_submit: Callable[[UUID], None] | None = None

    async def queue_prompt(self, graph: Graph, prompt_id: UUID, previews: bool = True) -> Accepted:
        if self.on_submit is not None:
            self.on_submit(prompt_id)
        return await super().queue_prompt(graph, prompt_id, previews)


class Process:
    """One process that paints. It can end at any moment, as processes do; the database stays."""

    def __init__(
        self, engine: Engine, comfyui: WatchedComfyUI, clock: FakeClock, config: Callable[[], ComfyUIConfig]
    ) -> None:
        progress = LiveProgress()
        easel = Easel(engine.bus, clock, progress)
        store = MediaStore(engine.settings.media_dir)
        keeper = Keeper(engine.database, store, FileDisposal(engine.database, store, clock), easel, clock)
        self.dispatcher = Dispatcher(
            database=engine.database,
            comfyui=comfyui,
            stream=comfyui.stream,
            keeper=keeper,
            easel=easel,
            clock=clock,
            config=config,
        )
        queue = QueueService(engine.database, engine.bus, clock, progress, self.dispatcher.wake, check=engine.orders)
        audience = AudienceService(engine.database, progress, engine.gallery)
        self.engine = replace(engine, progress=progress, queue=queue, audience=audience)
        self.crash: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe = comfyui.connection.subscribe(lambda _: self.dispatcher.wake())

    def start(self, nursery: TaskNursery) -> None:
        self._task = nursery.start(self._run(), name="dispatcher")

    async def end(self) -> None:
        self._unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            await self.dispatcher.run()
        except Exception as error:
            self.crash = error
            raise


class Studio:
    """What a scenario needs. Time stands still between calls; whatever a call sets off has come to rest when it returns."""

    def __init__(self, engine: Engine, comfyui: WatchedComfyUI, clock: FakeClock, quiet: Quiet, scene: Scene) -> None:
        self.comfyui = comfyui
        self.clock = clock
        self.scene = scene
        self.config = ComfyUIConfig()
        self._base = engine
        self._file = engine.settings.data_dir / "wrldbldr.sqlite3"
        self._quiet = quiet
        self._nursery = TaskNursery(clock)
        self._process = Process(engine, comfyui, clock, lambda: self.config)

    @property
    def engine(self) -> Engine:
        """The services of the running process."""
        return self._process.engine

    @property
    def who(self) -> Principal:
        """The owner."""
        return self.scene.who

    async def open(self) -> None:
        """Start painting."""
        self._process.start(self._nursery)
        await self.rest()

    async def stop(self) -> None:
        """The process dies where it stands."""
        await self._process.end()

    async def restart(self) -> None:
        """The process dies where it stands, and another takes over its database."""
        await self.stop()
        self.comfyui.connection.hold("")  # nobody has told the new one
        self._process = Process(self._base, self.comfyui, self.clock, lambda: self.config)
        await self.open()

    async def close(self) -> None:
        """End everything. Fails when the dispatcher crashed."""
        await self._process.end()
        await self._nursery.__aexit__()
        assert self._process.crash is None, f"the dispatcher crashed: {self._process.crash!r}"

    async def rest(self) -> None:
        """Let everything come to rest without time passing."""
        await self._quiet.rest()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self._quiet.advance(seconds)

    def listener(self, *topics: str, on_event: Callable[[Event], None] | None = None) -> Listener:
        """Somebody who hears `topics` from now on."""
        listener = Listener(on_event)
        for topic in topics:
            self.engine.bus._subscriptions[topic].add(listener)
        return listener

    def table(self, on_event: Callable[[Event], None] | None = None) -> Listener:
        """Somebody at the table of the scene."""
        return self.listener(self.topics()["table"], on_event=on_event)

    def committed(self, query: str) -> list[tuple[Any, ...]]:
        """What another program sees in the database now: only what was committed."""
        with closing(sqlite3.connect(self._file)) as connection:
            return connection.execute(query).fetchall()

    @property
    def data_dir(self) -> Path:
        """Where everything is kept."""
        return self.engine.settings.data_dir

    def dump(self) -> list[str]:
        """Everything in the database that was committed; logins left out, and the full text, which keeps no text to show."""
        with closing(sqlite3.connect(self._file)) as file, closing(sqlite3.connect(":memory:")) as connection:
            file.backup(connection)
            connection.execute(f"drop table {FULL_TEXT}")
            return [line for line in connection.iterdump() if '"accesstoken"' not in line]

    def cancel_all(self) -> None:
        """Another program cancels every open batch at this very moment, and our process hears of it."""
        self._cancel("status in ('queued', 'generating')")

    def cancel(self, batch_id: UUID) -> None:
        """The same of one batch."""
        self._cancel(f"id = '{batch_id.hex}'")

    def _cancel(self, which: str) -> None:
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute(f"update batch set status = 'cancelled' where {which}")  # noqa: S608 - words of ours
            connection.commit()
        self._process.dispatcher.wake()

    def nudge(self) -> None:
        """Something changed somewhere that concerns nobody who is being painted."""
        self._process.dispatcher.wake()

    def has_waiting_writer(self) -> bool:
        """Whether somebody waits for the transaction that the test holds."""
        writing = self.engine.database._writing
        return writing is not None and bool(writing._waiters)

    def remove_file(self, content_hash: str) -> None:
        """What deleting the last picture of this content does to the disk."""
        MediaStore(self.engine.settings.media_dir).remove([content_hash])

    def stored_files(self) -> list[str]:
        """The names of all picture files."""
        return sorted(file.name for file in self.engine.settings.media_dir.rglob("*") if file.is_file())

    def topics(self) -> dict[str, str]:
        """The topics of the scene by name."""
        return {
            "table": game_session_topic(self.scene.game_session.id),
            "world": world_topic(self.scene.world.id),
            "account": account_topic(self.who.account_id),
            "server": SERVER_TOPIC,
        }

    def request(self, **changes: Any) -> GenerationRequest:
        """A request for one portrait of the character."""
        request = GenerationRequest(
            game_session_id=self.scene.game_session.id,
            entity_type=EntityType.CHARACTER,
            entity_id=self.scene.character.id,
            asset_type=AssetType.PORTRAIT,
            prompt="an old keeper of lanterns",
            count=1,
        )
        return replace(request, **changes)

    async def ask(self, **changes: Any) -> UUID:
        """Put a batch in the queue. Returns its id."""
        batch = await self.engine.queue.submit(self.who, self.request(**changes))
        await self.rest()
        return batch.id

    async def claim_and_die(self, batch_id: UUID) -> None:
        """What a process leaves behind that took a batch and died before it sent anything."""
        now = self.clock.now()
        async with self.engine.database.write() as unit:
            batch = await unit.batches.find(batch_id)
            assert batch is not None
            batch.start(now)
            submission = Submission(
                batch_id=batch.id, attempt=1, ordinal=0, first_picture=0, count=1, seed=batch.seed, created_at=now
            )
            await unit.batches.add(submission)

    async def batch(self, batch_id: UUID) -> Batch:
        """The batch as the database has it."""
        async with self.engine.database.read() as unit:
            batch = await unit.batches.find(batch_id)
        assert batch is not None, "the batch is gone"
        return batch

    async def status(self, batch_id: UUID) -> BatchStatus:
        """Where a batch is."""
        return (await self.batch(batch_id)).status

    async def failure_title(self, batch_id: UUID) -> str:
        """Why a batch failed; fails unless it did."""
        batch = await self.batch(batch_id)
        assert batch.status is BatchStatus.FAILED, batch.status
        assert batch.failure is not None
        return batch.failure.title

    async def pictures(self, batch_id: UUID) -> list[Asset]:
        """A batch's pictures in their order."""
        async with self.engine.database.read() as unit:
            return await pictures_of(unit, batch_id)

    @property
    def listener_count(self) -> int:
        """How many subscriptions to the bus are open."""
        return len({one for listeners in self.engine.bus._subscriptions.values() for one in listeners})

    async def submissions(self, batch_id: UUID, attempt: int = 1) -> list[Submission]:
        """The prompts on record for one attempt of a batch."""
        async with self.engine.database.read() as unit:
            return list(await unit.batches.submissions(batch_id, attempt))

    async def paint(self, pictures: int = 1) -> None:
        """ComfyUI takes its first prompt and paints it."""
        self.comfyui.start()
        await self.rest()
        self.comfyui.finish(pictures)
        await self.rest()


@asynccontextmanager
async def open_studio(folder: Path, stage: Stage) -> AsyncGenerator[Studio]:
    """A studio in `folder` with the scene in it; the dispatcher does not run yet."""
    file = folder / "wrldbldr.sqlite3"
    shutil.copy(stage.file, file)
    clock, comfyui, threads = FakeClock(), WatchedComfyUI(), WatchedThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    database = WatchedDatabase(f"sqlite+aiosqlite:///{file}")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        engine = fake_engine(folder, database, clock, comfyui)
        studio = Studio(engine, comfyui, clock, Quiet(clock, database, threads), stage.scene)
        stack.push_async_callback(studio.close)
        yield studio


def make_stage(file: Path) -> Stage:
    """A database file in which everything of the scene was done once."""
    return Stage(file, asyncio.run(_play_to_the_first_scene(make_empty_database(file))))


async def _play_to_the_first_scene(file: Path) -> Scene:
    database = WatchedDatabase(f"sqlite+aiosqlite:///{file}")
    engine = fake_engine(file.parent, database)
    await engine.workflows.ensure_shipped()
    scene = await set_scene(engine)
    await database.close()
    return scene


async def set_scene(engine: Engine) -> Scene:
    """The owner, a world, a character and a location."""
    who = (await engine.accounts.set_up("Aldwin", OWNER_PASSWORD)).who
    world = await engine.worlds.create(who, "The Lantern Coast")
    game_session = (await engine.worlds.game_sessions(who, world.id))[0]
    character = await engine.worlds.create_entity(
        who, EntityType.CHARACTER, world.id, EntityChanges(name="Elven Archer")
    )
    location = await engine.worlds.create_entity(
        who, EntityType.LOCATION, world.id, EntityChanges(name="The Drowned Stair")
    )
    return Scene(who, world, game_session, character, location)


async def other_game_master(engine: Engine) -> Principal:
    """Somebody else who is not the owner."""
    await add_game_master(engine, "Berta", OTHER_PASSWORD)
    return (await engine.accounts.log_in("Berta", OTHER_PASSWORD)).who
