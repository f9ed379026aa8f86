"""What is different about how two pictures came to be."""

import pytest

from tests.fakes.studio import Studio
from tests.services.test_removal import painted
from wrldbldr.services.comparison import Difference

OLD, YOUNG = "a keeper of lanterns, old, blue hood", "a keeper of lanterns, young, blue hood"


async def test_two_of_one_prompt_have_one_seed_and_differ_by_their_number(painting: Studio) -> None:
    first, second = await painted(painting)

    found = await painting.engine.comparison.compare(painting.who, first.id, second.id)

    assert found.differences == [Difference("Number in its batch", "1", "2")]
    assert found.alike[0] == "Prompt"
    assert {"Seed", "Workflow", "Model", "Size"} <= set(found.alike)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (OLD, YOUNG, ("old", "young")),
        (OLD, "a keeper of lanterns", ("old, blue hood", "–")),
        ("one, two", "two, one", ("one, two", "two, one (in another order)")),
        (", ".join("abcdefgh"), "x", ("a, b, c, d, e, f and 2 more", "x")),
    ],
)
async def test_of_prompts_only_what_one_says_and_the_other_does_not(
    left: str, right: str, expected: tuple[str, str], painting: Studio
) -> None:
    [one] = await painted(painting, 1, prompt=left, seed=1)
    [other] = await painted(painting, 1, prompt=right, seed=1)

    found = await painting.engine.comparison.compare(painting.who, one.id, other.id)

    assert found.differences == [Difference("Prompt", *expected)]


async def test_two_of_several_prompts_differ_by_their_seed(painting: Studio) -> None:
    [one], [other] = await painted(painting, 1, seed=1), await painted(painting, 1, seed=2)

    found = await painting.engine.comparison.compare(painting.who, one.id, other.id)

    assert found.differences == [Difference("Seed", "1", "2")]


async def test_a_style_reference_is_a_difference(painting: Studio) -> None:
    [source] = await painted(painting, 1, seed=1)
    [styled] = await painted(painting, 1, seed=1, style_reference_ids=[source.id])

    found = await painting.engine.comparison.compare(painting.who, source.id, styled.id)

    assert Difference("Style reference", "–", source.label) in found.differences


async def test_siblings_are_those_of_the_same_batch_that_are_there(painting: Studio) -> None:
    first, second, third = await painted(painting, 3)
    await painted(painting, 1)
    await painting.engine.removals.delete(painting.who, [second.id])

    assert await painting.engine.comparison.siblings(painting.who, third.id) == [first.id, third.id]
