"""Reading what a game master drops to import a workflow: an export of either kind, a wrapper around one, or a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from wrldbldr.comfyui.conversion import convert
from wrldbldr.comfyui.graph import (
    GRAPH_BYTES_LIMIT,
    Graph,
    is_editor_format,
    open_wrappers,
    parse_graph,
    read_json,
)
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.comfyui.wiring import circle_sentence
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.media.texts import is_png, png_texts

FOR_API, FOR_EDITOR = "prompt", "workflow"  # the keywords ComfyUI writes into its pictures
OTHER_FILES = {
    b"\xff\xd8\xff": "JPEG", b"RIFF": "WebP", b"GIF8": "GIF", b"PK\x03\x04": "ZIP", b"%PDF": "PDF",
}  # fmt: skip
NAMED = 5
RERUN_DEPTH = 4  # a node in two wrappers


class Origin(StrEnum):
    """What a graph was read from."""

    API_EXPORT = "api_export"
    EDITOR_EXPORT = "editor_export"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A graph that was read, what from, and in sentences what a person should know of the reading."""

    graph: Graph
    origin: Origin
    notices: tuple[str, ...] = ()


def read_dropped(content: object, catalogue: NodeCatalogue | None = None) -> Dropped:
    """The graph in a dropped file (its bytes or text), or in JSON that is parsed already.

    `catalogue` is what the connected ComfyUI knows, without which an editor's export cannot be read.
    Raises InvalidInputError (field "graph") with a sentence.
    """
    if isinstance(content, bytes):
        if is_png(content):
            return _from_picture(content, catalogue)
        kind = next((name for start, name in OTHER_FILES.items() if content.startswith(start)), None)
        if kind is not None:
            sentence = f"This is a {kind} file. Drop a workflow's JSON file, or a PNG picture that ComfyUI made."
            raise InvalidInputError("graph", sentence)
    return _from_json(content, catalogue)


def _from_json(raw: object, catalogue: NodeCatalogue | None) -> Dropped:
    mapping = open_wrappers(_without_reruns(read_json(raw, with_nan=True)))
    if is_editor_format(mapping):
        graph, origin, notices = _converted(mapping, catalogue), Origin.EDITOR_EXPORT, ()
    else:
        nodes, notices = _only_nodes(mapping)
        graph, origin = parse_graph(nodes), Origin.API_EXPORT
    sentence = circle_sentence(graph)
    if sentence:
        raise InvalidInputError("graph", f"{sentence} Open it in ComfyUI and undo one of these wires.")
    return Dropped(graph, origin, notices)


def _from_picture(content: bytes, catalogue: NodeCatalogue | None) -> Dropped:
    """The graph ComfyUI ran to make a picture, or the editor's view of it where only that is there."""
    texts = png_texts(content, (FOR_API, FOR_EDITOR), limit_bytes=GRAPH_BYTES_LIMIT)
    trouble: InvalidInputError | None = None
    for keyword in (FOR_API, FOR_EDITOR):
        if keyword in texts:
            try:
                read = _from_json(texts[keyword], catalogue)
            except InvalidInputError as error:
                trouble = trouble or error
            else:
                return Dropped(read.graph, Origin.PICTURE, read.notices)
    if trouble is not None:
        raise InvalidInputError("graph", f"The workflow in this picture cannot be used. {trouble.message}") from trouble
    raise InvalidInputError(
        "graph", "This picture carries no ComfyUI workflow. Drop one as ComfyUI saved it: other programs strip it."
    )


def _converted(mapping: Mapping[str, object], catalogue: NodeCatalogue | None) -> Graph:
    if catalogue is None:
        raise InvalidInputError(
            "graph",
            "This workflow was saved for ComfyUI's editor. To read it your ComfyUI must be running: it knows what the "
            "nodes take. Or use Workflow, Export (API) in ComfyUI, and import that file.",
        )
    return parse_graph(convert(mapping, catalogue))


def _without_reruns(value: object, depth: int = 0) -> object:
    """The same without what ComfyUI notes beside nodes that run every time: a NaN, which is no JSON.

    It stands in every picture made with such a node, and only there.
    """
    if not isinstance(value, dict) or depth > RERUN_DEPTH:
        return cast(object, value)
    entries = cast(dict[object, object], value)
    return {key: _without_reruns(entry, depth + 1) for key, entry in entries.items() if key != "is_changed"}


def _only_nodes(mapping: Mapping[str, object]) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """The entries that are nodes, or try to be, and a sentence about the others; all of them when none is."""
    nodes = {key: entry for key, entry in mapping.items() if _is_meant_as_node(entry)}
    others = [key for key in mapping if key not in nodes]
    if not nodes or not others:
        return mapping, ()
    named = ", ".join(f'"{key[:40]}"' for key in others[:NAMED]) + (" …" if len(others) > NAMED else "")
    return nodes, (f"What is no node was left out: {named}.",)


def _is_meant_as_node(entry: object) -> bool:
    return isinstance(entry, dict) and ("class_type" in entry or "inputs" in entry)
