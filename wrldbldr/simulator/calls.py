"""What a node is handed when it runs, and what it gives back."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ParamSpec, Protocol, TypeVar

from wrldbldr.kit.clock import Clock
from wrldbldr.simulator.documents import JsonObject, empty_object
from wrldbldr.simulator.storage import Storage
from wrldbldr.simulator.values import Value

T = TypeVar("T", bound=Value)
P = ParamSpec("P")
R = TypeVar("R")


class NodeInputError(Exception):
    """A node was handed a value it can do nothing with."""


@dataclass(frozen=True)
class NodeResult:
    """A node's outputs in the order of its slots, and what it shows in the interface (SaveImage's file names)."""

    values: tuple[Value, ...] = ()
    shown: JsonObject = field(default_factory=empty_object)


class Inputs:
    """A node's input values by name, read with the type the node needs."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def get(self, name: str, kind: type[T]) -> T:
        """The value of a required input. Raises NodeInputError when it is missing or of another type."""
        value = self._values.get(name)
        if not isinstance(value, kind):
            raise NodeInputError(f"{name} should be {kind.__name__}, but is {type(value).__name__}")
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """The value of an optional input, or None when it is not connected."""
        return self.get(name, kind) if name in self._values else None

    def literal(self, name: str) -> Value:
        """A required value of whatever type. Raises NodeInputError when it is missing."""
        if name not in self._values:
            raise NodeInputError(f"{name} is missing")
        return self._values[name]

    def number(self, name: str) -> float:
        """A FLOAT, which may have come down a link as an INT. Raises NodeInputError as `get` does."""
        value = self._values.get(name)
        return float(value) if isinstance(value, int) else self.get(name, float)


class Pacing(Protocol):
    """What the executor lends a running node."""

    async def pause(self, seconds: float) -> None:
        """Let `seconds` pass. Raises InterruptedPromptError when somebody interrupts meanwhile."""
        ...

    def tick(self, value: int, total: int, preview_jpeg: bytes | None) -> None:
        """Say that `value` of `total` steps are done, with a picture of how it looks."""
        ...

    async def wedge(self) -> None:
        """The worker dies quietly: this never returns, and nothing is executed again."""
        ...

    def die(self) -> None:
        """The whole process dies at once."""
        ...


@dataclass(frozen=True)
class Call:
    """One run of one node."""

    prompt_id: str
    node_id: str
    inputs: Inputs
    prompt: JsonObject  # the whole graph, which SaveImage hides in the file
    extra_data: JsonObject
    storage: Storage
    clock: Clock
    pacing: Pacing
    seconds_per_step: float
    wants_previews: bool

    async def in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do slow work beside the event loop."""
        return await asyncio.to_thread(work, *args, **kwargs)
