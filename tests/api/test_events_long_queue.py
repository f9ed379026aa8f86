"""Of a long queue everything is told, and nobody else waits meanwhile: it is read and told a part at a time."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.api.listening import Hearing, Table, laid_table
from tests.fakes.studio import Stage
from wrldbldr.domain.batch import Batch
from wrldbldr.domain.line import Move
from wrldbldr.services.bulletin import EXCERPT

PARTS = 3


@pytest.fixture
async def table(tmp_path: Path, stage: Stage) -> AsyncGenerator[Table]:
    async with laid_table(tmp_path, stage) as table:
        yield table


@pytest.fixture
async def waiting(table: Table) -> list[UUID]:
    """More batches than are read at once, in order."""
    engine, who, request = table.studio.engine, table.studio.who, table.studio.request()
    await engine.queue.pause(who)
    return [(await engine.queue.submit(who, request)).id for _ in range(EXCERPT * (PARTS - 1) + 3)]


async def order_of(hearing: Hearing, told: list[dict[str, Any]]) -> list[str]:
    """The order that a listener knows once it was said at least once."""
    if all(message["type"] != "QueueReordered" for message in told):
        told += await hearing.next_until("QueueReordered")
    return next(message["batch_ids"] for message in reversed(told) if message["type"] == "QueueReordered")


async def test_each_batch_is_told_once_with_its_place(table: Table, waiting: list[UUID]) -> None:
    async with table.listen() as hearing:
        told = await hearing.snapshot()

    queued = [(one["batch_id"], one["position"]) for one in told if one["type"] == "GenerationQueued"]
    assert queued == [(str(batch_id), place) for place, batch_id in enumerate(waiting, start=1)]
    assert await order_of(hearing, told) == [str(batch_id) for batch_id in waiting]


async def test_a_part_is_read_at_a_time_and_of_each_batch_no_more_than_is_told(
    table: Table, waiting: list[UUID], statements: list[tuple[str, Any]]
) -> None:
    async with table.listen() as hearing:
        await hearing.snapshot()

    prompts = [statement for statement, _ in statements if str(Batch.prompt) in statement.casefold()]
    parts = [parameters for statement, parameters in statements if "batch.failure" in statement]
    assert prompts == []
    assert len(parts) == PARTS
    assert all(EXCERPT in parameters for parameters in parts)


async def test_what_is_moved_from_a_part_still_to_be_read_to_one_that_was_is_told_all_the_same(
    table: Table, waiting: list[UUID]
) -> None:
    studio, queue, last = table.studio, table.studio.engine.queue, waiting[-1]
    read = queue.unfinished

    async def read_and_be_overtaken(*asked: Any) -> Any:
        excerpt = await read(*asked)
        if asked[-1] is None:
            await studio.engine.line.move(studio.who, last, Move.TOP)
        return excerpt

    queue.unfinished = read_and_be_overtaken  # type: ignore[method-assign]
    async with table.listen() as hearing:
        told = await hearing.snapshot()
        told += await hearing.next_until("QueueReordered")

    assert [one["type"] for one in told if one.get("batch_id") == str(last)] == ["GenerationQueued"]
    assert await order_of(hearing, told) == [str(batch_id) for batch_id in (last, *waiting[:-1])]
