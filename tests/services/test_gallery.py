"""Pictures: look, choose, mark, remove."""

from uuid import UUID

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.kit.ids import new_id


async def painted(studio: Studio, count: int = 2) -> list[Asset]:
    batch_id = await studio.ask(count=count)
    await studio.paint(pictures=count)
    return await studio.pictures(batch_id)


async def test_a_gallery_is_read_page_by_page_newest_first(painting: Studio) -> None:
    older = await painted(painting, 3)
    await painting.advance(60)
    newer = await painted(painting, 3)
    found: list[UUID] = []
    after: UUID | None = None

    while page := await painting.engine.gallery.page(painting.who, painting.scene.world.id, limit=2, after=after):
        found += [asset.id for asset in page]
        after = page[-1].id

    assert found == [asset.id for asset in (*newer, *older)]


async def test_reading_on_after_a_picture_that_was_deleted_meanwhile_is_refused(painting: Studio) -> None:
    pictures = await painted(painting, 3)
    await painting.engine.removals.delete(painting.who, [pictures[0].id])

    with pytest.raises(NotFoundError):
        await painting.engine.gallery.page(painting.who, painting.scene.world.id, limit=2, after=pictures[0].id)


async def test_choosing_a_picture_makes_it_the_one_that_stands_for_its_entity(painting: Studio) -> None:
    first, second = await painted(painting)

    chosen = await painting.engine.gallery.activate(painting.who, second.id)

    assert chosen.is_active
    assert not (await painting.engine.gallery.find(painting.who, first.id)).is_active
    assert await painting.engine.gallery.active(painting.who, painting.scene.world.id) == {
        (painting.scene.character.id, AssetType.PORTRAIT): second.id
    }


async def test_choosing_the_chosen_one_again_changes_nothing(painting: Studio) -> None:
    first, _ = await painted(painting)

    await painting.engine.gallery.activate(painting.who, first.id)

    assert (await painting.engine.gallery.find(painting.who, first.id)).is_active


async def test_after_the_active_picture_is_deleted_the_next_one_painted_takes_its_place(painting: Studio) -> None:
    [first] = await painted(painting, 1)
    await painting.engine.removals.delete(painting.who, [first.id])

    [second] = await painted(painting, 1)

    assert second.is_active
    assert second.label == "Elven_Archer_Portrait_001"


async def test_a_picture_can_be_starred_renamed_and_found_by_its_star(painting: Studio) -> None:
    first, second = await painted(painting)

    await painting.engine.gallery.update(painting.who, second.id, label=" The  one ", starred=True)
    await painting.engine.gallery.update(painting.who, first.id, starred=False)

    starred = await painting.engine.gallery.page(painting.who, painting.scene.world.id, PictureQuery(starred=True))
    assert [(asset.id, asset.label) for asset in starred] == [(second.id, "The one")]


@pytest.mark.parametrize("label", ["", "x" * 121, "\x00"])
async def test_a_label_nobody_could_read_is_refused(painting: Studio, label: str) -> None:
    [picture] = await painted(painting, 1)

    with pytest.raises(InvalidInputError) as caught:
        await painting.engine.gallery.update(painting.who, picture.id, label=label)

    assert caught.value.field == "label"


async def test_a_download_is_called_after_its_label_and_a_thumbnail_is_webp(painting: Studio) -> None:
    [picture] = await painted(painting, 1)

    file = await painting.engine.gallery.file(painting.who, picture.id)
    thumbnail = await painting.engine.gallery.file(painting.who, picture.id, 256)

    assert (file.name, file.media_type) == ("Elven_Archer_Portrait_001.png", "image/png")
    assert file.path.stat().st_size == picture.byte_size
    assert thumbnail.media_type == "image/webp"
    assert thumbnail.path.read_bytes()[8:12] == b"WEBP"


@pytest.mark.parametrize("side", [1, 128, -64])
async def test_there_are_no_other_sizes(painting: Studio, side: int) -> None:
    [picture] = await painted(painting, 1)

    with pytest.raises(NotFoundError):
        await painting.engine.gallery.file(painting.who, picture.id, side)


async def test_pictures_are_counted_by_type(painting: Studio) -> None:
    await painted(painting, 2)

    world_id, character_id = painting.scene.world.id, painting.scene.character.id
    assert await painting.engine.gallery.counts(painting.who, world_id, character_id) == {AssetType.PORTRAIT: 2}
    assert await painting.engine.gallery.counts(painting.who, world_id, new_id()) == {}


async def test_every_change_is_heard_in_the_world_and_only_there(painting: Studio) -> None:
    first, _ = await painted(painting)
    topics = painting.topics()
    world, table, server = (painting.listener(topics[name]) for name in ("world", "table", "server"))
    gallery = painting.engine.gallery

    await gallery.update(painting.who, first.id, starred=True)
    await gallery.activate(painting.who, first.id)
    await painting.engine.removals.delete(painting.who, [first.id])

    assert world.heard == [PicturesChanged(painting.scene.world.id, painting.scene.character.id)] * 3
    assert (table.heard, server.heard) == ([], [])


async def test_a_batch_keeps_its_other_pictures_when_one_is_deleted(painting: Studio) -> None:
    first, second = await painted(painting)
    assert first.batch_id is not None

    await painting.engine.removals.delete(painting.who, [first.id])

    assert [asset.id for asset in await painting.pictures(first.batch_id)] == [second.id]
