"""The files behind the rows: one for each different picture, there as long as a row needs it, and gone after."""

from tests.fakes.quiet import until
from tests.fakes.studio import Studio
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.removal import UNDO_TIME
from wrldbldr.domain.world import EntityType


async def test_the_same_picture_twice_is_one_file_that_stays_until_the_last_row_is_gone(painting: Studio) -> None:
    first, second = await painting.ask(), await painting.ask()
    await painting.paint()
    await painting.paint()
    [one] = await painting.pictures(first)
    [other] = await painting.pictures(second)
    files = painting.stored_files()
    assert len(files) == 3, "a picture and two thumbnails"

    await painting.engine.removals.delete(painting.who, [one.id])
    assert painting.stored_files() == files
    await painting.engine.removals.delete(painting.who, [other.id])
    assert painting.stored_files() == files, "both can come back"
    await painting.advance(UNDO_TIME.total_seconds())
    await painting.engine.removals.purge()

    assert painting.stored_files() == []


async def test_a_picture_whose_twin_is_deleted_at_that_moment_keeps_its_file(painting: Studio) -> None:
    first, second = await painting.ask(), await painting.ask()
    await painting.paint()
    files = painting.stored_files()
    painting.comfyui.start()
    await painting.rest()
    async with painting.engine.database.write() as unit:
        painting.comfyui.finish()
        await painting.clock.advance(1)
        await until(painting.has_waiting_writer, "storing the picture")
        [twin] = await painting.pictures(first)
        await unit.assets.delete_of_entity(twin.entity_id)
        painting.remove_file(twin.content_hash)

    await painting.rest()

    assert await painting.status(second) is BatchStatus.READY
    assert painting.stored_files() == files


async def test_deleting_a_character_removes_the_files_of_its_pictures(painting: Studio) -> None:
    await painting.ask()
    await painting.paint()

    await painting.engine.worlds.delete_entity(painting.who, EntityType.CHARACTER, painting.scene.character.id)

    assert painting.stored_files() == []


async def test_deleting_a_world_removes_the_files_of_its_pictures(painting: Studio) -> None:
    await painting.ask()
    await painting.paint()

    await painting.engine.worlds.delete(painting.who, painting.scene.world.id)

    assert painting.stored_files() == []
