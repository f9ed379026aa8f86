"""The demo world: a small place to look around in, with its pictures."""

import pytest

from tests.fakes.studio import Studio
from wrldbldr.domain.events import WorldChanged
from wrldbldr.domain.text import DESCRIPTION_LIMIT, LINE_LIMIT, MOTTO_LIMIT, checked_name, checked_text
from wrldbldr.domain.world import EntityType
from wrldbldr.services.demo import PICTURES
from wrldbldr.services.demo.lantern_coast import MOTTO, NAME, PEOPLE, PICTURE_COUNT, PLACES, file_name

SUBJECTS = (*PEOPLE, *PLACES)
FILES = {file_name(subject, picture) for subject in SUBJECTS for picture in subject.pictures}

with_pictures = pytest.mark.skipif(
    not all((PICTURES / name).is_file() for name in FILES), reason="the demo's pictures are not all painted yet"
)


def test_everything_in_it_could_have_been_typed_by_a_game_master() -> None:
    assert checked_name(NAME) == NAME
    assert checked_text(MOTTO, field="motto", limit=MOTTO_LIMIT) == MOTTO
    for subject in SUBJECTS:
        assert checked_name(subject.name) == subject.name
        assert checked_text(subject.description, field="description", limit=DESCRIPTION_LIMIT) == subject.description
        for line in (subject.mood, subject.goal):
            assert checked_text(line, field="mood", limit=LINE_LIMIT) == line


def test_no_two_pictures_share_a_file() -> None:
    assert len(FILES) == PICTURE_COUNT


@with_pictures
def test_no_picture_lies_there_that_nobody_shows() -> None:
    assert {path.name for path in PICTURES.glob("*.webp")} == FILES


@with_pictures
async def test_loading_it_makes_a_world_of_ones_own_with_everybody_and_every_picture(studio: Studio) -> None:
    account = studio.listener(studio.topics()["account"])
    gallery = studio.engine.gallery

    world = await studio.engine.demo.load(studio.who)

    summary = next(s for s in await studio.engine.worlds.summaries(studio.who) if s.world.id == world.id)
    people = await studio.engine.worlds.entities(studio.who, EntityType.CHARACTER, world.id)
    pictures = await gallery.page(studio.who, world.id, limit=PICTURE_COUNT + 1)
    kinds = {(subject.name, picture.asset_type) for subject in SUBJECTS for picture in subject.pictures}
    assert (summary.character_count, summary.location_count) == (len(PEOPLE), len(PLACES))
    assert summary.picture_count == len(pictures) == PICTURE_COUNT
    assert all(picture.is_simulated for picture in pictures)
    assert len(await gallery.active(studio.who, world.id)) == len(kinds), "one stands for each"
    assert {p.name for p in people if not p.visible_to_players} == {p.name for p in PEOPLE if not p.is_visible}
    assert len(await studio.engine.worlds.game_sessions(studio.who, world.id)) == 1
    assert account.heard == [WorldChanged(world.id)]
    for picture in pictures:
        assert (await gallery.file(studio.who, picture.id, 64)).path.is_file()


@with_pictures
async def test_it_can_be_loaded_twice_and_one_of_the_two_deleted_without_harming_the_other(studio: Studio) -> None:
    first = await studio.engine.demo.load(studio.who)
    files = studio.stored_files()
    second = await studio.engine.demo.load(studio.who)
    assert studio.stored_files() == files

    await studio.engine.worlds.delete(studio.who, first.id)

    pictures = await studio.engine.gallery.page(studio.who, second.id, limit=PICTURE_COUNT)
    assert len(pictures) == PICTURE_COUNT
    assert studio.stored_files() == files
