"""Many pictures at once: all of them or none."""

import io
import zipfile
from uuid import UUID

import pytest
from PIL import Image

from tests.fakes.studio import Studio, other_game_master
from tests.services.test_removal import painted
from wrldbldr.domain.asset import Asset
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.domain.picture_query import PictureQuery
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.services.bulk import TICKET_LIMIT, TICKET_TIME
from wrldbldr.services.image_work import STREAM_LIMIT, TooMuchAtOnceError

CHARACTER = EntityType.CHARACTER


def ids(pictures: list[Asset]) -> list[UUID]:
    return [picture.id for picture in pictures]


async def of(studio: Studio, entity: Entity) -> list[Asset]:
    page = await studio.engine.gallery.page(studio.who, studio.scene.world.id, PictureQuery(entity_id=entity.id))
    return sorted(page, key=lambda asset: asset.number)


async def test_many_are_starred_at_once_and_each_screen_hears_of_it_once(painting: Studio) -> None:
    pictures = await painted(painting, 3)
    world = painting.listener(painting.topics()["world"])

    await painting.engine.bulk.star(painting.who, ids(pictures), starred=True)

    assert [asset.is_starred for asset in await of(painting, painting.scene.character)] == [True] * 3
    assert world.heard == [PicturesChanged(painting.scene.world.id, painting.scene.character.id)]


async def test_the_zip_has_each_picture_once_under_a_name_of_its_own_and_says_how_it_came_to_be(
    painting: Studio,
) -> None:
    first, second, third = await painted(painting, 3)
    await painting.engine.gallery.update(painting.who, second.id, label=first.label)
    ticket = await painting.engine.bulk.ask_for_zip(painting.who, ids([third, first, second]))
    await painting.engine.removals.delete(painting.who, [third.id])

    found = await painting.engine.bulk.zip(painting.who, ticket)

    assert found.file_name == "The Lantern Coast, 2 pictures.zip"
    with zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in found.pieces]))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Elven_Archer_Portrait_001.png", "Elven_Archer_Portrait_001 (2).png"]
        with Image.open(io.BytesIO(archive.read(archive.namelist()[0]))) as picture:
            picture.load()
            assert "an old keeper of lanterns" in str(picture.info)
        _, single = await painting.engine.gallery.download(painting.who, first.id)
        assert archive.read(archive.namelist()[0]) == b"".join(single.pieces())


async def test_a_ticket_is_for_whoever_asked_and_for_a_minute(painting: Studio) -> None:
    [picture] = await painted(painting, 1)
    ticket = await painting.engine.bulk.ask_for_zip(painting.who, [picture.id])
    with pytest.raises(NotFoundError):
        await painting.engine.bulk.zip(await other_game_master(painting.engine), ticket)
    await painting.engine.bulk.zip(painting.who, ticket)

    await painting.advance(TICKET_TIME.total_seconds())

    with pytest.raises(NotFoundError, match="ask for it again"):
        await painting.engine.bulk.zip(painting.who, ticket)


async def test_of_the_tickets_of_an_account_only_those_it_asked_for_last_are_kept(painting: Studio) -> None:
    [picture] = await painted(painting, 1)
    bulk, who = painting.engine.bulk, painting.who
    first, *newest = [await bulk.ask_for_zip(who, [picture.id]) for _ in range(TICKET_LIMIT + 1)]

    with pytest.raises(NotFoundError, match="ask for it again"):
        await bulk.zip(who, first)
    for ticket in newest:
        async for _ in (await bulk.zip(who, ticket)).pieces:
            pass


async def test_a_zip_too_many_is_refused_when_it_is_asked_for(painting: Studio) -> None:
    [picture] = await painted(painting, 1)
    bulk, who = painting.engine.bulk, painting.who
    ticket = await bulk.ask_for_zip(who, [picture.id])
    under_way = [await bulk.zip(who, ticket) for _ in range(STREAM_LIMIT)]

    with pytest.raises(TooMuchAtOnceError, match="Wait until some of it is done"):
        await bulk.ask_for_zip(who, [picture.id])

    async for _ in under_way[0].pieces:
        pass
    await bulk.ask_for_zip(who, [picture.id])


async def test_what_is_gone_or_somebody_elses_is_left_out_of_what_is_there(painting: Studio) -> None:
    first, second = await painted(painting)
    await painting.engine.removals.delete(painting.who, [first.id])
    world_id, wanted = painting.scene.world.id, [second.id, first.id, new_id()]

    assert ids(await painting.engine.bulk.there(painting.who, world_id, wanted)) == [second.id]
    assert await painting.engine.bulk.there(await other_game_master(painting.engine), world_id, wanted) == []
