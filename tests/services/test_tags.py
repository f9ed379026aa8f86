"""Tags and ratings: what a game master finds pictures by, which nobody else hears of."""

from typing import Any

import pytest

from tests.fakes.studio import Studio, other_game_master
from tests.fakes.world_files import brought, exported
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.events import PicturesChanged
from wrldbldr.kit.ids import new_id
from wrldbldr.services.access import TOGETHER_LIMIT
from wrldbldr.services.worlds import WorldService


async def painted(studio: Studio, count: int = 2) -> list[str]:
    batch_id = await studio.ask(count=count)
    await studio.paint(pictures=count)
    return [str(picture.id) for picture in await studio.pictures(batch_id)]


async def test_the_tags_of_a_world_are_counted_and_one_that_no_picture_has_is_gone(painting: Studio) -> None:
    await painted(painting)
    first, second = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    gallery, who, world_id = painting.engine.gallery, painting.who, painting.scene.world.id

    await gallery.update(who, first.id, tags=["tide", "Lamp Light"])
    await gallery.update(who, second.id, tags=["lamp light", "影"])
    assert await gallery.tags(who, world_id) == {"Lamp Light": 2, "tide": 1, "影": 1}
    assert (await gallery.find(who, second.id)).tags == ("Lamp Light", "影"), "spelled as the world knows it"

    await gallery.update(who, first.id, tags=["lamp light"])
    await painting.engine.removals.delete(who, [second.id])
    assert await gallery.tags(who, world_id) == {"Lamp Light": 1}


async def test_tags_go_with_their_world(painting: Studio) -> None:
    await painted(painting, 1)
    [picture] = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    await painting.engine.gallery.update(painting.who, picture.id, tags=["tide"])
    worlds: WorldService = painting.engine.worlds

    await worlds.delete(painting.who, painting.scene.world.id)

    assert "tide" not in "".join(painting.dump())


async def test_a_change_leaves_what_is_not_named_as_it_is_and_a_refused_one_everything(painting: Studio) -> None:
    await painted(painting, 1)
    [picture] = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    gallery, who = painting.engine.gallery, painting.who
    await gallery.update(who, picture.id, tags=["tide"], rating=3)
    heard = painting.listener(painting.topics()["world"])

    kept = await gallery.update(who, picture.id, starred=True)
    assert (kept.tags, kept.rating) == (("tide",), 3)
    assert heard.heard == [PicturesChanged(painting.scene.world.id, painting.scene.character.id)]
    with pytest.raises(InvalidInputError):
        await gallery.update(who, picture.id, tags=["moor"], rating=9)
    assert (await gallery.find(who, picture.id)).tags == ("tide",)


async def test_another_world_has_its_own_tags_and_spelling(painting: Studio) -> None:
    await painted(painting, 1)
    [picture] = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    await painting.engine.gallery.update(painting.who, picture.id, tags=["Tide"])
    stranger = await other_game_master(painting.engine)
    own = await painting.engine.worlds.create(stranger, "A world of my own")

    assert await painting.engine.gallery.tags(stranger, own.id) == {}


async def test_tags_and_rating_go_along_with_an_exported_world(painting: Studio) -> None:
    await painted(painting, 1)
    [picture] = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    await painting.engine.gallery.update(painting.who, picture.id, tags=["tide", "影"], rating=5)

    world = await brought(painting, await exported(painting.engine, painting.who, painting.scene.world.id))

    [copy] = await painting.engine.gallery.page(painting.who, world.id)
    assert (copy.tags, copy.rating) == (("tide", "影"), 5)
    assert await painting.engine.gallery.tags(painting.who, world.id) == {"tide": 1, "影": 1}


async def test_a_tag_comes_to_many_pictures_or_to_none_of_them(painting: Studio) -> None:
    await painted(painting)
    first, second = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    tagging, gallery, who = painting.engine.tagging, painting.engine.gallery, painting.who
    await gallery.update(who, second.id, tags=[f"tag {number}" for number in range(20)])
    heard = painting.listener(painting.topics()["world"])

    with pytest.raises(InvalidInputError, match="at most 20 tags"):
        await tagging.change(who, [first.id, second.id], add="one more")
    assert (await gallery.find(who, first.id)).tags == ()
    assert heard.heard == []
    await tagging.change(who, [first.id, second.id, first.id], add="TAG 3")

    assert (await gallery.find(who, first.id)).tags == ("tag 3",)
    assert heard.heard == [PicturesChanged(painting.scene.world.id, painting.scene.character.id)]
    assert next(use for use in await tagging.uses(who, [first.id, second.id]) if use.name == "tag 3").count == 2
    await tagging.change(who, [first.id, second.id], remove="Tag 3")
    assert (await gallery.find(who, first.id)).tags == ()


async def test_many_pictures_are_tagged_with_as_few_questions_as_two(
    painting: Studio, statements: list[tuple[str, Any]]
) -> None:
    await painted(painting, 4)
    ids = [picture.id for picture in await painting.engine.gallery.page(painting.who, painting.scene.world.id)]
    asked = list[int]()

    for chosen, tag in ((ids[:2], "tide"), (ids, "moor")):
        statements.clear()
        await painting.engine.tagging.change(painting.who, chosen, add=tag)
        await painting.engine.tagging.change(painting.who, chosen, remove=tag)
        asked.append(len(statements))

    assert asked[0] == asked[1], statements


async def test_what_is_longer_than_any_tag_is_on_no_picture(painting: Studio) -> None:
    await painted(painting, 1)
    [picture] = await painting.engine.gallery.page(painting.who, painting.scene.world.id)
    await painting.engine.gallery.update(painting.who, picture.id, tags=["tide"])

    await painting.engine.tagging.change(painting.who, [picture.id], remove="tide" + " " * 40)

    assert (await painting.engine.gallery.find(painting.who, picture.id)).tags == ("tide",)


async def test_only_so_many_pictures_are_tagged_at_once(painting: Studio) -> None:
    too_many = [new_id() for _ in range(TOGETHER_LIMIT + 1)]

    with pytest.raises(InvalidInputError, match=f"1 to {TOGETHER_LIMIT} pictures"):
        await painting.engine.tagging.change(painting.who, too_many, add="tide")
