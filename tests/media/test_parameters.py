"""How a picture came to be, as other programs write and read it."""

import json
from typing import Any

import pytest

from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.recipe import Recipe
from wrldbldr.media.parameters import settings_of, texts_of

RECIPE = Recipe(
    prompt="a keeper of lanterns,\nat dusk",
    negative_prompt="blurry",
    seed=418204773,
    count=4,
    width=896,
    height=1152,
    asset_type=AssetType.PORTRAIT,
    model="gouache-xl-v2.safetensors",
    workflow_name='Portraits, "soft"',
    workflow_hash="ab" * 32,
)


def test_other_programs_find_the_prompt_the_negative_one_and_a_last_line_of_settings() -> None:
    assert texts_of(RECIPE)["parameters"].split("\n") == [
        "a keeper of lanterns,",
        "at dusk",
        "Negative prompt: blurry",
        "Seed: 418204773, Size: 896x1152, Model: gouache-xl-v2.safetensors, "
        'Workflow: "Portraits, \\"soft\\"", Version: WrldBldr',
    ]


def test_our_own_text_is_json_with_a_version_and_says_only_what_is_known() -> None:
    assert json.loads(texts_of(RECIPE)["wrldbldr"]).items() >= {"version": 1, "count": 4, "seed": 418204773}.items()
    assert json.loads(texts_of(Recipe(prompt="ランプ"))["wrldbldr"]) == {"version": 1, "prompt": "ランプ"}


def test_a_seed_of_nought_is_a_seed() -> None:
    assert json.loads(texts_of(Recipe(seed=0))["wrldbldr"])["seed"] == 0
    assert texts_of(Recipe(seed=0))["parameters"].startswith("Seed: 0")


def test_what_was_written_for_others_is_understood() -> None:
    read = settings_of(texts_of(RECIPE)["parameters"])

    names = ("prompt", "negative_prompt", "seed", "width", "height", "model", "workflow_name")
    assert read == {name: getattr(RECIPE, name) for name in names}


OF_A1111 = """masterpiece, a lamp
<lora:ink:0.7>
Negative prompt: bad hands,
worse feet
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 3712044893, Size: 832x1216, Model hash: 31e35c80fc,
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            OF_A1111.strip() + ' Model: sdxl, Hashes: "model: 31e3, vae: 63ae", Version: v1.9.4',
            {
                "prompt": "masterpiece, a lamp\n<lora:ink:0.7>",
                "negative_prompt": "bad hands,\nworse feet",
                "seed": 3712044893,
                "width": 832,
                "height": 1216,
                "model": "sdxl",
            },
        ),
        ("only words, of: a lamp", {"prompt": "only words, of: a lamp"}),
        ("Negative prompt: no\nSteps: 1, Seed: 2, Size: 8x8", {"negative_prompt": "no", "seed": 2, "width": 8, "height": 8}),
        ("a\nSteps: 1, Seed: lots, Size: wide", {"prompt": "a", "seed": "lots", "width": "wide"}),
        ("", {}),
    ],
)  # fmt: skip
def test_the_texts_of_others_are_understood_as_far_as_they_go(text: str, expected: dict[str, Any]) -> None:
    assert settings_of(text) == expected


@pytest.mark.parametrize(
    "text", ["a: " * 80_000, 'a: "' * 80_000, "x" * 250_000, "a" * 7_999, ": , " * 1_999, '"' * 7_999]
)
def test_no_text_takes_long(text: str) -> None:
    settings_of(text)
