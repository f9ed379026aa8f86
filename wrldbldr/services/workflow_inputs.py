"""The inputs of a workflow that take nothing of ours: what a person can set each to, in which control, and what is refused."""

import math
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue

from wrldbldr.comfyui.catalogue import COMBO, InputSpec, NodeCatalogue
from wrldbldr.comfyui.graph import Graph, title_of
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.domain.input_setting import InputSetting, Scalar, is_sane
from wrldbldr.domain.text import PROMPT_LIMIT, checked_text
from wrldbldr.domain.workflow import Bindings, NodeInput
from wrldbldr.services.analysis import offered
from wrldbldr.services.workflow_mapping import OPTION_LIMIT, other_inputs

NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?")
SHOWN = 60
WORDS = {"cfg": "guidance", "sampler_name": "sampler", "denoise": "denoising", "lora_name": "LoRA", "vae_name": "VAE"}
"""What painters call it; anything else goes by its own name."""
ON, OFF = "on", "off"


class InputKind(StrEnum):
    """Which control fits an input."""

    NUMBER = "number"
    CHOICE = "choice"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class InputField:
    """One input that can be set; `value` is what the workflow was saved with, `options` what the server takes.

    Bounds and options are known only while the server is; without them every value of the kind is taken.
    """

    input: NodeInput
    title: str
    kind: InputKind
    value: Scalar
    is_whole: bool = False
    is_long: bool = False
    minimum: float | int | None = None
    maximum: float | int | None = None
    step: float | int | None = None
    options: tuple[JsonValue, ...] = ()

    @property
    def word(self) -> str:
        """`steps`, `guidance`."""
        name = self.input.input_name
        return WORDS.get(name) or name.replace("_", " ")

    @property
    def label(self) -> str:
        """`KSampler steps`."""
        return f"{self.title} {self.word}"

    @property
    def key(self) -> str:
        """How a form calls it."""
        return key_of_input(self.input)

    def choices(self) -> tuple[str, ...]:
        """What a list shows: not more than anybody reads, and always what is chosen."""
        texts = [text_of(option) for option in self.options if isinstance(option, str | int | float)]
        return tuple(dict.fromkeys([*texts[:OPTION_LIMIT], text_of(self.value)]))


def input_fields(graph: Graph, bindings: Bindings, catalogue: NodeCatalogue | None) -> Iterator[InputField]:
    """Every input that takes nothing of ours, in the order of the graph."""
    for place in other_inputs(graph, bindings):
        node = graph[place.node_id]
        value = node["inputs"][place.input_name]
        spec = catalogue.input(node["class_type"], place.input_name) if catalogue else None
        if isinstance(value, str | int | float):
            yield _field(place, title_of(graph, place.node_id), value, spec)


def checked_value(field: InputField, value: JsonValue) -> Scalar:
    """`value` as ComfyUI takes it. Raises InvalidInputError with a sentence for what is of another kind, or out of bounds."""
    if field.kind is InputKind.CHOICE:
        return _checked_choice(field, value)
    if field.kind is InputKind.SWITCH:
        if not isinstance(value, bool):
            raise _refusal(field, "is either on or off.")
        return value
    if field.kind is InputKind.TEXT:
        if not isinstance(value, str):
            raise _refusal(field, "is a text.")
        return _checked_text(field, value)
    return _checked_number(field, value)


def typed_value(field: InputField, text: str) -> Scalar:
    """What somebody typed or chose. An empty number is the workflow's own. Raises InvalidInputError."""
    if field.kind is InputKind.SWITCH:
        return checked_value(field, text == ON)
    if field.kind is not InputKind.NUMBER:
        return checked_value(field, text)
    typed = "".join(text.split()).replace(",", ".")
    if not typed:
        return field.value
    if not NUMBER.fullmatch(typed):
        raise _refusal(field, f"is a {'whole ' if field.is_whole else ''}number.")
    return checked_value(field, int(typed) if typed.lstrip("+-").isdecimal() else float(typed))


def checked_settings(
    fields: Iterable[InputField], settings: Iterable[tuple[NodeInput, JsonValue]]
) -> tuple[tuple[InputSetting, ...], dict[str, str]]:
    """What was set, as ComfyUI takes it, and a sentence for each input that cannot be set to that. The last word counts."""
    known = {field.input: field for field in fields}
    taken, sentences = dict[NodeInput, InputSetting](), dict[str, str]()
    for place, value in settings:
        key = key_of_input(place)
        if place not in known:
            sentences[key] = f"{place.input_name[:SHOWN]} of node {place.node_id[:SHOWN]} cannot be set here."
            continue
        try:
            checked = checked_value(known[place], value)
        except InvalidInputError as error:
            sentences[key] = error.message
        else:
            taken[place] = InputSetting(node_id=place.node_id, input_name=place.input_name, value=checked)
    return tuple(taken.values()), sentences


def with_settings(graph: Graph, settings: Iterable[InputSetting]) -> Graph:
    """A copy of the graph that holds these values."""
    changed = deepcopy(graph)
    for setting in settings:
        changed[setting.node_id]["inputs"][setting.input_name] = setting.value
    return changed


def key_of_input(place: NodeInput) -> str:
    """How a form calls an input, and a refusal of its value."""
    return f"inputs.{place.node_id}.{place.input_name}"


def text_of(value: Scalar) -> str:
    """A value as a form holds it."""
    if isinstance(value, bool):
        return ON if value else OFF
    return str(value)


def _field(place: NodeInput, title: str, value: Scalar, spec: InputSpec | None) -> InputField:
    """The server knows better what it takes than the value shows: 7 may stand for 7.0."""
    kind = _kind(value, spec)
    if spec is None:
        return InputField(place, title, kind, value, is_whole=type(value) is int)
    return InputField(
        place,
        title,
        kind,
        value,
        is_whole=spec.type == "INT" or (spec.type != "FLOAT" and type(value) is int),
        is_long=spec.is_multiline,
        minimum=spec.minimum,
        maximum=spec.maximum,
        step=spec.step,
        options=spec.choices,
    )


def _kind(value: Scalar, spec: InputSpec | None) -> InputKind:
    if spec is not None and spec.type == COMBO and spec.choices:
        return InputKind.CHOICE
    if isinstance(value, bool) or (spec is not None and spec.type == "BOOLEAN"):
        return InputKind.SWITCH
    return InputKind.TEXT if isinstance(value, str) else InputKind.NUMBER


def _checked_choice(field: InputField, value: JsonValue) -> Scalar:
    if not isinstance(value, str | int | float):
        raise _refusal(field, "is chosen out of a list.")
    if type(value) is type(field.value) and value == field.value:
        return field.value
    texts = tuple(text_of(option) for option in field.options if isinstance(option, str | int | float))
    found = offered(text_of(value), texts)
    for option in field.options:
        if isinstance(option, str | int | float) and found and text_of(option) == found:
            return option
    raise _refusal(field, f"cannot be {text_of(value)[:SHOWN]}. Choose one in the list.")


def _checked_text(field: InputField, value: str) -> str:
    try:
        checked_text(value, field=field.key, limit=PROMPT_LIMIT)
    except InvalidInputError as error:
        raise _refusal(field, f"holds at most {PROMPT_LIMIT:,} characters, all of which can be shown.") from error
    return value.replace("\r\n", "\n")


def _checked_number(field: InputField, value: JsonValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_sane(value):
        raise _refusal(field, f"is a {'whole ' if field.is_whole else ''}number.")
    if field.is_whole:
        if value != int(value):
            raise _refusal(field, "is a whole number.")
        value = int(value)
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise _refusal(field, f"{_bounds(low, high)}; {value:,} is not possible.")
    return value


def _bounds(low: float | None, high: float | None) -> str:
    if low is None:
        return f"is at most {plain(high or 0)}"
    return f"is at least {plain(low)}" if high is None else f"is {plain(low)} to {plain(high)}"


def plain(number: float) -> str:
    """Without a fraction that is none: `10,000`, `0.05`."""
    return f"{int(number):,}" if math.isfinite(number) and number == int(number) else f"{number:,}"


def _refusal(field: InputField, sentence: str) -> InvalidInputError:
    return InvalidInputError(field.key, f"{field.label[: 2 * SHOWN]} {sentence}")
