"""A batch in hand. While its pictures are fetched and stored, ComfyUI is free for the next one."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from wrldbldr.services.claims import Assignment
from wrldbldr.services.watch import PromptWatch


class Turn:
    """From the claim of a batch until it is stored, or given up. `in_hand` are the others; they hear by `on_change`.

    `is_off_comfyui` once its last prompt has ended there. `may_be_unwanted` when it has to be looked up before the next
    prompt is sent: not right after the claim, unless somebody has called meanwhile. `prompts` are those that ComfyUI has
    had, or is to get; `lost` those that it may have had, and that nobody waits for any more. `uploaded` are the files
    that were brought there for it, each with the name it goes by there.
    """

    def __init__(self, assignment: Assignment, in_hand: Iterable["Turn"], on_change: Callable[[], None]) -> None:
        self.assignment = assignment
        self.is_off_comfyui = False
        self.may_be_unwanted = assignment.is_resumed
        self.prompts = {submission.prompt_id for submission in assignment.submissions}
        self.lost = set(assignment.lost)
        self.uploaded = dict[str, str]()
        self.over = asyncio.Event()
        self._watch: PromptWatch | None = None
        self._earlier = [turn.over for turn in in_hand if _begun(turn.assignment) < _begun(assignment)]
        self._on_change = on_change

    def follow(self, watch: PromptWatch) -> None:
        """This is the prompt that is handed over, or followed, now."""
        self._watch = watch

    def replace(self, lost: UUID, fresh: UUID) -> None:
        """A prompt that ComfyUI lost, whatever it said of it before, is handed over as another one."""
        self.is_off_comfyui = False
        self.prompts.remove(lost)
        self.prompts.add(fresh)
        self.lost.add(lost)

    def nudge(self) -> None:
        """Somebody may have withdrawn the batch."""
        self.may_be_unwanted = True
        if self._watch is not None:
            self._watch.nudge()

    def leave_comfyui(self) -> None:
        """Its last prompt has ended on ComfyUI: another may be handed over."""
        if not self.is_off_comfyui:
            self.is_off_comfyui = True
            self._on_change()

    async def come_after(self) -> None:
        """Wait until earlier ones are over: pictures are numbered, and shown, in the order they were begun."""
        for over in self._earlier:
            await over.wait()

    def end(self) -> None:
        """It is stored, or given up, or left to be resumed."""
        self.over.set()
        self._on_change()


def _begun(assignment: Assignment) -> tuple[datetime | None, float]:
    """By this those in hand are sorted; every one of them was begun."""
    return assignment.batch.started_at, assignment.batch.rank
