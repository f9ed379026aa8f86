"""What is said and what is left unsaid when a batch is told of twice, late, or out of the past."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wrldbldr.api.messages import Message
from wrldbldr.api.told import Told
from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, Standing
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.ids import new_id
from wrldbldr.services.bulletin import Bulletin

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE = Failure(title="It failed.", message="Try again.")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def batch() -> Batch:
    return Batch(
        game_session_id=new_id(),
        world_id=new_id(),
        requested_by=new_id(),
        entity_type=EntityType.CHARACTER,
        entity_id=new_id(),
        entity_name="Ælfgifu",
        asset_type=AssetType.PORTRAIT,
        workflow_name="text-to-picture",
        prompt="a keeper",
        negative_prompt="",
        count=1,
        seed=1,
        width=64,
        height=64,
        rank=1.0,
        requested_at=NOW,
    )


def now(batch: Batch, percent: int = 0) -> Bulletin:
    """The batch as it is."""
    return Bulletin.of(batch, position=1, percent=percent)


def snapshot(told: Told, *bulletins: Bulletin) -> list[Message]:
    """What somebody is told who has just come."""
    return [*told.joined(bulletins), *told.order([bulletin.batch_id for bulletin in bulletins])]


def standing(*batches: Batch) -> list[Standing]:
    """Where they are, in order."""
    return [Standing(batch.id, batch.status, batch.attempt) for batch in batches]


def kinds(messages: list[Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


def numbers(messages: list[Message]) -> list[Any]:
    return [message.model_dump().get("progress") for message in messages]


def test_what_the_snapshot_holds_is_not_said_again_by_an_event_from_before_it(told: Told, batch: Batch) -> None:
    queued = now(batch.model_copy())
    batch.start(NOW)
    said = snapshot(told, now(batch, 40))

    assert kinds(said) == ["GenerationQueued", "GenerationProgress", "QueueReordered"]
    assert told.queued(now(batch, 40)) == []
    assert told.progressed(batch.id, 0) == []
    assert told.progressed(batch.id, 40) == []
    assert numbers(told.progressed(batch.id, 41)) == [41]
    assert queued.status is BatchStatus.QUEUED


def test_a_failure_in_the_snapshot_is_final_until_it_is_tried_again(told: Told, batch: Batch) -> None:
    batch.start(NOW)
    batch.fail(FAILURE, NOW)
    assert kinds(snapshot(told, now(batch))) == ["GenerationFailed", "QueueReordered"]

    assert told.queued(now(batch)) == []
    assert told.progressed(batch.id, 90) == []
    assert told.failed(now(batch)) == []
    assert told.missing([]) == []

    batch.retry(2.0)
    assert kinds(told.queued(now(batch))) == ["GenerationQueued"]
    assert numbers(told.progressed(batch.id, 0)) == [0]
    batch.start(NOW)
    batch.fail(FAILURE, NOW)
    assert kinds(told.failed(now(batch))) == ["GenerationFailed"]


def test_a_failure_that_an_event_told_is_not_said_again_when_everything_is_read_anew(told: Told, batch: Batch) -> None:
    told.queued(now(batch))
    batch.start(NOW)
    batch.fail(FAILURE, NOW)
    assert kinds(told.failed(now(batch))) == ["GenerationFailed"]

    assert all(map(told.knows, standing(batch)))
    assert told.joined([now(batch)]) == []

    batch.retry(2.0)
    assert kinds(told.joined([now(batch)])) == ["GenerationQueued"]


def test_a_failure_that_is_told_late_does_not_hide_that_it_is_tried_again(told: Told, batch: Batch) -> None:
    told.queued(now(batch))
    batch.start(NOW)
    batch.fail(FAILURE, NOW)
    batch.retry(2.0)

    assert kinds(told.failed(now(batch))) == ["GenerationFailed"]
    assert kinds(told.queued(now(batch))) == ["GenerationQueued"]


def test_a_failure_whose_reason_is_forgotten_since_is_told_by_what_follows(told: Told, batch: Batch) -> None:
    told.queued(now(batch))
    batch.start(NOW)
    batch.fail(FAILURE, NOW)
    batch.retry(2.0)
    batch.start(NOW)

    assert told.failed(now(batch)) == []
    assert kinds(told.queued(now(batch))) == ["GenerationQueued"]


def test_progress_that_comes_late_is_not_said_of_what_is_over(told: Told, batch: Batch) -> None:
    for end in (lambda: told.completed(batch.id, 1), lambda: told.cancelled(batch.id)):
        told.queued(now(batch))
        told.progressed(batch.id, 50)
        end()

        assert told.progressed(batch.id, 60) == []


def test_a_batch_that_is_put_back_is_queued_and_its_progress_begins_anew(told: Told, batch: Batch) -> None:
    told.queued(now(batch))
    told.progressed(batch.id, 50)

    assert kinds(told.queued(now(batch))) == ["GenerationQueued"]
    assert told.queued(now(batch)) == []
    assert numbers(told.progressed(batch.id, 0)) == [0]


def test_an_order_is_only_said_of_batches_that_were_told_and_still_wait(told: Told, batch: Batch) -> None:
    first, second, third = (batch.model_copy(update={"id": new_id()}) for _ in range(3))
    snapshot(told, now(first), now(second))

    assert told.ordered(standing(third, first, second)) == []
    assert told.ordered(standing(second)) == [], "what became of the other is told by an event of its own"
    assert [m.model_dump() for m in told.ordered(standing(second, third, first))] == [
        {"batch_ids": [second.id, first.id]}
    ]
    told.queued(now(third))
    assert [m.model_dump() for m in told.ordered(standing(second, third, first))] == [
        {"batch_ids": [second.id, third.id, first.id]}
    ]


def test_a_snapshot_after_something_was_missed_says_the_order_that_is_true_now(told: Told, batch: Batch) -> None:
    first, second = (batch.model_copy(update={"id": new_id()}) for _ in range(2))
    snapshot(told, now(first), now(second))

    [order] = snapshot(told, now(second), now(first))

    assert order.model_dump() == {"batch_ids": [second.id, first.id]}


def test_what_was_withdrawn_with_many_is_not_said_again_by_an_event_of_its_own(told: Told, batch: Batch) -> None:
    told.queued(now(batch))

    assert kinds(told.cancelled(batch.id)) == ["GenerationCancelled"]
    assert told.cancelled(batch.id) == []
