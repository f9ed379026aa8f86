"""US-18A.3 and US-18A.5: what can be configured, and within which bounds."""

import pytest

from wrldbldr.domain.comfyui_config import (
    HEALTH_TIMEOUT_SECONDS,
    ComfyUIConfig,
    InvalidComfyUISettingsError,
    parse_comfyui_config,
)

DEFAULTS: dict[str, object] = {
    "max_retries": 3,
    "base_delay_seconds": 5,
    "queue_timeout_seconds": 30,
    "history_timeout_seconds": 10,
    "image_timeout_seconds": 60,
}
BOUNDS = {
    "max_retries": (1, 5),
    "base_delay_seconds": (1, 30),
    "queue_timeout_seconds": (1, 3600),
    "history_timeout_seconds": (1, 3600),
    "image_timeout_seconds": (1, 3600),
    "stall_timeout_seconds": (5, 86_400),
}


def refused(raw: dict[str, object]) -> dict[str, str]:
    """The sentences with which it is refused, by field."""
    with pytest.raises(InvalidComfyUISettingsError) as error:
        parse_comfyui_config(raw, ComfyUIConfig())
    assert error.value.status_code == 422
    assert error.value.message == " ".join(error.value.details.values())
    return error.value.details


def test_the_defaults_are_those_of_the_specification() -> None:
    assert ComfyUIConfig().model_dump() == {**DEFAULTS, "stall_timeout_seconds": 900}


def test_the_five_of_the_specification_must_be_there_and_the_sixth_stays_when_left_out() -> None:
    patient = ComfyUIConfig(stall_timeout_seconds=1200)

    assert parse_comfyui_config(DEFAULTS, patient) == patient
    assert refused({}) == {
        "max_retries": "The number of retries is missing: it must be a whole number from 1 to 5.",
        "base_delay_seconds": "The delay before the first retry is missing: it must be a whole number of seconds from 1 "
        "to 30.",
        "queue_timeout_seconds": "The time limit for handing over a prompt is missing: it must be a whole number of "
        "seconds from 1 to 3600.",
        "history_timeout_seconds": "The time limit for the history is missing: it must be a whole number of seconds from "
        "1 to 3600.",
        "image_timeout_seconds": "The time limit for fetching a picture is missing: it must be a whole number of seconds "
        "from 1 to 3600.",
    }


def test_the_health_check_gives_up_after_five_seconds_and_that_cannot_be_configured() -> None:
    assert HEALTH_TIMEOUT_SECONDS == 5
    assert refused({**DEFAULTS, "health_timeout_seconds": 9}) == {
        "health_timeout_seconds": 'There is no ComfyUI setting "health_timeout_seconds".'
    }


def test_the_delays_are_base_times_three_to_the_power_of_the_attempt() -> None:
    assert [ComfyUIConfig().delay_before_retry(number) for number in (1, 2, 3)] == [5, 15, 45]
    assert ComfyUIConfig(base_delay_seconds=2).delay_before_retry(5) == 162


@pytest.mark.parametrize(("field", "bounds"), BOUNDS.items())
def test_each_setting_keeps_within_its_bounds_and_says_them(field: str, bounds: tuple[int, int]) -> None:
    lowest, highest = bounds
    for value in bounds:
        assert getattr(parse_comfyui_config({**DEFAULTS, field: value}, ComfyUIConfig()), field) == value
    for value in (lowest - 1, highest + 1, 2.5, 3.0, "3", True, None, [3], {}, float("nan"), 10**400):
        sentences = refused({**DEFAULTS, field: value})
        assert set(sentences) == {field}
        assert sentences[field].endswith(f"from {lowest} to {highest}.")


def test_each_bad_field_has_its_own_sentence() -> None:
    sentences = refused({**DEFAULTS, "max_retries": 6, "image_timeout_seconds": "60", "colour": "red"})

    assert set(sentences) == {"max_retries", "image_timeout_seconds", "colour"}


def test_a_name_nobody_knows_is_told_in_a_form_that_can_be_sent() -> None:
    assert refused({**DEFAULTS, "\ud800" * 50: 1}) == {"?" * 40: f'There is no ComfyUI setting "{"?" * 40}".'}
