"""A client, its websocket and ears to wait with: what a contract test holds of one ComfyUI."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from uuid import UUID, uuid4

from tests.comfyui.graphs import model_free
from wrldbldr.comfyui.client import ComfyUIClient
from wrldbldr.comfyui.graph import Graph, Node
from wrldbldr.comfyui.messages import ExecutionStarted, Finished, Heard
from wrldbldr.comfyui.port import Accepted, History
from wrldbldr.comfyui.progress import PromptProgress
from wrldbldr.comfyui.socket import ComfyUISocket
from wrldbldr.kit.clock import Clock

PATIENCE_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.05

T = TypeVar("T")


@dataclass
class Outside:
    """One ComfyUI, seen by one client. Every prompt it hands over is listed in `ours`."""

    client: ComfyUIClient
    socket: ComfyUISocket
    clock: Clock
    heard: list[Heard] = field(default_factory=list[Heard])
    ours: list[UUID] = field(default_factory=list[UUID])

    async def submit(self, graph: Graph) -> UUID:
        """Hand over a prompt under a fresh id."""
        prompt_id = uuid4()
        await self.resubmit(graph, prompt_id)
        return prompt_id

    async def resubmit(self, graph: Graph, prompt_id: UUID) -> Accepted:
        """Hand over a prompt under this id."""
        self.ours.append(prompt_id)
        return await self.client.queue_prompt(graph, prompt_id)

    async def until(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """The first thing `look` finds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (found := await look()) is None:
                await self.clock.sleep(LOOK_AGAIN_SECONDS)
            return found

    async def hears(self, message: Heard) -> None:
        """Wait for exactly this message."""

        async def look() -> bool | None:
            return message in self.heard or None

        await self.until(look)

    async def starts(self, prompt_id: UUID) -> None:
        """Wait until the prompt runs."""
        await self.hears(ExecutionStarted(prompt_id=prompt_id))

    async def ends(self, prompt_id: UUID) -> History:
        """Wait until the websocket says it ended; its history must exist then."""
        await self.hears(Finished(prompt_id=prompt_id))
        history = await self.client.history(prompt_id)
        assert history, "the history does not exist though the prompt is finished"
        return history

    def progress(self, prompt_id: UUID, graph: Graph) -> tuple[list[int], PromptProgress]:
        """Every percentage a person would have seen."""
        progress, percents = PromptProgress(prompt_id, graph), list[int]()
        for message in self.heard:
            if progress.hear(message):
                percents.append(progress.percent)
        return percents, progress

    async def slow_graph(self, seconds: float = 30.0) -> Graph:
        """A graph that keeps the server busy: with its test node, or by blurring large pictures again and again."""
        catalogue = await self.client.catalogue()
        graph = model_free()
        if catalogue.has("TestSlow"):
            graph["3"] = slow_node(seconds)
            graph["9"]["inputs"]["images"] = ["3", 0]
            return graph
        graph = model_free(size=2048, colour=uuid4().int % 0xFFFFFF)
        last = "2"
        for number in range(20, 20 + int(seconds * 2)):
            inputs = {"image": [last, 0], "blur_radius": 31, "sigma": 1.0 + number / 10}
            graph[str(number)] = cast(Node, {"class_type": "ImageBlur", "inputs": inputs})
            last = str(number)
        graph["9"]["inputs"]["images"] = [last, 0]
        return graph

    async def clear_away(self) -> None:
        """Leave nothing of ours behind."""
        for prompt_id in self.ours:
            await self.client.cancel(prompt_id)
            await self.client.forget(prompt_id)


def slow_node(seconds: float) -> Node:
    """The test node: `seconds` in steps of a tenth."""
    inputs = {
        "image": ["2", 0],
        "seconds": seconds,
        "steps": max(2, int(seconds * 10)),
        "mode": "sleep",
        "preview": True,
        "seed": uuid4().int % 2**53,
    }
    return cast(Node, {"class_type": "TestSlow", "inputs": inputs})
