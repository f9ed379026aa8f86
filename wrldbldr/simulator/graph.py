"""A prompt's graph: which node links to which, in what order they run, and what makes two of them the same."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from wrldbldr.simulator.documents import Json, JsonObject, object_or_empty
from wrldbldr.simulator.registry import Registry


class Link(NamedTuple):
    """A wire from slot `slot` of node `source`."""

    source: str
    slot: int


def as_link(value: Json) -> Link | None:
    """The link a value stands for, or None when it is a literal."""
    match value:
        case [str(source), int(slot)]:
            return Link(source, slot)
        case _:
            return None


def inputs_of(graph: JsonObject, node_id: str) -> JsonObject:
    """What is plugged into a node; nothing when the node is absent or malformed."""
    return object_or_empty(object_or_empty(graph.get(node_id)).get("inputs"))


def class_of(graph: JsonObject, node_id: str) -> str:
    """A node's class; empty when the node is absent or malformed."""
    name = object_or_empty(graph.get(node_id)).get("class_type")
    return name if isinstance(name, str) else ""


def signatures(graph: JsonObject, registry: Registry) -> dict[str, str]:
    """For every node a digest of its class, its literals and everything upstream: equal digests, equal results."""
    done: dict[str, str] = {}
    under_way: set[str] = set()

    def sign(node_id: str) -> str:
        if node_id in done:
            return done[node_id]
        if node_id in under_way or node_id not in graph:
            return f"never the same: {node_id}"
        under_way.add(node_id)
        inputs = inputs_of(graph, node_id)
        parts: dict[str, Json] = {}
        for name, value in inputs.items():
            link = as_link(value)
            parts[name] = value if link is None else ["link", sign(link.source), link.slot]
        node_class = registry.get(class_of(graph, node_id))
        changed = node_class.fingerprint(inputs) if node_class is not None and node_class.fingerprint else ""
        written = json.dumps([class_of(graph, node_id), changed, parts], sort_keys=True)
        done[node_id] = sha256(written.encode()).hexdigest()
        return done[node_id]

    return {node_id: sign(node_id) for node_id in graph}


class RunningOrder:
    """Hands out nodes one by one in the order ComfyUI runs them, leaving out what is cached upstream."""

    def __init__(self, graph: JsonObject, registry: Registry, is_cached: Callable[[str], bool]) -> None:
        self._graph = graph
        self._registry = registry
        self._is_cached = is_cached
        self._blockers: dict[str, int] = {}
        self._waiting: dict[str, dict[str, None]] = {}  # a node, and those that wait for it

    def want(self, output: str) -> None:
        """Add an output node and all it needs."""
        unseen, wires = [output], list[tuple[str, str]]()
        while unseen:
            node_id = unseen.pop()
            if node_id in self._blockers:
                continue
            self._blockers[node_id], self._waiting[node_id] = 0, {}
            for value in inputs_of(self._graph, node_id).values():
                link = as_link(value)
                if link is not None and not self._is_cached(link.source):
                    unseen.append(link.source)
                    wires.append((link.source, node_id))
        for source, target in wires:
            if target not in self._waiting[source]:
                self._waiting[source][target] = None
                self._blockers[target] += 1

    def next(self) -> str | None:
        """The node to run now, or None when all is done. What leads to an output soonest goes first."""
        ready = [node_id for node_id, blockers in self._blockers.items() if blockers == 0]
        if not ready:
            return None
        for hops in range(3):
            for node_id in ready:
                if self._reaches_output(node_id, hops):
                    return node_id
        return ready[0]

    def done(self, node_id: str) -> None:
        """The node ran; those that waited for it come nearer."""
        del self._blockers[node_id]
        for target in self._waiting.pop(node_id):
            self._blockers[target] -= 1

    def _reaches_output(self, node_id: str, hops: int) -> bool:
        if hops == 0:
            node_class = self._registry.get(class_of(self._graph, node_id))
            return node_class is not None and node_class.is_output
        return any(self._reaches_output(target, hops - 1) for target in self._waiting[node_id])
