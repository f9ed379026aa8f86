"""Giving a painting its style reference: as a picture to an adapter, or in words where there is none (US-18C.2 to 18C.4)."""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from pydantic import JsonValue

from wrldbldr.comfyui.anatomy import Anatomy, examine
from wrldbldr.comfyui.graph import Graph, link_of, title_of
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.comfyui.wiring import links_into, outputs, pruned
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.style_reference import ReferenceUse
from wrldbldr.domain.workflow import NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.services.detection.references import (
    ReferenceSlot,
    is_adapter,
    is_adapter_class,
    is_secondary,
    reference_slots,
    slot_at,
)

LOADER, BATCH, PLAIN_ENCODER = "LoadImage", "ImageBatch", "CLIPTextEncode"
TITLE = "Style reference"
LONGEST_NUMBER = 15  # an id with more digits is no number somebody counted to
UNKNOWN_PASSAGES = (("model", "conditioning", "positive"), ("positive",), ("negative",))  # by output slot
IP_ADAPTER = re.compile(r"ip.?adapter", re.IGNORECASE)
NAME_LIMIT = 60  # of a node, beside a picture
PHRASES, KEYWORD_CHARACTERS = 16, 400
LIKENESS = re.compile(r",? ?in the style of:.*", re.IGNORECASE | re.DOTALL)  # of an earlier reference
MARKUP = re.compile(r"<[^<>]*>|[()\[\]{}]|:\s*-?\d+(\.\d+)?(?=\s*[)\]])")


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """What a workflow does with a style reference.

    `slot` is there for a picture, `taker` names the node that takes it, and `weight` is the workflow's own strength,
    where that can be set.
    """

    use: ReferenceUse
    slot: ReferenceSlot | None = None
    taker: str = ""
    weight: float | None = None


def plan_reference(
    graph: Graph, mapping: StyleReferenceMapping, catalogue: NodeCatalogue | None = None
) -> ReferencePlan:
    """How `graph` takes a style reference. Raises InvalidInputError when the input that was chosen is not there."""
    if mapping.mode is StyleReferenceMode.DISABLED:
        return ReferencePlan(ReferenceUse.NOTHING)
    if mapping.mode is StyleReferenceMode.PROMPT_INJECTION:
        return ReferencePlan(ReferenceUse.WORDS)
    anatomy = examine(graph, catalogue)
    if mapping.mode is StyleReferenceMode.SPECIFIC:
        slot = None if mapping.input is None else _chosen(anatomy, mapping.input)
        if slot is None:
            sentence = "The input chosen for the style reference is not in this workflow any more. Choose another."
            raise InvalidInputError("style_reference", sentence)
    else:
        slot = next((found for found in reference_slots(anatomy) if not is_secondary(found)), None)
    if slot is None:
        return ReferencePlan(ReferenceUse.WORDS)
    return ReferencePlan(ReferenceUse.PICTURE, slot, _called(graph, slot.adapter_id), weight_of(graph, slot))


def with_pictures(
    graph: Graph,
    slot: ReferenceSlot,
    pictures: Sequence[str],
    weight: float | None = None,
    catalogue: NodeCatalogue | None = None,
) -> Graph:
    """The graph with `slot` fed by pictures of ComfyUI's input folder; without any the adapter is left out of the graph.

    A loader is never changed, since it may feed something else: a fresh one is put beside it. What then leads to no
    output is left out. `weight` is brought into what the adapter takes; None leaves the workflow's own.
    """
    if not pictures:
        return _without_adapter(graph, slot, catalogue)
    new = deepcopy(graph)
    link = _add_loaders(new, pictures)
    for place in _places(examine(graph, catalogue), slot):
        new[place.node_id]["inputs"][place.input_name] = [*link]
    if weight is not None and slot.weight is not None:
        new[slot.weight.node_id]["inputs"][slot.weight.input_name] = _within(graph, slot.weight, weight, catalogue)
    return pruned(new, catalogue, graph)


def weight_of(graph: Graph, slot: ReferenceSlot) -> float | None:
    """How strongly the adapter follows its picture; None when the graph does not say."""
    value = None if slot.weight is None else graph[slot.weight.node_id]["inputs"].get(slot.weight.input_name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def has_adapter(graph: Graph) -> bool:
    """Whether any of its nodes is of the family of the adapters, by its name."""
    return any(is_adapter_class(node["class_type"]) for node in graph.values())


def in_style_of(prompt: str, keywords: str) -> str:
    """The prompt with a style in words after it (US-18C.4); as it is when there are none."""
    if not keywords.strip():
        return prompt
    return f"{prompt.rstrip().rstrip(',')}, in the style of: {keywords}"


def style_keywords(prompt: str) -> str:
    """The keywords of a reference, out of the prompt it was painted from: its phrases, without weights and other markup."""
    lines = "\n".join(" ".join(line.split()) for line in prompt.splitlines())  # no long spaces to look through
    plain = MARKUP.sub("", LIKENESS.sub("", lines))
    phrases = dict.fromkeys(" ".join(phrase.split()) for phrase in re.split(r"[,;\n|]+", plain))
    kept, length = list[str](), 0
    for phrase in list(filter(None, phrases))[:PHRASES]:
        length += len(phrase) + 2
        if kept and length > KEYWORD_CHARACTERS:
            break
        kept.append(phrase[:KEYWORD_CHARACTERS])
    return ", ".join(kept)


def _called(graph: Graph, node_id: str) -> str:
    """An IPAdapter goes by that name, whichever of its classes it is; anything else by its title."""
    return "IPAdapter" if IP_ADAPTER.search(graph[node_id]["class_type"]) else title_of(graph, node_id)[:NAME_LIMIT]


def _chosen(anatomy: Anatomy, place: NodeInput) -> ReferenceSlot | None:
    """The slot a game master chose: an adapter's, any other picture input, or a loader."""
    if place.node_id not in anatomy.graph or place.input_name not in anatomy.graph[place.node_id]["inputs"]:
        return None
    own = next((found for found in reference_slots(anatomy) if found.input == place), None)
    return own or slot_at(anatomy, place)


def _places(anatomy: Anatomy, slot: ReferenceSlot) -> list[NodeInput]:
    """The inputs that take the pictures: the slot's own, or where a loader was chosen all that it feeds.

    Of one that feeds an adapter and something else, only the adapter's are meant.
    """
    if anatomy.source(slot.input.node_id, slot.input.input_name) is not None:
        return [slot.input]
    shared = [
        found.input
        for found in reference_slots(anatomy)
        if any(loader.is_shared and loader.input == slot.input for loader in found.loaders)
    ]
    fed = (link for link in anatomy.takers[slot.input.node_id] if link.slot == 0)
    return shared or [NodeInput(node_id=link.taker, input_name=link.input_name) for link in fed]


def _add_loaders(graph: Graph, pictures: Sequence[str]) -> tuple[str, int]:
    """Add a loader for each picture, joined to one batch, and return what to link to."""
    link: tuple[str, int] | None = None
    for picture in pictures:
        loaded = _add(graph, LOADER, image=picture)
        link = loaded if link is None else _add(graph, BATCH, image1=[*link], image2=[*loaded])
    if link is None:
        raise InvalidInputError("style_reference", "There is no picture to take the style from.")
    return link


def _add(graph: Graph, class_type: str, **inputs: JsonValue) -> tuple[str, int]:
    numbers = (
        int(digits) for node_id in graph for digits in re.findall(r"\d+", node_id) if len(digits) <= LONGEST_NUMBER
    )
    node_id = str(max(numbers, default=0) + 1)
    graph[node_id] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": TITLE}}
    return node_id, 0


def _within(graph: Graph, place: NodeInput, weight: float, catalogue: NodeCatalogue | None) -> float:
    spec = catalogue.input(graph[place.node_id]["class_type"], place.input_name) if catalogue else None
    if spec is not None and spec.minimum is not None:
        weight = max(weight, spec.minimum)
    if spec is not None and spec.maximum is not None:
        weight = min(weight, spec.maximum)
    return weight


def _without_adapter(graph: Graph, slot: ReferenceSlot, catalogue: NodeCatalogue | None) -> Graph:
    """The graph as if the adapter were not there: what it would change goes straight to its takers.

    One whose place nothing can take stays, with the picture its author gave it.
    """
    anatomy, new = examine(graph, catalogue), graph
    for adapter_id in _bearers(anatomy, slot):
        around = _around(examine(new, catalogue), adapter_id)
        if around is not None:
            new = around
            for loader_id in _loaders_of(anatomy, adapter_id):
                new = _around(examine(new, catalogue), loader_id) or new
    return pruned(new, catalogue, graph)


def _bearers(anatomy: Anatomy, slot: ReferenceSlot) -> list[str]:
    """The adapters through which the picture reaches the model: the slot's own, or those that take what it makes of it."""
    own = slot.adapter_id
    if not is_adapter(anatomy, own):  # a loader was chosen, or something that is no adapter
        return [
            found.adapter_id
            for found in reference_slots(anatomy)
            if any(loader.input == slot.input for loader in found.loaders)
            and all(loader.input == slot.input for loader in found.loaders)
        ]
    takers = anatomy.takers[own]
    if any(_replacement(anatomy, own, link.slot) for link in takers) or _plain_encoder(anatomy, own) is not None:
        return [own]
    return list(dict.fromkeys(link.taker for link in takers if is_adapter(anatomy, link.taker)))


def _loaders_of(anatomy: Anatomy, adapter_id: str) -> list[str]:
    """What loads it and hands the model on (IPAdapterUnifiedLoader): of its family, without a picture of its own."""
    with_picture = {found.adapter_id for found in reference_slots(anatomy)}
    sources = dict.fromkeys(link.source for link in links_into(anatomy.graph, adapter_id))
    return [source for source in sources if is_adapter(anatomy, source) and source not in with_picture]


def _around(anatomy: Anatomy, adapter_id: str) -> Graph | None:
    """The graph with the adapter's takers fed by what feeds the adapter, or None where that cannot be."""
    new = deepcopy(anatomy.graph)
    encoder = _plain_encoder(anatomy, adapter_id)
    if encoder is not None:
        new[adapter_id] = {"class_type": PLAIN_ENCODER, "inputs": encoder}
        return new
    ends = set(outputs(anatomy.graph, anatomy.catalogue))
    for link in anatomy.takers[adapter_id]:
        source = _replacement(anatomy, adapter_id, link.slot)
        if source is not None:
            new[link.taker]["inputs"][link.input_name] = [*source]
        elif link.taker in ends:
            new.pop(link.taker, None)  # it only showed what the adapter made
        else:
            return None
    del new[adapter_id]
    return new


def _replacement(anatomy: Anatomy, adapter_id: str, slot: int) -> tuple[str, int] | None:
    """What to take instead of an output: of the inputs of its type, the one that stands as far down as the output does."""
    known = anatomy.class_of(adapter_id)
    if known is None:
        names = UNKNOWN_PASSAGES[slot] if slot < len(UNKNOWN_PASSAGES) else ()
        return next(filter(None, (anatomy.source(adapter_id, name) for name in names)), None)
    kind = anatomy.output_type(adapter_id, slot)
    same = [spec.name for spec in known.inputs.values() if spec.type == kind and kind not in ("IMAGE", "MASK")]
    place = known.output_types[:slot].count(kind)
    return anatomy.source(adapter_id, same[place]) if place < len(same) else None


def _plain_encoder(anatomy: Anatomy, adapter_id: str) -> dict[str, JsonValue] | None:
    """The inputs of a plain text encoder that says the same as an adapter that is one too (PhotoMakerEncode)."""
    inputs = anatomy.graph[adapter_id]["inputs"]
    is_encoder = "encode" in anatomy.graph[adapter_id]["class_type"].lower() and link_of(inputs.get("clip")) is not None
    return {"text": inputs["text"], "clip": inputs["clip"]} if is_encoder and "text" in inputs else None
