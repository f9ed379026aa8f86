"""Prompts begin with words the owner chose, filled in from whoever is to be painted."""

import pytest

from tests.fakes.studio import Studio, other_game_master
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.errors import ForbiddenError, InvalidInputsError
from wrldbldr.domain.prompt_template import DEFAULT_TEMPLATES, checked_template
from wrldbldr.domain.world import Entity, EntityType
from wrldbldr.engine import Engine
from wrldbldr.services.worlds import EntityChanges


async def described(studio: Studio, **changes: str) -> Entity:
    who, worlds = studio.who, studio.engine.worlds
    await worlds.update_entity(who, EntityType.CHARACTER, studio.scene.character.id, EntityChanges(**changes))  # pyright: ignore[reportArgumentType]
    return await worlds.find_entity(who, EntityType.CHARACTER, studio.scene.character.id)


def test_every_kind_of_picture_comes_with_a_template_that_can_be_filled_in() -> None:
    assert set(DEFAULT_TEMPLATES) == set(AssetType)
    assert [checked_template(template) for template in DEFAULT_TEMPLATES.values()] == [*DEFAULT_TEMPLATES.values()]


@pytest.mark.parametrize(
    ("description", "mood", "beginning"),
    [
        ("an old archer.", "weary", "Portrait of Elven Archer, an old archer, weary"),
        ("", "", "Portrait of Elven Archer"),
        ("salt " * 200, "", "Portrait of Elven Archer, " + ("salt " * 100).strip()),
    ],
)
async def test_a_prompt_begins_with_name_description_and_mood(
    studio: Studio, description: str, mood: str, beginning: str
) -> None:
    entity = await described(studio, description=description, mood=mood)

    assert await studio.engine.templates.beginning(studio.who, AssetType.PORTRAIT, entity) == beginning


async def test_a_template_of_ones_own_counts_until_it_is_emptied(engine: Engine, who: Principal) -> None:
    changed = await engine.templates.change(who, {AssetType.ITEM: "{name} {of oak|of ash}"})
    assert changed == {**DEFAULT_TEMPLATES, AssetType.ITEM: "{name} {of oak|of ash}"}

    assert await engine.templates.change(who, {AssetType.ITEM: ""}) == DEFAULT_TEMPLATES


async def test_all_that_cannot_be_filled_in_is_named_and_nothing_is_stored(engine: Engine, who: Principal) -> None:
    wrong = {AssetType.ITEM: "{naem}", AssetType.SPRITE: "x" * 5000, AssetType.PORTRAIT: "{name}"}

    with pytest.raises(InvalidInputsError) as refused:
        await engine.templates.change(who, wrong)

    assert set(refused.value.sentences) == {"item", "sprite"}
    assert "but not {naem}" in refused.value.sentences["item"]
    assert await engine.templates.all(who) == DEFAULT_TEMPLATES


async def test_only_the_owner_changes_them(studio: Studio) -> None:
    with pytest.raises(ForbiddenError):
        await studio.engine.templates.change(await other_game_master(studio.engine), {AssetType.ITEM: "x"})
