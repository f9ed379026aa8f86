"""Templates are filled in from what is to be painted."""

import pytest

from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.prompt_template import checked_template, fill_template
from wrldbldr.domain.wildcards import expand

PORTRAIT = "portrait of {name}, {description}, {mood}, oil painting"


def test_each_field_takes_its_place() -> None:
    assert fill_template(PORTRAIT, name="Ilva", description="an old archer", mood="weary") == (
        "portrait of Ilva, an old archer, weary, oil painting"
    )


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        (PORTRAIT, "portrait of Ilva, oil painting"),
        ("{description}, {name}", "Ilva"),
        ("{name}, {mood}", "Ilva"),
        ("{name}, {mood}.", "Ilva."),
        ("{name}  {mood} at dusk", "Ilva at dusk"),
        ("{mood}", ""),
        ("no field", "no field"),
    ],
)
def test_what_is_empty_leaves_no_comma_behind(template: str, filled: str) -> None:
    assert fill_template(template, name="Ilva") == filled


def test_several_lines_and_commas_of_a_value_fit_into_the_line() -> None:
    assert fill_template("{description}, oil", name="", description=" an archer,\n old, ") == "an archer, old, oil"


def test_braces_in_a_value_are_no_wildcard_and_no_field() -> None:
    filled = fill_template("{name} with {a lamp|a lamp}, {description}", name="{x|y}", description="{mood}", mood="sad")

    assert expand(filled, 1) == "{x|y} with a lamp, {mood}"


def test_wildcards_and_escapes_of_the_template_stay_for_later() -> None:
    assert fill_template(r"{name} {a|b} \{name}", name="Ilva") == r"Ilva {a|b} \{name}"


def test_a_field_in_a_wildcard_is_filled_in() -> None:
    assert fill_template("{{name}|{name}}", name="Ilva") == "{Ilva|Ilva}"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{naem}, {name}", r"knows \{name\}, \{description\}, \{mood\}, but not \{naem\}"),
        ("x" * 4001, "at most 4,000 characters"),
        ("{a|{b|{c|d}}}", "not a level deeper"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_refused_with_a_sentence(template: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        checked_template(template)

    assert refused.value.field == "template"


def test_a_template_that_can_be_filled_in_is_taken() -> None:
    assert checked_template(PORTRAIT + " {at dusk|at dawn}") == PORTRAIT + " {at dusk|at dawn}"
