"""What the inputs and outputs of a graph's nodes carry: by the server's types where it knows the class, else by names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from wrldbldr.comfyui.catalogue import InputSpec, NodeCatalogue, NodeClass
from wrldbldr.comfyui.graph import Graph, link_of, title_of
from wrldbldr.comfyui.wiring import Link, in_order, links_into, live_nodes, takers

ANYTHING = frozenset({"*", "COMFY_MATCHTYPE_V3", "COMFY_AUTOGROW_V3"})
PLACEHOLDER = re.compile(r"%\w.*%|\{\{.*\}\}|\$\{.*\}", re.DOTALL)  # what other programs fill in: SillyTavern, SwarmUI


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that flows along wires: its types, and how inputs for it are called where no type is known."""

    types: frozenset[str]
    names: re.Pattern[str]


def _kind(types: str, names: str) -> Kind:
    return Kind(frozenset(types.split()), re.compile(names, re.IGNORECASE))


CONDITIONING = _kind(
    "CONDITIONING GUIDER", r"cond(?!_?image)|^guider$|^positive$|^negative$|(text|hyvid|prompt)_embeds$"
)
LATENT = _kind("LATENT", r"latent(?!_?size)|^samples\d*$")
IMAGE = _kind("IMAGE", r"^(?!.*(embed|kps_|_kps))(.*image.*|pixels|.*_pixels|frames|picture)$")
MODEL = _kind("MODEL GUIDER", r"^(model\d?|supir_model|unet|guider)$|pipe")
PIPE = _kind("PIPE_LINE BASIC_PIPE PIPE", r"pipe")
EMBEDDING = _kind("CLIP_VISION_OUTPUT EMBEDS", r"embed|clip_vision_output")


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A graph, what is known of its classes, and what follows from both; made by `examine`."""

    graph: Graph
    catalogue: NodeCatalogue | None
    live: frozenset[str]
    order: tuple[str, ...]  # live nodes only, each after those that feed it
    takers: Mapping[str, list[Link]]

    def value(self, node_id: str, name: str) -> JsonValue:
        """What an input holds, or None when the node has no such input."""
        return self.graph[node_id]["inputs"].get(name)

    def class_of(self, node_id: str) -> NodeClass | None:
        """The class of a node, or None when no server has told us of it."""
        return self.catalogue.find(self.graph[node_id]["class_type"]) if self.catalogue else None

    def spec(self, node_id: str, name: str) -> InputSpec | None:
        """What an input takes, or None when that is not known."""
        known = self.class_of(node_id)
        return known.inputs.get(name) if known else None

    def output_type(self, node_id: str, slot: int) -> str:
        """The type of an output, or empty when it is not known."""
        known = self.class_of(node_id)
        return known.output_types[slot] if known and 0 <= slot < len(known.output_types) else ""

    def links(self, node_id: str, kind: Kind) -> Iterator[Link]:
        """The wires that bring `kind` into a node."""
        return (link for link in links_into(self.graph, node_id) if self.carries(link, kind))

    def carries(self, link: Link, kind: Kind) -> bool:
        """Whether a wire brings `kind`: by the type of its input, then of its source, then by the input's name."""
        spec = self.spec(link.taker, link.input_name)
        if spec is not None and spec.type not in ANYTHING:
            return not kind.types.isdisjoint(spec.type.split(","))
        source_type = self.output_type(link.source, link.slot)
        if source_type and source_type not in ANYTHING:
            return source_type in kind.types
        return spec is not None or kind.names.search(link.input_name) is not None

    def source(self, node_id: str, name: str) -> tuple[str, int] | None:
        """The node and slot an input is wired to, or None when it is a literal."""
        link = link_of(self.value(node_id, name))
        return link if link is not None and link[0] in self.graph else None

    def is_number(self, node_id: str, name: str) -> bool:
        """Whether an input holds a whole number of its own, or a placeholder for one."""
        value = self.value(node_id, name)
        return type(value) is int or (isinstance(value, str) and PLACEHOLDER.search(value) is not None)

    def title(self, node_id: str) -> str:
        """How a person recognises the node: its title, and its id."""
        return f"{title_of(self.graph, node_id)} ({node_id})"


def examine(graph: Graph, catalogue: NodeCatalogue | None = None) -> Anatomy:
    """The anatomy of a graph; `catalogue` is what the connected server knows, where there is one."""
    live = live_nodes(graph, catalogue)
    order = tuple(node_id for node_id in in_order(graph) if node_id in live)
    return Anatomy(graph, catalogue, live, order, takers(graph))
