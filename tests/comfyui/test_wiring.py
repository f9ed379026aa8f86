"""How the nodes of a graph hang together."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.comfyui import CATALOGUE
from wrldbldr.comfyui.graph import Graph, Node
from wrldbldr.comfyui.port import NodeCatalogue, parse_catalogue
from wrldbldr.comfyui.wiring import circle, circle_sentence, in_order, links_into, live_nodes, outputs, pruned

END = parse_catalogue({"Show": {"output_node": True}, "SavedState": {"output": ["LATENT"]}})
KNOWN = NodeCatalogue({**CATALOGUE.classes, **END.classes})


def node(class_type: str, *sources: str) -> Node:
    return cast(Node, {"class_type": class_type, "inputs": {f"in{n}": [source, 0] for n, source in enumerate(sources)}})


def graph_of(edges: set[tuple[int, int]], count: int) -> Graph:
    """Nodes 0 to count - 1, each edge a wire from the first to the second."""
    return {str(n): node("A", *(str(source) for source, taker in sorted(edges) if taker == n)) for n in range(count)}


edges = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20)


@given(edges)
def test_in_a_graph_without_circles_every_node_follows_those_that_feed_it(pairs: set[tuple[int, int]]) -> None:
    graph = graph_of({(low, high) for low, high in pairs if low < high}, 9)
    order = in_order(graph)

    assert circle(graph) == ()
    assert sorted(order) == sorted(graph)
    assert all(order.index(ln.source) < order.index(node_id) for node_id in graph for ln in links_into(graph, node_id))


@given(edges)
def test_a_circle_that_is_named_is_one(pairs: set[tuple[int, int]]) -> None:
    graph = graph_of(pairs, 9)
    found = circle(graph)

    assert len(in_order(graph)) == len(graph)
    for source, taker in zip(found, found[1:] + found[:1], strict=True):
        assert source in {link.source for link in links_into(graph, taker)}


def test_a_node_that_feeds_itself_and_a_long_circle_are_told_in_a_line() -> None:
    assert "A (0) → A (0)." in circle_sentence(graph_of({(0, 0)}, 1))
    long = circle_sentence(graph_of({(n, (n + 1) % 400) for n in range(400)}, 400))
    assert len(long) < 300
    assert "→ … →" in long
    assert circle_sentence(graph_of({(0, 1)}, 2)) == ""


def test_an_output_is_what_the_server_says_and_else_what_its_name_says() -> None:
    graph = {"1": node("Show"), "2": node("SavedState"), "3": node("SaveImage"), "4": node("ConditioningCombine")}

    assert outputs(graph, KNOWN) == ("1", "3")
    assert outputs(graph, None) == ("2", "3")


def test_only_what_reaches_an_output_is_live_and_all_of_it_without_one() -> None:
    graph = {"1": node("A"), "2": node("B", "1"), "3": node("SaveImage", "1")}

    assert live_nodes(graph, None) == {"1", "3"}
    assert live_nodes({"1": node("A"), "2": node("B", "1")}, None) == {"1", "2"}


def test_what_lost_its_purpose_is_pruned_but_no_end_that_may_be_an_output() -> None:
    before = {
        "1": node("A"),
        "2": node("Strange", "1"),
        "3": node("SaveImage", "4"),
        "4": node("B"),
        "5": node("C", "4"),
    }
    after = {**before, "3": node("SaveImage", "1")}
    known = NodeCatalogue({**KNOWN.classes, **parse_catalogue({"C": {"output": ["IMAGE"]}}).classes})

    assert set(pruned(after, known, before)) == {"1", "2", "3"}
