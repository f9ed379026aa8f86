"""Which graphs are let in, and the sentence the others get."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from tests.comfyui.graphs import model_free, text_to_image
from wrldbldr.comfyui.graph import GRAPH_BYTES_LIMIT, Graph, is_editor_format, link_of, parse_graph, title_of
from wrldbldr.domain.errors import InvalidInputError


def node(**inputs: object) -> dict[str, object]:
    return {"class_type": "SaveImage", "inputs": inputs}


def test_a_graph_in_api_format_comes_through_as_it_was() -> None:
    for graph in (model_free(), text_to_image()):
        assert parse_graph(graph) == graph
        assert parse_graph(json.dumps(graph)) == graph
        assert parse_graph(json.dumps(graph).encode()) == graph


@pytest.mark.parametrize("wrapper", ["prompt", "output", "workflow", "input"])
def test_a_wrapper_around_the_graph_is_opened(wrapper: str) -> None:
    graph = model_free(prefix="same")
    assert parse_graph({wrapper: graph, "client_id": "x"}) == graph
    assert parse_graph({wrapper: json.dumps(graph)}) == graph
    assert parse_graph({"input": {wrapper: graph}}) == graph


def test_node_ids_written_as_numbers_in_links_become_text() -> None:
    graph = parse_graph({"1": node(), "2": node(image=[1, 0])})
    assert graph["2"]["inputs"]["image"] == ["1", 0]


def test_a_pair_of_numbers_that_names_no_node_stays_a_literal() -> None:
    graph = parse_graph({"1": node(size=[512, 768])})
    assert graph["1"]["inputs"]["size"] == [512, 768]


def test_a_node_without_inputs_gets_an_empty_set_since_the_server_would_stumble() -> None:
    assert parse_graph({"1": {"class_type": "SaveImage"}})["1"]["inputs"] == {}


def test_keys_the_server_does_not_know_are_left_out_of_nodes() -> None:
    graph = parse_graph({"1": {"class_type": "A", "inputs": {}, "is_changed": [1], "_meta": {"title": "T", "x": 1}}})
    assert graph["1"] == {"class_type": "A", "inputs": {}, "_meta": {"title": "T"}}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "not a workflow"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe\x00", "not JSON"),
        ([], "JSON list"),
        ({}, "empty"),
        (7, "not a workflow"),
        ({"nodes": [], "links": []}, "Export (API)"),
        ({"workflow": {"nodes": []}}, "Export (API)"),
        ({"1": {"inputs": {}}}, 'Node "1" does not say which class'),
        ({"1": {"class_type": 3, "inputs": {}}}, 'Node "1" does not say which class'),
        ({"1": {"class_type": "A"}, "version": 0.4}, '"version" is not a node'),
        ({"1": {"class_type": "A", "inputs": []}}, "inputs of node"),
        ({"1": {"class_type": "A", "inputs": {"image": ["77", 0]}}}, 'wired to node "77"'),
        ({"__proto__": {"class_type": "A", "inputs": {}}}, "__proto__"),
        ({"1": {"class_type": "A", "inputs": {"x": {"__proto__": 1}}}}, "__proto__"),
        ({"1": {"class_type": "A", "inputs": {"x": float("nan")}}}, "number nan"),
        ('{"1": {"class_type": "A", "inputs": {"x": Infinity}}}', "number Infinity"),
        ({"1": {"class_type": "A", "inputs": {"x": "\ud800"}}}, "broken text"),
        ({"1": {"class_type": "A", "inputs": {"x": object()}}}, "not JSON"),
        ({1: {"class_type": "A", "inputs": {}}}, "not JSON"),
    ],
)
def test_what_is_no_graph_is_refused_with_a_sentence(raw: object, words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_graph(raw)
    assert words in refused.value.message
    assert refused.value.message.endswith(".")
    assert refused.value.field == "graph"


def test_a_graph_nested_without_end_is_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(InvalidInputError, match="nested too deeply"):
        parse_graph({"1": node(x=deep)})


def test_more_than_five_thousand_nodes_are_refused() -> None:
    assert len(parse_graph({str(n): node() for n in range(5000)})) == 5000
    with pytest.raises(InvalidInputError, match="5,001 nodes"):
        parse_graph({str(n): node() for n in range(5001)})


def test_a_graph_that_is_too_large_is_refused_as_text_and_as_value() -> None:
    too_much = "a" * (GRAPH_BYTES_LIMIT + 1)
    for raw in (node(x=too_much), node(**{too_much: 1})):
        with pytest.raises(InvalidInputError, match="larger than 16 MB"):
            parse_graph({"1": raw})
    with pytest.raises(InvalidInputError, match="larger than 16 MB"):
        parse_graph(json.dumps({"1": node(x=too_much)}))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(
    json_values | st.dictionaries(st.text(), st.fixed_dictionaries({"class_type": st.text(), "inputs": json_values}))
)
def test_anything_at_all_gives_a_graph_that_can_be_sent_or_a_sentence(raw: object) -> None:
    graph = graph_or_sentence(raw)
    if isinstance(graph, str):
        assert graph.endswith(".")
    else:
        assert json.dumps(graph, allow_nan=False).encode()
        assert parse_graph(graph) == graph


def graph_or_sentence(raw: object) -> Graph | str:
    try:
        return parse_graph(raw)
    except InvalidInputError as refused:
        return refused.message


def test_links_titles_and_the_editor_format_are_told_apart() -> None:
    graph = model_free()
    assert link_of(graph["2"]["inputs"]["image"]) == ("1", 0)
    literals: list[JsonValue] = ["text", 3, ["1"], ["1", "0"], ["1", True], [1, 0]]
    assert [link_of(value) for value in literals] == [None] * 6
    assert [title_of(graph, node_id) for node_id in ("1", "2", "77")] == ["EmptyImage", "Make it larger", ""]
    assert is_editor_format({"nodes": []})
    assert not is_editor_format(graph)
    assert not is_editor_format([])
