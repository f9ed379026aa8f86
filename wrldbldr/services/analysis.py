"""What is found in a foreign graph: where our words, numbers and pictures go, and what could not be told for sure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wrldbldr.comfyui.anatomy import Anatomy, examine
from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.comfyui.port import NodeCatalogue
from wrldbldr.comfyui.wiring import circle_sentence
from wrldbldr.domain.workflow import Bindings, NodeInput
from wrldbldr.services.detection.models import MissingFile, is_choice, missing_files, models, offered
from wrldbldr.services.detection.numbers import Canvas, canvas, seeds
from wrldbldr.services.detection.prompts import PromptTracer, Role, Wording
from wrldbldr.services.detection.references import ReferenceSlot, image_inputs, is_secondary, reference_slots
from wrldbldr.services.detection.samplers import samplers
from wrldbldr.services.detection.saving import saving_notices

__all__ = ["Analysis", "Candidate", "analyze", "is_choice", "offered"]

NAMED = 6  # how many places a sentence names


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input that could take a value, as a person recognises it."""

    input: NodeInput
    title: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a graph. Missing nodes and models are known only when a catalogue was there to compare with.

    `candidates` lists for each binding (by its name in Bindings) what else it could be, what was found first.
    `ambiguous` names the bindings for which there were several; `choices` says so in sentences, and `remarks` what else
    a person should know before they keep the workflow.
    """

    bindings: Bindings
    text_candidates: tuple[Candidate, ...]
    number_candidates: tuple[Candidate, ...]
    missing_nodes: tuple[str, ...] = ()
    missing_models: tuple[str, ...] = ()
    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict[str, tuple[Candidate, ...]])
    ambiguous: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    missing_files: tuple[MissingFile, ...] = ()
    reference_slots: tuple[ReferenceSlot, ...] = ()
    size_is_of_picture: bool = False

    @property
    def notices(self) -> tuple[str, ...]:
        """Everything a person should know, in sentences."""
        return self.choices + self.remarks


def analyze(graph: Graph, catalogue: NodeCatalogue | None = None) -> Analysis:
    """Trace `graph` from its samplers. Without a sampler only size, count, seeds and pictures can be found."""
    anatomy = examine(graph, catalogue)
    found = _Findings(anatomy, samplers(anatomy))
    bindings, absent = found.bindings, () if catalogue is None else tuple(missing_files(graph, catalogue))
    return Analysis(
        bindings=bindings,
        text_candidates=tuple(_literals(graph, str)),
        number_candidates=tuple(_literals(graph, int)),
        missing_nodes=() if catalogue is None else catalogue.missing(node["class_type"] for node in graph.values()),
        missing_models=tuple(dict.fromkeys(missing.name for missing in absent)),
        candidates=found.candidates(),
        ambiguous=tuple(found.rivals),
        choices=tuple(found.choices()),
        remarks=tuple(found.remarks()),
        missing_files=absent,
        reference_slots=found.slots,
        size_is_of_picture=found.canvas.is_picture,
    )


class _Findings:
    """What the detectors say of one graph, and what we make of it: one choice for each binding, the rivals named."""

    bindings: Bindings
    rivals: dict[str, tuple[NodeInput, ...]]

    def __init__(self, anatomy: Anatomy, painting: tuple[str, ...]) -> None:
        self._anatomy = anatomy
        self._painting = painting
        tracer = PromptTracer(anatomy)
        self.canvas: Canvas = canvas(anatomy, painting)
        self.slots = reference_slots(anatomy)
        positive, negative = (tracer.wordings(painting, role) for role in (Role.POSITIVE, Role.NEGATIVE))
        chosen_models = models(anatomy, painting)
        main_positive = _main(positive)
        spoken_for = frozenset(ref for wording in positive for ref in wording.places)
        negative = tuple(wording for wording in negative if spoken_for.isdisjoint(wording.places))
        primary = tuple(slot.input for slot in self.slots if not is_secondary(slot))
        self.bindings = Bindings(
            positive=main_positive,
            negative=_main(negative),
            seed=seeds(anatomy),
            width=self.canvas.width,
            height=self.canvas.height,
            count=self.canvas.count,
            model=self._same_model(chosen_models),
            images=image_inputs(anatomy),
            references=primary,
        )
        rivals = {
            "positive": _rivals(positive, main_positive),
            "negative": _rivals(negative, self.bindings.negative),
            "model": _others(chosen_models, self.bindings.model),
            "references": primary[1:],
        }
        self.rivals = {name: places for name, places in rivals.items() if places}
        if self.canvas.several:
            self.rivals |= dict.fromkeys(("width", "height", "count"), ())

    def _same_model(self, found: tuple[NodeInput, ...]) -> tuple[NodeInput, ...]:
        """The first model, wherever it is named: a refiner of its own is not to be swapped with it."""
        named = [self._anatomy.value(ref.node_id, ref.input_name) for ref in found]
        return tuple(ref for ref, name in zip(found, named, strict=True) if name == named[0])

    def candidates(self) -> dict[str, tuple[Candidate, ...]]:
        """For each binding all that could take its value, what was found and its rivals first."""
        graph = self._anatomy.graph
        texts, numbers = ([found.input for found in _literals(graph, kind)] for kind in (str, int))
        sides = [ref for ref in numbers if ref.input_name in ("width", "height")]
        pictures = [*self.bindings.references, *(slot.input for slot in self.slots), *self.bindings.images]
        others: dict[str, Iterable[NodeInput]] = {
            "positive": texts,
            "negative": texts,
            "seed": numbers,
            "width": [*sides, *numbers],
            "height": [*sides[::-1], *numbers],
            "count": numbers,
            "model": texts,
            "images": self.bindings.images,
            "references": pictures,
        }
        return {
            name: tuple(
                Candidate(ref, self._title(ref))
                for ref in dict.fromkeys([*getattr(self.bindings, name), *self.rivals.get(name, ()), *rest])
            )
            for name, rest in others.items()
        }

    def choices(self) -> Iterator[str]:
        """Where there were several: which was taken, and which not."""
        bound = self.bindings
        for role in ("positive", "negative"):
            if role in self.rivals:
                first = self._named(getattr(bound, role)[:1])
                others = self._named(self.rivals[role])
                yield f"Several texts reach the {role} prompt. {first} takes it; the rest stays as it is: {others}."
        if "model" in self.rivals:
            others = self._named(self.rivals["model"])
            yield f"Several models paint here. {self._named(bound.model[:1])} is the main one; others stay: {others}."
        if "references" in self.rivals:
            chosen, others = self._named(bound.references[:1]), self._named(self.rivals["references"])
            yield f"Several inputs could take a style reference. {chosen} takes it, not {others}."
        if self.canvas.several:
            places = ", ".join(self._anatomy.title(node_id) for node_id in self.canvas.several[:NAMED])
            yield f"Several nodes could set the size, and none was chosen: {places}."

    def remarks(self) -> Iterator[str]:
        """What else a person should know, in sentences."""
        if not self._painting:
            yield "No sampler was found, so the prompts and the model could not be traced. Choose them by hand."
        elif not self.bindings.positive:
            yield "No text reaches the positive prompt. Choose by hand where your prompt goes."
        yield from self._notices_of_size()
        yield from saving_notices(self._anatomy.graph)
        sentence = circle_sentence(self._anatomy.graph)
        if sentence:
            yield sentence

    def _notices_of_size(self) -> Iterator[str]:
        if self.canvas.is_picture:
            yield "This workflow paints over a picture, which decides the size: it cannot be set."
        elif self._painting and not self.bindings.width and not self.canvas.several:
            yield "Nothing was found that sets the size. Choose it by hand, or leave it to the workflow."
        elif self.bindings.is_square:
            yield f"Width and height both come from {self._named(self.bindings.width)}: every picture is a square."
        for node_id in self.canvas.enlargers[:NAMED]:
            yield f"{self._anatomy.title(node_id)} enlarges every picture to a fixed size, whatever size is asked for."

    def _named(self, places: tuple[NodeInput, ...]) -> str:
        named = dict.fromkeys(self._anatomy.title(ref.node_id) for ref in places)
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        return ", ".join(list(named)[:NAMED]) + more

    def _title(self, ref: NodeInput) -> str:
        return _title(self._anatomy.graph, ref)


def _main(found: tuple[Wording, ...]) -> tuple[NodeInput, ...]:
    """The first wording, and every other that says the same: base and refiner, or a copy for each region."""
    same = (wording.places for wording in found if wording.texts <= found[0].texts)
    return tuple(dict.fromkeys(ref for places in same for ref in places))


def _others(found: Iterable[NodeInput], chosen: tuple[NodeInput, ...]) -> tuple[NodeInput, ...]:
    kept = frozenset(chosen)
    return tuple(ref for ref in dict.fromkeys(found) if ref not in kept)


def _rivals(found: tuple[Wording, ...], chosen: tuple[NodeInput, ...]) -> tuple[NodeInput, ...]:
    return _others((ref for wording in found for ref in wording.places), chosen)


def _literals(graph: Graph, kind: type[str] | type[int]) -> Iterator[Candidate]:
    for node_id, node in graph.items():
        for name, value in node["inputs"].items():
            if isinstance(value, kind) and not isinstance(value, bool):
                ref = NodeInput(node_id=node_id, input_name=name)
                yield Candidate(ref, _title(graph, ref))


def _title(graph: Graph, ref: NodeInput) -> str:
    return f"{title_of(graph, ref.node_id)} ({ref.node_id}) -> {ref.input_name}"
