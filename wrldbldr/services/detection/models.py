"""The model a painting is made with, and every file a graph names."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from wrldbldr.comfyui.anatomy import MODEL, Anatomy
from wrldbldr.comfyui.catalogue import COMBO, NodeCatalogue
from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.comfyui.wiring import live_nodes, walk
from wrldbldr.domain.workflow import NodeInput

MODEL_NAMES = ("ckpt_name", "unet_name", "model_name")
FILE_ENDINGS = (".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx")
NEAREST = 3


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A model file the server does not have, the node that asks for it, and what the server has of a like name."""

    input: NodeInput
    title: str
    name: str
    nearest: tuple[str, ...]


def models(anatomy: Anatomy, samplers: tuple[str, ...]) -> tuple[NodeInput, ...]:
    """Where the models of the samplers are chosen, that of the first sampler first."""
    reached = walk(samplers, lambda node_id: [link.source for link in anatomy.links(node_id, MODEL)])
    return tuple(
        NodeInput(node_id=node_id, input_name=name)
        for node_id in reached
        for name in MODEL_NAMES
        if isinstance(anatomy.value(node_id, name), str)
    )


def files(graph: Graph, catalogue: NodeCatalogue) -> Iterator[NodeInput]:
    """Every input that names a model file out of those the server lists, where it has a part in an output."""
    live = live_nodes(graph, catalogue)
    for node_id, node in graph.items():
        for name, value in node["inputs"].items() if node_id in live else ():
            if isinstance(value, str) and is_choice(catalogue, node["class_type"], name):
                options = catalogue.options(node["class_type"], name)
                if _names_a_file(name, (value, *options[:1])):
                    yield NodeInput(node_id=node_id, input_name=name)


def missing_files(graph: Graph, catalogue: NodeCatalogue) -> Iterator[MissingFile]:
    """The model files the server lacks; a name left empty asks for none."""
    for ref in files(graph, catalogue):
        node = graph[ref.node_id]
        name, options = str(node["inputs"][ref.input_name]), catalogue.options(node["class_type"], ref.input_name)
        if name and not offered(name, options):
            title = f"{title_of(graph, ref.node_id)} ({ref.node_id})"
            yield MissingFile(ref, title, name, nearest(name, options))


def is_choice(catalogue: NodeCatalogue, class_type: str, input_name: str) -> bool:
    """Whether the server lists what the input takes; one that takes any text may name what we cannot check."""
    spec = catalogue.input(class_type, input_name)
    return spec is not None and spec.type == COMBO


def offered(name: str, options: tuple[str, ...]) -> str:
    """The server's own spelling of a model (Windows servers write backslashes), or empty when it has none like it."""
    plain = name.replace("\\", "/")
    return next((option for option in options if option.replace("\\", "/") == plain), "")


def nearest(name: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """What the server has of a like name, the likest first; the folder and the ending count for nothing."""
    bare = {option: _bare(option) for option in options}
    close = get_close_matches(_bare(name), bare.values(), n=NEAREST, cutoff=0.5)
    return tuple(dict.fromkeys(option for wanted in close for option in options if bare[option] == wanted))[:NEAREST]


def _names_a_file(input_name: str, samples: tuple[str, ...]) -> bool:
    return input_name in MODEL_NAMES or any(sample.lower().endswith(FILE_ENDINGS) for sample in samples)


def _bare(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
