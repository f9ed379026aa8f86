"""Which node classes a ComfyUI offers and what each input takes (its /object_info), whichever way it writes them."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

logger = logging.getLogger(__name__)

COMBO = "COMBO"
WIDGET_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", COMBO})


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a node class. `choices` are the server's own values; `options` the same as text."""

    name: str
    type: str
    is_required: bool
    choices: tuple[JsonValue, ...] = ()
    default: JsonValue = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    step: float | int | None = None
    is_multiline: bool = False
    is_image_upload: bool = False
    is_seed: bool = False
    is_socket_only: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """What a combo offers, as text."""
        return tuple(str(choice) for choice in self.choices)

    @property
    def is_widget(self) -> bool:
        """True when a person can type or choose the value; False for what only another node can give."""
        return (self.type in WIDGET_TYPES or bool(self.choices)) and not self.is_socket_only


@dataclass(frozen=True, slots=True)
class NodeClass:
    """One class of node; `inputs` in the order the server lists them, hidden ones left out."""

    name: str
    title: str
    inputs: Mapping[str, InputSpec]
    output_types: tuple[str, ...]
    output_names: tuple[str, ...]
    is_output: bool
    category: str = ""


@dataclass(frozen=True, slots=True)
class NodeCatalogue:
    """Everything the server can run, by class name."""

    classes: Mapping[str, NodeClass] = field(default_factory=dict[str, NodeClass], repr=False)

    def has(self, class_type: str) -> bool:
        """Whether the server has this class."""
        return class_type in self.classes

    def find(self, class_type: str) -> NodeClass | None:
        """The class, or None when the server does not have it."""
        return self.classes.get(class_type)

    def input(self, class_type: str, input_name: str) -> InputSpec | None:
        """One input of a class, or None when the server knows neither."""
        node_class = self.classes.get(class_type)
        return node_class.inputs.get(input_name) if node_class else None

    def options(self, class_type: str, input_name: str) -> tuple[str, ...]:
        """What a combo offers in the server's spelling; empty for anything else."""
        spec = self.input(class_type, input_name)
        return spec.options if spec else ()

    def missing(self, class_types: Iterable[str]) -> tuple[str, ...]:
        """Those of `class_types` the server lacks, each once, in the order given."""
        return tuple(name for name in dict.fromkeys(class_types) if name not in self.classes)


def parse_catalogue(raw: Mapping[str, object]) -> NodeCatalogue:
    """The catalogue in a parsed /object_info; a class we cannot make sense of is kept with what we understood of it."""
    classes: dict[str, NodeClass] = {}
    for name, value in raw.items():
        if isinstance(value, dict):
            classes[name] = _node_class(name, cast(dict[str, object], value))
        else:
            logger.debug("ComfyUI lists the node class %s in a shape we do not know", name)
    return NodeCatalogue(classes)


def _node_class(name: str, fields: dict[str, object]) -> NodeClass:
    return NodeClass(
        name=name,
        title=_text(fields.get("display_name")) or name,
        inputs={spec.name: spec for spec in _inputs(fields)},
        output_types=_texts(fields.get("output")),
        output_names=_texts(fields.get("output_name")),
        is_output=fields.get("output_node") is True,
        category=_text(fields.get("category")),
    )


def _inputs(fields: dict[str, object]) -> Iterator[InputSpec]:
    sections = _mapping(fields.get("input"))
    orders = _mapping(fields.get("input_order"))
    for section in ("required", "optional"):
        specs = _mapping(sections.get(section))
        ordered = [name for name in _texts(orders.get(section)) if name in specs]
        for name in dict.fromkeys([*ordered, *specs]):
            spec = _input_spec(name, specs[name], is_required=section == "required")
            if spec is not None:
                yield spec


def _input_spec(name: str, raw: object, *, is_required: bool) -> InputSpec | None:
    """Reads `["INT", {…}]`, `[["a", "b"], {…}]` (V1) and `["COMBO", {"options": ["a", "b"]}]` (V3)."""
    if not isinstance(raw, list | tuple) or not raw:
        return None
    parts = cast(list[object], raw)
    kind = parts[0]
    details = _mapping(parts[1]) if len(parts) > 1 else {}
    if isinstance(kind, list | tuple):
        type_name, choices = COMBO, _choices(cast(object, kind))
    else:
        type_name, choices = str(kind), _choices(details.get("options"))
    return InputSpec(
        name=name,
        type=type_name,
        is_required=is_required,
        choices=choices,
        default=cast(JsonValue, details.get("default")),
        minimum=_number(details.get("min")),
        maximum=_number(details.get("max")),
        step=_number(details.get("step")),
        is_multiline=details.get("multiline") is True,
        is_image_upload=details.get("image_upload") is True,
        is_seed=bool(details.get("control_after_generate")) or (type_name == "INT" and name in ("seed", "noise_seed")),
        is_socket_only=details.get("forceInput") is True,
    )


def _choices(raw: object) -> tuple[JsonValue, ...]:
    """The values of a combo; a dynamic one lists objects, of which `key` is the value."""
    if not isinstance(raw, list | tuple):
        return ()
    values: list[JsonValue] = []
    for entry in cast(list[object], raw):
        value = cast(dict[str, object], entry).get("key") if isinstance(entry, dict) else entry
        if isinstance(value, str | int | float):
            values.append(value)
    return tuple(values)


def _mapping(raw: object) -> dict[str, object]:
    return cast(dict[str, object], raw) if isinstance(raw, dict) else {}


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(str(entry) for entry in cast(list[object], raw)) if isinstance(raw, list | tuple) else ()


def _number(raw: object) -> float | int | None:
    return raw if isinstance(raw, int | float) and not isinstance(raw, bool) else None
