"""How a node class is described: its inputs, its outputs, and what /object_info says of it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from wrldbldr.simulator.calls import Call, NodeResult
from wrldbldr.simulator.documents import Json, JsonObject

Run = Callable[[Call], Awaitable[NodeResult]]
Check = Callable[[str], str | None]


@dataclass(frozen=True)
class Input:
    """One input of a node class: a type name, or the choices of a list (a function when they change)."""

    name: str
    type: str | tuple[str, ...] | Callable[[], list[str]]
    options: JsonObject | None = None
    category: Literal["required", "optional", "hidden"] = "required"
    check: Check | None = None  # ComfyUI's VALIDATE_INPUTS: says what is wrong with a value

    @property
    def choices(self) -> list[str] | None:
        """The values of a list input, or None for any other input."""
        if isinstance(self.type, str):
            return None
        return self.type() if callable(self.type) else list(self.type)

    @property
    def type_document(self) -> Json:
        """The input's type as /object_info and validation errors show it."""
        if isinstance(self.type, str):
            return self.type
        choices: list[Json] = [*(self.choices or [])]
        return choices

    @property
    def document(self) -> Json:
        """The input as /object_info shows it."""
        if self.category == "hidden":
            return self.type_document
        return [self.type_document] if self.options is None else [self.type_document, self.options]


@dataclass(frozen=True)
class NodeClass:
    """One class of node. `modern` marks those ComfyUI has rewritten to its V3 interface; they say a little more."""

    name: str
    run: Run
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...] = ()
    output_names: tuple[str, ...] | None = None
    display_name: str | None = None
    category: str = "image"
    python_module: str = "nodes"
    is_output: bool = False
    is_deprecated: bool = False
    modern: bool = False
    fingerprint: Callable[[JsonObject], str] | None = None  # ComfyUI's IS_CHANGED: what else the result depends on

    def document(self) -> JsonObject:
        """What /object_info says of the class."""
        groups: dict[str, dict[str, Json]] = {}
        for given in self.inputs:
            groups.setdefault(given.category, {})[given.name] = given.document
        outputs: list[Json] = [*self.outputs]
        described: JsonObject = {
            "input": {category: inputs for category, inputs in groups.items()},
            "input_order": {category: [*inputs] for category, inputs in groups.items()},
            "output": outputs,
            "output_is_list": [False for _ in self.outputs],
            "output_name": [*(self.output_names or self.outputs)],
            "name": self.name,
            "display_name": self.display_name or (None if self.modern else self.name),
            "description": "",
            "python_module": self.python_module,
            "category": self.category,
            "output_node": self.is_output,
        }
        if self.modern:
            described |= {"output_tooltips": [None for _ in self.outputs], "output_matchtypes": None}
            described |= {"deprecated": False, "experimental": False, "api_node": False}
        if self.is_deprecated:
            described["deprecated"] = True
        return described


Registry = Mapping[str, NodeClass]


def registry_of(classes: Iterable[NodeClass]) -> Registry:
    """The classes by name."""
    return MappingProxyType({node_class.name: node_class for node_class in classes})
