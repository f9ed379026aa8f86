"""Prompts waiting and running, in memory only and in heap order, as ComfyUI keeps them."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass

from wrldbldr.simulator.documents import Json, JsonObject


@dataclass(frozen=True, eq=False)
class QueuedPrompt:
    """One prompt with its place in the order: lower numbers first."""

    number: float
    prompt_id: str
    graph: JsonObject
    extra_data: JsonObject
    outputs: list[str]

    @property
    def client_id(self) -> str | None:
        """Who submitted it and is told about it; None when nobody said."""
        client_id = self.extra_data.get("client_id")
        return None if client_id is None else str(client_id)

    def document(self) -> list[Json]:
        """The five-tuple /queue and /history show."""
        return [self.number, self.prompt_id, self.graph, self.extra_data, [*self.outputs]]

    def __lt__(self, other: "QueuedPrompt") -> bool:
        mine, theirs = (self.number, self.prompt_id), (other.number, other.prompt_id)
        if mine == theirs:  # ComfyUI compares its tuples and comes to the graphs: the trap behind "never send `number`"
            raise TypeError("'<' not supported between instances of 'dict' and 'dict'")
        return mine < theirs


class PromptQueue:
    """A heap of waiting prompts and the running one. `changed` is called at every change ComfyUI announces."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._arrived = asyncio.Event()
        self._pending: list[QueuedPrompt] = []
        self._running: list[QueuedPrompt] = []

    @property
    def remaining(self) -> int:
        """How many are waiting or running."""
        return len(self._pending) + len(self._running)

    @property
    def pending(self) -> list[QueuedPrompt]:
        """Those waiting, in heap order (which is not the order they will run in)."""
        return list(self._pending)

    @property
    def running(self) -> list[QueuedPrompt]:
        """The one being executed, if any."""
        return list(self._running)

    def put(self, prompt: QueuedPrompt) -> None:
        """Queue a prompt. Raises TypeError, with the prompt queued, for an equal number and id."""
        heapq.heappush(self._pending, prompt)
        self._arrived.set()
        self._changed()

    async def take(self) -> QueuedPrompt:
        """Wait for the next prompt and mark it running. Raises TypeError as `put` does."""
        while not self._pending:
            self._arrived.clear()
            await self._arrived.wait()
        prompt = heapq.heappop(self._pending)
        self._running.append(prompt)
        self._changed()
        return prompt

    def finish(self, prompt: QueuedPrompt) -> None:
        """The prompt no longer runs."""
        if prompt in self._running:
            self._running.remove(prompt)
        self._changed()

    def delete(self, prompt_id: str) -> None:
        """Forget one waiting prompt of that id; a running one is left alone."""
        for index, prompt in enumerate(self._pending):
            if prompt.prompt_id == prompt_id:
                del self._pending[index]
                heapq.heapify(self._pending)
                self._changed()
                return

    def clear(self) -> None:
        """Forget everybody's waiting prompts."""
        self._pending.clear()
        self._changed()

    def lose(self) -> None:
        """Forget the waiting and the running: a fault, not something ComfyUI offers."""
        self._running.clear()
        self.clear()
