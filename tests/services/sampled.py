"""Workflows with a sampler in them, written in a few words."""

from typing import cast

from wrldbldr.comfyui.graph import Graph, Node, parse_graph
from wrldbldr.domain.workflow import NodeInput


def node(class_type: str, **inputs: object) -> Node:
    return cast(Node, {"class_type": class_type, "inputs": inputs})


def with_sampler(**more: Node) -> Graph:
    """A sampler (3) between prompt (6), negative prompt (7) and canvas (5); `more` replaces and adds nodes."""
    graph = {
        "n5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
        "n6": node("CLIPTextEncode", text="a lamp"),
        "n7": node("CLIPTextEncode", text="fog"),
        "n3": node("KSampler", seed=5, positive=["n6", 0], negative=["n7", 0], latent_image=["n5", 0]),
        **more,
    }
    return parse_graph(graph)


def at(node_id: str, *names: str) -> tuple[NodeInput, ...]:
    return tuple(NodeInput(node_id=node_id, input_name=name) for name in names)
