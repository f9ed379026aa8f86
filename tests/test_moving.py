"""ComfyUI's settings are changed while it paints (US-18A.3): over real sockets, with real engines and two simulators."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.fakes.fast_clock import FastClock
from tests.fakes.quiet import until
from tests.fakes.simulator import SimulatorServer
from tests.faults import graphs
from tests.faults.ledger import Ledger
from tests.faults.pictures import SIDE
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType, Batch
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine, open_engine
from wrldbldr.services.asking import GenerationRequest
from wrldbldr.services.comfyui_settings import BUILT_IN
from wrldbldr.services.worlds import EntityChanges
from wrldbldr.settings import Settings
from wrldbldr.simulator.faults import Action, Moment, Rule

FACTOR = 5.0


@dataclass
class Desk:
    """Where a game master sits who is the owner, too."""

    engine: Engine
    who: Principal

    async def ask(self, count: int = 2, *, seconds: float = 1.0) -> UUID:
        """Have pictures painted by a workflow that takes its time."""
        world = (await self.engine.worlds.summaries(self.who))[0].world
        workflow = await self.engine.workflows.add(self.who, f"slow {seconds}", graphs.slow(seconds))
        request = GenerationRequest(
            game_session_id=(await self.engine.worlds.game_sessions(self.who, world.id))[0].id,
            entity_type=EntityType.CHARACTER,
            entity_id=(await self.engine.worlds.entities(self.who, EntityType.CHARACTER, world.id))[0].id,
            asset_type=AssetType.PORTRAIT,
            prompt="a lamplighter in the rain",
            count=count,
            seed=7,
            width=SIDE,
            height=SIDE,
            workflow_id=workflow.id,
        )
        return (await self.engine.queue.submit(self.who, request)).id

    async def move(self, url: str, **more: object) -> None:
        """Save another address in Settings."""
        numbers = (await self.engine.comfyui.get(self.who)).config.model_dump()
        await self.engine.comfyui.put(self.who, {**numbers, "url": url, **more})

    async def batch(self, batch_id: UUID) -> Batch:
        async with self.engine.database.read() as unit:
            batch = await unit.batches.find(batch_id)
        assert batch is not None
        return batch

    async def until_it_is_over(self, batch_id: UUID) -> None:
        async def is_over() -> bool:
            return not (await self.batch(batch_id)).is_open

        await until(is_over, "the end of the batch")

    async def require_pictures(self, batch_id: UUID) -> None:
        """Wait for the end of a batch, and fail unless exactly the right pictures are stored."""
        await self.until_it_is_over(batch_id)
        ledger = Ledger(self.engine.settings.data_dir)
        entry = ledger.entry(str(batch_id))
        assert entry.status == "ready", entry.failure
        ledger.require_right(entry)


@pytest.fixture
def data_dir(tmp_path: Path, empty_database: Path) -> Path:
    """A folder whose database is up to date already."""
    shutil.copy(empty_database, tmp_path / "wrldbldr.sqlite3")
    return tmp_path


@asynccontextmanager
async def open_desk(data_dir: Path, url: str, factor: float = FACTOR) -> AsyncGenerator[Desk]:
    """The program runs; the environment names `url`."""
    settings = Settings(data_dir=data_dir, comfyui_url=url, database_url="", owner_name="", comfyui_headers={})
    async with open_engine(settings, FastClock(factor)) as engine:
        if await engine.accounts.needs_setup():
            who = (await engine.accounts.set_up("Aldwin", "a lantern at sea")).who
            world = await engine.worlds.create(who, "The Lantern Coast")
            await engine.worlds.create_entity(who, EntityType.CHARACTER, world.id, EntityChanges(name="Odile Marrow"))
        who = (await engine.accounts.log_in("Aldwin", "a lantern at sea")).who
        yield Desk(engine, who)


@pytest.fixture
async def old() -> AsyncGenerator[SimulatorServer]:
    """The ComfyUI that paints first."""
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
async def new() -> AsyncGenerator[SimulatorServer]:
    """The ComfyUI that we go to."""
    async with SimulatorServer() as server:
        yield server


@pytest.fixture
async def desk(data_dir: Path, old: SimulatorServer) -> AsyncGenerator[Desk]:
    async with open_desk(data_dir, old.url) as desk:
        yield desk


@pytest.fixture
async def unhurried(data_dir: Path, old: SimulatorServer) -> AsyncGenerator[Desk]:
    """Time runs slower: the farewell has long enough, however busy the machine is."""
    async with open_desk(data_dir, old.url, factor=2.0) as desk:
        yield desk


def is_idle(server: SimulatorServer) -> bool:
    """Whether nothing waits or runs there."""
    return server.simulator.workshop.queue.remaining == 0


async def test_a_batch_under_way_is_painted_once_on_the_new_comfyui_and_taken_off_the_old_one(
    data_dir: Path, new: SimulatorServer
) -> None:
    async with SimulatorServer(seconds_per_step=60.0) as old, open_desk(data_dir, old.url, factor=2.0) as desk:
        batch_id = await desk.ask(seconds=0.5)
        await until(lambda: bool(old.executed), "painting on the old one")

        await desk.move(new.url)

        assert is_idle(old), "nothing waits or runs there"
        assert not [name for name in old.executed if old.simulator.workshop.history.get(name)], "nor is it kept"
        await desk.require_pictures(batch_id)
        assert desk.engine.connection.status().url == new.url
    assert (len(old.executed), len(new.executed)) == (1, 1), "painted once"
    assert set(new.executed).isdisjoint(old.executed), "handed over under another id"


async def test_what_others_have_on_the_old_comfyui_is_left_alone(
    unhurried: Desk, old: SimulatorServer, new: SimulatorServer
) -> None:
    desk = unhurried
    async with httpx.AsyncClient(base_url=old.url) as somebody:
        await somebody.post("/prompt", json={"prompt": graphs.foreign(1.0), "prompt_id": "theirs", "client_id": "them"})
    await until(lambda: old.executed == ["theirs"], "their job")
    batch_id = await desk.ask()
    await until(lambda: len(old.simulator.workshop.queue.pending) == 1, "ours to wait behind it")

    await desk.move(new.url)

    await desk.require_pictures(batch_id)
    await until(lambda: is_idle(old), "the end of their job")
    assert old.executed == ["theirs"]
    entry = old.simulator.workshop.history.get("theirs")
    assert entry is not None
    assert entry.succeeded


async def test_a_comfyui_that_is_gone_is_left_for_another_without_waiting_for_it(
    desk: Desk, old: SimulatorServer, new: SimulatorServer
) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting on the old one")
    await old.stop()
    await until(lambda: desk.engine.connection.status().state == "disconnected", "the loss")

    await desk.move(new.url)

    assert desk.engine.connection.status().state == "connected"
    await desk.require_pictures(batch_id)


async def test_a_comfyui_that_hangs_is_left_for_another(desk: Desk, old: SimulatorServer, new: SimulatorServer) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting on the old one")
    old.faults.add(Rule(Action.HANG, times=None))

    await desk.move(new.url)

    await desk.require_pictures(batch_id)
    old.faults.clear()


async def test_a_batch_whose_pictures_were_being_fetched_is_painted_on_the_new_comfyui(
    desk: Desk, old: SimulatorServer, new: SimulatorServer
) -> None:
    old.faults.add(Rule(Action.HANG, path="/view", times=None))
    batch_id = await desk.ask(seconds=0.1)
    await until(lambda: bool(old.executed) and is_idle(old), "the end of painting on the old one")

    await desk.move(new.url)

    await desk.require_pictures(batch_id)
    assert len(new.executed) == 1
    old.faults.clear()


@pytest.mark.parametrize("moment", [Moment.ON_PROMPT, Moment.WHILE_EXECUTING])
async def test_a_stuck_comfyui_is_left_for_another(
    desk: Desk, old: SimulatorServer, new: SimulatorServer, moment: Moment
) -> None:
    await desk.move(old.url, stall_timeout_seconds=5)
    old.faults.add(Rule(Action.WEDGE, moment=moment))
    batch_id = await desk.ask()
    await until(lambda: desk.engine.connection.status().state == "stuck", "getting stuck")

    await desk.move(new.url)

    assert desk.engine.connection.status().state == "connected"
    await desk.require_pictures(batch_id)
    assert desk.engine.connection.status().state == "connected"


async def test_moving_again_and_again_is_not_held_against_a_batch(
    desk: Desk, old: SimulatorServer, new: SimulatorServer
) -> None:
    batch_id = await desk.ask()
    for target, source in ((new, old), (old, new)) * 2:
        ran = len(source.executed)
        await until(lambda source=source, ran=ran: not is_idle(source) and len(source.executed) >= ran, "painting")
        await desk.move(target.url)
        assert is_idle(source)

    await desk.require_pictures(batch_id)


async def test_the_same_comfyui_under_another_address_goes_on_painting(desk: Desk, old: SimulatorServer) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting")

    await desk.move(old.url.replace("127.0.0.1", "localhost"))

    await desk.require_pictures(batch_id)
    assert len(old.executed) == 1


async def test_other_headers_for_the_same_comfyui_interrupt_nothing(desk: Desk, old: SimulatorServer) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting")

    await desk.move(old.url, headers={"X-Token": "swordfish"})

    await desk.require_pictures(batch_id)
    assert len(old.executed) == 1


async def test_a_batch_under_way_goes_on_at_the_new_comfyui_also_while_the_queue_is_paused(
    desk: Desk, old: SimulatorServer, new: SimulatorServer
) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting")
    await desk.engine.queue.pause(desk.who)

    await desk.move(new.url)

    await desk.require_pictures(batch_id)


async def test_the_built_in_simulator_is_started_when_it_is_wanted_and_ends_when_it_is_not(
    desk: Desk, old: SimulatorServer
) -> None:
    batch_id = await desk.ask()
    await until(lambda: bool(old.executed), "painting")

    await desk.move(BUILT_IN)

    status = desk.engine.connection.status()
    assert (status.is_built_in, status.state) == (True, "connected")
    assert is_idle(old)
    await desk.require_pictures(batch_id)

    await desk.move(old.url)

    async with httpx.AsyncClient() as visitor:
        with pytest.raises(httpx.ConnectError):
            await visitor.get(status.url)
    assert not desk.engine.connection.status().is_built_in
    await desk.require_pictures(await desk.ask(seconds=0.1))


async def test_a_saved_address_survives_a_restart_until_the_environment_names_another(
    data_dir: Path, old: SimulatorServer, new: SimulatorServer
) -> None:
    async with open_desk(data_dir, old.url) as desk:
        await desk.move(new.url, max_retries=1, headers={"X-Token": "swordfish"})

    async with open_desk(data_dir, old.url) as desk:
        settings = await desk.engine.comfyui.get(desk.who)
        assert (settings.url, settings.config.max_retries) == (new.url, 1)
        assert settings.header_names == ("X-Token",)
        assert desk.engine.connection.status().url == new.url

    async with open_desk(data_dir, f"{old.url}/other") as desk:
        settings = await desk.engine.comfyui.get(desk.who)
        assert (settings.url, settings.header_names) == (f"{old.url}/other", ())
        assert settings.config.max_retries == 1, "how patient to be is not in the environment"


async def test_new_retries_and_time_limits_apply_to_the_next_request_without_a_restart(
    desk: Desk, old: SimulatorServer
) -> None:
    numbers = (await desk.engine.comfyui.get(desk.who)).config.model_dump()
    await desk.engine.comfyui.put(desk.who, {**numbers, "max_retries": 1, "base_delay_seconds": 1})
    old.faults.add(Rule(Action.STATUS, path="/object_info", times=None))

    async with asyncio.timeout(5):  # 5, 15 and 45 s of waiting would be 13 s here
        await desk.engine.workflows.analyze(desk.who, graphs.quick())


async def test_new_retries_apply_to_a_request_that_waits_for_its_next_try_too(desk: Desk, old: SimulatorServer) -> None:
    numbers = (await desk.engine.comfyui.get(desk.who)).config.model_dump()
    await desk.engine.comfyui.put(desk.who, {**numbers, "base_delay_seconds": 30})
    failing = old.spoil(Rule(Action.STATUS, path="/queue"))

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:  # the first 30 s of waiting would be 6 s here
        asking = tasks.create_task(desk.engine.comfyui._in_use.comfyui.queue())
        await until(lambda: failing.count == 1, "the first try")
        await desk.engine.comfyui.put(desk.who, {**numbers, "base_delay_seconds": 1})
        await until(lambda: failing.count == 2, "the second try")
        old.faults.clear()

        assert (await asking).running == ()
