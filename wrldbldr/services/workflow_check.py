"""What a workflow asks for that the connected ComfyUI does not have: all of it at once, with what is nearest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import islice

from wrldbldr.comfyui.catalogue import InputSpec, NodeCatalogue
from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.comfyui.wiring import circle_sentence, outputs
from wrldbldr.services.analysis import Analysis, is_choice, offered

NEAREST = 3
COMPARED = 20  # missing nodes for which the nearest are looked up: that takes its time
PLACES_SHOWN = 4
NAME_SHOWN = 120


class LackKind(StrEnum):
    """What is not as it should be."""

    NODE = "node"
    MODEL = "model"
    VALUE = "value"
    INPUT = "input"
    OUTPUT = "output"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that keeps a workflow from running. `nearest` is what ComfyUI has of a like name."""

    kind: LackKind
    name: str
    sentence: str
    nearest: tuple[str, ...] = ()


def lacks(graph: Graph, analysis: Analysis, catalogue: NodeCatalogue) -> tuple[Lack, ...]:
    """Everything `catalogue` lacks of what the graph needs; nothing when it would be taken as it stands."""
    found = (
        *_nodes(graph, analysis, catalogue),
        *_files(analysis),
        *_models(graph, analysis, catalogue),
        *_inputs(graph, analysis, catalogue),
        *_shape(graph, catalogue),
    )
    return tuple(dict.fromkeys(found))


def summary(found: Sequence[Lack]) -> str:
    """`1 node missing`, for a list."""
    for kind in LackKind:
        count = sum(lack.kind is kind for lack in found)
        if count and kind in (LackKind.NODE, LackKind.MODEL):
            return f"{count} {kind}{'s' if count > 1 else ''} missing"
    return "" if not found else "cannot run as it is"


def nearest_nodes(missing: Iterable[str], catalogue: NodeCatalogue) -> dict[str, tuple[str, ...]]:
    """What ComfyUI has of like names, for the first `COMPARED` of the nodes it lacks; those that nothing is like are absent."""
    compared = islice(missing, COMPARED)  # with thousands of classes, one after the other
    found = ((name, get_close_matches(name, catalogue.classes, n=NEAREST)) for name in compared)
    return {name: tuple(nearest) for name, nearest in found if nearest}


def _nodes(graph: Graph, analysis: Analysis, catalogue: NodeCatalogue) -> Iterator[Lack]:
    places = {class_type: list[str]() for class_type in analysis.missing_nodes}
    for node_id, node in graph.items():
        if node["class_type"] in places:
            places[node["class_type"]].append(_titled(graph, node_id))
    nearest = nearest_nodes(places, catalogue)
    for class_type, titles in places.items():
        more = f" and {len(titles) - PLACES_SHOWN} more" if len(titles) > PLACES_SHOWN else ""
        yield Lack(
            LackKind.NODE,
            class_type[:NAME_SHOWN],
            f"Your ComfyUI lacks the node {class_type[:NAME_SHOWN]}: {', '.join(titles[:PLACES_SHOWN])}{more}.",
            nearest.get(class_type, ()),
        )


def _files(analysis: Analysis) -> Iterator[Lack]:
    for missing in analysis.missing_files:
        sentence = f"Your ComfyUI lacks the model {missing.name[:NAME_SHOWN]}: {missing.title}."
        yield Lack(LackKind.MODEL, missing.name[:NAME_SHOWN], sentence, missing.nearest)


def _models(graph: Graph, analysis: Analysis, catalogue: NodeCatalogue) -> Iterator[Lack]:
    """A model that is left open becomes the first there is; there has to be one."""
    for place in analysis.bindings.model:
        node = graph[place.node_id]
        is_open = node["inputs"].get(place.input_name) == ""
        is_listed = is_choice(catalogue, node["class_type"], place.input_name)
        if is_open and is_listed and not catalogue.options(node["class_type"], place.input_name):
            yield Lack(LackKind.MODEL, "", "Your ComfyUI has no model to paint with.")


def _inputs(graph: Graph, analysis: Analysis, catalogue: NodeCatalogue) -> Iterator[Lack]:
    """What a node of a known class needs and does not get, and choices that are none."""
    absent = (missing.input for missing in analysis.missing_files)
    files = {(place.node_id, place.input_name) for place in (*absent, *analysis.bindings.model)}
    for node_id, node in graph.items():
        known = catalogue.find(node["class_type"])
        for spec in known.inputs.values() if known else ():
            where, value = f"{_titled(graph, node_id)} → {spec.name}", node["inputs"].get(spec.name)
            if spec.name not in node["inputs"]:
                if spec.is_required:
                    yield Lack(LackKind.INPUT, spec.name, f"{where} is needed and gets nothing.")
            elif isinstance(value, str) and (node_id, spec.name) not in files and _is_no_choice(value, spec):
                near = tuple(get_close_matches(value, spec.options, n=NEAREST, cutoff=0.4))
                yield Lack(LackKind.VALUE, value[:NAME_SHOWN], f"{where} does not know {value[:NAME_SHOWN]}.", near)


def _is_no_choice(value: str, spec: InputSpec) -> bool:
    """A picture may lie in a folder that the server does not list."""
    return bool(spec.options) and not spec.is_image_upload and not offered(value, spec.options)


def _shape(graph: Graph, catalogue: NodeCatalogue) -> Iterator[Lack]:
    if not outputs(graph, catalogue):
        yield Lack(LackKind.OUTPUT, "", "Nothing in this workflow saves a picture. Add a Save Image node in ComfyUI.")
    sentence = circle_sentence(graph)
    if sentence:
        yield Lack(LackKind.CIRCLE, "", sentence)


def _titled(graph: Graph, node_id: str) -> str:
    return f"{title_of(graph, node_id)[:NAME_SHOWN]} ({node_id[:NAME_SHOWN]})"
