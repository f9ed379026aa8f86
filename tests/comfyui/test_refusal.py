"""What ComfyUI holds against a prompt, in a game master's words."""

from typing import Any

import pytest

from tests.comfyui.graphs import model_free, text_to_image
from tests.comfyui.scripted import LoadFixture
from wrldbldr.comfyui.catalogue import parse_catalogue
from wrldbldr.comfyui.errors import NodeError, RefusalReason
from wrldbldr.comfyui.graph import parse_graph
from wrldbldr.comfyui.refusal import refusal_of


def body(kind: str, message: str = "", details: str = "", **extra: object) -> dict[str, object]:
    return {
        "error": {"type": kind, "message": message, "details": details, "extra_info": extra},
        "node_errors": {},
    }


def node_errors(node_id: str, class_type: str, *errors: dict[str, Any]) -> dict[str, object]:
    error = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": ""}
    return {"error": error, "node_errors": {node_id: {"errors": list(errors), "class_type": class_type}}}


def not_in_list(name: str, received: object, config: object) -> dict[str, Any]:
    extra = {"input_name": name, "input_config": config, "received_value": received}
    return {"type": "value_not_in_list", "message": "Value not in list", "details": name, "extra_info": extra}


def test_a_missing_node_is_named_with_its_number_and_what_to_do() -> None:
    graph = model_free()
    graph["2"]["class_type"] = "IPAdapterAdvanced"
    refusal = refusal_of(
        body("invalid_prompt", "Cannot execute because node IPAdapterAdvanced does not exist.", "Node ID '#2'"), graph
    )
    assert refusal.reason is RefusalReason.MISSING_NODE
    assert refusal.title == 'Workflow node "IPAdapterAdvanced" not found'
    assert refusal.advice == (
        "Your ComfyUI lacks the node IPAdapterAdvanced (node 2). "
        "Install its custom node pack, or pick another workflow."
    )
    assert refusal.node_errors == (
        NodeError(
            "2",
            "Make it larger",
            "IPAdapterAdvanced",
            RefusalReason.MISSING_NODE,
            message="Cannot execute because node IPAdapterAdvanced does not exist.",
        ),
    )


def test_newer_servers_say_a_missing_node_in_fields() -> None:
    refusal = refusal_of(
        body("missing_node_type", "Node 'Style' not found", node_id="2", class_type="IPAdapter", node_title="Style"),
        model_free(),
    )
    [error] = refusal.node_errors
    assert (error.reason, error.node_id, error.class_type, error.title) == (
        RefusalReason.MISSING_NODE,
        "2",
        "IPAdapter",
        "Style",
    )


@pytest.mark.parametrize(
    "config",
    [[["big.safetensors", "small.safetensors"], {}], ["COMBO", {"options": ["big.safetensors", "small.safetensors"]}]],
    ids=["V1", "V3"],
)
def test_a_missing_model_comes_with_what_is_available(config: object) -> None:
    refused = node_errors("4", "CheckpointLoaderSimple", not_in_list("ckpt_name", "gone.safetensors", config))
    refusal = refusal_of(refused, text_to_image())
    assert refusal.reason is RefusalReason.MISSING_MODEL
    assert refusal.title == 'Model "gone.safetensors" not found'
    assert "(available: big.safetensors, small.safetensors)" in refusal.advice
    assert refusal.node_errors[0].options == ("big.safetensors", "small.safetensors")


def test_a_long_list_the_server_leaves_out_is_taken_from_the_catalogue_and_cut() -> None:
    models = [f"model {n}.safetensors" for n in range(30)]
    catalogue = parse_catalogue({"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [models]}}}})
    refused = node_errors("4", "CheckpointLoaderSimple", not_in_list("ckpt_name", "gone.ckpt", None))
    refusal = refusal_of(refused, text_to_image(), catalogue)
    assert len(refusal.node_errors[0].options) == 30
    assert "model 9.safetensors and 20 more)" in refusal.advice


def test_a_bad_value_is_told_with_the_servers_own_words_and_the_others_in_the_details() -> None:
    def bad(kind: str, message: str, name: str, value: object) -> dict[str, Any]:
        extra = {"input_name": name, "received_value": value}
        return {"type": kind, "message": message, "details": name, "extra_info": extra}

    refusal = refusal_of(
        node_errors(
            "3",
            "KSampler",
            bad("value_bigger_than_max", "Value 99999 bigger than max of 10000", "steps", 99999),
            bad("invalid_input_type", "Failed to convert an input value to a FLOAT value", "cfg", "abc"),
            not_in_list("sampler_name", "nope", ["COMBO", {"options": ["euler"]}]),
        ),
        text_to_image(),
    )
    assert refusal.reason is RefusalReason.BAD_VALUE
    assert refusal.title == '"99999" is not accepted for "steps"'
    assert "Value 99999 bigger than max of 10000" in refusal.advice
    assert "names 2 more" in refusal.advice
    assert [error.reason for error in refusal.node_errors] == [RefusalReason.BAD_VALUE] * 3
    assert "Also (3)" in refusal.details


def test_a_long_received_value_is_cut_since_it_may_be_a_whole_prompt() -> None:
    refusal = refusal_of(node_errors("6", "CLIPTextEncode", not_in_list("text", "x" * 5000, None)), text_to_image())
    assert len(refusal.node_errors[0].received) == 120


def test_braces_in_what_the_server_says_are_only_text() -> None:
    refusal = refusal_of(node_errors("3", "{class_type}", not_in_list("{x}", "{y}", [["{z}"]])), {})
    assert refusal.title == '"{y}" is not accepted for "{x}"'


@pytest.mark.parametrize(
    ("name", "reason", "node_id"),
    [
        ("prompt_bad_missing_node", RefusalReason.MISSING_NODE, "2"),
        ("prompt_bad_missing_checkpoint", RefusalReason.MISSING_MODEL, "4"),
        ("prompt_bad_missing_image", RefusalReason.MISSING_IMAGE, "20"),
        ("prompt_bad_values", RefusalReason.BAD_VALUE, "5"),
        ("prompt_bad_required_missing", RefusalReason.REQUIRED_INPUT_MISSING, "3"),
        ("prompt_bad_type_mismatch", RefusalReason.BAD_WIRE, "8"),
        ("prompt_bad_link_len", RefusalReason.BAD_WIRE, "2"),
        ("prompt_slot_out_of_range", RefusalReason.BAD_WIRE, "2"),
        ("prompt_bad_cycle", RefusalReason.BAD_WIRE, None),
        ("prompt_bad_no_outputs", RefusalReason.NO_OUTPUT, None),
        ("prompt_node_without_inputs", RefusalReason.UNKNOWN, "1"),
    ],
)
def test_a_real_servers_refusals_are_told_by_their_cause(
    load_fixture: LoadFixture, name: str, reason: RefusalReason, node_id: str | None
) -> None:
    recorded = load_fixture(name)
    refusal = refusal_of(recorded["body_json"], parse_graph(recorded["request"]["json"]))
    assert refusal.reason is reason
    assert [error.node_id for error in refusal.node_errors[:1]] == ([node_id] if node_id else [])
    assert "traceback" not in str(refusal.details).lower()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (body("invalid_prompt", "Cannot execute because a node is missing the class_type property."), "not_a_workflow"),
        (body("no_prompt", "No prompt provided"), "not_a_workflow"),
        (body("dependency_cycle", "x", "details"), "bad_wire"),
        (body("invented_yesterday", "The moon is full"), "unknown"),
        ({}, "unknown"),
        ({"error": "text", "node_errors": 7}, "unknown"),
        ({"error": None, "node_errors": {"1": None, "2": {"errors": [None]}}}, "unknown"),
    ],
)
def test_an_unknown_refusal_stays_honest(raw: dict[str, object], reason: str) -> None:
    refusal = refusal_of(raw, model_free())
    assert refusal.reason == reason
    assert refusal.title
    assert refusal.advice.endswith(".")
