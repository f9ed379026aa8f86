"""The unit of work: all or nothing, one writer at a time, and nobody refused."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.db.rows import NOW, Setting, account
from wrldbldr.db.database import Database, DatabaseClosedError, DatabaseFullError
from wrldbldr.domain.account import AccessToken, TokenKind
from wrldbldr.domain.world import World
from wrldbldr.kit.ids import new_id


async def count_accounts(database: Database) -> int:
    async with database.read() as unit:
        return await unit.accounts.count()


async def test_a_write_block_that_ends_well_is_kept(database: Database) -> None:
    async with database.write() as unit:
        await unit.accounts.add(account())

    assert await count_accounts(database) == 1


async def test_a_write_block_that_raises_keeps_nothing(database: Database) -> None:
    with suppress(RuntimeError):
        async with database.write() as unit:
            await unit.accounts.add(account("Aldwin"))
            await unit.accounts.add(account("Berta"))
            raise RuntimeError

    assert await count_accounts(database) == 0


async def test_a_full_disk_is_named_and_nothing_of_the_block_is_kept(database: Database) -> None:
    async def write_too_much() -> None:
        async with database.write() as unit:
            await unit._db_session.execute(text("pragma max_page_count = 1"))  # no page more than there are
            for number in range(200):
                await unit.accounts.add(account(f"Aldwin the {number}th"))

    with pytest.raises(DatabaseFullError, match="disk with WrldBldr's database is full"):
        await write_too_much()

    assert await count_accounts(database) == 0


async def test_a_write_block_that_is_cancelled_keeps_nothing_and_lets_the_next_one_in(database: Database) -> None:
    inside = asyncio.Event()

    async def write_for_ever() -> None:
        async with database.write() as unit:
            await unit.accounts.add(account("Aldwin"))
            inside.set()
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(write_for_ever())
        await inside.wait()
        writing.cancel()

    async with database.write() as unit:
        await unit.accounts.add(account("Berta"))
    assert await count_accounts(database) == 1


async def test_what_is_changed_in_a_read_block_is_not_kept(database: Database, setting: Setting) -> None:
    async with database.read() as unit:
        world = await unit.worlds.find(setting.world.id)
        assert world is not None
        world.name = "Elsewhere"
        await unit.worlds.add(world)

    async with database.read() as unit:
        world = await unit.worlds.find(setting.world.id)
    assert world is not None
    assert world.name == "The Lantern Coast"


async def test_a_read_block_sees_one_moment_though_others_write_meanwhile(database: Database) -> None:
    async with database.read() as reading:
        before = await reading.accounts.count()
        async with database.write() as writing:
            await writing.accounts.add(account())

        assert (before, await reading.accounts.count()) == (0, 0)

    assert await count_accounts(database) == 1


async def test_fifty_writers_at_once_lose_no_update_and_none_is_refused(database: Database, setting: Setting) -> None:
    async def count_up() -> None:
        async with database.write() as unit:
            world = await unit.worlds.find(setting.world.id)
            assert world is not None
            before = int(world.motto or 0)
            await unit.worlds.game_sessions(world.id)  # time for another writer to come between
            world.motto = str(before + 1)

    await asyncio.gather(*(count_up() for _ in range(50)))

    async with database.read() as unit:
        world = await unit.worlds.find(setting.world.id)
    assert world is not None
    assert world.motto == "50"


async def test_writers_of_two_processes_lose_no_update_either(database: Database, setting: Setting, file: Path) -> None:
    other = Database(f"sqlite+aiosqlite:///{file}")

    async def count_up(through: Database) -> None:
        async with through.write() as unit:
            world = await unit.worlds.find(setting.world.id)
            assert world is not None
            world.motto = str(int(world.motto or 0) + 1)

    await asyncio.gather(*(count_up(through) for through in (database, other) for _ in range(10)))
    await other.close()

    async with database.read() as unit:
        world = await unit.worlds.find(setting.world.id)
    assert world is not None
    assert world.motto == "20"


async def test_sqlite_keeps_a_write_ahead_log_so_that_readers_never_wait(database: Database, file: Path) -> None:
    await count_accounts(database)

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)


async def test_every_sqlite_connection_waits_for_locks_and_minds_foreign_keys(database: Database) -> None:
    async with database._engine.connect() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"pragma {name}")).scalar_one()
            for name in ("busy_timeout", "foreign_keys", "synchronous")
        }

    assert found == {"busy_timeout": 10_000, "foreign_keys": 1, "synchronous": 1}


async def test_a_row_that_belongs_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as unit:
            await unit.worlds.add(World(owner_id=new_id(), name="Nowhere", created_at=NOW))


async def test_an_account_name_exists_once_however_it_is_spelled(database: Database, setting: Setting) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as unit:
            await unit.accounts.add(account("ALDWIN"))

    assert await count_accounts(database) == 1


async def test_revoking_a_token_twice_keeps_the_first_moment(database: Database, setting: Setting) -> None:
    token = AccessToken(
        account_id=setting.account.id, kind=TokenKind.API, label="x", secret_fingerprint="f", created_at=NOW
    )
    async with database.write() as unit:
        await unit.accounts.add(token)
        await unit.accounts.revoke(token.id, NOW)
        await unit.accounts.revoke(token.id, NOW.replace(year=2027))
        await unit.accounts.revoke(new_id(), NOW)

    async with database.read() as unit:
        found = await unit.accounts.find_token("f")
    assert found is not None
    assert found[0].revoked_at == NOW


async def test_the_server_remembers_the_same_name_of_its_own_for_ever(database: Database) -> None:
    async with database.write() as unit:
        first = (await unit.server.memory()).client_id
    async with database.write() as unit:
        second = (await unit.server.memory()).client_id

    assert first == second


async def test_whoever_asks_after_the_end_is_refused_and_leaves_no_connection_behind(database: Database) -> None:
    await database.close()

    with pytest.raises(DatabaseClosedError):
        async with database.read() as unit:
            await unit.accounts.count()
    with pytest.raises(DatabaseClosedError):
        async with database.write() as unit:
            await unit.accounts.count()
