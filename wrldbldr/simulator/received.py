"""Remembers which prompts ran and which picture each input was handed, so that a test can ask what arrived."""

from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

from wrldbldr.simulator.documents import JsonObject
from wrldbldr.simulator.values import Pictures, Value

REMEMBERED = 1000


@dataclass(frozen=True)
class Receipt:
    """One picture that arrived at one input. `sha256` is of the uploaded file, or of the pixels if made on the way."""

    prompt_id: str
    node_id: str
    input: str
    sha256: str

    def document(self) -> JsonObject:
        """The receipt as JSON."""
        return asdict(self)


class Received:
    """The newest of both, oldest first; a restart forgets neither.

    The ids of prompts are also written to the `journal`, a line each, so that they outlast the death of the process.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self._journal = journal
        self._receipts: deque[Receipt] = deque(maxlen=REMEMBERED)
        self._executed: deque[str] = deque(maxlen=REMEMBERED)

    @property
    def executed(self) -> list[str]:
        """The ids of the prompts whose execution began, an id as often as it ran."""
        return list(self._executed)

    def note_prompt(self, prompt_id: str) -> None:
        """Remember that a prompt begins to run."""
        self._executed.append(prompt_id)
        if self._journal is not None:
            with self._journal.open("a") as journal:
                journal.write(f"{prompt_id}\n")

    @property
    def receipts(self) -> list[Receipt]:
        """All that are remembered."""
        return list(self._receipts)

    def note(self, prompt_id: str, node_id: str, name: str, value: Value) -> None:
        """Remember the pictures of one input, one receipt each; other values are not noted."""
        if isinstance(value, Pictures):
            self._receipts.extend(Receipt(prompt_id, node_id, name, picture.sha256) for picture in value.batch)

    def clear(self) -> None:
        """Forget all of it."""
        self._receipts.clear()
        self._executed.clear()
