"""Tags are names: short, seen, each once."""

from itertools import count, repeat

import pytest

from wrldbldr.domain.asset import checked_rating
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.tag import NAMED_LIMIT, TAG_LIMIT, TAGS_LIMIT, checked_tags, spelled_alike


def test_tags_are_kept_in_their_order_trimmed_and_each_once_whatever_its_capitals() -> None:
    assert checked_tags(["  lamp \n light ", "Tide", "LAMP light", "影"]) == ("lamp light", "Tide", "影")
    assert checked_tags([]) == ()


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * (TAG_LIMIT + 1), "a\x00b", "\u202egnp"])
def test_what_is_no_name_is_no_tag(name: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked_tags(["tide", name])

    assert caught.value.field == "tags"


def test_a_picture_has_twenty_tags_at_most() -> None:
    names = [f"tag {number}" for number in range(TAGS_LIMIT)]

    assert checked_tags([*names, "TAG 0"]) == tuple(names)
    with pytest.raises(InvalidInputError, match="at most 20 tags"):
        checked_tags([*names, "one more"])


def test_whoever_names_tags_without_end_is_not_read_to_the_end() -> None:
    assert checked_tags(["tide"] * NAMED_LIMIT) == ("tide",)
    for endless in (repeat("tide"), map(str, count())):
        with pytest.raises(InvalidInputError, match="at most 20 tags"):
            checked_tags(endless)


def test_a_tag_takes_the_spelling_that_its_world_knows() -> None:
    assert spelled_alike(("lamp light", "Tide"), ["Lamp Light", "moor"]) == ("Lamp Light", "Tide")


@pytest.mark.parametrize("rating", [-1, 6])
def test_a_rating_is_none_to_five(rating: int) -> None:
    assert [checked_rating(good) for good in (0, 5)] == [0, 5]
    with pytest.raises(InvalidInputError) as caught:
        checked_rating(rating)

    assert caught.value.field == "rating"
