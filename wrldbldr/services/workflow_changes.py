"""What an owner changes about a workflow: checked against its graph, with a sentence for each thing that does not fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pydantic import JsonValue

from wrldbldr.comfyui.anatomy import PLACEHOLDER
from wrldbldr.comfyui.catalogue import NodeCatalogue
from wrldbldr.comfyui.graph import Graph, link_of, title_of
from wrldbldr.domain.batch import checked_size
from wrldbldr.domain.errors import InvalidInputError, InvalidInputsError
from wrldbldr.domain.input_setting import InputSettings
from wrldbldr.domain.text import PROMPT_LIMIT, checked_name, checked_text
from wrldbldr.domain.workflow import Bindings, NodeInput, StyleReferenceMapping, StyleReferenceMode
from wrldbldr.domain.workflow_form import ShownInputs
from wrldbldr.services.workflow_inputs import checked_settings, input_fields
from wrldbldr.services.workflow_mapping import Places, bound_places, label_of, other_inputs

NAME_SHOWN = 40
STYLE = "style_reference"
TEXTS = {"positive": "the prompt", "negative": "the negative prompt", "model": "the model"}
NUMBERS = {"seed": "the seed", "width": "the width", "height": "the height", "count": "the image count"}
ROLES = TEXTS | NUMBERS


class InvalidWorkflowError(InvalidInputsError):
    """Some changes were refused, so none was made."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels; both None for a workflow that leaves it to the kind of picture."""

    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class WorkflowChanges:
    """None leaves a thing as it is, and so does a binding that is not among `bindings`.

    `values` are what other inputs of the graph hold from now on.
    """

    name: str | None = None
    bindings: Places | None = None
    style_reference: StyleReferenceMapping | None = None
    default_negative_prompt: str | None = None
    size: Size | None = None
    shown: Sequence[NodeInput] | None = None
    values: Mapping[NodeInput, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a workflow is after the changes."""

    name: str
    bindings: Bindings
    default_negative_prompt: str
    size: Size
    shown: ShownInputs
    values: InputSettings = ()


@dataclass(slots=True)
class _Problems:
    """Sentences by field; the first about a field stands for all of them."""

    sentences: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, name: str, sentence: str) -> None:
        if sentence:
            self.sentences.setdefault(name, sentence)

    def checked(self, name: str, check: Callable[[], str]) -> str:
        """What `check` returns; what it refuses is noted."""
        try:
            return check()
        except InvalidInputError as error:
            self.add(name, error.message)
            return ""


def settle(graph: Graph, before: Settled, changes: WorkflowChanges, catalogue: NodeCatalogue | None = None) -> Settled:
    """`before` with the changes made. Raises InvalidWorkflowError with a sentence for each field that does not fit.

    `catalogue` says what the other inputs take; without it every value of their kind is taken.

    An input that takes something of ours from now on is shown no more.
    """
    problems = _Problems()
    name, negative = changes.name, changes.default_negative_prompt
    bindings = _settled_bindings(graph, before.bindings, changes, problems)
    settled = Settled(
        name=before.name if name is None else problems.checked("name", lambda: checked_name(name)),
        bindings=bindings,
        default_negative_prompt=before.default_negative_prompt
        if negative is None
        else problems.checked(
            "default_negative_prompt", lambda: checked_text(negative, field="negative_prompt", limit=PROMPT_LIMIT)
        ),
        size=before.size if changes.size is None else changes.size,
        shown=_settled_shown(graph, before, bindings, changes, problems),
        values=_settled_values(graph, bindings, changes, catalogue, problems),
    )
    if changes.size is not None:
        _check_size(changes.size, problems)
    if problems.sentences:
        raise InvalidWorkflowError(problems.sentences)
    return settled


def _settled_bindings(graph: Graph, before: Bindings, changes: WorkflowChanges, problems: _Problems) -> Bindings:
    asked = {role: tuple(dict.fromkeys(given)) for role, given in (changes.bindings or {}).items()}
    for role in asked.keys() - ROLES.keys():
        problems.add(role, f'There is no binding "{role[:NAME_SHOWN]}".')
    places = {role: given for role, given in asked.items() if role in ROLES and given != getattr(before, role)}
    for role, given in places.items():
        problems.add(role, next(filter(None, (_misfit(graph, role, place) for place in given)), ""))
    settled = before.model_copy(update=places)
    for role, sentence in _taken_twice(graph, settled, places):
        problems.add(role, sentence)
    if changes.style_reference is None:
        return settled
    problems.add(STYLE, _style_misfit(graph, changes.style_reference))
    return settled.model_copy(update={STYLE: changes.style_reference})


def _misfit(graph: Graph, role: str, place: NodeInput) -> str:
    """Why a place cannot take what `role` stands for; empty when it can."""
    sentence, wanted = _absence(graph, place), ROLES[role]
    if sentence:
        return sentence
    value, where = graph[place.node_id]["inputs"][place.input_name], _short(label_of(graph, (place,)))
    if link_of(value) is not None:
        return f"{where} is wired to another node. Choose an input that holds a value of its own."
    is_placeholder = isinstance(value, str) and PLACEHOLDER.search(value) is not None
    if role in TEXTS and not isinstance(value, str):
        return f"{where} holds no text, which {wanted} is."
    if role in NUMBERS and not (type(value) is int or is_placeholder):
        return f"{where} holds no whole number, which {wanted} is."
    return ""


def _absence(graph: Graph, place: NodeInput) -> str:
    if place.node_id not in graph:
        return f'There is no node "{place.node_id[:NAME_SHOWN]}" in this workflow.'
    if place.input_name not in graph[place.node_id]["inputs"]:
        where = f"{_short(title_of(graph, place.node_id))} ({place.node_id})"
        return f'{where} has no input "{place.input_name[:NAME_SHOWN]}".'
    return ""


def _taken_twice(graph: Graph, bindings: Bindings, changed: Places) -> Iterator[tuple[str, str]]:
    """A place takes one value; of two that want it the changed one is told. A square has one number for both sides."""
    for role, other in combinations(ROLES, 2):
        shared = set(getattr(bindings, role)) & set(getattr(bindings, other))
        asking, taking = (role, other) if role in changed else (other, role)
        if shared and asking in changed and (role, other) != ("width", "height"):
            yield asking, f"{_short(label_of(graph, tuple(shared)))} takes {ROLES[taking]} already."


def _style_misfit(graph: Graph, mapping: StyleReferenceMapping) -> str:
    is_specific = mapping.mode is StyleReferenceMode.SPECIFIC
    if mapping.input is None:
        return "Say which input takes the style reference." if is_specific else ""
    if not is_specific:
        return "An input is named only where a specific one takes the style reference."
    sentence = _absence(graph, mapping.input)
    if sentence:
        return sentence
    value = graph[mapping.input.node_id]["inputs"][mapping.input.input_name]
    is_picture = link_of(value) is not None or isinstance(value, str)
    return "" if is_picture else f"{_short(label_of(graph, (mapping.input,)))} takes no picture."


def _settled_shown(
    graph: Graph, before: Settled, bindings: Bindings, changes: WorkflowChanges, problems: _Problems
) -> ShownInputs:
    if changes.shown is None:
        taken = bound_places(bindings)
        return tuple(place for place in before.shown if place not in taken)
    free = frozenset(other_inputs(graph, bindings))
    for place in changes.shown:
        is_known = place.node_id in graph and place.input_name in graph[place.node_id]["inputs"]
        if not is_known:
            problems.add("shown_inputs", _absence(graph, place))
        elif place not in free:
            problems.add("shown_inputs", f"{_short(label_of(graph, (place,)))} holds no value that is free to be set.")
    return tuple(dict.fromkeys(changes.shown))


def _settled_values(
    graph: Graph, bindings: Bindings, changes: WorkflowChanges, catalogue: NodeCatalogue | None, problems: _Problems
) -> InputSettings:
    if not changes.values:
        return ()
    values, sentences = checked_settings(input_fields(graph, bindings, catalogue), changes.values.items())
    for name, sentence in sentences.items():
        problems.add(name, sentence)
    return values


def _check_size(size: Size, problems: _Problems) -> None:
    for name, value, other in (("width", size.width, size.height), ("height", size.height, size.width)):
        if value is None and other is not None:
            problems.add(f"default_{name}", f"Give the {name} too, or leave both empty.")
        elif value is not None:
            problems.checked(f"default_{name}", lambda name=name, value=value: str(checked_size(value, field=name)))


def _short(text: str) -> str:
    return text if len(text) <= 2 * NAME_SHOWN else f"{text[: 2 * NAME_SHOWN - 1]}…"
