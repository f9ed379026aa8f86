"""What ComfyUI's editor saves (nodes with positions, links, widgets), read once into types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from wrldbldr.domain.errors import InvalidInputError

MUTED, BYPASSED = 2, 4
INTO, OUT_OF = "-10", "-20"  # the two edges of a subgraph, in its links
LINK_FIELDS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")


@dataclass(frozen=True, slots=True)
class Socket:
    """An input or an output of a node. `link` is the wire that ends in an input."""

    name: str
    type: str
    link: int | None = None


@dataclass(frozen=True, slots=True)
class EditorNode:
    """One box in the editor. `widgets` are its values in order, `named_widgets` where a node keeps them by name."""

    id: str
    type: str
    mode: int
    title: str
    inputs: tuple[Socket, ...]
    outputs: tuple[Socket, ...]
    widgets: tuple[JsonValue, ...]
    named_widgets: Mapping[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class Wire:
    """One link of the editor, by its ends."""

    origin: str
    origin_slot: int
    target: str
    target_slot: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One canvas: the workflow itself, or the inside of a subgraph."""

    nodes: Mapping[str, EditorNode]
    wires: Mapping[int, Wire]


@dataclass(frozen=True, slots=True)
class EditorWorkflow:
    """A workflow as the editor saves it; `subgraphs` by the id that stands as the type of a node."""

    sheet: Sheet
    subgraphs: Mapping[str, Sheet]
    group_nodes: frozenset[str]


def read_editor_workflow(raw: Mapping[str, object]) -> EditorWorkflow:
    """The workflow in a parsed editor export. Raises InvalidInputError when it is none."""
    subgraphs = {
        _text(definition.get("id")): _sheet(definition)
        for definition in _mappings(_mapping(raw.get("definitions")).get("subgraphs"))
    }
    groups = _mapping(_mapping(raw.get("extra")).get("groupNodes"))
    return EditorWorkflow(_sheet(raw), subgraphs, frozenset(groups))


def _sheet(raw: Mapping[str, object]) -> Sheet:
    nodes = [_node(node) for node in _mappings(raw.get("nodes"))]
    wires = dict(filter(None, (_wire(link) for link in _list(raw.get("links")))))
    return Sheet({node.id: node for node in nodes}, wires)


def _node(raw: Mapping[str, object]) -> EditorNode:
    node_id, node_type = _id(raw.get("id")), _text(raw.get("type"))
    if not node_id or not node_type:
        sentence = "A node of this workflow has no id or no type. Save it again in ComfyUI."
        raise InvalidInputError("graph", sentence)
    values = raw.get("widgets_values")
    mode = raw.get("mode")
    return EditorNode(
        id=node_id,
        type=node_type,
        mode=mode if isinstance(mode, int) else 0,
        title=_text(raw.get("title")),
        inputs=tuple(_socket(socket) for socket in _mappings(raw.get("inputs"))),
        outputs=tuple(_socket(socket) for socket in _mappings(raw.get("outputs"))),
        widgets=tuple(cast(list[JsonValue], values)) if isinstance(values, list) else (),
        named_widgets=cast(dict[str, JsonValue], values) if isinstance(values, dict) else None,
    )


def _socket(raw: Mapping[str, object]) -> Socket:
    link, kind = raw.get("link"), raw.get("type")
    name = _text(raw.get("name")) or _text(_mapping(raw.get("widget")).get("name"))
    return Socket(name, "*" if kind in (0, -1, "") else str(kind), link if isinstance(link, int) else None)


def _wire(raw: object) -> tuple[int, Wire] | None:
    """A link as `[id, origin, slot, target, slot, type]`, or as an object with these names; None for any other."""
    if isinstance(raw, list):
        fields = dict(zip(LINK_FIELDS, cast(list[object], raw), strict=False))
    else:
        fields = dict(_mapping(raw))
    link_id, slot, target_slot = (fields.get(name) for name in ("id", "origin_slot", "target_slot"))
    if not isinstance(link_id, int) or not isinstance(slot, int) or not isinstance(target_slot, int):
        return None
    return link_id, Wire(_id(fields.get("origin_id")), slot, _id(fields.get("target_id")), target_slot)


def _id(raw: object) -> str:
    return str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _list(raw: object) -> list[object]:
    return cast(list[object], raw) if isinstance(raw, list) else []


def _mapping(raw: object) -> dict[str, object]:
    return cast(dict[str, object], raw) if isinstance(raw, dict) else {}


def _mappings(raw: object) -> list[dict[str, object]]:
    return [cast(dict[str, object], entry) for entry in _list(raw) if isinstance(entry, dict)]
