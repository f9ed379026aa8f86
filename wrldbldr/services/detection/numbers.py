"""The numbers of a painting: every seed, and the canvas with its size and how many pictures it makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wrldbldr.comfyui.anatomy import IMAGE, LATENT, Anatomy
from wrldbldr.comfyui.wiring import links_into, walk
from wrldbldr.domain.workflow import NodeInput

SEED = re.compile(r"^(noise_|rand_|random_)?seed(_num)?$", re.IGNORECASE)
NUMBER_NAMES = ("value", "number", "int", "integer", "num")
SIDE = re.compile(r"^(empty_latent_)?(width|height)$", re.IGNORECASE)
LATENT_NAMES = ("latent_image", "latent", "latents", "samples", "optional_latent")
REPEATS = "RepeatLatentBatch"
Place = tuple[str, str]  # a node, and the name of an input


@dataclass(frozen=True, slots=True)
class Canvas:
    """What decides how large and how many the pictures are. `several` lists rival nodes: then none was chosen."""

    width: tuple[NodeInput, ...] = ()
    height: tuple[NodeInput, ...] = ()
    count: tuple[NodeInput, ...] = ()
    several: tuple[str, ...] = ()
    is_picture: bool = False  # painted over a picture: that one says how large
    enlargers: tuple[str, ...] = ()  # nodes that bring what is painted to a size of their own


def seeds(anatomy: Anatomy) -> tuple[NodeInput, ...]:
    """Every seed that has a part in an output, a linked one where its number is kept."""
    known = dict[Place, NodeInput | None]()
    found = (
        _number_behind(anatomy, (node_id, name), (*NUMBER_NAMES, "seed", "noise_seed"), known)
        for node_id, node in anatomy.graph.items()
        if node_id in anatomy.live
        for name in node["inputs"]
        if _is_seed(anatomy, node_id, name)
    )
    return tuple(dict.fromkeys(place for place in found if place is not None))


def canvas(anatomy: Anatomy, samplers: tuple[str, ...]) -> Canvas:
    """Follow the latents from the samplers; without a sampler, the one node that has a width and a height."""
    reached = tuple(_behind(anatomy, samplers)) if samplers else tuple(anatomy.graph)
    found = [node_id for node_id in reached if _is_canvas(anatomy, node_id)]
    if len(found) != 1:
        count = () if found else _repeats(anatomy, reached)
        is_picture = not found and any(_is_picture(anatomy, node_id) for node_id in reached if samplers)
        return Canvas(count=count, several=tuple(found), is_picture=is_picture)
    names = {SIDE.sub(r"\2", name).lower(): name for name in anatomy.graph[found[0]]["inputs"] if SIDE.match(name)}
    return Canvas(
        width=_side(anatomy, found[0], names["width"]),
        height=_side(anatomy, found[0], names["height"]),
        count=_count(anatomy, found[0]) or _repeats(anatomy, reached),
        enlargers=tuple(node_id for node_id in reached if node_id not in found and _has_sides(anatomy, node_id)),
    )


def _is_seed(anatomy: Anatomy, node_id: str, name: str) -> bool:
    spec = anatomy.spec(node_id, name)
    return (spec.is_seed and spec.type == "INT") if spec else SEED.match(name) is not None


def _number_behind(
    anatomy: Anatomy, start: Place, names: tuple[str, ...], known: dict[Place, NodeInput | None] | None = None
) -> NodeInput | None:
    """Where the number of an input is written: there, or along its wires in an input of one of these names.

    `known` remembers what was found for every input on the way, so that many that lead the same way cost no more than one.
    """
    known = {} if known is None else known
    path, at, found = list[Place](), start, None
    while at not in known:
        known[at] = None  # coming back here means a circle
        path.append(at)
        if anatomy.is_number(*at):
            found = NodeInput(node_id=at[0], input_name=at[1])
            break
        onward = _onward(anatomy, at, names)
        if onward is None:
            break
        at = onward
    found = found or known.get(at)
    known.update(dict.fromkeys(path, found))
    return found


def _onward(anatomy: Anatomy, place: Place, names: tuple[str, ...]) -> Place | None:
    source = anatomy.source(*place)
    if source is None:
        return None
    inputs = anatomy.graph[source[0]]["inputs"]
    wanted = next((ours for ours in names if ours in inputs), None)
    if wanted is None and len(inputs) == 1:
        wanted = next(iter(inputs))  # a reroute, whatever it calls its input
    return None if wanted is None else (source[0], wanted)


def _side(anatomy: Anatomy, node_id: str, name: str) -> tuple[NodeInput, ...]:
    place = _number_behind(anatomy, (node_id, name), (SIDE.sub(r"\2", name).lower(), *NUMBER_NAMES))
    return () if place is None else (place,)


def _count(anatomy: Anatomy, node_id: str) -> tuple[NodeInput, ...]:
    place = _number_behind(anatomy, (node_id, "batch_size"), ("batch_size", *NUMBER_NAMES))
    return () if place is None else (place,)


def _repeats(anatomy: Anatomy, reached: tuple[str, ...]) -> tuple[NodeInput, ...]:
    found = [node_id for node_id in reached if anatomy.graph[node_id]["class_type"] == REPEATS]
    is_one = len(found) == 1 and anatomy.is_number(found[0], "amount")
    return (NodeInput(node_id=found[0], input_name="amount"),) if is_one else ()


def _behind(anatomy: Anatomy, samplers: tuple[str, ...]) -> Iterator[str]:
    """The nodes the latents of the samplers come from, through pictures that are encoded."""

    def follow(node_id: str) -> Iterator[str]:
        if node_id in painting:
            links = list(anatomy.links(node_id, LATENT)) or list(anatomy.links(node_id, IMAGE))
            piped = () if links else (ln for ln in links_into(anatomy.graph, node_id) if "pipe" in ln.input_name)
            return (link.source for link in (*links, *piped))
        if _is_canvas(anatomy, node_id):
            return iter(())
        return (link.source for kind in (LATENT, IMAGE) for link in anatomy.links(node_id, kind))

    painting = frozenset(samplers)
    return walk(samplers, follow)


def _is_canvas(anatomy: Anatomy, node_id: str) -> bool:
    """A node with two sides that gives a latent and takes none: one that takes one only enlarges it."""
    if not _has_sides(anatomy, node_id):
        return False
    known = anatomy.class_of(node_id)
    if known is not None:
        makes_one = "LATENT" in known.output_types
        is_empty_picture = "IMAGE" in known.output_types and not any(anatomy.links(node_id, IMAGE))
        return (makes_one or is_empty_picture) and not any(anatomy.links(node_id, LATENT))
    if any(link.input_name in LATENT_NAMES for link in links_into(anatomy.graph, node_id)):
        return False
    is_empty = "batch_size" in anatomy.graph[node_id]["inputs"] and not any(anatomy.links(node_id, IMAGE))
    return is_empty or any(anatomy.carries(link, LATENT) for link in anatomy.takers[node_id])


def _has_sides(anatomy: Anatomy, node_id: str) -> bool:
    sides = {SIDE.sub(r"\2", name).lower() for name in anatomy.graph[node_id]["inputs"] if SIDE.match(name)}
    return sides == {"width", "height"}


def _is_picture(anatomy: Anatomy, node_id: str) -> bool:
    """Where the pictures end that a latent is encoded from."""
    spec = anatomy.spec(node_id, "image")
    is_loader = "image" in anatomy.graph[node_id]["class_type"].lower()
    return isinstance(anatomy.value(node_id, "image"), str) and (spec.is_image_upload if spec else is_loader)
