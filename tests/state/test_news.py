"""What there is to tell of what changed at a queue."""

from dataclasses import replace

from wrldbldr.domain.batch import BatchStatus
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.queue_look import Changed
from wrldbldr.state.news import news_of

CARD = BatchCard(
    id="one", status="queued", entity_id="sefa", entity_kind="character", entity_name="Sefa Thornwick",
    asset_type="portrait", count=4, position=1, attempt=1, thumbnail="", ready_from="", ready_until="", requested_at="", started_at="",
    completed_at="", failure_title="", failure_message="",
)  # fmt: skip


def test_what_ended_is_told_one_by_one_and_of_very_many_how_many_more_there_are() -> None:
    ready, failed = replace(CARD, status="ready"), replace(CARD, status="failed")

    news = news_of(Changed(ended=[ready, failed], counts={BatchStatus.READY: 40, BatchStatus.FAILED: 2}))

    assert (news.ready, news.failed, news.more, news.ended_count) == ((ready,), (failed,), 40, 42)
    assert news.sentence == ""


def test_what_is_said_aloud_names_what_joined_what_began_and_what_left() -> None:
    for status, words in {
        BatchStatus.QUEUED: "is in the queue",
        BatchStatus.GENERATING: "is being painted",
        BatchStatus.CANCELLED: "was taken off the queue",
    }.items():
        changed = Changed(under_way=[replace(CARD, status=status)], counts={status: 1})
        assert news_of(changed).sentence == f"Portrait of Sefa Thornwick {words}."


def test_of_very_many_a_few_are_named_and_the_others_counted() -> None:
    changed = Changed(under_way=[CARD], counts={BatchStatus.QUEUED: 100, BatchStatus.CANCELLED: 1})

    assert news_of(changed).sentence == (
        "1 was taken off the queue. Portrait of Sefa Thornwick is in the queue. 99 more are in the queue."
    )
