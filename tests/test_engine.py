"""The engine opens on an empty folder, holds everything the screens need, and closes without a trace of trouble."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from pydantic import SecretStr

from tests.fakes.clock import FakeClock
from tests.fakes.quiet import REAL_TIME, until
from tests.fakes.strangers import served
from wrldbldr.domain.account import Role
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.engine import Engine, EngineNotRunningError, current, open_engine
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.settings import Settings

PASSWORD = "a lantern at sea"


@pytest.fixture
async def nowhere() -> AsyncGenerator[str]:
    """The address of a server that takes connections and never says a word."""

    async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with served(never_answer) as address:
        yield f"http://{address}"


@pytest.fixture
def settings(tmp_path: Path, nowhere: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", comfyui_url=nowhere, database_url="", owner_name="", comfyui_headers={})


async def test_there_is_no_engine_before_it_is_opened_and_none_after_it_is_closed(
    settings: Settings, clock: FakeClock
) -> None:
    with pytest.raises(EngineNotRunningError) as before:
        current()
    assert before.value.status_code == 503

    async with open_engine(settings, clock) as engine:
        assert current() is engine

    with pytest.raises(EngineNotRunningError):
        current()


async def test_the_first_start_makes_folder_database_and_a_workflow_for_everything(
    settings: Settings, clock: FakeClock
) -> None:
    async with open_engine(settings, clock) as engine:
        assert await engine.accounts.needs_setup()
        who = (await engine.accounts.set_up("Aldwin", PASSWORD)).who
        assert set(await engine.workflows.defaults(who)) == set(AssetType)

    assert (settings.data_dir / "wrldbldr.sqlite3").is_file()


async def test_a_later_start_finds_what_the_earlier_one_left(settings: Settings, clock: FakeClock) -> None:
    async with open_engine(settings, clock) as engine:
        who = (await engine.accounts.set_up("Aldwin", PASSWORD)).who
        world = await engine.worlds.create(who, "The Lantern Coast")
        client_id = await own_name(engine)

    async with open_engine(settings, clock) as engine:
        assert (await engine.worlds.find(who, world.id)).name == "The Lantern Coast"
        assert len(await engine.workflows.all(who)) == 4, "those that come along, once"
        assert await own_name(engine) == client_id, "ComfyUI must know us again after a restart"


async def own_name(engine: Engine) -> str:
    async with engine.database.write() as unit:
        return str((await unit.server.memory()).client_id)


async def test_the_owner_named_in_the_environment_is_made_once(settings: Settings, clock: FakeClock) -> None:
    named = settings.model_copy(update={"owner_name": "Aldwin", "owner_password": SecretStr(PASSWORD)})
    renamed = named.model_copy(update={"owner_name": "Berta"})

    async with open_engine(named, clock):
        pass
    async with open_engine(renamed, clock) as engine:
        assert (await engine.accounts.log_in("Aldwin", PASSWORD)).who.role is Role.OWNER
        with pytest.raises(UnauthenticatedError):
            await engine.accounts.log_in("Berta", PASSWORD)


async def test_processes_that_start_at_once_on_an_empty_folder_all_come_up(
    settings: Settings, clock: FakeClock
) -> None:
    async with AsyncExitStack() as stack:
        engines = await asyncio.gather(*(stack.enter_async_context(open_engine(settings, clock)) for _ in range(3)))

        who = (await engines[0].accounts.set_up("Aldwin", PASSWORD)).who
        assert len(await engines[2].workflows.all(who)) == 4
        assert not await engines[1].accounts.needs_setup()


async def test_a_process_waits_while_another_one_brings_the_database_up_to_date(
    settings: Settings, clock: FakeClock
) -> None:
    settings.data_dir.mkdir()
    other = FileLock(settings.data_dir / "migration.lock")
    other.acquire()
    opened = asyncio.Event()

    async def open_and_close() -> None:
        async with open_engine(settings, clock):
            opened.set()

    async with TaskNursery(clock) as nursery:
        nursery.start(open_and_close(), name="opening")
        for _ in range(100):
            await REAL_TIME.sleep(0.001)
        assert not (settings.data_dir / "wrldbldr.sqlite3").exists()
        other.release()
        await until(opened.is_set, "opening")


def is_leased(settings: Settings) -> bool:
    """Whether some process dispatches for this folder."""
    try:
        with FileLock(settings.data_dir / "dispatcher.lock", blocking=False):
            return False
    except Timeout:
        return True


async def test_one_process_dispatches_for_a_folder_until_it_ends(settings: Settings, clock: FakeClock) -> None:
    async with open_engine(settings, clock):
        await until(lambda: is_leased(settings), "taking the lease")

    assert not is_leased(settings)


async def test_a_process_that_came_second_dispatches_when_the_first_one_ends(
    settings: Settings, clock: FakeClock
) -> None:
    settings.data_dir.mkdir()
    first = FileLock(settings.data_dir / "dispatcher.lock")
    first.acquire()
    async with open_engine(settings, clock):
        await until(lambda: 2.0 in clock.sleeps, "being refused the lease")
        first.release()
        assert not is_leased(settings)

        await clock.advance(2)

        assert is_leased(settings)


async def test_closing_while_comfyui_hangs_is_quiet(
    settings: Settings, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()

    async with open_engine(settings, clock):
        await clock.settle()

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert asyncio.all_tasks() - before == set()
