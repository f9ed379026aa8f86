"""What the random run finds in the app's database and folder, as another program sees them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.faults.pictures import expected, stored
from wrldbldr.media.store import MediaStore

TERMINAL = {"ready", "failed", "cancelled"}


@dataclass(frozen=True)
class Entry:
    """A batch as it is stored."""

    status: str
    prompt: str
    count: int
    seed: int
    failure: str
    completed_at: str | None
    hashes: tuple[str, ...]
    prompt_ids: frozenset[str]

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL


class Ledger:
    """Reads; never writes."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "wrldbldr.sqlite3"
        self._store = MediaStore(data_dir / "media")

    def entry(self, batch_id: str) -> Entry:
        """A batch with its pictures and prompts."""
        key = UUID(batch_id).hex
        query = "select status, prompt, count, seed, coalesce(failure, ''), completed_at from batch where id = ?"
        ((status, prompt, count, seed, failure, completed_at),) = self._rows(query, key)
        hashes = self._rows("select content_hash from asset where batch_id = ? order by batch_index", key)
        prompts = self._rows("select prompt_id from submission where batch_id = ?", key)
        return Entry(
            status=status,
            prompt=prompt,
            count=count,
            seed=seed,
            failure=failure,
            completed_at=completed_at,
            hashes=tuple(name for (name,) in hashes),
            prompt_ids=frozenset(str(UUID(name)) for (name,) in prompts),
        )

    def open_count(self) -> int:
        """How many batches are neither painted nor given up."""
        return int(self._rows("select count(*) from batch where status in ('queued', 'generating')")[0][0])

    def require_right(self, entry: Entry) -> None:
        """Fail unless a batch has exactly the pictures it should have."""
        assert entry.is_over
        assert entry.completed_at is not None
        found = [stored(self._store.path(name).read_bytes()) for name in entry.hashes]
        assert found == (expected(entry.prompt, entry.seed, entry.count) if entry.status == "ready" else []), entry

    def _rows(self, query: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=20)) as connection:
            return connection.execute(query, values).fetchall()
