"""What is proposed when pictures are asked for."""

from wrldbldr.domain.batch import AssetType, checked_size
from wrldbldr.domain.picture import FITTING, SHAPES, proposed_prompt, shape_of
from wrldbldr.domain.world import EntityType


def test_a_portrait_stands_for_a_character_and_a_backdrop_for_a_location() -> None:
    assert FITTING[EntityType.CHARACTER][0] is AssetType.PORTRAIT
    assert FITTING[EntityType.LOCATION][0] is AssetType.BACKDROP


def test_every_shape_is_one_that_can_be_painted_and_is_found_by_its_size() -> None:
    for name, (width, height) in SHAPES.items():
        assert checked_size(width, field="width") * checked_size(height, field="height") > 0
        assert shape_of((width, height)) == name


def test_a_long_description_is_cut_between_words_at_five_hundred_characters() -> None:
    text = "salt " * 120

    assert proposed_prompt(text) == ("salt " * 100).strip()
    assert proposed_prompt("  short  ") == "short"
    assert len(proposed_prompt("x" * 600)) == 500
