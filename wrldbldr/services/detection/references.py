"""The pictures a graph takes: those it loads, and those its adapters (IPAdapter and its kin) take a style from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from wrldbldr.comfyui.anatomy import EMBEDDING, IMAGE, Anatomy
from wrldbldr.comfyui.wiring import Link, walk
from wrldbldr.domain.workflow import NodeInput

ADAPTER = re.compile(r"ip.?adapter|pulid|instant.?id|photo.?maker|face.?id|style.?model.?apply", re.IGNORECASE)
PICTURE_NAMES = ("image", "images", "image_style", "reference_image", "image_composition")
SECONDARY = re.compile(r"negative|kps|mask", re.IGNORECASE)  # they pull another way: never chosen by themselves
WEIGHTS = re.compile(r"^(weight|ip_weight|ip_scale|ipadapter_scale|strength|weight_style|scale)$", re.IGNORECASE)
SLOT_LIMIT = 64  # nobody chooses among more, and each is traced
LOADS_PICTURES = re.compile(r"load.?(output.?)?image|image.?load", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loader:
    """An input that names an uploaded picture. A shared one feeds something besides the adapter."""

    input: NodeInput
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ReferenceSlot:
    """The input by which an adapter gets its picture.

    `adapter_id` differs from the input's node where a vision encoder stands between (Stable Diffusion 3).
    """

    input: NodeInput
    adapter_id: str
    weight: NodeInput | None
    loaders: tuple[Loader, ...]


def image_inputs(anatomy: Anatomy) -> tuple[NodeInput, ...]:
    """The live inputs that name an uploaded picture, or hold one in letters."""
    return tuple(
        NodeInput(node_id=node_id, input_name=name)
        for node_id, node in anatomy.graph.items()
        if node_id in anatomy.live
        for name in node["inputs"]
        if is_image_input(anatomy, node_id, name)
    )


def is_image_input(anatomy: Anatomy, node_id: str, name: str) -> bool:
    """Whether an input names an uploaded picture: as the server says, else judged by the names."""
    if not isinstance(anatomy.value(node_id, name), str):
        return False
    spec = anatomy.spec(node_id, name)
    if spec is not None:
        return spec.is_image_upload
    return name == "image" and LOADS_PICTURES.search(anatomy.graph[node_id]["class_type"]) is not None


def reference_slots(anatomy: Anatomy) -> tuple[ReferenceSlot, ...]:
    """The picture inputs of the adapters, each adapter after those before it in the chain, its main input first.

    An adapter is known by its name, its picture input by what it takes: a third of the classes with such a name take
    no picture.
    """
    found = (slot for node_id in anatomy.order if is_adapter(anatomy, node_id) for slot in _slots(anatomy, node_id))
    return tuple({slot.input: slot for slot in islice(found, SLOT_LIMIT)}.values())


def is_adapter(anatomy: Anatomy, node_id: str) -> bool:
    """Whether a node is of the family of the adapters, by its name."""
    return is_adapter_class(anatomy.graph[node_id]["class_type"])


def is_adapter_class(class_type: str) -> bool:
    """Whether a class is of the family of the adapters, by its name."""
    return ADAPTER.search(class_type) is not None


def is_secondary(slot: ReferenceSlot) -> bool:
    """True for an input that a style reference must not be given without being asked: `image_negative`, `image_kps`."""
    return SECONDARY.search(slot.input.input_name) is not None


def slot_at(anatomy: Anatomy, place: NodeInput) -> ReferenceSlot | None:
    """Any input a picture can be given to, as a slot: one that is wired, or one that names an uploaded picture."""
    link = next((link for link in anatomy.links(place.node_id, IMAGE) if link.input_name == place.input_name), None)
    weight = _weight(anatomy, place.node_id)
    if link is not None:
        return ReferenceSlot(place, place.node_id, weight, tuple(_loaders(anatomy, link)))
    if is_image_input(anatomy, place.node_id, place.input_name):
        return ReferenceSlot(place, place.node_id, None, (Loader(place, len(anatomy.takers[place.node_id]) > 1),))
    return None


def _slots(anatomy: Anatomy, adapter_id: str) -> Iterator[ReferenceSlot]:
    names = [link.input_name for link in anatomy.links(adapter_id, IMAGE)]
    takers = [adapter_id] if names else [ln.source for ln in anatomy.links(adapter_id, EMBEDDING)]
    for node_id in takers:
        if node_id != adapter_id and is_adapter(anatomy, node_id):
            continue  # it has slots of its own
        links = sorted(anatomy.links(node_id, IMAGE), key=_rank)
        for link in links:
            place = NodeInput(node_id=node_id, input_name=link.input_name)
            yield ReferenceSlot(place, adapter_id, _weight(anatomy, adapter_id), tuple(_loaders(anatomy, link)))


def _rank(link: Link) -> tuple[bool, int]:
    name = link.input_name
    rank = PICTURE_NAMES.index(name) if name in PICTURE_NAMES else len(PICTURE_NAMES)
    return SECONDARY.search(name) is not None, rank


def _weight(anatomy: Anatomy, adapter_id: str) -> NodeInput | None:
    inputs = anatomy.graph[adapter_id]["inputs"]
    found = next((name for name in inputs if WEIGHTS.match(name)), None)
    return None if found is None else NodeInput(node_id=adapter_id, input_name=found)


def _loaders(anatomy: Anatomy, link: Link) -> Iterator[Loader]:
    """The loaders behind a picture input, and whether anything on the way from there feeds another node too."""

    def follow(node_id: str) -> list[str]:
        return [inner.source for inner in anatomy.links(node_id, IMAGE)]

    path = list(walk([link.source], follow))
    inside, own = {*path}, (link.taker, link.input_name)
    leaks = [
        node_id
        for node_id in path
        if any(ln.taker not in inside and (ln.taker, ln.input_name) != own for ln in anatomy.takers[node_id])
    ]
    shared = set(walk(leaks, follow))
    for node_id in path:
        for name in anatomy.graph[node_id]["inputs"]:
            if is_image_input(anatomy, node_id, name):
                yield Loader(NodeInput(node_id=node_id, input_name=name), node_id in shared)
