"""A whole engine without processes, sockets or waiting: real services over a real database, and a ComfyUI in memory."""

from contextlib import nullcontext
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher

from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI, tiny_png
from wrldbldr.bus import Bus
from wrldbldr.db.database import Database, UnitOfWork
from wrldbldr.db.trip import Trip
from wrldbldr.domain.account import Account, Role, name_key
from wrldbldr.domain.asset import Asset, label_for
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.domain.failure import Failure
from wrldbldr.engine import Engine
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.pictures import clean
from wrldbldr.media.remover import Rembg
from wrldbldr.media.store import MediaStore
from wrldbldr.services.accounts import AccountService
from wrldbldr.services.administration import AdministrationService
from wrldbldr.services.archive import ArchiveService
from wrldbldr.services.audience import AudienceService
from wrldbldr.services.bulk import BulkService
from wrldbldr.services.comfyui_choice import Choice
from wrldbldr.services.comfyui_in_use import ComfyUIInUse, LiveConfig, Place, Start
from wrldbldr.services.comfyui_settings import ComfyUISettingsService
from wrldbldr.services.comparison import ComparisonService
from wrldbldr.services.connection import ConnectionService
from wrldbldr.services.demo import DemoService
from wrldbldr.services.doomed_files import FileDisposal
from wrldbldr.services.figures import FigureService
from wrldbldr.services.gallery import GalleryService
from wrldbldr.services.housekeeping import HousekeepingService
from wrldbldr.services.image_work import ImageWork
from wrldbldr.services.keeping import hand_down
from wrldbldr.services.line import LineService
from wrldbldr.services.moving import MovingService
from wrldbldr.services.order_check import OrderCheck
from wrldbldr.services.picture_import import PictureImportService
from wrldbldr.services.players import PlayerService
from wrldbldr.services.progress import LiveProgress
from wrldbldr.services.prompt_templates import PromptTemplateService
from wrldbldr.services.queue import QueueService
from wrldbldr.services.removal import RemovalService
from wrldbldr.services.stage import StageService
from wrldbldr.services.tagging import TaggingService
from wrldbldr.services.workflow_trial import WorkflowTrialService
from wrldbldr.services.workflows import WorkflowService
from wrldbldr.services.worlds import WorldService
from wrldbldr.settings import Settings

COMFYUI = Choice("http://comfyui.test:8188")
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def fake_engine(
    data_dir: Path, database: Database, clock: FakeClock | None = None, comfyui: FakeComfyUI | None = None
) -> Engine:
    """An engine in which nobody paints until a test says so. The database must have its tables."""
    clock, comfyui = clock or FakeClock(), comfyui or FakeComfyUI()
    settings = Settings(data_dir=data_dir)
    bus, progress, store = Bus(), LiveProgress(), MediaStore(settings.media_dir)
    disposal, work = FileDisposal(database, store, clock), ImageWork()
    gallery = GalleryService(database, bus, store)
    worlds = WorldService(database, bus, clock, disposal, wake=lambda: None)
    accounts = AccountService(database, clock, CHEAP_HASHER, bus)
    nursery, start = TaskNursery(clock), start_at(COMFYUI)
    in_use = ComfyUIInUse(comfyui, comfyui.stream, start.place, nursery=nursery, clock=clock)
    connection = ConnectionService(in_use, bus, clock, probe=_no_news)
    orders = OrderCheck(database, comfyui, clock)
    workflows = WorkflowService(database, clock, comfyui)
    return Engine(
        settings=settings,
        clock=clock,
        database=database,
        bus=bus,
        progress=progress,
        accounts=accounts,
        administration=AdministrationService(database, bus, clock, accounts, worlds),
        worlds=worlds,
        workflows=workflows,
        trials=WorkflowTrialService(workflows, comfyui, comfyui.stream, clock),
        templates=PromptTemplateService(database),
        orders=orders,
        queue=QueueService(database, bus, clock, progress, lambda *, may_be_unwanted=True: None, check=orders),
        line=LineService(database, bus),
        players=PlayerService(database, bus, clock),
        audience=AudienceService(database, progress, gallery),
        stage=StageService(database, bus, clock),
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
        connection=connection,
        comfyui=ComfyUISettingsService(database, in_use, nullcontext, start=start, nursery=nursery, clock=clock),
    )


def start_at(choice: Choice, environment: Choice | None = None) -> Start:
    """A start that decided for the ComfyUI at an address."""
    assert choice.address is not None, "a place nobody has to look for"
    return Start(new_id(), environment or Choice(), choice, LiveConfig(ComfyUIConfig()), Place(choice.address))


async def _no_news() -> None:
    """Asking at once learns nothing: a test says when ComfyUI comes back."""


async def add_game_master(engine: Engine, name: str, password: str) -> None:
    """An account that is not the owner's."""
    account = Account(
        name=name,
        name_key=name_key(name),
        role=Role.DM,
        password_hash=CHEAP_HASHER.hash(password),
        created_at=engine.clock.now(),
    )
    async with engine.database.write() as unit:
        await unit.accounts.add(account)


async def begin(engine: Engine, batch_id: UUID) -> None:
    """ComfyUI has the batch."""
    async with engine.database.write() as unit:
        (await _batch(unit, batch_id)).start(engine.clock.now())


async def finish(engine: Engine, batch_id: UUID) -> list[UUID]:
    """The batch that was begun is painted: its pictures are stored. Returns their ids."""
    store, now = MediaStore(engine.settings.media_dir), engine.clock.now()

    def store_all(trip: Trip) -> list[UUID]:
        finishing = trip.finishing(batch_id)
        assert finishing is not None
        batch, first = finishing.batch, finishing.next_number
        batch.finish(now)
        trip.save_state(batch)
        assets: list[Asset] = []
        for index in range(batch.count):
            picture = clean(tiny_png((index * 20, batch.seed % 256, 7)))
            assets.append(
                Asset(
                    world_id=batch.world_id,
                    entity_type=batch.entity_type,
                    entity_id=batch.entity_id,
                    asset_type=batch.asset_type,
                    number=first + index,
                    label=label_for(batch.entity_name, batch.asset_type, first + index),
                    batch_id=batch.id,
                    batch_index=index,
                    content_hash=store.keep(picture),
                    media_type=picture.media_type,
                    width=picture.width,
                    height=picture.height,
                    byte_size=len(picture.content),
                    prompt=batch.prompt,
                    negative_prompt=batch.negative_prompt,
                    seed=batch.seed + index,
                    model="tiny.safetensors",
                    workflow_id=batch.workflow_id,
                    workflow_name=batch.workflow_name,
                    inputs=batch.inputs,
                    created_at=now,
                )
            )
        trip.add(*reversed(assets))
        if batch.style is not None:
            hand_down(trip, batch.style, assets)
        return [asset.id for asset in assets]

    return await engine.database.in_one_trip(store_all)


async def fail(engine: Engine, batch_id: UUID, failure: Failure) -> None:
    """The batch gives up."""
    async with engine.database.write() as unit:
        (await _batch(unit, batch_id)).fail(failure, engine.clock.now())


async def _batch(unit: UnitOfWork, batch_id: UUID) -> Batch:
    batch = await unit.batches.find(batch_id, for_update=True)
    assert batch is not None, "no such batch"
    return batch
