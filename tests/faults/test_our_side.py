"""What fails on our side: the disk is full, another program holds the database."""

import errno
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.simulator import SimulatorServer
from tests.faults.rig import Rig, open_rig, soon
from wrldbldr.media.store import MediaStore


class FillableStore(MediaStore):
    """Writes until the disk is full."""

    is_full = False

    def _write(self, file: Path, content: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super()._write(file, content)


@pytest.fixture
def store(tmp_path: Path) -> FillableStore:
    return FillableStore(tmp_path / "media")


@pytest.fixture
async def rig(
    tmp_path: Path, empty_database: Path, server: SimulatorServer, store: FillableStore
) -> AsyncGenerator[Rig]:
    async with open_rig(tmp_path, empty_database, server.url, store=store) as rig:
        yield rig


async def test_a_full_disk_fails_the_batch_with_the_reason_and_a_retry_paints_it(
    rig: Rig, server: SimulatorServer, store: FillableStore
) -> None:
    store.is_full = True
    batch = await rig.end(await rig.ask("a lighthouse", 2))
    assert batch.status == "failed"
    assert batch.failure is not None
    assert batch.failure.details == {"Reason": "No space left on device"}
    assert await rig.assets(batch.id) == []

    store.is_full = False
    await rig.queue.retry(rig.master.who, batch.id)

    await rig.end(batch.id)
    await rig.require_pictures(batch.id)


@pytest.mark.parametrize(
    "seconds", [0.1, 0.4, 1.5], ids=["shorter_than_we_wait", "a_little_longer_than_we_wait", "much_longer_than_we_wait"]
)
async def test_a_batch_outlasts_another_program_that_holds_the_database(
    rig: Rig, server: SimulatorServer, tmp_path: Path, seconds: float
) -> None:
    batch_id = await rig.ask("a lighthouse", 2)
    await rig.until(lambda _: bool(server.executed), batch_id)

    with closing(sqlite3.connect(tmp_path / "wrldbldr.sqlite3", isolation_level=None)) as other:
        other.execute("begin immediate")
        await soon(seconds)
        other.execute("rollback")

    await rig.end(batch_id)
    await rig.require_pictures(batch_id)
    assert len(server.executed) == 1
    await rig.require_next_one_to_be_painted()
