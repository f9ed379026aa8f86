"""From what ComfyUI's editor saves to a graph in API format, as the editor itself would export it.

There is no endpoint for this: the values of a node stand in the order of its class's inputs, so every class must be known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from wrldbldr.comfyui.catalogue import InputSpec, NodeCatalogue, NodeClass
from wrldbldr.comfyui.editor_format import (
    BYPASSED,
    INTO,
    MUTED,
    OUT_OF,
    EditorNode,
    EditorWorkflow,
    Sheet,
    read_editor_workflow,
)
from wrldbldr.comfyui.graph import NODE_LIMIT, Graph, Node
from wrldbldr.domain.errors import InvalidInputError

AFTER_SEED = frozenset({"fixed", "increment", "decrement", "randomize", "increment-wrap"})
AFTER_UPLOAD = frozenset({"image", "audio", "video"})  # the button beside the list leaves its own value behind
REROUTES = frozenset({"Reroute", "Reroute (rgthree)"})
GETTERS = frozenset({"GetNode", "easy getNode"})
SETTERS = frozenset({"SetNode", "easy setNode"})
NOTES = frozenset(
    {
        "Note",
        "MarkdownNote",
        "Label (rgthree)",
        "Bookmark (rgthree)",
        "Fast Muter (rgthree)",
        "Fast Bypasser (rgthree)",
        "Fast Groups Muter (rgthree)",
        "Fast Groups Bypasser (rgthree)",
    }
)
PRIMITIVE = "PrimitiveNode"
ONLY_IN_EDITOR = REROUTES | GETTERS | SETTERS | NOTES | {PRIMITIVE}
GROUP_NODES = ("workflow>", "workflow/")
UNMAPPABLE = "COMFY_DYNAMICCOMBO_V3"  # its further inputs depend on the value, in ways /object_info does not tell
DEPTH_LIMIT = 16
EXPORT_INSTEAD = "In ComfyUI use Workflow, Export (API), and import that file."


class MissingNodesError(InvalidInputError):
    """An editor export holds nodes this ComfyUI does not have; `missing` names their classes, each once."""

    def __init__(self, missing: tuple[str, ...], titles: Mapping[str, str]) -> None:
        named = ", ".join(titles.get(name, name) for name in missing)
        super().__init__(
            "graph",
            f"Your ComfyUI lacks the node{'s' if len(missing) > 1 else ''} {named}, so this workflow cannot be read. "
            f"Install them, or where they are installed: {EXPORT_INSTEAD[0].lower()}{EXPORT_INSTEAD[1:]}",
        )
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Literal:
    """A value where a wire ends in one."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Scope:
    """One sheet in its place: the workflow itself, or one use of a subgraph inside another scope."""

    prefix: str
    sheet: Sheet
    used_by: EditorNode | None = None
    outer: "Scope | None" = None

    def id_of(self, node: EditorNode) -> str:
        """The node's id in API format; `68:6` is node 6 in the subgraph that is node 68."""
        return f"{self.prefix}{node.id}"


def convert(raw: Mapping[str, object], catalogue: NodeCatalogue) -> Graph:
    """The graph in API format of a parsed editor export.

    Raises MissingNodesError for classes the server does not have, and InvalidInputError (field "graph") with a sentence.
    """
    workflow = read_editor_workflow(raw)
    converter = _Converter(workflow, catalogue)
    converter.open_sheets()
    graph = {scope.id_of(node): converter.node(scope, node) for scope, node in converter.real_nodes()}
    if not graph:
        raise InvalidInputError("graph", "This workflow is empty: it holds no node that would run.")
    return graph


@dataclass(slots=True)
class _Converter:
    workflow: EditorWorkflow
    catalogue: NodeCatalogue
    scopes: list[Scope] = field(default_factory=list[Scope])
    inner: dict[str, Scope] = field(default_factory=dict[str, Scope])  # by the API id of the node that stands for it

    def open_sheets(self) -> None:
        """Unfold every use of a subgraph. Raises InvalidInputError when there is no end to it."""
        count, todo = 0, [(Scope("", self.workflow.sheet), 0)]
        while todo:
            scope, depth = todo.pop()
            self.scopes.append(scope)
            count += len(scope.sheet.nodes)
            if depth > DEPTH_LIMIT:
                raise InvalidInputError("graph", "This workflow holds subgraphs inside each other without end.")
            if count > NODE_LIMIT:
                raise InvalidInputError(
                    "graph", f"This workflow has over {NODE_LIMIT:,} nodes, too many to send to ComfyUI."
                )
            for node in scope.sheet.nodes.values():
                sheet = self.workflow.subgraphs.get(node.type)
                if sheet is not None and node.mode not in (MUTED, BYPASSED):
                    inner = Scope(f"{scope.id_of(node)}:", sheet, node, scope)
                    self.inner[scope.id_of(node)] = inner
                    todo.append((inner, depth + 1))

    def real_nodes(self) -> list[tuple[Scope, EditorNode]]:
        """The nodes a server would run, in the editor's order. Raises InvalidInputError over those it could not."""
        found = [
            (scope, node)
            for scope in self.scopes
            for node in scope.sheet.nodes.values()
            if node.mode not in (MUTED, BYPASSED)
            and node.type not in ONLY_IN_EDITOR
            and node.type not in self.workflow.subgraphs
        ]
        self._require_known([node for _, node in found])
        return found

    def _require_known(self, nodes: list[EditorNode]) -> None:
        grouped = [node for node in nodes if node.type.startswith(GROUP_NODES)]
        if grouped:
            title = grouped[0].title or grouped[0].type.split("/")[-1].split(">")[-1]
            raise InvalidInputError(
                "graph",
                f'"{title}" is a group node, an old way to fold nodes. Ungroup it in ComfyUI, or export for API.',
            )
        missing = self.catalogue.missing(node.type for node in nodes)
        if missing:
            titles = {node.type: f"{node.type} (node {node.id})" for node in reversed(nodes)}
            raise MissingNodesError(missing, titles)

    def node(self, scope: Scope, node: EditorNode) -> Node:
        """One node in API format: the values of its widgets, replaced by its wires where it has them."""
        known = self.catalogue.classes[node.type]
        inputs = dict(self._widgets(node, known))
        for socket in node.inputs:
            if socket.link is not None and socket.name:
                end = self._trace(scope, socket.link)
                if isinstance(end, Literal):
                    inputs[socket.name] = _wrapped(end.value)
                elif end is not None:
                    inputs[socket.name] = [end[0], end[1]]
        return {"class_type": node.type, "inputs": inputs, "_meta": {"title": node.title or known.title}}

    def _widgets(self, node: EditorNode, known: NodeClass) -> Iterator[tuple[str, JsonValue]]:
        """The values of a node by the names of its inputs; a class has them in the order it declares them."""
        specs = [spec for spec in known.inputs.values() if spec.is_widget]
        if any(spec.type == UNMAPPABLE for spec in specs):
            raise InvalidInputError(
                "graph", f"The values of {node.type} (node {node.id}) cannot be told apart here. {EXPORT_INSTEAD}"
            )
        if node.named_widgets is not None:
            named = node.named_widgets
            yield from ((spec.name, _wrapped(named[spec.name])) for spec in specs if spec.name in named)
            return
        values, at = node.widgets, 0
        for spec in specs:
            if at < len(values):
                yield spec.name, _wrapped(values[at])
            elif spec.is_required and _default(spec) is not None:
                yield spec.name, _default(spec)
            at += 1
            at += _leaves_one_behind(spec, values[at] if at < len(values) else None)

    def _trace(self, scope: Scope, link: int) -> tuple[str, int] | Literal | None:
        """Where a wire comes from once all that exists only in the editor is passed; None when it hangs loose."""
        seen = set[tuple[str, int]]()
        at: tuple[Scope, int] | None = (scope, link)
        while at is not None:
            scope, link = at
            wire = scope.sheet.wires.get(link)
            if wire is None or (scope.prefix, link) in seen:
                return None
            seen.add((scope.prefix, link))
            origin = scope.sheet.nodes.get(wire.origin)
            if wire.origin == INTO:
                at = self._before_subgraph(scope, wire.origin_slot)
            elif origin is None or origin.mode == MUTED:
                return None
            elif origin.mode == BYPASSED:
                at = _onward(scope, _bypass(origin, wire.origin_slot))
            elif origin.type in REROUTES | SETTERS:
                at = _onward(scope, origin.inputs[0].link if origin.inputs else None)
            elif origin.type in GETTERS:
                at = self._setter(scope, origin)
            elif origin.type == PRIMITIVE:
                return Literal(origin.widgets[0]) if origin.widgets else None
            elif origin.type in self.workflow.subgraphs:
                at = self._inside_subgraph(scope, origin, wire.origin_slot)
            else:
                return scope.id_of(origin), wire.origin_slot
        return None

    def _before_subgraph(self, scope: Scope, slot: int) -> tuple[Scope, int] | None:
        """From the inner edge of a subgraph to the wire that ends in the node that stands for it."""
        if scope.used_by is None or scope.outer is None or not 0 <= slot < len(scope.used_by.inputs):
            return None
        return _onward(scope.outer, scope.used_by.inputs[slot].link)

    def _inside_subgraph(self, scope: Scope, node: EditorNode, slot: int) -> tuple[Scope, int] | None:
        """From the node that stands for a subgraph to the wire inside that ends at its outer edge."""
        inner = self.inner[scope.id_of(node)]
        ends = (link for link, wire in inner.sheet.wires.items() if wire.target == OUT_OF and wire.target_slot == slot)
        return _onward(inner, next(ends, None))

    def _setter(self, scope: Scope, getter: EditorNode) -> tuple[Scope, int] | None:
        """From a GetNode to the wire that ends in the SetNode of the same name, here or in a sheet around."""
        name, around = getter.widgets[:1], scope
        while around is not None:
            for node in around.sheet.nodes.values():
                if node.type in SETTERS and name and node.widgets[:1] == name and node.inputs:
                    return _onward(around, node.inputs[0].link)
            around = around.outer
        return None


def _onward(scope: Scope, link: int | None) -> tuple[Scope, int] | None:
    return None if link is None else (scope, link)


def _bypass(node: EditorNode, slot: int) -> int | None:
    """The wire that takes the place of a bypassed node's output: of the same type, the input in the same place first."""
    kind = node.outputs[slot].type if 0 <= slot < len(node.outputs) else "*"
    in_place = node.inputs[slot : slot + 1]
    for socket in (*in_place, *node.inputs):
        if socket.link is not None and (socket.type == kind or "*" in (kind, socket.type)):
            return socket.link
    return None


def _leaves_one_behind(spec: InputSpec, following: JsonValue) -> bool:
    """Whether the value that follows belongs to no input: the choice of what happens to a seed, the upload button."""
    if not isinstance(following, str):
        return False
    return (spec.is_seed and following in AFTER_SEED) or (spec.is_image_upload and following in AFTER_UPLOAD)


def _default(spec: InputSpec) -> JsonValue:
    return spec.default if spec.default is not None else next(iter(spec.choices), None)


def _wrapped(value: JsonValue) -> JsonValue:
    """A list as a value, told apart from a link the way the editor does it."""
    return {"__value__": value} if isinstance(value, list) else value
