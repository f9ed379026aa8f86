"""Telling a ComfyUI that works in silence, or for others, from one that is stuck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.connection import Connection, ConnectionKind, ConnectionState
from wrldbldr.comfyui.queue import QueuedPrompt, QueueSnapshot
from wrldbldr.comfyui.stall import IDLE_LIMIT_SECONDS, Stall, StallDetector, StallKind, Watchdog
from wrldbldr.domain.comfyui_config import ComfyUIConfig

OURS, PARKED, THEIRS = UUID(int=1), UUID(int=2), "somebody's"
LIMIT = 60.0


def queue(*, running: Sequence[object] = (), pending: Sequence[object] = ()) -> QueueSnapshot:
    return QueueSnapshot(
        tuple(QueuedPrompt(str(prompt_id), 0) for prompt_id in running),
        tuple(QueuedPrompt(str(prompt_id), number) for number, prompt_id in enumerate(pending, 1)),
    )


RUNS, WAITS, IS_GONE = queue(running=[OURS]), queue(pending=[OURS]), queue()


@pytest.fixture
def detector() -> StallDetector:
    detector = StallDetector()
    detector.follow(OURS)
    return detector


def kind(detector: StallDetector, now: float) -> StallKind | None:
    stall = detector.judge(now, LIMIT)
    return None if stall is None else stall.kind


def test_a_prompt_that_runs_without_a_word_for_as_long_as_the_limit_is_a_stall(detector: StallDetector) -> None:
    detector.look(RUNS, 0)
    detector.look(RUNS, 59.9)
    assert kind(detector, 59.9) is None

    detector.look(RUNS, 60)

    assert detector.judge(60, LIMIT) == Stall(StallKind.SILENT, 60, LIMIT)


def test_every_word_about_it_starts_the_time_anew(detector: StallDetector) -> None:
    for now in range(0, 600, 50):
        detector.look(RUNS, now)
        detector.hear(OURS, now + 10)

        assert kind(detector, now + 49) is None


def test_a_word_ends_a_stall(detector: StallDetector) -> None:
    detector.look(RUNS, 0)
    detector.look(RUNS, 60)

    detector.hear(OURS, 61)

    assert kind(detector, 61) is None


@pytest.mark.parametrize("seen", [IS_GONE, queue(running=[THEIRS]), queue(running=[THEIRS], pending=[PARKED])])
def test_a_stall_ends_when_the_prompt_is_off_the_server(detector: StallDetector, seen: QueueSnapshot) -> None:
    detector.look(RUNS, 0)
    detector.look(RUNS, 60)

    detector.look(seen, 61)

    assert kind(detector, 600) is None


def test_what_others_run_is_no_stall_however_long_it_takes(detector: StallDetector) -> None:
    for now in range(0, 36_000, 3):
        detector.look(queue(running=[THEIRS], pending=[OURS]), now)

    assert kind(detector, 36_000) is None


def test_prompts_that_wait_while_none_runs_are_a_stall_after_ten_seconds(detector: StallDetector) -> None:
    detector.look(WAITS, 0)
    detector.look(WAITS, 10)
    assert kind(detector, 10) is None

    detector.look(WAITS, 10.5)

    assert detector.judge(10.5, LIMIT) == Stall(StallKind.IDLE, 10.5, IDLE_LIMIT_SECONDS)


@pytest.mark.parametrize("seen", [IS_GONE, RUNS, queue(running=[THEIRS], pending=[OURS])])
def test_a_worker_that_runs_something_or_has_nothing_to_run_is_not_idle(
    detector: StallDetector, seen: QueueSnapshot
) -> None:
    detector.look(WAITS, 0)
    detector.look(WAITS, 20)

    detector.look(seen, 21)

    assert kind(detector, 21) is None


def test_a_withdrawn_prompt_that_comfyui_does_not_let_go_of_is_still_a_stall_of_ours(detector: StallDetector) -> None:
    detector.look(RUNS, 0)
    detector.leave(OURS)
    detector.follow(PARKED)

    for now in (30, 60):
        detector.look(queue(running=[OURS], pending=[PARKED]), now)

    assert kind(detector, 60) is StallKind.SILENT
    assert detector.ours == {OURS, PARKED}


def test_a_withdrawn_prompt_is_forgotten_once_it_is_off_the_server(detector: StallDetector) -> None:
    detector.leave(OURS, *(uuid4() for _ in range(50)))

    detector.look(queue(running=[OURS]), 0)
    assert detector.ours == {OURS}
    detector.look(IS_GONE, 3)

    assert detector.ours == frozenset()


def test_the_time_in_which_comfyui_could_not_be_asked_does_not_count(detector: StallDetector) -> None:
    detector.look(RUNS, 0)
    detector.look(RUNS, 50)
    detector.lose_sight()
    detector.look(RUNS, 5_000)
    assert kind(detector, 5_000) is None

    detector.look(RUNS, 5_010)

    assert kind(detector, 5_010) is StallKind.SILENT


def test_a_word_heard_while_comfyui_cannot_be_asked_counts_from_the_next_look_at_the_latest(
    detector: StallDetector,
) -> None:
    detector.look(RUNS, 0)
    detector.lose_sight()
    detector.hear(OURS, 400)
    detector.look(RUNS, 500)
    assert kind(detector, 500) is None

    detector.look(RUNS, 560)

    assert kind(detector, 560) is StallKind.SILENT


def test_a_stall_that_was_proved_stands_while_comfyui_cannot_be_asked(detector: StallDetector) -> None:
    detector.look(RUNS, 0)
    detector.look(RUNS, 60)
    detector.lose_sight()

    detector.look(RUNS, 90)

    assert kind(detector, 90) is StallKind.SILENT


@dataclass(frozen=True)
class Seen:
    """What happened at a moment: a look, a word about our prompt, or a look that failed."""

    at: float
    queue: QueueSnapshot | None = None
    is_heard: bool = False


LOOKS = [RUNS, WAITS, IS_GONE, queue(running=[THEIRS], pending=[OURS]), queue(pending=[THEIRS])]
HAPPENINGS = st.one_of(st.sampled_from([RUNS] * 8 + LOOKS), st.just("heard"), st.just("blind"))


@st.composite
def stories(draw: st.DrawFn) -> list[Seen]:
    now, story = 0.0, list[Seen]()
    for seconds, what in draw(st.lists(st.tuples(st.sampled_from([1.0, 3.0, 20.0, 40.0]), HAPPENINGS), min_size=1)):
        now += seconds
        story.append(Seen(now, what if isinstance(what, QueueSnapshot) else None, is_heard=what == "heard"))
    return story


def lasting(story: Sequence[Seen], is_so: Callable[[QueueSnapshot], bool]) -> tuple[float, bool]:
    """For how many seconds every look in a row has shown this, up to the last; and whether one failed in between."""
    tail = list(takewhile(lambda seen: not seen.is_heard and (seen.queue is None or is_so(seen.queue)), story[::-1]))
    looks = [seen.at for seen in tail if seen.queue is not None]
    return (looks[0] - looks[-1] if looks else 0.0), any(seen.queue is None for seen in tail)


@given(stories())
def test_whatever_happens_a_stall_is_said_exactly_when_nothing_has_moved_for_long_enough(story: list[Seen]) -> None:
    detector = StallDetector()
    detector.follow(OURS)
    for seen in story:
        if seen.queue is not None:
            detector.look(seen.queue, seen.at)
        elif seen.is_heard:
            detector.hear(OURS, seen.at)
        else:
            detector.lose_sight()

    last = story[-1]
    if last.queue is None:
        return  # judged at looks and words only; a word ends every stall, as is said above
    silent, was_blind_while_silent = lasting(story, lambda seen: seen.is_running(OURS))
    idle, was_blind_while_idle = lasting(story, lambda seen: bool(seen.pending) and not seen.running)
    said = kind(detector, last.at)
    if said is StallKind.SILENT:
        assert since_a_word_or_another_look(story) >= LIMIT
    if silent >= LIMIT and not was_blind_while_silent:
        assert said is StallKind.SILENT
    assert said is not StallKind.IDLE or idle > IDLE_LIMIT_SECONDS
    if idle > IDLE_LIMIT_SECONDS and not was_blind_while_idle:
        assert said is StallKind.IDLE


def since_a_word_or_another_look(story: Sequence[Seen]) -> float:
    """Seconds since something last showed that our prompt moved; for ever when nothing did."""
    for seen in story[::-1]:
        if seen.is_heard or (seen.queue is not None and not seen.queue.is_running(OURS)):
            return story[-1].at - seen.at
    return float("inf")


def test_the_sentences_say_how_long_it_has_been() -> None:
    assert "no sign of life for 15 minutes" in Stall(StallKind.SILENT, 1_000, 900).sentence
    assert "no sign of life for 90 seconds" in Stall(StallKind.SILENT, 95, 90).sentence
    assert Stall(StallKind.SILENT, 1_000, 900).phase == "no sign of life for 16 min"
    assert Stall(StallKind.SILENT, 95.7, 90).phase == "no sign of life for 95 s"
    assert "runs none" in Stall(StallKind.IDLE, 12, 10).sentence


async def test_the_watchdog_says_it_on_the_connection_and_takes_it_back(clock: FakeClock) -> None:
    connection, seen = Connection(), list[ConnectionState]()
    connection.become(ConnectionState(ConnectionKind.CONNECTED))
    connection.subscribe(seen.append)
    watchdog = Watchdog(connection, clock, lambda: ComfyUIConfig(stall_timeout_seconds=60))
    watchdog.follow(OURS)

    watchdog.look(RUNS)
    await clock.advance(70)
    watchdog.look(RUNS)
    await clock.advance(10)
    watchdog.look(RUNS)
    watchdog.hear(OURS)

    assert [state.kind.value for state in seen] == ["stuck", "connected"]
    assert "no sign of life for 60 seconds" in seen[0].problem


async def test_a_new_time_limit_applies_at_the_next_look(clock: FakeClock) -> None:
    connection, config = Connection(), [ComfyUIConfig(stall_timeout_seconds=60)]
    watchdog = Watchdog(connection, clock, lambda: config[-1])
    watchdog.follow(OURS)
    watchdog.look(RUNS)
    await clock.advance(70)
    assert watchdog.look(RUNS) is not None

    config.append(ComfyUIConfig(stall_timeout_seconds=600))

    assert watchdog.look(RUNS) is None
