"""Each value has its places to choose from, what was found first; nothing is guessed in silence."""

from typing import Any, cast

import pytest

from tests.comfyui.graphs import text_to_image
from tests.services.graphs import repaint
from wrldbldr.comfyui.graph import Graph
from wrldbldr.domain.workflow import Bindings, NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.services.analysis import analyze
from wrldbldr.services.workflow_mapping import (
    Mark,
    SlotReport,
    key_of,
    other_inputs,
    places_of,
    slot_reports,
    style_key,
    style_of,
    style_report,
)


def at(node_id: str, input_name: str) -> NodeInput:
    return NodeInput(node_id=node_id, input_name=input_name)


def reports(graph: Graph, bindings: Bindings | None = None) -> dict[str, SlotReport]:
    analysis = analyze(graph)
    return {one.name: one for one in slot_reports(graph, bindings or analysis.bindings, analysis)}


def labels(report: SlotReport) -> list[str]:
    return [option.label for option in report.options]


def chosen(report: SlotReport) -> str:
    return next(option.label for option in report.options if option.key == report.chosen)


def two_texts() -> Graph:
    graph: dict[str, Any] = dict(text_to_image())
    graph["10"] = {"class_type": "CLIPTextEncode", "inputs": {"text": "a farmer", "clip": ["4", 1]}}
    graph["11"] = {
        "class_type": "ConditioningCombine",
        "inputs": {"conditioning_1": ["6", 0], "conditioning_2": ["10", 0]},
    }
    graph["3"]["inputs"]["positive"] = ["11", 0]
    return cast("Graph", graph)


def test_what_was_found_is_chosen_and_named_as_people_see_it_in_comfyui() -> None:
    found = reports(text_to_image())

    assert {name: chosen(one) for name, one in found.items()} == {
        "positive": "CLIPTextEncode (6) → text",
        "negative": "CLIPTextEncode (7) → text",
        "seed": "KSampler (3) → seed",
        "size": "EmptyLatentImage (5) → width, height",
        "count": "EmptyLatentImage (5) → batch_size",
        "model": "CheckpointLoaderSimple (4) → ckpt_name",
    }
    assert {one.mark for one in found.values()} == {Mark.FOUND}
    assert not any(one.is_ambiguous for one in found.values())


def test_words_are_not_offered_where_a_file_or_a_word_of_a_list_is_chosen() -> None:
    found = reports(text_to_image())

    assert labels(found["positive"]) == ["CLIPTextEncode (6) → text", "CLIPTextEncode (7) → text", "Nothing"]
    assert labels(found["model"])[0] == "CheckpointLoaderSimple (4) → ckpt_name"
    assert "SaveImage (9) → filename_prefix" not in [label for one in found.values() for label in labels(one)]


def test_where_several_could_take_a_value_it_is_said_and_all_can_be_chosen() -> None:
    found = reports(two_texts())["positive"]

    assert (found.mark, found.is_ambiguous) == (Mark.FOUND, True)
    assert {"CLIPTextEncode (6) → text", "CLIPTextEncode (10) → text"} <= set(labels(found))


def test_what_a_person_chose_is_called_chosen_and_stays_in_the_list() -> None:
    graph = two_texts()
    bindings = analyze(graph).bindings.model_copy(
        update={"positive": (at("6", "text"), at("10", "text")), "count": (), "width": (at("3", "steps"),)}
    )

    found = reports(graph, bindings)

    assert chosen(found["positive"]) == "CLIPTextEncode (6) → text + CLIPTextEncode (10) → text"
    assert (found["positive"].mark, found["positive"].is_ambiguous) == (Mark.CHOSEN, False)
    assert (chosen(found["count"]), found["count"].mark) == ("Nothing", Mark.CHOSEN)
    assert found["size"].mark is Mark.CHOSEN


def test_what_a_workflow_does_not_have_is_missing() -> None:
    found = reports(repaint())

    assert (found["size"].mark, chosen(found["size"])) == (Mark.MISSING, "Nothing")
    assert found["count"].mark is Mark.MISSING


def test_every_other_literal_can_be_shown_and_only_those() -> None:
    graph = text_to_image()

    found = other_inputs(graph, analyze(graph).bindings)

    assert list(found) == [at("3", name) for name in ("steps", "cfg", "sampler_name", "scheduler", "denoise")]


def adapted() -> Graph:
    graph: dict[str, Any] = dict(text_to_image())
    graph["12"] = {"class_type": "LoadImage", "inputs": {"image": "one.png"}, "_meta": {"title": "Load Image"}}
    graph["15"] = {
        "class_type": "IPAdapter",
        "inputs": {"model": ["4", 0], "ipadapter": ["4", 0], "image": ["12", 0], "weight": 1.0},
    }
    graph["3"]["inputs"]["model"] = ["15", 0]
    return cast("Graph", graph)


def test_a_style_reference_can_go_to_every_picture_input_into_the_prompt_or_nowhere() -> None:
    graph = adapted()

    found = style_report(graph, analyze(graph).bindings, analyze(graph))

    assert labels(found) == [
        "Auto-detect (IPAdapter)",
        "IPAdapter (15) → image",
        "Load Image (12) → image",
        "None (inject into prompt)",
        "Disabled",
    ]
    assert (chosen(found), found.mark) == ("Auto-detect (IPAdapter)", Mark.FOUND)


def test_without_an_adapter_it_is_said_that_there_is_none() -> None:
    graph = text_to_image()

    found = style_report(graph, analyze(graph).bindings, analyze(graph))

    assert (chosen(found), found.mark) == ("Auto-detect (no adapter)", Mark.MISSING)


@pytest.mark.parametrize(
    "mapping",
    [
        StyleReferenceMapping(),
        StyleReferenceMapping(mode=StyleReferenceMode.DISABLED),
        StyleReferenceMapping(mode=StyleReferenceMode.PROMPT_INJECTION),
        StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=at("15", "image")),
    ],
)
def test_a_choice_comes_back_from_the_browser_as_it_went(mapping: StyleReferenceMapping) -> None:
    assert style_of(style_key(mapping)) == mapping
    places = {"width": (at("5", "width"),), "height": ()}
    assert places_of(key_of(places)) == places


@pytest.mark.parametrize("key", ["", "{", "[]", "3", '{"seed": 3}', '{"seed": [[1, 2, 3]]}', "specific", "null"])
def test_what_a_browser_makes_up_chooses_nothing(key: str) -> None:
    assert places_of(key) == {}
    assert style_of(key) == StyleReferenceMapping()
