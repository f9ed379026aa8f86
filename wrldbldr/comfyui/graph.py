"""A ComfyUI graph in API format, checked once at the door and typed from there on."""

import json
import math
from collections.abc import Mapping
from typing import NotRequired, TypedDict, cast

from pydantic import JsonValue

from wrldbldr.domain.errors import InvalidInputError

NODE_LIMIT = 5000
GRAPH_BYTES_LIMIT = 16 * 1024 * 1024
DEPTH_LIMIT = 64
WRAPPERS = ("prompt", "output", "workflow", "input")
UNSAFE_KEYS = frozenset({"__proto__"})


class NodeMeta(TypedDict, total=False):
    """What ComfyUI's editor notes beside a node."""

    title: str


class Node(TypedDict):
    """One node: what it is, and its inputs as literals or links (`[node id, output slot]`)."""

    class_type: str
    inputs: dict[str, JsonValue]
    _meta: NotRequired[NodeMeta]


Graph = dict[str, Node]


def parse_graph(raw: object) -> Graph:
    """A graph from parsed JSON or from its text; a wrapper such as a saved `POST /prompt` body is opened.

    Raises InvalidInputError (field "graph") with a sentence that says what is wrong and how to put it right.
    """
    mapping = open_wrappers(raw)
    if is_editor_format(mapping):
        raise _refusal(
            "This workflow was saved for ComfyUI's editor. In ComfyUI use Workflow, Export (API), and import that file."
        )
    if len(mapping) > NODE_LIMIT:
        raise _refusal(f"This workflow has {len(mapping):,} nodes; at most {NODE_LIMIT:,} can be sent to ComfyUI.")
    graph = {node_id: _node(node_id, node, mapping) for node_id, node in mapping.items()}
    if not graph:
        raise _refusal("This workflow is empty: it holds no node.")
    return graph


def open_wrappers(raw: object) -> Mapping[str, object]:
    """The innermost object that may be a workflow, in API format or as the editor saves it, its names and values checked.

    Raises InvalidInputError (field "graph") for what is no JSON object, or larger and deeper than any workflow.
    """
    value = read_json(raw)
    _check_values(value)
    return _unwrapped(value)


def is_editor_format(raw: object) -> bool:
    """True for what ComfyUI's editor saves (lists of nodes and links) instead of an API-format graph."""
    return isinstance(raw, dict) and isinstance(cast(dict[object, object], raw).get("nodes"), list)


def link_of(value: JsonValue) -> tuple[str, int] | None:
    """The node id and output slot `value` links to, or None when it is a literal."""
    if isinstance(value, list) and len(value) == 2:
        source, slot = value
        if isinstance(source, str) and isinstance(slot, int) and not isinstance(slot, bool):
            return source, slot
    return None


def title_of(graph: Graph, node_id: str) -> str:
    """What a person calls the node: its title, else its class, else an empty string when it is unknown."""
    node = graph.get(node_id)
    if node is None:
        return ""
    return node.get("_meta", {}).get("title", "") or node["class_type"]


def _refusal(sentence: str) -> InvalidInputError:
    return InvalidInputError("graph", sentence)


def _not_finite(token: str) -> float:
    raise _refusal(f"This workflow holds the number {token}, which ComfyUI cannot read.")


def read_json(raw: object, *, with_nan: bool = False) -> object:
    """Parsed JSON out of its text; what is no text is taken as parsed. Python's NaN is refused unless asked for."""
    if not isinstance(raw, str | bytes | bytearray):
        return raw
    if len(raw) > GRAPH_BYTES_LIMIT:
        raise _too_large()
    try:
        return json.loads(raw, parse_constant=float if with_nan else _not_finite)
    except RecursionError:
        raise _refusal("This workflow is nested too deeply to be one ComfyUI could run.") from None
    except ValueError:
        raise _refusal("This is not JSON. In ComfyUI use Workflow, Export (API), and import that file.") from None


def _too_large() -> InvalidInputError:
    megabytes = GRAPH_BYTES_LIMIT // 1024 // 1024
    return _refusal(f"This workflow is larger than {megabytes} MB. Remove pictures or data embedded in its nodes.")


def _check_values(root: object) -> None:
    """Walk everything once without recursion: sizes, depth, and what could not travel as JSON."""
    size = 0
    todo: list[tuple[object, int]] = [(root, 0)]
    while todo:
        value, depth = todo.pop()
        if depth > DEPTH_LIMIT:
            raise _refusal("This workflow is nested too deeply to be one ComfyUI could run.")
        if isinstance(value, dict):
            entries = cast(dict[object, object], value)
            for key in entries:
                size += len(_checked_key(key))
            todo.extend((entry, depth + 1) for entry in entries.values())
        elif isinstance(value, list | tuple):
            todo.extend((entry, depth + 1) for entry in cast(list[object], value))
        else:
            size += _checked_scalar(value)
        size += 2
        if size > GRAPH_BYTES_LIMIT:
            raise _too_large()


def _checked_key(key: object) -> str:
    if not isinstance(key, str):
        raise _refusal("This workflow is not JSON: one of its names is not text.")
    if key in UNSAFE_KEYS:
        raise _refusal(f'This workflow holds the name "{key}", which no ComfyUI node uses.')
    _checked_scalar(key)
    return key


def _checked_scalar(value: object) -> int:
    """Roughly how many bytes `value` takes as JSON."""
    if isinstance(value, str):
        try:
            return len(value.encode())
        except UnicodeEncodeError:
            raise _refusal("This workflow holds broken text (half of a character). Export it again.") from None
    if isinstance(value, float) and not math.isfinite(value):
        _not_finite(str(value))
    if value is None or isinstance(value, bool | int | float):
        return 8
    raise _refusal("This workflow is not JSON: it holds something that is neither text, number, list nor object.")


def _unwrapped(value: object, depth: int = 0) -> Mapping[str, object]:
    """The mapping of nodes inside `value`, whose names and values are already checked."""
    if isinstance(value, list):
        raise _refusal(
            "This is a JSON list, not a workflow. In ComfyUI use Workflow, Export (API), and import that file."
        )
    if not isinstance(value, dict):
        raise _refusal("This is not a workflow: a JSON object with one entry for each node is needed.")
    mapping = cast(dict[str, object], value)
    if is_editor_format(mapping):
        return mapping
    if depth < 3 and not any(_has_class(entry) for entry in mapping.values()):
        for wrapper in WRAPPERS:
            inner = mapping.get(wrapper)
            if isinstance(inner, str):
                inner = read_json(inner)
                _check_values(inner)
            if isinstance(inner, dict):
                return _unwrapped(cast(object, inner), depth + 1)
    return mapping


def _has_class(entry: object) -> bool:
    return isinstance(entry, dict) and "class_type" in entry


def _node(node_id: str, raw: object, graph: Mapping[str, object]) -> Node:
    if not isinstance(raw, dict):
        raise _refusal(f'"{_short(node_id)}" is not a node. Only nodes may stand at the top of an API workflow.')
    fields = cast(dict[str, object], raw)
    class_type = fields.get("class_type")
    if not isinstance(class_type, str) or not class_type.strip():
        raise _refusal(f'Node "{_short(node_id)}" does not say which class it is (class_type).')
    inputs = fields.get("inputs", {})
    if not isinstance(inputs, dict):
        raise _refusal(f'The inputs of node "{_short(node_id)}" ({_short(class_type)}) are not a JSON object.')
    node: Node = {"class_type": class_type, "inputs": {}}
    for name, value in cast(dict[str, JsonValue], inputs).items():
        node["inputs"][name] = _input(node_id, name, value, graph)
    title = _title(fields.get("_meta"))
    if title:
        node["_meta"] = {"title": title}
    return node


def _input(node_id: str, name: str, value: JsonValue, graph: Mapping[str, object]) -> JsonValue:
    """`value` with a link's source as text (some tools write node ids as numbers), or as it is when a literal."""
    if isinstance(value, list) and len(value) == 2 and type(value[0]) is int and str(value[0]) in graph:
        value = [str(value[0]), value[1]]
    link = link_of(value)
    if link is not None and link[0] not in graph:
        raise _refusal(
            f'Input "{_short(name)}" of node "{_short(node_id)}" is wired to node "{_short(link[0])}", '
            "which is not in the workflow. Reconnect it in ComfyUI and export again."
        )
    return value


def _title(meta: object) -> str:
    if isinstance(meta, dict):
        title = cast(dict[str, object], meta).get("title")
        if isinstance(title, str):
            return title
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
