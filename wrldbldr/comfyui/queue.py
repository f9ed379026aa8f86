"""What ComfyUI's own queue holds, in the order in which it will run."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID


@dataclass(frozen=True, slots=True)
class QueuedPrompt:
    """One prompt on the server. Foreign ones may carry any text as their id, and as the name of who handed them in."""

    prompt_id: str
    number: float
    client_id: str = ""

    def is_one_of(self, prompt_ids: Collection[UUID]) -> bool:
        """Whether this is a prompt of ours."""
        return self.prompt_id in {str(prompt_id) for prompt_id in prompt_ids}


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """One look at the queue; `running` and `pending` are sorted into execution order."""

    running: tuple[QueuedPrompt, ...] = ()
    pending: tuple[QueuedPrompt, ...] = ()

    def is_running(self, prompt_id: UUID) -> bool:
        """Whether the server is working on it."""
        return any(prompt.prompt_id == str(prompt_id) for prompt in self.running)

    def is_pending(self, prompt_id: UUID) -> bool:
        """Whether it waits on the server."""
        return any(prompt.prompt_id == str(prompt_id) for prompt in self.pending)

    def is_of(self, client_id: UUID, prompt_id: UUID) -> bool:
        """Whether it is there, and was handed in by that client."""
        wanted = (str(client_id), str(prompt_id))
        return any((prompt.client_id, prompt.prompt_id) == wanted for prompt in self.running + self.pending)

    def ahead_of(self, prompt_id: UUID) -> tuple[QueuedPrompt, ...]:
        """Everything that runs before it, in order; the whole queue when it is not there."""
        ahead = list(self.running)
        for prompt in self.pending:
            if prompt.prompt_id == str(prompt_id):
                break
            ahead.append(prompt)
        return tuple(prompt for prompt in ahead if prompt.prompt_id != str(prompt_id))

    def only(self, ours: Collection[UUID]) -> "QueueSnapshot":
        """Only what we put there."""
        names = {str(prompt_id) for prompt_id in ours}
        return QueueSnapshot(
            running=tuple(prompt for prompt in self.running if prompt.prompt_id in names),
            pending=tuple(prompt for prompt in self.pending if prompt.prompt_id in names),
        )


def parse_queue(raw: dict[str, object]) -> QueueSnapshot:
    """The snapshot in a parsed GET /queue, whose pending list is a heap: sorted by number, then id, as the server pops."""
    return QueueSnapshot(running=_sorted(raw.get("queue_running")), pending=_sorted(raw.get("queue_pending")))


def _sorted(raw: object) -> tuple[QueuedPrompt, ...]:
    if not isinstance(raw, list):
        return ()
    prompts = [prompt for entry in cast(list[object], raw) for prompt in _prompt(entry)]
    return tuple(sorted(prompts, key=lambda prompt: (prompt.number, prompt.prompt_id)))


def _prompt(entry: object) -> Iterable[QueuedPrompt]:
    """An item is `[number, prompt id, graph, extra data, outputs]`; what is not is passed over."""
    if isinstance(entry, list | tuple):
        fields = cast(list[object], entry)
        if len(fields) > 1 and isinstance(fields[0], int | float):
            yield QueuedPrompt(str(fields[1]), number_of(fields[0]), _client_of(fields))


def _client_of(fields: list[object]) -> str:
    extra = fields[3] if len(fields) > 3 else None
    return str(cast(dict[str, object], extra).get("client_id", "")) if isinstance(extra, dict) else ""


def number_of(raw: object) -> float:
    """The number a server gives a prompt; 0 for what is none, or too large to be one."""
    try:
        number = float(raw) if isinstance(raw, int | float) else 0.0
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) else 0.0
