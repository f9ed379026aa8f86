"""What goes where in a workflow: the places each value could go, which of them is taken, and what else can be set."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.domain.workflow import Bindings, NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.services.analysis import Analysis

Places = Mapping[str, tuple[NodeInput, ...]]
"""Inputs by the names they have in Bindings."""

OPTION_LIMIT = 300  # a list to choose from that is longer is one nobody reads
KEPT_TO_OURSELVES = frozenset({"filename_prefix", "upload"})  # the file's name is ours; "upload" is the editor's button

LISTED = frozenset({"scheduler", "image", "weight_type", "upscale_method", "crop", "method", "type"})


class Slot(StrEnum):
    """A value we give to a workflow, as a person thinks of it."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    SEED = "seed"
    SIZE = "size"
    COUNT = "count"
    MODEL = "model"

    @property
    def roles(self) -> tuple[str, ...]:
        """The bindings that belong to it."""
        return ("width", "height") if self is Slot.SIZE else (self.value,)


class Mark(StrEnum):
    """Who says where a value goes."""

    FOUND = "found"  # it was traced
    CHOSEN = "chosen"  # a person said so
    MISSING = "missing"  # nobody knows


@dataclass(frozen=True, slots=True)
class Option:
    """One place, or several that take the same value. `key` holds them as text, for `places_of`."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class SlotReport:
    """What a value could be given to, and what it is given to now. `is_ambiguous` when several were found for it."""

    name: str
    options: tuple[Option, ...]
    chosen: str
    mark: Mark
    is_ambiguous: bool = False


def slot_reports(graph: Graph, current: Bindings, analysis: Analysis) -> tuple[SlotReport, ...]:
    """Each slot with everything it could be, what was found first, and nothing last."""
    return tuple(_slot_report(graph, slot, current, analysis) for slot in Slot)


def style_report(graph: Graph, current: Bindings, analysis: Analysis) -> SlotReport:
    """Where a style reference could go (US-18C.3)."""
    mode, chosen = current.style_reference.mode, style_key(current.style_reference)
    first = next(iter(analysis.bindings.references), None)
    found = "no adapter" if first is None else title_of(graph, first.node_id)
    places = dict.fromkeys(candidate.input for candidate in analysis.candidates.get("references", ()))
    if current.style_reference.input is not None:
        places.setdefault(current.style_reference.input)
    specific = (StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=place) for place in places)
    automatic = mode is StyleReferenceMode.AUTO_DETECT
    return SlotReport(
        name="style_reference",
        options=(
            Option(StyleReferenceMode.AUTO_DETECT.value, f"Auto-detect ({found})"),
            *(Option(style_key(one), label_of(graph, (place,))) for one, place in zip(specific, places, strict=True)),
            Option(StyleReferenceMode.PROMPT_INJECTION.value, "None (inject into prompt)"),
            Option(StyleReferenceMode.DISABLED.value, "Disabled"),
        ),
        chosen=chosen,
        mark=Mark.CHOSEN if not automatic else Mark.MISSING if first is None else Mark.FOUND,
        is_ambiguous=automatic and "references" in analysis.ambiguous,
    )


def other_inputs(graph: Graph, bindings: Bindings) -> Iterator[NodeInput]:
    """Every literal that no value of ours is given to, in the order of the graph: each is shown where pictures are asked
    for, or locked to its value.
    """
    taken = bound_places(bindings)
    for node_id, node in graph.items():
        for name, value in node["inputs"].items():
            place = NodeInput(node_id=node_id, input_name=name)
            if isinstance(value, str | int | float) and name not in KEPT_TO_OURSELVES and place not in taken:
                yield place


def bound_places(bindings: Bindings) -> frozenset[NodeInput]:
    """The inputs that take something of ours."""
    roles = (getattr(bindings, role) for slot in Slot for role in slot.roles)
    specific = bindings.style_reference.input
    return frozenset(
        [place for places in (*roles, bindings.images, bindings.references) for place in places]
        + ([] if specific is None else [specific])
    )


def label_of(graph: Graph, places: Sequence[NodeInput]) -> str:
    """How a person recognises inputs: `CLIP Text Encode (6) → text`."""
    by_node = dict[str, list[str]]()
    for place in dict.fromkeys(places):
        by_node.setdefault(place.node_id, []).append(place.input_name)
    return " + ".join(
        f"{title_of(graph, node_id)} ({node_id}) → {', '.join(names)}" for node_id, names in by_node.items()
    )


def key_of(places: Places) -> str:
    """The places as text."""
    return json.dumps({role: [[at.node_id, at.input_name] for at in given] for role, given in places.items()})


def places_of(key: str) -> Places:
    """What `key_of` made into text; nothing when it is something else."""
    with suppress(ValueError, TypeError, AttributeError):
        raw = cast("dict[str, list[tuple[str, str]]]", json.loads(key))
        return {
            role: tuple(NodeInput(node_id=node_id, input_name=name) for node_id, name in given)
            for role, given in raw.items()
        }
    return {}


def style_key(mapping: StyleReferenceMapping) -> str:
    """A choice of where the style reference goes, as text."""
    return mapping.mode.value if mapping.input is None else key_of({mapping.mode.value: (mapping.input,)})


def style_of(key: str) -> StyleReferenceMapping:
    """What `style_key` made into text; to detect it, when it is something else."""
    places = places_of(key).get(StyleReferenceMode.SPECIFIC, ())
    if places:
        return StyleReferenceMapping(mode=StyleReferenceMode.SPECIFIC, input=places[0])
    known = key in {mode.value for mode in StyleReferenceMode if mode is not StyleReferenceMode.SPECIFIC}
    return StyleReferenceMapping(mode=StyleReferenceMode(key) if known else StyleReferenceMode.AUTO_DETECT)


def _slot_report(graph: Graph, slot: Slot, current: Bindings, analysis: Analysis) -> SlotReport:
    found, taken = _places(analysis.bindings, slot), _places(current, slot)
    nothing: Places = dict.fromkeys(slot.roles, ())
    choices: list[Places] = [found, taken, *(_sizes(graph) if slot is Slot.SIZE else _singles(graph, slot, analysis))]
    options = {
        key_of(places): label_of(graph, [at for given in places.values() for at in given])
        for places in choices
        if any(places.values())
    }
    shown = dict(list(options.items())[:OPTION_LIMIT])
    shown |= {key_of(taken): options[key_of(taken)]} if any(taken.values()) else {}
    is_missing = not any(taken.values()) and not any(found.values())
    return SlotReport(
        name=slot.value,
        options=(*(Option(key, label) for key, label in shown.items()), Option(key_of(nothing), "Nothing")),
        chosen=key_of(taken),
        mark=Mark.MISSING if is_missing else Mark.FOUND if taken == found else Mark.CHOSEN,
        is_ambiguous=taken == found and not set(slot.roles).isdisjoint(analysis.ambiguous),
    )


def _places(bindings: Bindings, slot: Slot) -> Places:
    return {role: getattr(bindings, role) for role in slot.roles}


def _singles(graph: Graph, slot: Slot, analysis: Analysis) -> Iterator[Places]:
    """One place each. A model is the name of a file, and words do not go where one is chosen out of a list."""
    for candidate in analysis.candidates.get(slot.value, ()):
        name = candidate.input.input_name
        is_listed = name.endswith("_name") or name in LISTED
        is_fit = is_listed if slot is Slot.MODEL else slot not in (Slot.POSITIVE, Slot.NEGATIVE) or not is_listed
        if is_fit and name not in KEPT_TO_OURSELVES:
            yield {slot.value: (candidate.input,)}


def _sizes(graph: Graph) -> Iterator[Places]:
    """Every node that has a width and a height of its own."""
    for node_id, node in graph.items():
        if all(type(node["inputs"].get(side)) is int for side in ("width", "height")):
            yield {side: (NodeInput(node_id=node_id, input_name=side),) for side in ("width", "height")}
