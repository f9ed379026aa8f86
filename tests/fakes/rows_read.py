"""Which batches the database gave us, and how often."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import event

from wrldbldr.domain.batch import Batch


@contextmanager
def rows_read() -> Generator[list[Batch]]:
    """Every row of a batch that is read in the block."""
    rows: list[Batch] = []

    def note(batch: Batch, _: object) -> None:
        rows.append(batch)

    event.listen(Batch, "load", note)
    try:
        yield rows
    finally:
        event.remove(Batch, "load", note)
