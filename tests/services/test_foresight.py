"""When pictures will be ready: learned from earlier runs, and nothing where nothing is known."""

from typing import Any
from uuid import UUID

from tests.fakes.engine import begin, fail, finish
from tests.fakes.studio import Studio
from tests.services.graphs import model_free
from tests.services.test_line import FAILURE
from wrldbldr.domain.batch import AssetType
from wrldbldr.domain.estimate import Span
from wrldbldr.services.foresight import FORESIGHT


async def run(studio: Studio, seconds: float, **asked: Any) -> None:
    """One batch that was painted in so many seconds."""
    batch_id = await studio.ask(**asked)
    await begin(studio.engine, batch_id)
    await studio.advance(seconds)
    await finish(studio.engine, batch_id)


async def foreseen(studio: Studio, batch_id: UUID) -> Span | None:
    return (await studio.engine.queue.report(studio.who, batch_id, foresees=True)).ready


async def test_nothing_is_said_before_two_batches_were_painted(studio: Studio) -> None:
    await run(studio, 60)

    assert await foreseen(studio, await studio.ask()) is None


async def test_what_waits_is_ready_when_what_is_before_it_and_it_itself_is_painted(studio: Studio) -> None:
    for seconds in (60, 80):
        await run(studio, seconds)
    first, second, third = [await studio.ask() for _ in range(3)]
    await begin(studio.engine, first)
    await studio.advance(50)

    assert await foreseen(studio, first) == Span(10, 30)
    assert await foreseen(studio, second) == Span(70, 110)
    assert await foreseen(studio, third) == Span(130, 190)


async def test_of_a_batch_that_takes_longer_than_any_nothing_is_said_and_the_next_may_wait_as_long_again(
    studio: Studio,
) -> None:
    for seconds in (60, 80):
        await run(studio, seconds)
    first, second = await studio.ask(), await studio.ask()
    await begin(studio.engine, first)
    await studio.advance(90)

    assert await foreseen(studio, first) is None
    assert await foreseen(studio, second) == Span(60, 160)


async def test_only_runs_of_the_same_workflow_and_size_that_ended_well_count(studio: Studio) -> None:
    other = (await studio.engine.workflows.add(studio.who, "Woodcut", model_free())).id
    for _ in range(2):
        await run(studio, 5, workflow_id=other)
        await run(studio, 7, width=64, height=64)
        failed = await studio.ask()
        await begin(studio.engine, failed)
        await fail(studio.engine, failed, FAILURE)

    assert await foreseen(studio, await studio.ask()) is None


async def test_behind_something_unknown_everything_is(studio: Studio) -> None:
    for seconds in (60, 80):
        await run(studio, seconds)
    first, unknown, last = await studio.ask(), await studio.ask(width=64, height=64), await studio.ask()

    assert await foreseen(studio, first) == Span(60, 80)
    assert await foreseen(studio, unknown) is None
    assert await foreseen(studio, last) is None


async def test_while_the_queue_is_paused_only_what_is_begun_has_an_end(studio: Studio) -> None:
    for seconds in (60, 80):
        await run(studio, seconds)
    first, second = await studio.ask(), await studio.ask()
    await begin(studio.engine, first)
    await studio.engine.queue.pause(studio.who)

    assert await foreseen(studio, first) == Span(60, 80)
    assert await foreseen(studio, second) is None


async def test_what_is_too_far_away_is_not_foreseen(studio: Studio) -> None:
    for seconds in (6, 8):
        await run(studio, seconds)
    batches = [await studio.ask() for _ in range(FORESIGHT + 1)]

    assert await foreseen(studio, batches[-2]) == Span(6 * FORESIGHT, 8 * FORESIGHT)
    assert await foreseen(studio, batches[-1]) is None


async def test_whoever_asks_is_told_where_the_batch_would_stand_and_when_it_would_be_ready(studio: Studio) -> None:
    workflow = (await studio.engine.workflows.defaults(studio.who))[AssetType.PORTRAIT]
    for seconds in (60, 80):
        await run(studio, seconds)

    async def outlook() -> tuple[int, Span | None]:
        found = await studio.engine.queue.outlook(studio.who, studio.request(workflow_id=workflow))
        return found.position, found.ready

    assert await outlook() == (1, Span(60, 80))
    first = await studio.ask()
    await studio.ask()
    await begin(studio.engine, first)
    await studio.advance(60)
    assert await outlook() == (3, Span(120, 180))
    asked = await studio.ask(workflow_id=workflow)
    report = await studio.engine.queue.report(studio.who, asked, foresees=True)
    assert (report.position, report.ready) == (3, Span(120, 180)), "and there it stands"
