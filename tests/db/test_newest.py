"""What stands for a world on the shelf, and what was painted last."""

from typing import Any

from tests.db.rows import Setting
from wrldbldr.db.database import Database
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.world import EntityType


async def store(database: Database, *assets: Asset) -> None:
    async with database.write() as unit:
        await unit.assets.add_all(assets)


def backdrop(setting: Setting, number: int, **fields: Any) -> Asset:
    place = {"entity_type": EntityType.LOCATION, "entity_id": setting.location.id}
    return setting.asset(number, asset_type=AssetType.BACKDROP, **{**place, **fields})


async def test_a_worlds_cover_is_its_newest_backdrop_whoever_it_is_of_and_the_first_of_its_batch(
    database: Database, setting: Setting
) -> None:
    person = {"entity_type": EntityType.CHARACTER, "entity_id": setting.character.id}
    first, second = (backdrop(setting, 2 + n, minutes=5, batch_index=n, **person) for n in range(2))
    later_portrait = setting.asset(9, minutes=9)
    await store(
        database, backdrop(setting, 1, minutes=1), backdrop(setting, 7, minutes=3), first, second, later_portrait
    )

    async with database.read() as unit:
        assert await unit.gallery.covers([setting.world.id]) == {setting.world.id: first.id}


async def test_a_world_without_backdrops_is_covered_by_its_newest_picture_and_an_empty_one_by_none(
    database: Database, setting: Setting
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    newest = setting.asset(2, minutes=2)
    await store(database, setting.asset(1, minutes=1), newest)

    async with database.read() as unit:
        covers = await unit.gallery.covers([setting.world.id, other.world.id])

    assert covers == {setting.world.id: newest.id}


async def test_what_was_painted_last_is_one_picture_of_each_subject_of_ones_own_newest_first(
    database: Database, setting: Setting
) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    portrait, place = setting.asset(2, minutes=3), backdrop(setting, 1, minutes=4)
    await store(database, setting.asset(1, minutes=1), portrait, place, other.asset(1, minutes=9))

    async with database.read() as unit:
        assert [asset.id for asset in await unit.gallery.fresh(setting.account.id, 6)] == [place.id, portrait.id]
        assert [asset.id for asset in await unit.gallery.fresh(setting.account.id, 1)] == [place.id]
