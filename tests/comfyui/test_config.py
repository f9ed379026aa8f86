"""US-18A.3 and US-18A.5: what can be configured, and within which bounds."""

import pytest

from wrldbldr.domain.comfyui_config import HEALTH_TIMEOUT_SECONDS, ComfyUIConfig, parse_comfyui_config
from wrldbldr.domain.errors import InvalidInputError


def test_the_defaults_are_those_of_the_specification() -> None:
    assert parse_comfyui_config({}).model_dump() == {
        "max_retries": 3,
        "base_delay_seconds": 5,
        "queue_timeout_seconds": 30,
        "history_timeout_seconds": 10,
        "image_timeout_seconds": 60,
    }


def test_the_health_check_gives_up_after_five_seconds_and_that_cannot_be_configured() -> None:
    assert HEALTH_TIMEOUT_SECONDS == 5
    with pytest.raises(InvalidInputError, match="no ComfyUI setting"):
        parse_comfyui_config({"health_timeout_seconds": 9})


def test_the_delays_are_base_times_three_to_the_power_of_the_attempt() -> None:
    assert [ComfyUIConfig().delay_before_retry(number) for number in (1, 2, 3)] == [5, 15, 45]
    assert ComfyUIConfig(base_delay_seconds=2).delay_before_retry(5) == 162


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("max_retries", 1, 5),
        ("base_delay_seconds", 1, 30),
        ("queue_timeout_seconds", 1, 3600),
        ("history_timeout_seconds", 1, 3600),
        ("image_timeout_seconds", 1, 3600),
    ],
)
def test_each_setting_keeps_within_its_bounds_and_says_them(field: str, lowest: int, highest: int) -> None:
    for value in (lowest, highest):
        assert getattr(parse_comfyui_config({field: value}), field) == value
    for value in (lowest - 1, highest + 1, 2.5, "3", True, None):
        with pytest.raises(InvalidInputError, match=f"from {lowest} to {highest}") as refused:
            parse_comfyui_config({field: value})
        assert refused.value.field == field
