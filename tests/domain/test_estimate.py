"""How long painting takes, as far as earlier runs tell."""

import pytest

from wrldbldr.domain.estimate import Run, Span


@pytest.mark.parametrize("runs", [[], [Run(60, 4)]])
def test_too_few_runs_tell_nothing(runs: list[Run]) -> None:
    assert Span.of(runs, 4) is None


def test_a_few_runs_tell_a_range_from_the_shortest_to_the_longest() -> None:
    assert Span.of([Run(60, 4), Run(80, 4), Run(66, 4)], 4) == Span(60, 80)


def test_of_many_runs_one_that_was_held_up_does_not_count() -> None:
    span = Span.of([Run(60 + number, 4) for number in range(19)] + [Run(3600, 4)], 4)

    assert span is not None
    assert 60 <= span.low < 63
    assert span.high < 80


def test_runs_of_as_many_pictures_count_before_all_others_and_else_each_picture_takes_its_share() -> None:
    runs = [Run(10, 1), Run(12, 1), Run(100, 8)]

    assert Span.of(runs, 1) == Span(10, 12)
    assert Span.of(runs, 2) == Span(20, 25)


def test_one_after_the_other_takes_the_sum_and_what_is_over_is_nothing() -> None:
    assert Span(1, 2) + Span(10, 20) == Span(11, 22)
    assert Span(10, 20).without(15) == Span(0, 5)
    assert Span(10, 20).without(25) == Span(0, 0)
