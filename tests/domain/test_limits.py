"""What people write and choose is checked at the door, and refused in a sentence that says what would do."""

from collections.abc import Callable

import pytest

from wrldbldr.domain.account import checked_password, name_key
from wrldbldr.domain.batch import checked_count, checked_seed, checked_size
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.text import PROMPT_LIMIT, checked_name, checked_text, file_name
from wrldbldr.kit.ids import SEED_LIMIT


def refusal(check: Callable[[], object], field: str) -> str:
    """The sentence in which a value is refused."""
    with pytest.raises(InvalidInputError) as caught:
        check()
    assert caught.value.field == field
    assert caught.value.status_code == 422
    assert caught.value.details == {field: str(caught.value)}
    assert str(caught.value).endswith(".")
    return str(caught.value)


def checked_prompt(value: str) -> str:
    return checked_text(value, field="negative_prompt", limit=PROMPT_LIMIT)


@pytest.mark.parametrize("name", ["", " ", "\n\t", "\u200b", "\u2060\ufeff"])
def test_a_name_of_which_nothing_can_be_seen_is_refused(name: str) -> None:
    assert refusal(lambda: checked_name(name), "name") == "The name cannot be empty."


def test_a_name_is_kept_without_surrounding_and_doubled_space() -> None:
    assert checked_name("  Odile \t\n Marrow ") == "Odile Marrow"


@pytest.mark.parametrize("name", ["X", "Ælfgifu", "影の女王", "👩‍🚀", "O'Brien; DROP TABLE world"])
def test_a_name_in_any_script_is_kept_as_it_is(name: str) -> None:
    assert checked_name(name) == name


def test_a_name_may_have_eighty_characters_and_not_one_more() -> None:
    assert checked_name("x" * 80) == "x" * 80
    assert "81 characters; at most 80" in refusal(lambda: checked_name("x" * 81), "name")


def test_ten_thousand_characters_are_refused_with_both_numbers_and_without_repeating_them() -> None:
    sentence = refusal(lambda: checked_prompt("x" * 10_000), "negative_prompt")

    assert sentence == "The negative prompt has 10,000 characters; at most 4,000 are kept. Shorten it a little."


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800"])
def test_characters_that_cannot_be_shown_or_stored_are_refused_everywhere(character: str) -> None:
    expected = "holds characters that cannot be shown."

    assert expected in refusal(lambda: checked_prompt(f"a{character}b"), "negative_prompt")
    if not character.isspace():
        assert expected in refusal(lambda: checked_name(f"a{character}b"), "name")


def test_a_text_keeps_its_lines_and_tabs_and_may_be_empty() -> None:
    assert checked_prompt(" one\r\ntwo\n\tthree ") == "one\ntwo\n\tthree"
    assert checked_prompt("  ") == ""


def test_a_line_end_counts_as_one_character_whoever_wrote_it() -> None:
    lines = "x\r\n" * (PROMPT_LIMIT // 2 - 1) + "xx"

    assert len(checked_prompt(lines)) == PROMPT_LIMIT


@pytest.mark.parametrize("count", [1, 8])
def test_one_to_eight_pictures_may_be_asked_for(count: int) -> None:
    assert checked_count(count) == count


@pytest.mark.parametrize("count", [-1, 0, 9, 1000])
def test_any_other_count_is_refused_and_the_count_is_named(count: int) -> None:
    assert refusal(lambda: checked_count(count), "count").endswith(f"{count:,} is not possible.")


@pytest.mark.parametrize("seed", [0, SEED_LIMIT - 1])
def test_every_seed_a_browser_can_show_is_kept(seed: int) -> None:
    assert checked_seed(seed) == seed


@pytest.mark.parametrize("seed", [-1, SEED_LIMIT, 2**64])
def test_any_other_seed_is_refused(seed: int) -> None:
    assert "from 0 to 9,007,199,254,740,991" in refusal(lambda: checked_seed(seed), "seed")


@pytest.mark.parametrize("side", [64, 72, 1024, 2048])
def test_a_side_of_64_to_2048_pixels_in_steps_of_8_is_kept(side: int) -> None:
    assert checked_size(side, field="width") == side


@pytest.mark.parametrize("side", [-8, 0, 56, 65, 2056, 10**9])
def test_any_other_side_is_refused_by_its_own_name(side: int) -> None:
    assert refusal(lambda: checked_size(side, field="height"), "height").startswith("The height must be 64 to 2,048")


@pytest.mark.parametrize("password", ["x" * 8, "x" * 200, "        ", "pässwörd🔑"])
def test_a_password_of_8_to_200_characters_is_taken_as_typed(password: str) -> None:
    assert checked_password(password) == password


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 201, "x" * 10_000, "\ud800" * 8])
def test_any_other_password_is_refused_without_being_repeated(password: str) -> None:
    sentence = refusal(lambda: checked_password(password), "password")

    assert not password or password not in sentence


def test_account_names_that_differ_in_case_or_space_are_the_same() -> None:
    assert name_key(" Straße  Nord") == name_key("STRASSE NORD")


@pytest.mark.parametrize("character", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_name_that_turns_the_writing_direction_around_is_refused(character: str) -> None:
    sentence = refusal(lambda: checked_name(f"Odile {character}gnp"), "name")

    assert sentence == "The name holds characters that turn the writing direction around."


def test_half_a_character_is_refused_in_a_sentence() -> None:
    assert "cannot be shown" in refusal(lambda: checked_name("Odile \ud800"), "name")


@pytest.mark.parametrize("character", ["/", "\\", "\x00", "\n", "\x7f", "\x85", "\u202e", "\u2066", "\ud800"])
def test_a_file_name_holds_nothing_that_misleads(character: str) -> None:
    assert file_name(f"..{character}Ælfgifu 影.png") == ".._Ælfgifu 影.png"
