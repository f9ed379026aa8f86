"""Every other input of a workflow can be set to what ComfyUI takes, and to nothing else."""

from typing import Any, cast

import pytest
from pydantic import JsonValue

from tests.comfyui.graphs import text_to_image
from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.input_setting import InputSetting
from wrldbldr.domain.workflow import Bindings
from wrldbldr.services.analysis import analyze
from wrldbldr.services.workflow_inputs import (
    InputField,
    InputKind,
    checked_value,
    input_fields,
    typed_value,
    with_settings,
)

LORA = parse_catalogue({
    "LoraLoader": {
        "input": {
            "required": {
                "lora_name": [["styles\\ink.safetensors", "oil.safetensors"], {}],
                "strength_model": ["FLOAT", {"default": 1.0, "min": -2.0, "max": 2.0, "step": 0.05}],
                "tiled": ["BOOLEAN", {"default": False}],
                "words": ["STRING", {"multiline": True}],
            }
        },
        "output": ["MODEL"],
    }
})  # fmt: skip


def lora() -> Graph:
    inputs = {"lora_name": "styles/ink.safetensors", "strength_model": 1, "tiled": False, "words": "a\nb"}
    return cast("Graph", {"1": {"class_type": "LoraLoader", "inputs": inputs}})


def fields(graph: Graph, catalogue: NodeCatalogue | None, bindings: Bindings | None = None) -> dict[str, InputField]:
    found = input_fields(graph, bindings or Bindings(), catalogue)
    return {one.input.input_name: one for one in found}


@pytest.fixture
def of_lora() -> dict[str, InputField]:
    return fields(lora(), LORA)


def test_each_input_gets_the_control_that_comfyui_has_for_it(of_lora: dict[str, InputField]) -> None:
    assert {name: one.kind for name, one in of_lora.items()} == {
        "lora_name": InputKind.CHOICE,
        "strength_model": InputKind.NUMBER,
        "tiled": InputKind.SWITCH,
        "words": InputKind.TEXT,
    }
    strength = of_lora["strength_model"]
    assert (strength.minimum, strength.maximum, strength.step, strength.is_whole) == (-2.0, 2.0, 0.05, False)
    assert of_lora["words"].is_long
    assert of_lora["lora_name"].choices() == ("styles\\ink.safetensors", "oil.safetensors", "styles/ink.safetensors")


def test_without_comfyui_the_value_says_which_kind_it_is() -> None:
    found = fields(lora(), None)

    assert [one.kind.value for one in found.values()] == ["text", "number", "switch", "text"]
    assert found["strength_model"].is_whole


def test_painters_words_are_used() -> None:
    graph = text_to_image()
    found = fields(graph, CATALOGUE, analyze(graph).bindings)

    assert [one.word for one in found.values()] == ["steps", "guidance", "sampler", "scheduler", "denoising"]
    assert found["cfg"].label == "KSampler guidance"


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("strength_model", 2, 2),
        ("strength_model", -0.5, -0.5),
        ("lora_name", "styles/ink.safetensors", "styles/ink.safetensors"),
        ("lora_name", "oil.safetensors", "oil.safetensors"),
        ("tiled", True, True),
        ("words", "x\r\ny ", "x\ny "),
    ],
)
def test_what_comfyui_takes_is_taken(
    of_lora: dict[str, InputField], name: str, value: JsonValue, taken: object
) -> None:
    assert checked_value(of_lora[name], value) == taken


def test_a_choice_is_written_as_the_server_spells_it(of_lora: dict[str, InputField]) -> None:
    graph = lora()
    graph["1"]["inputs"]["lora_name"] = "oil.safetensors"

    chosen = checked_value(fields(graph, LORA)["lora_name"], "styles/ink.safetensors")

    assert chosen == "styles\\ink.safetensors"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("strength_model", 2.01, r"LoraLoader strength model is -2 to 2; 2.01 is not possible"),
        ("strength_model", "1", "is a number"),
        ("strength_model", True, "is a number"),
        ("strength_model", float("nan"), "is a number"),
        ("strength_model", [1], "is a number"),
        ("lora_name", "none.safetensors", "LoRA cannot be none.safetensors. Choose one in the list"),
        ("lora_name", None, "out of a list"),
        ("lora_name", "", "Choose one in the list"),
        ("tiled", 1, "either on or off"),
        ("words", 3, "is a text"),
        ("words", "x" * 4001, "at most 4,000 characters"),
    ],
)
def test_what_comfyui_would_refuse_is_refused_with_a_sentence(
    of_lora: dict[str, InputField], name: str, value: JsonValue, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        checked_value(of_lora[name], value)

    assert refused.value.field == f"inputs.1.{name}"


@pytest.mark.parametrize("value", [0, 10001, 2**70])
def test_a_whole_number_has_its_bounds(value: int) -> None:
    with pytest.raises(InvalidInputError):
        checked_value(fields(text_to_image(), CATALOGUE)["steps"], value)


def test_half_a_step_is_no_whole_number() -> None:
    steps = fields(text_to_image(), CATALOGUE)["steps"]

    assert checked_value(steps, 12.0) == 12
    with pytest.raises(InvalidInputError, match="KSampler steps is a whole number"):
        checked_value(steps, 12.5)


@pytest.mark.parametrize(("typed", "value"), [("7,5", 7.5), (" 12 ", 12), ("1e1", 10.0), ("", 6.0), ("-0.0", 0.0)])
def test_a_number_is_read_as_people_type_it_and_empty_is_the_workflows_own(typed: str, value: float) -> None:
    assert typed_value(fields(text_to_image(), CATALOGUE)["cfg"], typed) == value


@pytest.mark.parametrize("typed", ["many", "1_000", "²", "0x10", "inf", "nan", "9" * 5000, "1.2.3", "-"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInputError, match="is a number"):
        typed_value(fields(text_to_image(), CATALOGUE)["cfg"], typed)


def test_setting_a_value_leaves_the_graph_it_came_from_alone() -> None:
    graph: Graph = text_to_image()
    before: dict[str, Any] = dict(graph["3"]["inputs"])

    changed = with_settings(graph, [InputSetting(node_id="3", input_name="steps", value=9)])

    assert changed["3"]["inputs"]["steps"] == 9
    assert graph["3"]["inputs"] == before
