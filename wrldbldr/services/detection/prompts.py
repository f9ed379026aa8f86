"""The texts that reach the positive and the negative input of a sampler."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from wrldbldr.comfyui.anatomy import CONDITIONING, PIPE, Anatomy
from wrldbldr.comfyui.wiring import links_into
from wrldbldr.domain.workflow import NodeInput

TEXT_NAMES = ("text", "prompt", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "string", "value")
TEXT = re.compile(
    r"(^|_)(text|prompt|string|caption)s?(_?[a-z0-9]|_positive|_negative)?$|^(llama|bert|mt5xl|positive|negative)$",
    re.IGNORECASE,
)
PAIRS = (
    ("positive", "negative"),
    ("positive_prompt", "negative_prompt"),
    ("text_positive", "text_negative"),
    ("conditioning", "neg_conditioning"),
    ("conditioning", "negative_conditioning"),
)
ROLE_NAMES = ("positive", "negative")
NEVER_TEXT = re.compile(r"model|clip|vae|image|mask|latent|pixels|control|sampler|sigmas|noise|seed", re.IGNORECASE)
ZEROED = "ConditioningZeroOut"
START = -1


class Role(StrEnum):
    """Which way a text pulls the painting."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Wording:
    """The inputs that together make one text: both of an SDXL or Flux encoder, the one of any other."""

    places: tuple[NodeInput, ...]
    texts: frozenset[str]


Place = tuple[str, int]  # a node, and the output slot by which it was reached


@dataclass(slots=True)
class PromptTracer:
    """Finds the wordings behind a role, those of the first sampler first. Made anew for each graph."""

    anatomy: Anatomy
    _behind: dict[tuple[str, Role], NodeInput | None] = field(default_factory=dict[tuple[str, Role], NodeInput | None])

    def wordings(self, samplers: tuple[str, ...], role: Role) -> tuple[Wording, ...]:
        """Every wording that reaches `role` of a sampler, each once."""
        found, seen = dict[Wording, None](), set[Place]()
        ahead: list[Place] = [(sampler, START) for sampler in samplers[::-1]]
        while ahead:
            place = self._plain(ahead.pop())
            if place in seen:
                continue
            seen.add(place)
            wording = self._wording(place, role)
            if wording is not None:
                found.setdefault(wording)
            elif self.anatomy.graph[place[0]]["class_type"] != ZEROED:
                ahead.extend(tuple(self._next(place, role))[::-1])
        return tuple(found)

    def _plain(self, place: Place) -> Place:
        """The place with a slot only where it may matter, so that no node is asked over and over."""
        node_id, slot = place
        return place if slot == START or self.anatomy.output_type(node_id, slot) else (node_id, 0)

    def _wording(self, place: Place, role: Role) -> Wording | None:
        """What a node says itself; a sampler says nothing, and one with an input for each role by that one only."""
        node_id, slot = place
        if self.anatomy.graph[node_id]["class_type"] == ZEROED:
            return None
        name = self._name_in_pair(place, role)
        if name is not None:
            is_text = isinstance(self.anatomy.value(node_id, name), str)
            return self._as_wording([NodeInput(node_id=node_id, input_name=name)]) if is_text else None
        if slot == START:
            return None
        return self._as_wording(self._texts(node_id, role))

    def _as_wording(self, places: list[NodeInput]) -> Wording | None:
        if not places:
            return None
        texts = frozenset(str(self.anatomy.value(ref.node_id, ref.input_name)) for ref in places)
        return Wording(tuple(dict.fromkeys(places)), texts)

    def _next(self, place: Place, role: Role) -> Iterator[Place]:
        """The nodes to ask instead."""
        node_id, slot = place
        name = self._name_in_pair(place, role)
        if name is not None:
            source = self.anatomy.source(node_id, name)
            return iter([source] if source else [])
        links = [link for link in self.anatomy.links(node_id, CONDITIONING) if link.input_name != "empty_conditioning"]
        if links:
            is_negative = [link.input_name.lower().startswith(("neg", "uncond")) for link in links]
            if any(is_negative):
                wanted = role is Role.NEGATIVE
                links = [link for link, negative in zip(links, is_negative, strict=True) if negative is wanted]
            return ((link.source, link.slot) for link in links)
        piped = list(self.anatomy.links(node_id, PIPE))
        if not piped and slot != START and self.anatomy.class_of(node_id) is None:
            piped = [ln for ln in links_into(self.anatomy.graph, node_id) if not NEVER_TEXT.search(ln.input_name)]
        return ((link.source, link.slot) for link in piped)

    def _name_in_pair(self, place: Place, role: Role) -> str | None:
        """The input that counts where a node has one for each role, or None where it has not.

        Some nodes put other outputs before the two (ApplyInstantID has the model first): where the outputs are known the
        ordinal of the one we came by decides, else whoever takes it is believed.
        """
        node_id, slot = place
        inputs = self.anatomy.graph[node_id]["inputs"]
        pair = next((pair for pair in PAIRS if pair[0] in inputs and pair[1] in inputs), None)
        if pair is None:
            return role.value if role.value in inputs and slot == START else None
        known = self.anatomy.class_of(node_id)
        if known is not None and self.anatomy.output_type(node_id, slot) == "CONDITIONING":
            return pair[min(known.output_types[:slot].count("CONDITIONING"), 1)]
        return pair[role is Role.NEGATIVE]

    def _texts(self, node_id: str, role: Role) -> list[NodeInput]:
        """The text inputs of an encoder; a linked one is followed to the literal it comes from."""
        found: list[NodeInput] = []
        for name in self._text_names(node_id, role):
            source = self.anatomy.source(node_id, name)
            place = self._literal_behind(source[0], role) if source else NodeInput(node_id=node_id, input_name=name)
            if place is not None:
                found.append(place)
        return found

    def _text_names(self, node_id: str, role: Role) -> list[str]:
        """The text inputs of a node, the likeliest first: those of the other role only where there are no others."""
        names = [name for name in self.anatomy.graph[node_id]["inputs"] if self._takes_text(node_id, name)]
        names.sort(key=lambda name: TEXT_NAMES.index(name) if name in TEXT_NAMES else len(TEXT_NAMES))
        other = "pos" if role is Role.NEGATIVE else "neg"
        return [name for name in names if other not in name.lower()] or names

    def _takes_text(self, node_id: str, name: str) -> bool:
        value, spec = self.anatomy.value(node_id, name), self.anatomy.spec(node_id, name)
        if not isinstance(value, str) and (name in ROLE_NAMES or self.anatomy.source(node_id, name) is None):
            return False  # what is wired to an input for a role is a conditioning; a loader may hold the text there
        if spec is not None:
            return spec.type == "STRING" and (spec.is_multiline or TEXT.search(name) is not None or name in TEXT_NAMES)
        return TEXT.search(name) is not None or name.lower() in TEXT_NAMES

    def _literal_behind(self, node_id: str, role: Role) -> NodeInput | None:
        """The one literal a linked text starts with: of text boxes that are joined, the first."""
        path, at = dict[tuple[str, Role], None](), (node_id, role)
        found: NodeInput | None = None
        while at not in self._behind and at not in path:
            path[at] = None
            node_id = at[0]
            names = (
                self._text_names(node_id, role) or [ln.input_name for ln in links_into(self.anatomy.graph, node_id)][:1]
            )
            if not names:
                break
            source = self.anatomy.source(node_id, names[0])
            if source is None:
                found = NodeInput(node_id=node_id, input_name=names[0])
                break
            at = source[0], role
        found = found or self._behind.get(at)
        self._behind.update(dict.fromkeys(path, found))
        return found
