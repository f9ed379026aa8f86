"""The queue as it is stored."""

from functools import partial
from uuid import UUID

import pytest

from tests.db.rows import NOW, Setting
from wrldbldr.db.database import Database
from wrldbldr.db.trip import Order, Trip
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Standing, Submission
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.workflow import Bindings, Workflow
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id


async def store(database: Database, *rows: Batch | Submission) -> None:
    async with database.write() as unit:
        for row in rows:
            await unit.batches.add(row)


async def test_the_next_one_is_the_waiting_one_of_lowest_rank(database: Database, setting: Setting) -> None:
    first = setting.batch(rank=2)
    running, done = (
        setting.batch(rank=0, status=BatchStatus.GENERATING),
        setting.batch(rank=1, status=BatchStatus.READY),
    )
    await store(database, setting.batch(rank=3), first, running, done)

    found = await database.in_one_trip(Trip.next)
    async with database.read() as unit:
        assert await unit.line.has_next()
    assert found is not None
    assert (found.batch.id, found.workflow, found.had_prompts) == (first.id, None, False)


async def test_the_next_one_comes_with_its_workflow_and_whether_it_was_begun_before(
    database: Database, setting: Setting
) -> None:
    workflow = Workflow(name="lanterns", graph={}, graph_hash="0", bindings=Bindings(), created_at=NOW)
    async with database.write() as unit:
        await unit.workflows.add(workflow)
    batch = setting.batch(workflow_id=workflow.id, attempt=2)
    of_an_earlier_attempt = setting.submission(batch)
    await store(database, batch, of_an_earlier_attempt)

    found = await database.in_one_trip(Trip.next)
    assert found is not None
    assert (found.workflow, found.had_prompts) == (workflow, False)

    put_back = setting.submission(batch)
    put_back.attempt = 2
    await store(database, put_back)
    found = await database.in_one_trip(Trip.next)
    assert found is not None
    assert found.had_prompts


async def test_in_an_empty_or_paused_queue_nobody_is_next(database: Database, setting: Setting) -> None:
    async with database.read() as unit:
        assert not await unit.line.has_next()
        assert await unit.line.next_rank() == 1.0
    assert await database.in_one_trip(Trip.next) is None

    await store(database, setting.batch())
    async with database.write() as unit:
        (await unit.server.memory()).is_queue_paused = True
    async with database.read() as unit:
        assert not await unit.line.has_next()
    assert await database.in_one_trip(Trip.next) is None


@pytest.mark.parametrize("names_the_workflow", [True, False])
async def test_an_order_takes_names_and_words_from_what_it_is_for_and_goes_behind_all(
    database: Database, setting: Setting, names_the_workflow: bool
) -> None:
    workflow = Workflow(
        name="lanterns", graph={}, graph_hash="0", bindings=Bindings(), default_negative_prompt="fog", created_at=NOW
    )
    async with database.write() as unit:
        await unit.workflows.add(workflow)
        await unit.workflows.set_default(AssetType.BACKDROP, workflow.id)
    await store(database, setting.batch(rank=7, status=BatchStatus.READY))

    order = await database.in_one_trip(
        lambda trip: trip.order(
            setting.account.id,
            game_session_id=setting.game_session.id,
            entity=(EntityType.LOCATION, setting.location.id),
            workflow=workflow.id if names_the_workflow else AssetType.BACKDROP,
        )
    )
    assert order == Order(
        setting.world.id,
        "The Drowned Stair",
        workflow.id,
        "lanterns",
        "fog",
        None,
        None,
        8.0,
        None,
    )


@pytest.mark.parametrize("wrong", ["owner", "game_session", "kind", "entity", "workflow", "default"])
async def test_there_is_no_order_unless_all_of_it_is_there_and_theirs(
    database: Database, setting: Setting, wrong: str
) -> None:
    other = Setting("Berta")
    workflow = Workflow(name="lanterns", graph={}, graph_hash="0", bindings=Bindings(), created_at=NOW)
    async with database.write() as unit:
        await other.store(unit)
        await unit.workflows.add(workflow)

    order = await database.in_one_trip(
        lambda trip: trip.order(
            (other if wrong == "owner" else setting).account.id,
            game_session_id=(other if wrong == "game_session" else setting).game_session.id,
            entity=(
                EntityType.LOCATION if wrong == "kind" else EntityType.CHARACTER,
                (other if wrong == "entity" else setting).character.id,
            ),
            workflow={"workflow": new_id(), "default": AssetType.ITEM}.get(wrong, workflow.id),
        )
    )
    assert order is None


async def test_pictures_are_numbered_within_entity_and_type_and_no_number_is_given_twice(
    database: Database, setting: Setting
) -> None:
    async with database.write() as unit:
        await unit.assets.add_all(
            [
                setting.asset(1),
                setting.asset(7, is_active=True),
                setting.asset(3, asset_type=AssetType.SPRITE),
                setting.asset(9, entity_id=setting.location.id),
            ]
        )
    kinds = (AssetType.PORTRAIT, AssetType.SPRITE, AssetType.ITEM)
    batches = [setting.batch(asset_type=kind, status=BatchStatus.GENERATING) for kind in kinds]
    await store(database, *batches)

    found: list[tuple[int, bool]] = []
    for batch in batches:
        finishing = await database.in_one_trip(partial(Trip.finishing, batch_id=batch.id))
        assert finishing is not None
        assert finishing.batch.id == batch.id
        found.append((finishing.next_number, finishing.has_active))
    assert found == [(8, True), (4, False), (1, False)]


@pytest.mark.parametrize("status", [status for status in BatchStatus if status is not BatchStatus.GENERATING])
async def test_only_a_batch_that_is_being_painted_can_be_finished(
    database: Database, setting: Setting, status: BatchStatus
) -> None:
    batch = setting.batch(status=status)
    await store(database, batch)

    for batch_id in (batch.id, new_id()):
        assert await database.in_one_trip(partial(Trip.finishing, batch_id=batch_id)) is None


async def test_what_somebody_has_in_hand_is_neither_taken_up_again_nor_withdrawn(
    database: Database, setting: Setting
) -> None:
    first, second = (setting.batch(rank=rank, status=BatchStatus.GENERATING) for rank in (1, 2))
    mine, abandoned = (setting.batch(status=BatchStatus.CANCELLED) for _ in range(2))
    left = setting.submission(abandoned)
    await store(database, second, first, mine, abandoned, setting.submission(mine), left)

    async with database.read() as unit:
        assert [batch.id for batch in await unit.batches.generating()] == [first.id, second.id]
        assert [batch.id for batch in await unit.batches.generating(besides=[first.id])] == [second.id]
        assert await unit.batches.prompts_to_withdraw(besides=[mine.id]) == [left.prompt_id]


async def test_a_new_rank_is_behind_every_batch_there_ever_was(database: Database, setting: Setting) -> None:
    await store(database, setting.batch(rank=4), setting.batch(rank=9, status=BatchStatus.CANCELLED))

    async with database.read() as unit:
        assert await unit.line.next_rank() > 9


async def test_what_is_unfinished_at_a_table_is_what_is_not_cleared_and_not_ready_in_order(
    database: Database, setting: Setting
) -> None:
    later, earlier = setting.batch(rank=2), setting.batch(rank=1, status=BatchStatus.FAILED)
    cleared = setting.batch(rank=0, status=BatchStatus.FAILED, cleared_at=NOW)
    await store(database, later, earlier, cleared, setting.batch(rank=0, status=BatchStatus.READY))

    async with database.read() as unit:
        both = await unit.batches.unfinished(setting.game_session.id, after=None, limit=3)
        [second] = await unit.batches.unfinished(setting.game_session.id, after=(both[0].rank, both[0].id), limit=3)
        assert [(batch.id, batch.status) for batch in both] == [
            (earlier.id, BatchStatus.FAILED),
            (later.id, BatchStatus.QUEUED),
        ]
        assert second == both[1]
        assert await unit.batches.standings(setting.game_session.id) == [
            Standing(earlier.id, BatchStatus.FAILED, 1),
            Standing(later.id, BatchStatus.QUEUED, 1),
        ]
        assert await unit.batches.unfinished(new_id(), after=None, limit=3) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
async def test_pages_neither_skip_nor_repeat_though_ranks_are_equal(
    database: Database, setting: Setting, limit: int
) -> None:
    batches = [setting.batch(rank=number // 4) for number in range(11)]
    await store(database, *batches)
    found: list[UUID] = []
    after: UUID | None = None

    async with database.read() as unit:
        while page := await unit.batches.page(setting.game_session.id, status=None, limit=limit, after=after):
            found += [batch.id for batch in page]
            after = page[-1].id

    assert found == [batch.id for batch in sorted(batches, key=lambda batch: (batch.rank, batch.id.hex))]


async def test_a_page_can_be_narrowed_to_a_status_and_holds_cleared_batches_too(
    database: Database, setting: Setting
) -> None:
    cancelled = setting.batch(status=BatchStatus.CANCELLED, cleared_at=NOW)
    await store(database, setting.batch(), cancelled)

    async with database.read() as unit:
        page = await unit.batches.page(setting.game_session.id, status=BatchStatus.CANCELLED, limit=9, after=None)
    assert [batch.id for batch in page] == [cancelled.id]


async def test_reading_on_after_a_batch_that_is_gone_is_refused_rather_than_begun_anew(
    database: Database, setting: Setting
) -> None:
    await store(database, setting.batch())

    async with database.read() as unit:
        with pytest.raises(NotFoundError):
            await unit.batches.page(setting.game_session.id, status=None, limit=1, after=new_id())


async def test_reading_on_after_a_batch_of_another_table_is_refused_too(database: Database, setting: Setting) -> None:
    other = Setting("Berta")
    async with database.write() as unit:
        await other.store(unit)
    elsewhere = other.batch()
    await store(database, setting.batch(), elsewhere)

    async with database.read() as unit:
        with pytest.raises(NotFoundError):
            await unit.batches.page(setting.game_session.id, status=None, limit=1, after=elsewhere.id)


async def test_batches_are_counted_for_each_world_and_status(database: Database, setting: Setting) -> None:
    await store(
        database,
        setting.batch(),
        setting.batch(),
        setting.batch(status=BatchStatus.FAILED),
        setting.batch(status=BatchStatus.FAILED, cleared_at=NOW),
    )

    async with database.read() as unit:
        assert await unit.batches.count_by_status([setting.world.id]) == {
            (setting.world.id, BatchStatus.QUEUED): 2,
            (setting.world.id, BatchStatus.FAILED): 1,
        }


async def test_submissions_are_kept_by_attempt_in_their_order(database: Database, setting: Setting) -> None:
    batch = setting.batch()
    second, first = setting.submission(batch, ordinal=1), setting.submission(batch, ordinal=0)
    retried = setting.submission(batch)
    retried.attempt = 2
    async with database.write() as unit:
        await unit.batches.add(batch)
        for submission in (second, first, retried):
            await unit.batches.add(submission)
        await unit.batches.mark_lost(first.prompt_id, NOW)
        await unit.batches.mark_lost(new_id(), NOW)

    async with database.read() as unit:
        found = await unit.batches.submissions(batch.id, attempt=1)
    assert [(submission.prompt_id, submission.lost_at) for submission in found] == [
        (first.prompt_id, NOW),
        (second.prompt_id, None),
    ]
