"""Finds out what became of a prompt whose answer, messages or server were lost."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.comfyui.errors import UnexpectedAnswerError
from wrldbldr.comfyui.port import ComfyUI, History, QueueSnapshot
from wrldbldr.kit.clock import Clock

SECOND_LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Running:
    """The server works on it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It waits on the server behind `ahead` prompts of others."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Finished:
    """It ended, one way or another."""

    history: History


@dataclass(frozen=True, slots=True)
class Gone:
    """The server knows nothing of it: never taken, deleted, or lost in a restart."""


Whereabouts = Running | Pending | Finished | Gone


async def whereabouts(
    comfy: ComfyUI,
    prompt_id: UUID,
    clock: Clock,
    *,
    ours: Collection[UUID] = (),
    saw: Callable[[QueueSnapshot], object] = lambda _: None,
) -> Whereabouts:
    """Where the prompt is. `ours` are ids that do not count as others ahead of it. Raises what `comfy` raises.

    Gone is said only after two looks, two seconds apart: the server may still be taking a request that timed out.
    `saw` is shown the queue of each look. A queue that is too long to be read, or refused, tells nothing: then the
    history alone is believed, and what it does not know is taken to be running.
    """

    async def look() -> Whereabouts:
        """Queue first: a prompt moves from queue to history, so the other way round it could be missed in both."""
        try:
            queue = await comfy.queue()
        except UnexpectedAnswerError:
            history = await comfy.history(prompt_id)
            return Finished(history) if history else Running()
        saw(queue)
        if queue.is_running(prompt_id):
            return Running()
        if queue.is_pending(prompt_id):
            return Pending(sum(not prompt.is_one_of(ours) for prompt in queue.ahead_of(prompt_id)))
        history = await comfy.history(prompt_id)
        return Finished(history) if history else Gone()

    found = await look()
    if isinstance(found, Gone):
        await clock.sleep(SECOND_LOOK_SECONDS)
        found = await look()
    return found
