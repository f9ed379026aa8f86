"""Wildcards become one of their options, always the same for the same seed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.wildcards import escape, expand


def results(prompt: str, count: int = 60) -> set[str]:
    return {expand(prompt, seed) for seed in range(count)}


def test_every_option_comes_up_and_nothing_else() -> None:
    assert results("an {oak|ash|old elm} tree") == {"an oak tree", "an ash tree", "an old elm tree"}


def test_the_same_seed_gives_the_same_words_for_ever() -> None:
    prompt = "{oak|ash|elm} {red|green|blue} {1|2|3|4|5}"

    assert [expand(prompt, seed) for seed in (0, 1, 2**53)] == ["ash green 4", "oak green 4", "elm blue 2"]


def test_two_wildcards_alike_are_drawn_apart() -> None:
    assert len(results("{a|b} {a|b}")) == 4


def test_a_wildcard_in_a_wildcard_is_drawn_too() -> None:
    assert results("{a {red|green} house|a tree}") == {"a red house", "a green house", "a tree"}


def test_an_option_may_be_empty() -> None:
    assert results("a {dark |}wood") == {"a dark wood", "a wood"}


@pytest.mark.parametrize(
    ("prompt", "written"),
    [
        ("a lamp", "a lamp"),
        ("", ""),
        ("{name} stays", "{name} stays"),
        ("{}", "{}"),
        ("a | b", "a | b"),
        ("{never closed | at all", "{never closed | at all"),
        ("never opened}", "never opened}"),
        (r"\{a\|b\}", "{a|b}"),
        (r"(a:1.2) \(b\) c\d", r"(a:1.2) \(b\) c\d"),
        ("ends in \\", "ends in \\"),
        (r"{a\|b\}|a\|b\}}", "a|b}"),
        ("{{{{deep}}}}", "{{{{deep}}}}"),
        ("{ {a|a}", "{ a"),
        ("{x {b|b} y", "{x b y"),
    ],
)
def test_what_is_no_wildcard_stays_as_it_is(prompt: str, written: str) -> None:
    assert results(prompt, 3) == {written}


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("{a|{b|{c|d}}}", "not a level deeper"),
        ("{a|{x {b|{c|d}}}}", "not a level deeper"),
        ("{a|b}" * 201, "At most 200 wildcards"),
        ("{" + "|" * 500 + "}", "500 options"),
        ("a" * 20_001, "20,001 characters"),
    ],
)
def test_what_is_too_much_is_refused_with_a_sentence(prompt: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        expand(prompt, 1)

    assert refused.value.field == "prompt"


@pytest.mark.parametrize("prompt", ["{" * 20_000, "{" * 10_000 + "}" * 10_000, "|" * 20_000, "}" * 20_000])
def test_twenty_thousand_braces_are_only_signs(prompt: str) -> None:
    assert expand(prompt, 1) == prompt


@given(st.text(alphabet="ab{|}\\ ,"), st.integers())
def test_escaped_text_comes_out_as_it_was(text: str, seed: int) -> None:
    if not text.endswith("\\") and not any(f"\\{sign}" in text for sign in "{|}"):
        assert expand(escape(text), seed) == text


@given(st.text(alphabet="ab{|}\\", max_size=40), st.integers())
def test_any_prompt_gives_words_that_were_in_it_or_a_sentence(prompt: str, seed: int) -> None:
    written = ""
    with suppress(InvalidInputError):
        written = expand(prompt, seed)
    assert len(written) <= len(prompt)
    assert set(written) <= set(prompt)
