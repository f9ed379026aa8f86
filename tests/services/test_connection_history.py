"""The last hour of the connection, told truly."""

from tests.fakes.clock import FakeClock
from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.services.connection_history import SLOTS, ConnectionHistory

MINUTE = 60.0


async def history_of(clock: FakeClock, *stretches: tuple[ConnectionKind, float]) -> ConnectionHistory:
    """One kind after the other, each for so many minutes, the last one until now."""
    history = ConnectionHistory(clock)
    for kind, minutes in stretches:
        history.note(kind)
        await clock.advance(minutes * MINUTE)
    return history


async def test_a_break_shows_where_it_was_and_is_told_with_its_length(clock: FakeClock) -> None:
    history = await history_of(
        clock, (ConnectionKind.CONNECTED, 30), (ConnectionKind.DISCONNECTED, 5), (ConnectionKind.CONNECTED, 25)
    )

    slots = history.slots()

    assert slots[:24] == ["connected"] * 24
    assert slots[24:28] == ["disconnected"] * 4
    assert slots[28:] == ["connected"] * (SLOTS - 28)
    assert history.words() == "Away once, 5 minutes in all. What was asked for waited."


async def test_nothing_is_claimed_about_the_time_before_the_start(clock: FakeClock) -> None:
    history = await history_of(clock, (ConnectionKind.CONNECTED, 15))

    assert history.slots() == [""] * 36 + ["connected"] * 12
    assert history.words() == "It has answered since WrldBldr started."

    await clock.advance(45 * MINUTE)
    assert history.words() == "It answered all the time."


async def test_a_blink_is_not_hidden_by_the_good_time_around_it(clock: FakeClock) -> None:
    blink = (ConnectionKind.DISCONNECTED, 1 / 60)
    history = await history_of(clock, (ConnectionKind.CONNECTED, 30), blink, (ConnectionKind.CONNECTED, 10))

    assert history.slots().count("disconnected") == 1
    assert history.words() == "Away once, 1 second in all. What was asked for waited."


async def test_going_from_disconnected_to_resting_is_one_break(clock: FakeClock) -> None:
    history = await history_of(
        clock,
        (ConnectionKind.CONNECTED, 5),
        (ConnectionKind.DISCONNECTED, 1),
        (ConnectionKind.CIRCUIT_OPEN, 1),
        (ConnectionKind.DEGRADED, 1),
        (ConnectionKind.STUCK, 2),
    )

    assert history.words() == "Away twice, 4 minutes in all. What was asked for waited."


async def test_what_is_older_than_an_hour_is_forgotten(clock: FakeClock) -> None:
    history = await history_of(clock, *[(ConnectionKind.DISCONNECTED, 1), (ConnectionKind.CONNECTED, 1)] * 200)
    history.note(ConnectionKind.DEGRADED)

    assert len(history._edges) <= 62
    assert history.slots()[0] != ""


async def test_before_anything_is_known_nothing_is_said_of_a_break(clock: FakeClock) -> None:
    history = ConnectionHistory(clock)

    assert history.slots() == [""] * SLOTS
    assert history.words() == "Nothing is known of it yet."
