"""Stored pictures: pages without gaps, labels without doubles, and one that stands for its entity."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from tests.db.rows import Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.kit.ids import new_id

EVERYTHING = PictureQuery()


async def store(database: Database, *assets: Asset) -> None:
    async with database.write() as unit:
        await unit.assets.add_all(assets)


async def read_all(database: Database, setting: Setting, limit: int) -> list[UUID]:
    """Every picture of the world, read page by page."""
    found: list[UUID] = []
    after: UUID | None = None
    async with database.read() as unit:
        while page := await unit.gallery.page(setting.world.id, EVERYTHING, limit=limit, after=after):
            assert len(page) <= limit
            found += [asset.id for asset in page]
            after = page[-1].id
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_pages_neither_skip_nor_repeat_though_many_pictures_are_of_the_same_moment(
    database: Database, setting: Setting, limit: int
) -> None:
    assets = [setting.asset(n, minutes=n // 6, batch_index=n % 3) for n in range(20)]
    await store(database, *assets)

    found = await read_all(database, setting, limit)

    assert len(found) == len(set(found)) == 20
    expected = sorted(assets, key=lambda asset: (-asset.created_at.timestamp(), asset.batch_index, asset.id.hex))
    assert found == [asset.id for asset in expected], "newest first, and within a batch in its order"


async def test_pictures_that_arrive_while_somebody_reads_neither_shift_nor_repeat_the_older_ones(
    database: Database, setting: Setting
) -> None:
    await store(database, *[setting.asset(n, minutes=n) for n in range(6)])
    async with database.read() as unit:
        first = await unit.gallery.page(setting.world.id, EVERYTHING, limit=3)
    await store(database, setting.asset(100, minutes=100))

    async with database.read() as unit:
        second = await unit.gallery.page(setting.world.id, EVERYTHING, limit=3, after=first[-1].id)

    assert [asset.number for asset in (*first, *second)] == [5, 4, 3, 2, 1, 0]


async def test_reading_on_after_a_picture_that_is_gone_is_refused_rather_than_begun_anew(
    database: Database, setting: Setting
) -> None:
    await store(database, setting.asset(1), setting.asset(2))

    async with database.read() as unit:
        with pytest.raises(NotFoundError):
            await unit.gallery.page(setting.world.id, EVERYTHING, limit=1, after=new_id())


async def test_reading_on_after_a_picture_of_another_world_is_refused(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    foreign = other.asset(1)
    await store(database, setting.asset(1), foreign)

    async with database.read() as unit:
        with pytest.raises(NotFoundError):
            await unit.gallery.page(setting.world.id, EVERYTHING, limit=1, after=foreign.id)


async def test_a_page_can_be_narrowed_to_an_entity_a_type_and_stars(database: Database, setting: Setting) -> None:
    sprite = setting.asset(1, asset_type=AssetType.SPRITE, is_starred=True)
    elsewhere = setting.asset(1, entity_id=setting.location.id)
    await store(database, setting.asset(1), sprite, elsewhere)

    async with database.read() as unit:
        page = unit.gallery.page
        world_id = setting.world.id
        assert len(await page(world_id, EVERYTHING, limit=9)) == 3
        assert await page(world_id, PictureQuery(entity_id=setting.location.id), limit=9) == [elsewhere]
        assert await page(world_id, PictureQuery(asset_type=AssetType.SPRITE), limit=9) == [sprite]
        assert await page(world_id, PictureQuery(starred=True), limit=9) == [sprite]
        assert len(await page(world_id, PictureQuery(starred=False), limit=9)) == 2
        assert await page(new_id(), EVERYTHING, limit=9) == []


async def test_a_batch_has_each_picture_once(database: Database, setting: Setting) -> None:
    batch = setting.batch()
    async with database.write() as unit:
        await unit.batches.add(batch)
    await store(database, setting.asset(1, batch_id=batch.id))

    with pytest.raises(IntegrityError):
        await store(database, setting.asset(2, batch_id=batch.id))


async def test_making_one_active_puts_the_other_of_its_entity_and_type_back(
    database: Database, setting: Setting
) -> None:
    old, new = setting.asset(1, is_active=True), setting.asset(2)
    sprite = setting.asset(1, asset_type=AssetType.SPRITE, is_active=True)
    other = setting.asset(1, entity_id=setting.location.id, is_active=True)
    await store(database, old, new, sprite, other)

    async with database.write() as unit:
        found = await unit.assets.find(new.id)
        assert found is not None
        await unit.assets.make_active(found)

    async with database.read() as unit:
        active = await unit.assets.active(setting.world.id)
    assert active == {
        (setting.character.id, AssetType.PORTRAIT): new.id,
        (setting.character.id, AssetType.SPRITE): sprite.id,
        (setting.location.id, AssetType.PORTRAIT): other.id,
    }


async def test_when_many_make_another_one_active_at_once_exactly_one_is(database: Database, setting: Setting) -> None:
    assets = [setting.asset(number) for number in range(8)]
    await store(database, *assets)

    async def activate(asset_id: UUID) -> None:
        async with database.write() as unit:
            asset = await unit.assets.find(asset_id)
            assert asset is not None
            await unit.assets.make_active(asset)

    await asyncio.gather(*(activate(asset.id) for asset in assets))

    async with database.read() as unit:
        page = await unit.gallery.page(setting.world.id, EVERYTHING, limit=9)
    assert sum(asset.is_active for asset in page) == 1


async def test_the_database_itself_refuses_a_second_active_picture(database: Database, setting: Setting) -> None:
    with pytest.raises(IntegrityError):
        await store(database, setting.asset(1, is_active=True), setting.asset(2, is_active=True))


async def test_files_are_doomed_with_what_they_belong_to_and_told_apart_by_who_else_needs_them(
    database: Database, setting: Setting
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    await store(
        database,
        setting.asset(1, content_hash="a" * 64),
        setting.asset(2, content_hash="a" * 64),
        setting.asset(3, content_hash="b" * 64),
        setting.asset(4, content_hash="c" * 64),
        setting.asset(5, content_hash="b" * 64, entity_id=setting.location.id),
        other.asset(1, content_hash="c" * 64),
    )

    async with database.write() as unit:
        await unit.doomed_files.doom_of_entity(setting.location.id)
        assert await unit.doomed_files.some(9) == ["b" * 64]
        await unit.doomed_files.doom_of_world(setting.world.id)
        assert await unit.doomed_files.some(9) == ["a" * 64, "b" * 64, "c" * 64]
        assert await unit.doomed_files.some(2) == ["a" * 64, "b" * 64]
        await unit.doomed_files.forget(["b" * 64])
        assert await unit.doomed_files.some(9) == ["a" * 64, "c" * 64]
        assert await unit.stored_files.unused(["d" * 64, "a" * 64, "e" * 64]) == ["d" * 64, "e" * 64]
        assert await unit.stored_files.unused([]) == []


async def test_a_picture_is_known_by_its_content_in_its_own_world_and_of_twins_the_one_that_is_meant_else_the_oldest(
    database: Database, setting: Setting
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    content = "f" * 64
    newer, oldest = (setting.asset(n, minutes=-n, content_hash=content) for n in (1, 2))
    another, foreign = setting.asset(3), other.asset(1, minutes=-9, content_hash=content)
    await store(database, newer, oldest, another, foreign)

    async with database.read() as unit:
        found = [
            await unit.assets.find_alike(setting.world.id, content, best=best)
            for best in (newer.id, None, another.id, foreign.id)
        ]
        nobodys = await unit.assets.find_alike(setting.world.id, "e" * 64, best=newer.id)

    assert found == [newer.id, oldest.id, oldest.id, oldest.id]
    assert nobodys is None
