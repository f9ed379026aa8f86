"""How the nodes of a graph hang together: who feeds whom, what reaches an output, and whether it goes in circles."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.comfyui.graph import Graph, Node, link_of, title_of

T = TypeVar("T")
SAVES = re.compile(r"save|preview|video.?combine|send.?image|websocket|krita.?output", re.IGNORECASE)
CIRCLE_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Link:
    """One wire: an input, and the node and output slot it comes from."""

    taker: str
    input_name: str
    source: str
    slot: int


def walk(start: Iterable[T], follow: Callable[[T], Iterable[T]]) -> Iterator[T]:
    """Everything that can be reached, depth first and each place once: a graph may hold circles, and meet itself again
    and again.
    """
    ahead, seen = list(start)[::-1], set[T]()
    while ahead:
        place = ahead.pop()
        if place not in seen:
            seen.add(place)
            yield place
            ahead.extend(tuple(follow(place))[::-1])


def links_into(graph: Graph, node_id: str) -> Iterator[Link]:
    """The wires that end at a node; one from a node that does not exist is none."""
    for name, value in graph[node_id]["inputs"].items():
        link = link_of(value)
        if link is not None and link[0] in graph:
            yield Link(node_id, name, *link)


def takers(graph: Graph) -> dict[str, list[Link]]:
    """For each node the wires that begin there."""
    found: dict[str, list[Link]] = {node_id: [] for node_id in graph}
    for node_id in graph:
        for link in links_into(graph, node_id):
            found[link.source].append(link)
    return found


def upstream(graph: Graph, starts: Iterable[str]) -> set[str]:
    """These nodes and everything that feeds them."""
    return set(walk(starts, lambda node_id: [link.source for link in links_into(graph, node_id)]))


def outputs(graph: Graph, catalogue: NodeCatalogue | None) -> tuple[str, ...]:
    """The nodes for whose sake a server runs the graph: as it says itself, else judged by the name of the class."""
    return tuple(node_id for node_id, node in graph.items() if _is_output(node, catalogue))


def live_nodes(graph: Graph, catalogue: NodeCatalogue | None) -> frozenset[str]:
    """The nodes that have a part in an output; all of them when no output is recognised."""
    return frozenset(upstream(graph, outputs(graph, catalogue)) or graph)


def in_order(graph: Graph) -> tuple[str, ...]:
    """All node ids, each after those that feed it; a circle is entered somewhere."""
    order, opened = dict[str, None](), set[str]()
    for start in graph:
        todo = [start]
        while todo:
            node_id = todo[-1]
            if node_id in opened:
                order.setdefault(todo.pop())
                continue
            opened.add(node_id)
            todo.extend(link.source for link in links_into(graph, node_id) if link.source not in opened)
    return tuple(order)


def circle(graph: Graph) -> tuple[str, ...]:
    """The ids of nodes that feed each other in a circle, or none. ComfyUI refuses such a graph without saying why."""
    position = {node_id: index for index, node_id in enumerate(in_order(graph))}
    for node_id in graph:
        for link in links_into(graph, node_id):
            if position[link.source] >= position[node_id]:  # fed by what comes later: only a circle can do that
                return _path(graph, link.source, node_id)
    return ()


def circle_sentence(graph: Graph) -> str:
    """Which nodes feed each other in a circle, as a sentence; empty when none do."""
    found = circle(graph)
    if not found:
        return ""
    shown = [f"{title_of(graph, node_id)[:40]} ({node_id[:20]})" for node_id in found[:CIRCLE_SHOWN]]
    more = " → …" if len(found) > CIRCLE_SHOWN else ""
    return f"This workflow goes in circles: {' → '.join(shown)}{more} → {shown[0]}. ComfyUI cannot run that."


def pruned(graph: Graph, catalogue: NodeCatalogue | None, before: Graph) -> Graph:
    """`graph` without the nodes that lost their purpose when it was made from `before`.

    A node nobody takes from is kept when its class is not known: it may be an output for all we can tell.
    """
    fed = takers(before)
    unknown_ends = (
        node_id
        for node_id, node in graph.items()
        if not fed.get(node_id) and node_id in before and not (catalogue and catalogue.has(node["class_type"]))
    )
    kept = upstream(graph, [*outputs(graph, catalogue), *unknown_ends]) or set(graph)
    return {node_id: node for node_id, node in graph.items() if node_id in kept}


def _is_output(node: Node, catalogue: NodeCatalogue | None) -> bool:
    known = catalogue.find(node["class_type"]) if catalogue else None
    return known.is_output if known else SAVES.search(node["class_type"]) is not None


def _path(graph: Graph, start: str, goal: str) -> tuple[str, ...]:
    """The shortest way from `start` upstream to `goal`; both are in it."""
    came_from, ahead = {start: ""}, [start]
    for node_id in ahead:
        if node_id == goal:
            break
        for link in links_into(graph, node_id):
            if link.source not in came_from:
                came_from[link.source] = node_id
                ahead.append(link.source)
    path, at = list[str](), goal if goal in came_from else ""
    while at:
        path.append(at)
        at = came_from[at]
    return tuple(path)
