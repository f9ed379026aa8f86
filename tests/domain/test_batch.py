"""A batch moves between its statuses only as its picture of life allows."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from wrldbldr.domain.batch import AssetType, Batch, BatchStatus, IllegalTransitionError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.world import EntityType

THEN = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
NOW = THEN + timedelta(minutes=3)
FAILURE = Failure(title="Out of memory", message="Ask for fewer pictures.")

VERBS = {
    "start": lambda batch: batch.start(NOW),
    "put back": lambda batch: batch.put_back(),
    "finish": lambda batch: batch.finish(NOW),
    "fail": lambda batch: batch.fail(FAILURE, NOW),
    "cancel": lambda batch: batch.cancel(NOW),
    "retry": lambda batch: batch.retry(rank=9.0),
    "clear": lambda batch: batch.clear(NOW),
}
ALLOWED = {
    ("start", BatchStatus.QUEUED): BatchStatus.GENERATING,
    ("put back", BatchStatus.GENERATING): BatchStatus.QUEUED,
    ("finish", BatchStatus.GENERATING): BatchStatus.READY,
    ("fail", BatchStatus.QUEUED): BatchStatus.FAILED,
    ("fail", BatchStatus.GENERATING): BatchStatus.FAILED,
    ("cancel", BatchStatus.QUEUED): BatchStatus.CANCELLED,
    ("cancel", BatchStatus.GENERATING): BatchStatus.CANCELLED,
    ("retry", BatchStatus.FAILED): BatchStatus.QUEUED,
    ("clear", BatchStatus.READY): BatchStatus.READY,
    ("clear", BatchStatus.FAILED): BatchStatus.FAILED,
}
REFUSED = [(verb, status) for verb in VERBS for status in BatchStatus if (verb, status) not in ALLOWED]


def batch_in(status: BatchStatus) -> Batch:
    return Batch(
        game_session_id=uuid4(),
        world_id=uuid4(),
        requested_by=uuid4(),
        entity_type=EntityType.CHARACTER,
        entity_id=uuid4(),
        entity_name="Elven Archer",
        asset_type=AssetType.PORTRAIT,
        workflow_name="text-to-picture",
        prompt="an archer",
        negative_prompt="",
        count=2,
        seed=1,
        width=512,
        height=512,
        status=status,
        rank=1.0,
        requested_at=THEN,
    )


@pytest.mark.parametrize(("verb", "before"), ALLOWED, ids=str)
def test_an_allowed_transition_leads_to_its_status(verb: str, before: BatchStatus) -> None:
    batch = batch_in(before)

    VERBS[verb](batch)

    assert batch.status is ALLOWED[verb, before]


@pytest.mark.parametrize(("verb", "before"), REFUSED, ids=str)
def test_any_other_transition_is_refused_in_words_and_changes_nothing(verb: str, before: BatchStatus) -> None:
    batch = batch_in(before)
    untouched = batch.model_dump()

    with pytest.raises(IllegalTransitionError) as refusal:
        VERBS[verb](batch)

    assert str(refusal.value) == f"Cannot {verb} a batch that is {before}."
    assert refusal.value.status_code == 409
    assert batch.model_dump() == untouched


def test_starting_notes_the_time_and_forgets_why_it_failed_before() -> None:
    batch = batch_in(BatchStatus.QUEUED)
    batch.failure = FAILURE

    batch.start(NOW)

    assert (batch.started_at, batch.failure) == (NOW, None)


def test_a_batch_that_is_put_back_keeps_its_place_and_was_never_started() -> None:
    batch = batch_in(BatchStatus.QUEUED)
    batch.start(NOW)

    batch.put_back()

    assert (batch.rank, batch.started_at, batch.attempt) == (1.0, None, 1)


def test_failing_remembers_why_and_when() -> None:
    batch = batch_in(BatchStatus.GENERATING)

    batch.fail(FAILURE, NOW)

    assert (batch.failure, batch.completed_at, batch.cleared_at) == (FAILURE, NOW, None)


def test_a_cancelled_batch_leaves_the_list() -> None:
    batch = batch_in(BatchStatus.GENERATING)

    batch.cancel(NOW)

    assert (batch.completed_at, batch.cleared_at) == (NOW, NOW)


def test_a_retried_batch_waits_behind_the_others_with_the_same_parameters_and_its_old_reason() -> None:
    batch = batch_in(BatchStatus.GENERATING)
    batch.fail(FAILURE, NOW)
    batch.clear(NOW)

    batch.retry(rank=9.0)

    assert (batch.rank, batch.attempt, batch.seed, batch.failure) == (9.0, 2, 1, FAILURE)
    assert (batch.started_at, batch.completed_at, batch.cleared_at) == (None, None, None)


@pytest.mark.parametrize("status", BatchStatus)
def test_only_what_waits_or_is_being_painted_is_open(status: BatchStatus) -> None:
    assert batch_in(status).is_open is (status in (BatchStatus.QUEUED, BatchStatus.GENERATING))
