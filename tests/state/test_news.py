"""What two looks at a queue tell."""

from dataclasses import replace

from wrldbldr.services.cards import BatchCard
from wrldbldr.state.news import marks_of, news_between

CARD = BatchCard(
    id="one", status="queued", entity_id="sefa", entity_kind="character", entity_name="Sefa Thornwick",
    asset_type="portrait", count=4, position=1, attempt=1, thumbnail="", ready_from="", ready_until="", requested_at="", started_at="",
    completed_at="", failure_title="", failure_message="",
)  # fmt: skip


def look(*cards: BatchCard) -> dict[str, BatchCard]:
    return {card.id: card for card in cards}


def test_a_batch_that_became_ready_between_two_looks_is_news_once() -> None:
    ready = replace(CARD, status="ready")

    assert news_between(look(CARD), [ready]).ready == (ready,)
    assert news_between(look(ready), [ready]).ready == ()


def test_a_batch_that_came_and_ended_between_two_looks_is_news_too() -> None:
    failed = replace(CARD, status="failed")

    assert news_between({}, [failed]).failed == (failed,)


def test_a_batch_that_failed_is_news_even_if_its_painting_was_never_seen() -> None:
    failed = replace(CARD, status="failed")

    assert news_between(look(CARD), [failed]).failed == (failed,)


def test_a_batch_that_was_tried_again_and_failed_again_between_two_looks_is_news() -> None:
    failed = replace(CARD, status="failed")
    again = replace(failed, attempt=2)

    assert news_between(look(failed), [again]).failed == (again,)
    assert news_between(look(failed), [failed]).failed == ()


def test_what_is_said_aloud_names_what_joined_what_began_and_what_left() -> None:
    painting = replace(CARD, status="generating")

    assert news_between({}, [CARD]).sentence == "Portrait of Sefa Thornwick is in the queue."
    assert news_between(look(CARD), [painting]).sentence == "Portrait of Sefa Thornwick is being painted."
    assert news_between(look(painting), []).sentence == "Portrait of Sefa Thornwick was taken off the queue."
    assert news_between(look(replace(CARD, status="ready")), []).sentence == ""


def test_the_icon_beside_somebody_is_the_most_urgent_of_their_batches() -> None:
    queued, failed = CARD, replace(CARD, id="two", status="failed")
    painting = replace(CARD, id="three", status="generating")

    assert marks_of([failed, queued]) == {"sefa": "failed"}
    assert marks_of([painting, failed, queued]) == {"sefa": "generating"}
    assert marks_of([replace(CARD, status="ready")]) == {}
