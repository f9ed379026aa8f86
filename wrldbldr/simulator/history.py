"""What became of each prompt: in memory only, gone at restart."""

from dataclasses import dataclass, field

from wrldbldr.simulator.documents import Json, JsonObject, empty_object
from wrldbldr.simulator.queue import QueuedPrompt

HISTORY_LIMIT = 10_000  # ComfyUI's own; the oldest entry goes


@dataclass
class HistoryEntry:
    """One finished prompt: what it was, what it made, and how it ended."""

    prompt: QueuedPrompt
    succeeded: bool = True
    outputs: JsonObject = field(default_factory=empty_object)
    meta: JsonObject = field(default_factory=empty_object)
    messages: list[tuple[str, JsonObject]] = field(default_factory=list[tuple[str, JsonObject]])

    def status(self) -> JsonObject:
        """How it ended; an interrupted prompt is an "error" whose last message tells the difference."""
        messages: list[Json] = [[event, data] for event, data in self.messages]
        status_str = "success" if self.succeeded else "error"
        return {"status_str": status_str, "completed": self.succeeded, "messages": messages}

    def document(self) -> JsonObject:
        """The entry as /history shows it."""
        prompt = self.prompt.document()
        return {"prompt": prompt, "outputs": self.outputs, "status": self.status(), "meta": self.meta}


class History:
    """Finished prompts by id; a prompt id used twice keeps the later entry."""

    def __init__(self) -> None:
        self._entries: dict[str, HistoryEntry] = {}

    @property
    def entries(self) -> list[HistoryEntry]:
        """All of them, oldest first."""
        return list(self._entries.values())

    def add(self, entry: HistoryEntry) -> None:
        """Remember a finished prompt."""
        while len(self._entries) > HISTORY_LIMIT:
            del self._entries[next(iter(self._entries))]
        self._entries[entry.prompt.prompt_id] = entry

    def get(self, prompt_id: str) -> HistoryEntry | None:
        """The entry of that id; None while it waits or runs, or when nobody knows it."""
        return self._entries.get(prompt_id)

    def page(self, max_items: int | None, offset: int) -> list[HistoryEntry]:
        """`max_items` entries from `offset` on; a negative offset means the newest ones."""
        entries = self.entries
        if max_items is None:
            return entries[max(offset, 0) :]
        start = max(offset if offset >= 0 else len(entries) - max_items, 0)
        return entries[start : start + max_items]

    def delete(self, prompt_id: str) -> None:
        """Forget one entry; an unknown id is no error."""
        self._entries.pop(prompt_id, None)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
