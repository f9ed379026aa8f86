"""Worlds and what is in them."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.stage import Part, StagePiece
from wrldbldr.domain.world import Character, EntityType, GameSession, World

TABLES_OF_A_WORLD = ("world", "character", "location", "gamesession", "batch", "submission", "asset", "stagepiece")


def counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        return {
            name: connection.execute(f"select count(*) from {name}").fetchone()[0]  # noqa: S608 - our own names
            for name in TABLES_OF_A_WORLD
        }


async def fill(database: Database, setting: Setting) -> None:
    batch = setting.batch()
    async with database.write() as unit:
        await unit.batches.add(batch)
        await unit.batches.add(setting.submission(batch))
        asset = setting.asset(batch_id=batch.id)
        await unit.assets.add_all([asset])
        piece = StagePiece(
            game_session_id=setting.game_session.id, asset_id=asset.id, part=Part.FIGURE, place=1, put_at=NOW
        )
        await unit.stage.put(piece, [])


async def test_deleting_a_world_removes_everything_in_it_and_nothing_of_another(
    database: Database, setting: Setting, file: Path
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    await fill(database, setting)
    await fill(database, other)
    assert set(counts(file).values()) == {2}

    async with database.write() as unit:
        world = await unit.worlds.find(setting.world.id)
        assert world is not None
        await unit.worlds.delete(world)

    assert set(counts(file).values()) == {1}
    async with database.read() as unit:
        assert await unit.worlds.find(other.world.id) is not None


async def test_deleting_an_account_removes_its_worlds(database: Database, setting: Setting, file: Path) -> None:
    await fill(database, setting)

    async with database.write() as unit:
        account = await unit.accounts.find(setting.account.id)
        await unit._db_session.delete(account)

    assert set(counts(file).values()) == {0}


async def test_worlds_are_listed_newest_first_and_only_their_owners(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    newer = World(owner_id=setting.account.id, name="Newer", created_at=NOW + timedelta(days=1))
    async with database.write() as unit:
        await other.store(unit)
        await unit.worlds.add(newer)

    async with database.read() as unit:
        names = [world.name for world in await unit.worlds.owned_by(setting.account.id)]

    assert names == ["Newer", "The Lantern Coast"]


async def test_characters_are_listed_by_name_whatever_their_case(database: Database, setting: Setting) -> None:
    async with database.write() as unit:
        for name in ("zora", "Bran", "alda"):
            await unit.worlds.add(Character(world_id=setting.world.id, name=name, created_at=NOW))

    async with database.read() as unit:
        found = await unit.worlds.entities(EntityType.CHARACTER, setting.world.id)

    assert [entity.name for entity in found] == ["alda", "Bran", "Elven Archer", "zora"]


async def test_the_first_game_session_made_is_the_first_in_the_list(database: Database, setting: Setting) -> None:
    later = GameSession(
        world_id=setting.world.id, name="Later", join_code="OTHER", created_at=NOW + timedelta(seconds=1)
    )
    async with database.write() as unit:
        await unit.worlds.add(later)

    async with database.read() as unit:
        found = await unit.worlds.game_sessions(setting.world.id)

    assert [game_session.name for game_session in found] == ["Table", "Later"]


async def test_entities_are_counted_for_each_world(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
        await unit.worlds.add(Character(world_id=other.world.id, name="Pim", created_at=NOW))

    async with database.read() as unit:
        found = await unit.worlds.count_entities(EntityType.CHARACTER, [setting.world.id, other.world.id])

    assert found == {setting.world.id: 1, other.world.id: 2}


async def test_a_time_and_a_value_come_back_as_they_were_stored(database: Database, setting: Setting) -> None:
    batch = setting.batch()
    async with database.write() as unit:
        await unit.batches.add(batch)

    async with database.read() as unit:
        found = await unit.batches.find(batch.id)

    assert found is not None
    assert found.model_dump() == {**batch.model_dump(), "change": 1}  # the database's own number
    assert found.requested_at.tzinfo is not None
