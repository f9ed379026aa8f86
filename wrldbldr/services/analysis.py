"""Finding where in a ComfyUI graph our words and numbers go, by tracing back from the samplers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from wrldbldr.comfyui.catalogue import COMBO
from wrldbldr.comfyui.graph import Graph, Node, link_of, title_of
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.domain.workflow import Bindings, NodeInput

TEXT_NAMES = ("text", "prompt", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "string", "value")
SEED_NAMES = ("seed", "noise_seed")
MODEL_NAMES = ("ckpt_name", "unet_name", "model_name")
LATENT_NAMES = ("latent_image", "latent", "samples", "pixels", "image")
T = TypeVar("T")
ZEROED = "ConditioningZeroOut"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input that could take a value, as a person recognises it."""

    input: NodeInput
    title: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a graph. Missing nodes and models are known only when a catalogue was there to compare with."""

    bindings: Bindings
    text_candidates: tuple[Candidate, ...]
    number_candidates: tuple[Candidate, ...]
    missing_nodes: tuple[str, ...] = ()
    missing_models: tuple[str, ...] = ()


def analyze(graph: Graph, catalogue: NodeCatalogue | None = None) -> Analysis:
    """Trace `graph` from its samplers. Without a sampler only size and count can be found."""
    samplers = tuple(node_id for node_id, node in graph.items() if _is_sampler(node))
    positive = _unique(ref for sampler in samplers for ref in _texts(graph, sampler, "positive"))
    negative = _unique(ref for sampler in samplers for ref in _texts(graph, sampler, "negative"))
    canvas = _canvas(graph, samplers)
    bindings = Bindings(
        positive=positive,
        negative=tuple(ref for ref in negative if ref not in positive),
        seed=_unique(ref for sampler in samplers for ref in _seeds(graph, sampler)),
        width=_own(graph, canvas, "width"),
        height=_own(graph, canvas, "height"),
        count=_own(graph, canvas, "batch_size"),
        model=tuple(
            NodeInput(node_id=node_id, input_name=name)
            for node_id, node in graph.items()
            for name in MODEL_NAMES
            if isinstance(node["inputs"].get(name), str)
        ),
    )
    return Analysis(
        bindings=bindings,
        text_candidates=tuple(_literals(graph, str)),
        number_candidates=tuple(_literals(graph, int)),
        missing_nodes=() if catalogue is None else catalogue.missing(node["class_type"] for node in graph.values()),
        missing_models=() if catalogue is None else tuple(_missing_models(graph, bindings, catalogue)),
    )


def _is_sampler(node: Node) -> bool:
    inputs = node["inputs"]
    has_latent = any(link_of(inputs.get(name)) for name in ("latent_image", "latent", "samples"))
    return has_latent and any(link_of(inputs.get(name)) for name in ("positive", "guider"))


def _walk(start: Iterable[T], follow: Callable[[T], Iterable[T]]) -> Iterator[T]:
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


def _sources(graph: Graph, node_id: str, names: Iterable[str]) -> Iterator[str]:
    """The nodes that these inputs are linked to."""
    inputs = graph[node_id]["inputs"]
    links = (link_of(inputs.get(name)) for name in names)
    return (link[0] for link in links if link is not None)


def _texts(graph: Graph, sampler: str, role: str) -> Iterator[NodeInput]:
    """The literal texts that reach `role` ("positive" or "negative") of a sampler."""

    def follow(place: tuple[str, bool]) -> Iterator[tuple[str, bool]]:
        node_id, is_taker = place
        if is_taker:
            names = _role_inputs(graph[node_id], role)
            yield from ((source, name == "guider") for name in names for source in _sources(graph, node_id, [name]))
        elif role in graph[node_id]["inputs"]:  # passes both conditionings on (ControlNet and its kin)
            yield node_id, True
        elif graph[node_id]["class_type"] != ZEROED and not any(_own_texts(graph, node_id)):
            names = _conditionings(graph[node_id])
            yield from ((source, False) for source in _sources(graph, node_id, names))

    for node_id, is_taker in _walk([(sampler, True)], follow):
        node = graph[node_id]
        if not is_taker and role not in node["inputs"] and node["class_type"] != ZEROED:
            yield from _own_texts(graph, node_id)


def _role_inputs(node: Node, role: str) -> tuple[str, ...]:
    """The inputs by which a sampler, a guider or a ControlNet takes the conditioning of a role."""
    if link_of(node["inputs"].get("guider")) is not None:
        return ("guider",)
    if role in node["inputs"]:
        return (role,)
    return _conditionings(node) if role == "positive" else ()  # a guider with one conditioning has no negative


def _conditionings(node: Node) -> tuple[str, ...]:
    return tuple(name for name in node["inputs"] if "cond" in name)


def _own_texts(graph: Graph, node_id: str) -> Iterator[NodeInput]:
    """The text inputs of one node; a linked one is followed to the literal it comes from."""
    for place in _walk([node_id], lambda place: _sources(graph, place, TEXT_NAMES)):
        inputs = graph[place]["inputs"]
        yield from (
            NodeInput(node_id=place, input_name=name) for name in TEXT_NAMES if isinstance(inputs.get(name), str)
        )


def _seeds(graph: Graph, sampler: str) -> Iterator[NodeInput]:
    for place in _walk([sampler], lambda place: _sources(graph, place, (*SEED_NAMES, "noise"))):
        inputs = graph[place]["inputs"]
        names = SEED_NAMES if place == sampler else (*SEED_NAMES, "value")  # a linked seed may be a plain number's node
        yield from (NodeInput(node_id=place, input_name=name) for name in names if type(inputs.get(name)) is int)


def _canvas(graph: Graph, samplers: tuple[str, ...]) -> str | None:
    """The node that decides how large and how many the pictures are; None when several could."""

    def behind(node_id: str) -> Iterator[str]:
        return iter(()) if _is_canvas(graph[node_id]) else _sources(graph, node_id, LATENT_NAMES)

    start = [source for sampler in samplers for source in _sources(graph, sampler, LATENT_NAMES)]
    found = [node_id for node_id in (_walk(start, behind) if samplers else graph) if _is_canvas(graph[node_id])]
    return found[0] if len(found) == 1 else None


def _is_canvas(node: Node) -> bool:
    inputs = node["inputs"]
    return all(isinstance(inputs.get(name), int) for name in ("width", "height", "batch_size"))


def _own(graph: Graph, node_id: str | None, name: str) -> tuple[NodeInput, ...]:
    if node_id is None or name not in graph[node_id]["inputs"]:
        return ()
    return (NodeInput(node_id=node_id, input_name=name),)


def _literals(graph: Graph, kind: type[str] | type[int]) -> Iterator[Candidate]:
    for node_id, node in graph.items():
        for name, value in node["inputs"].items():
            if isinstance(value, kind) and not isinstance(value, bool):
                title = f"{title_of(graph, node_id)} ({node_id}) -> {name}"
                yield Candidate(NodeInput(node_id=node_id, input_name=name), title)


def _missing_models(graph: Graph, bindings: Bindings, catalogue: NodeCatalogue) -> Iterator[str]:
    for ref in bindings.model:
        class_type = graph[ref.node_id]["class_type"]
        name = graph[ref.node_id]["inputs"][ref.input_name]
        options = catalogue.options(class_type, ref.input_name)
        is_checked = isinstance(name, str) and name and is_choice(catalogue, class_type, ref.input_name)
        if is_checked and not offered(str(name), options):
            yield str(name)


def is_choice(catalogue: NodeCatalogue, class_type: str, input_name: str) -> bool:
    """Whether the server lists what the input takes; one that takes any text may name what we cannot check."""
    spec = catalogue.input(class_type, input_name)
    return spec is not None and spec.type == COMBO


def offered(name: str, options: tuple[str, ...]) -> str:
    """The server's own spelling of a model (Windows servers write backslashes), or empty when it has none like it."""
    plain = name.replace("\\", "/")
    return next((option for option in options if option.replace("\\", "/") == plain), "")


def _unique(items: Iterator[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
