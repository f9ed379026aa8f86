"""Reading the server's queue."""

import math
from uuid import UUID, uuid4

import pytest

from tests.comfyui.scripted import LoadFixture
from wrldbldr.comfyui.queue import number_of, parse_queue

OURS, OTHER = uuid4(), "somebody's"


def test_waiting_prompts_are_sorted_into_execution_order_since_the_server_lists_a_heap() -> None:
    numbers = (-1e9, -10, 0.5, 8, -9, 7)
    snapshot = parse_queue({"queue_running": [], "queue_pending": [[n, f"id {n}", {}, {}, []] for n in numbers]})
    assert [prompt.number for prompt in snapshot.pending] == [-1e9, -10, -9, 0.5, 7, 8]


def test_ours_and_others_can_be_told_apart() -> None:
    snapshot = parse_queue({"queue_running": [[1, OTHER]], "queue_pending": [[3, OTHER], [2, str(OURS)]]})
    assert snapshot.is_pending(OURS)
    assert not snapshot.is_running(OURS)
    assert [prompt.prompt_id for prompt in snapshot.only([OURS]).pending] == [str(OURS)]
    assert snapshot.only([OURS]).running == ()
    assert [prompt.number for prompt in snapshot.ahead_of(OURS)] == [1]


def test_what_is_ahead_of_an_unknown_prompt_is_everything() -> None:
    snapshot = parse_queue({"queue_running": [[1, OTHER]], "queue_pending": [[3, OTHER]]})
    assert len(snapshot.ahead_of(OURS)) == 2


def test_items_in_an_unknown_shape_are_passed_over() -> None:
    snapshot = parse_queue({"queue_running": None, "queue_pending": [None, [], ["x", "y"], {"a": 1}, [1, str(OURS)]]})
    assert snapshot.running == ()
    assert [prompt.prompt_id for prompt in snapshot.pending] == [str(OURS)]


@pytest.mark.parametrize(
    ("raw", "number"),
    [(7, 7.0), (-0.5, -0.5), (10**400, 0.0), (math.inf, 0.0), (math.nan, 0.0), ("7", 0.0), (None, 0.0)],
)
def test_a_number_beyond_all_measure_is_none(raw: object, number: float) -> None:
    assert number_of(raw) == number


def test_a_queue_whose_numbers_are_beyond_all_measure_is_read() -> None:
    snapshot = parse_queue({"queue_pending": [[10**400, str(OURS)], [math.nan, OTHER]]})

    assert [prompt.number for prompt in snapshot.pending] == [0.0, 0.0]


def test_a_real_servers_queue_is_understood(load_fixture: LoadFixture) -> None:
    raw = load_fixture("queue_running_pending")
    snapshot = parse_queue(raw)
    assert len(snapshot.running) == len(raw["queue_running"])
    assert len(snapshot.pending) == len(raw["queue_pending"])
    assert snapshot.is_running(UUID(raw["queue_running"][0][1]))
