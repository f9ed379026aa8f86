"""One percentage for a prompt, made of everything ComfyUI says about its nodes and steps; it never goes back."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from uuid import UUID

from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.messages import (
    ExecutionStarted,
    Finished,
    Heard,
    NodeExecuted,
    NodeExecuting,
    NodesCached,
    NodeState,
    Progressed,
    ProgressState,
    Status,
    Succeeded,
)

NODES_SHARE = 0.2
STEPS_SHARE = 0.8
LIMIT = 99  # 100 is for whoever has stored the pictures


class Phase(StrEnum):
    """What ComfyUI is at, in words for people."""

    WAITING = "waiting"
    LOADING = "loading the model"
    PAINTING = "painting"
    SAVING = "saving"


class PromptProgress:
    """Hears the messages of one prompt. `percent` is 0 to 99; `step` of `steps` is where the current sampler is."""

    def __init__(self, prompt_id: UUID, graph: Graph) -> None:
        self.percent = 0
        self.phase = Phase.WAITING
        self.step = 0
        self.steps = 0
        self._prompt_id = prompt_id
        self._node_ids = frozenset(graph)
        self._samplers = _samplers(graph)
        self._running = ""
        self._hears_states = False
        self._done: set[str] = set()
        self._parts: dict[str, float] = {}

    def hear(self, message: Heard) -> bool:
        """Take a message in; True when something a person sees has changed. Messages about other prompts change nothing."""
        if isinstance(message, Status) or getattr(message, "prompt_id", None) != self._prompt_id:
            return False
        before = (self.percent, self.phase, self.step, self.steps)
        self._take(message)
        self.percent = max(self.percent, min(LIMIT, int(self._fraction() * 100)))
        return before != (self.percent, self.phase, self.step, self.steps)

    def _take(self, message: Heard) -> None:
        match message:
            case ExecutionStarted():
                self._enter(Phase.LOADING if self._samplers else Phase.PAINTING)
            case NodesCached(nodes=nodes):
                self._finish(*nodes)
            case NodeExecuting(node=node):
                self._begin(node)
            case Progressed(node=node, value=value, maximum=maximum):
                self._step(node, value, maximum)
            case ProgressState(nodes=nodes):
                self._compare(nodes)
            case NodeExecuted(node=node):
                self._finish(node)
            case Succeeded() | Finished():
                self._enter(Phase.SAVING)
            case _:
                pass  # how it ended is read from the history; a preview does not tell how far it is

    def _begin(self, node: str) -> None:
        """Servers before progress_state only say what begins: whatever ran until then is done."""
        if not self._hears_states:
            self._finish(self._running)
        self._running = node

    def _compare(self, nodes: Mapping[str, NodeState]) -> None:
        self._hears_states = True
        for node, state in nodes.items():
            if state.state == "finished":
                self._finish(node)
            elif state.state == "running" and state.value > 0:
                self._step(node, state.value, state.maximum)

    def _step(self, node: str, value: float, maximum: float) -> None:
        """A node that is not a sampler (an upscaler, a tiled decoder) counts only where there is no sampler."""
        if maximum <= 1 or (self._samplers and node not in self._samplers):
            return
        self._parts[node] = max(self._parts.get(node, 0.0), min(1.0, value / maximum))
        if value < maximum or node not in self._done:
            self.step, self.steps = int(value), int(maximum)
        self._enter(Phase.PAINTING)

    def _finish(self, *nodes: str) -> None:
        self._done.update(self._node_ids.intersection(nodes))
        for node in nodes:
            self._parts.pop(node, None)
        if self._samplers and self._samplers <= self._done:
            self._enter(Phase.SAVING)

    def _enter(self, phase: Phase) -> None:
        order = tuple(Phase)
        if order.index(phase) > order.index(self.phase):
            self.phase = phase

    def _fraction(self) -> float:
        nodes = len(self._done) / len(self._node_ids)
        if not self._samplers:
            return nodes + sum(self._parts.values()) / len(self._node_ids)
        steps = sum(1.0 if node in self._done else self._parts.get(node, 0.0) for node in self._samplers)
        return NODES_SHARE * nodes + STEPS_SHARE * steps / len(self._samplers)


def _samplers(graph: Graph) -> frozenset[str]:
    """The nodes that will count steps: samplers take a latent image, or steps and a seed; failing those, steps."""

    def having(is_one: Callable[[frozenset[str]], bool]) -> frozenset[str]:
        return frozenset(node_id for node_id, node in graph.items() if is_one(frozenset(node["inputs"])))

    samplers = having(
        lambda names: "latent_image" in names or ("steps" in names and bool(names & {"seed", "noise_seed"}))
    )
    return samplers or having(lambda names: "steps" in names)
