"""What a picture from elsewhere says of itself is believed only as far as it can be true."""

import json
from typing import Any

import pytest

from tests.media.pictures import drawing, encoded, png
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.recipe import Recipe, StyleOrigin
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.kit.ids import new_id
from wrldbldr.media.parameters import texts_of
from wrldbldr.services.embedded import NEWER, UNREADABLE, embedded_in, embedded_texts

RECIPE = Recipe(
    prompt="a lamp", negative_prompt="blurry", seed=7, count=3, width=768, height=1024, asset_type=AssetType.ITEM,
    model="m.safetensors", workflow_name="w", workflow_hash="0" * 64, is_simulated=True,
    inputs=tuple(
        InputSetting(node_id="3", input_name="any", value=value) for value in (12, 6.5, 7.0, True, " ink,\n – ", -(2**63))
    ),
    style=(
        StyleOrigin("Brother_Aldwin", ReferenceUse.PICTURE, "IPAdapter", 1.2, new_id(), "f" * 64),
        StyleOrigin("gone", ReferenceUse.WORDS),
    ),
)  # fmt: skip


def ours(**values: Any) -> dict[str, str]:
    return {"wrldbldr": json.dumps({"version": 1, **values})}


STEPS: dict[str, Any] = {"node_id": "3", "input_name": "steps", "value": 12}
HOSTILE_INPUTS: list[Any] = [
    7, {}, "steps", [7], [STEPS, {}], [STEPS, {**STEPS, "node_id": 3}], [{**STEPS, "input_name": "x" * 300}],
    [{**STEPS, "input_name": " " * 300}], [STEPS] * 101,
    *([{**STEPS, "value": value}] for value in (None, [], {}, float("nan"), float("inf"), 2**64, "x" * 4001, "\x00")),
]  # fmt: skip
SOURCE: dict[str, Any] = {"label": "Brother_Aldwin", "use": "picture"}
HOSTILE_STYLES: list[Any] = [
    7, {}, [[]], [{"use": "picture"}], [{"label": "x"}], [SOURCE] * 5,
    *([{**SOURCE, "label": value}] for value in ("", 7, "x" * 200, "\u202egnp.exe", "\ud800")),
    *([{**SOURCE, "use": value}] for value in ("nothing", "disabled", "", [], None)),
    *([{**SOURCE, "strength": value}] for value in ("1", True, float("nan"), 1e9, -1e9)),
    *([{**SOURCE, "asset_id": value}] for value in (7, "", "../1", {})),
    *([{**SOURCE, "content_hash": value}] for value in (0, "x", "../" * 20, "F" * 64, "f" * 64 + "\n?")),
    [{**SOURCE, "taker": ["IPAdapter"]}],
]  # fmt: skip


def test_what_we_wrote_is_read_exactly() -> None:
    read = embedded_texts(texts_of(RECIPE))

    assert (read.recipe, read.notices) == (RECIPE, ())


def test_what_a_newer_version_wrote_is_read_as_far_as_this_one_knows_it() -> None:
    read = embedded_texts({"wrldbldr": json.dumps({"version": 2, "prompt": "a lamp", "mood": "dim"})})

    assert (read.recipe, read.notices) == (Recipe(prompt="a lamp"), (NEWER,))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", '"{}"', "{}", '{"version": "1"}', '{"version": 0}', "[" * 100_000, '{"version": ' + "9" * 5000],
)  # fmt: skip
def test_when_ours_is_damaged_the_text_for_others_counts_and_it_says_so(text: str) -> None:
    read = embedded_texts({"wrldbldr": text, "parameters": "a lamp"})

    assert (read.recipe, read.notices) == (Recipe(prompt="a lamp"), (UNREADABLE,))


@pytest.mark.parametrize(
    ("field", "value", "spoken"),
    [
        ("prompt", 7, "The prompt"),
        ("prompt", "x" * 4001, "The prompt"),
        ("prompt", "\x00", "The prompt"),
        ("prompt", "\ud800", "The prompt"),
        ("negative_prompt", ["a"], "The negative prompt"),
        ("seed", -1, "The seed"),
        ("seed", 2**53, "The seed"),
        ("seed", 1.5, "The seed"),
        ("seed", float("nan"), "The seed"),
        ("seed", True, "The seed"),
        ("seed", "7", "The seed"),
        ("count", 9, "The number of variations"),
        ("width", 0, "The width"),
        ("height", 10**12, "The height"),
        ("asset_type", "poem", "The kind of picture"),
        ("asset_type", {}, "The kind of picture"),
        ("model", "x" * 300, "The model"),
        ("workflow_name", {"a": 1}, "The workflow's name"),
        *(("inputs", value, "The word on what was set of its workflow") for value in HOSTILE_INPUTS),
        *(("style", value, "The word on what it took its style from") for value in HOSTILE_STYLES),
    ],
)
def test_what_cannot_be_true_is_left_out_with_a_sentence_and_the_rest_is_believed(
    field: str, value: object, spoken: str
) -> None:
    read = embedded_texts(ours(**{"is_simulated": True, field: value}))

    assert read.recipe == Recipe(is_simulated=True)
    assert read.notices == (f"{spoken} in this picture cannot be true, so it was left out.",)


def test_a_seed_larger_than_browsers_can_show_is_left_out_of_what_others_wrote() -> None:
    read = embedded_texts({"parameters": f"a lamp\nSteps: 1, Seed: {2**64 - 1}, Size: 8x8"})

    assert read.recipe == Recipe(prompt="a lamp", width=8, height=8)
    assert len(read.notices) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", encoded(drawing(), "PNG"), encoded(drawing(), "JPEG"), encoded(drawing(), "WEBP"), png(), b"\xff\xd8\xff"],
)  # fmt: skip
def test_a_file_that_says_nothing_is_no_trouble(content: bytes) -> None:
    read = embedded_in(content)

    assert not read.is_anything
    assert read.notices == ()


def test_the_graph_that_comfyui_leaves_in_its_pictures_is_not_looked_at() -> None:
    assert not embedded_texts({"prompt": '{"6": {}}', "workflow": "{}"}).is_anything
