"""Events reach whoever listens to their topic, in order, and nobody else."""

from contextlib import suppress
from uuid import uuid4

from tests.fakes.clock import FakeClock
from wrldbldr.bus import BACKLOG_LIMIT, Bus, Subscription, account_topic, game_session_topic, world_topic
from wrldbldr.domain.events import BatchCancelled, BatchProgressed, BatchQueued, Event, Missed
from wrldbldr.kit.tasks import TaskNursery

TABLE, OTHER_TABLE = game_session_topic(uuid4()), game_session_topic(uuid4())


async def everything(subscription: Subscription) -> list[Event]:
    """What waits to be read; one more event is published to know that nothing else does."""
    end = BatchCancelled(uuid4())
    subscription.put(end)
    return [event for event in await subscription.take() if event != end]


def ticks(count: int) -> list[BatchProgressed]:
    batch_id = uuid4()
    return [BatchProgressed(batch_id, percent=n % 100, phase="painting", step=n) for n in range(count)]


async def test_events_arrive_in_the_order_they_were_published() -> None:
    bus, events = Bus(), ticks(100)

    with bus.subscribe(TABLE) as subscription:
        for event in events:
            bus.publish(TABLE, event)

        assert await subscription.take() == events


async def test_only_the_topics_asked_for_are_heard() -> None:
    bus, ours, others = Bus(), BatchQueued(uuid4()), BatchQueued(uuid4())

    with bus.subscribe(TABLE, "server") as subscription:
        bus.publish(OTHER_TABLE, others)
        bus.publish("server", ours)

        assert await everything(subscription) == [ours]


def test_topics_of_different_kinds_never_meet() -> None:
    same = uuid4()

    assert len({game_session_topic(same), world_topic(same), account_topic(same)}) == 3


async def test_every_listener_of_a_topic_hears_it() -> None:
    bus, event = Bus(), BatchQueued(uuid4())

    with bus.subscribe(TABLE) as one, bus.subscribe(TABLE, OTHER_TABLE) as other:
        bus.publish(TABLE, event)

        assert (await everything(one), await everything(other)) == ([event], [event])


async def test_taking_waits_until_there_is_something(clock: FakeClock) -> None:
    bus, taken = Bus(), list[Event]()
    event = BatchQueued(uuid4())

    with bus.subscribe(TABLE) as subscription:

        async def listen() -> None:
            taken.extend(await subscription.take())

        async with TaskNursery(clock) as nursery:
            nursery.start(listen(), name="listening")
            await clock.settle()
            assert taken == []
            bus.publish(TABLE, event)
            await clock.settle()

    assert taken == [event]


async def test_a_slow_listener_is_told_that_it_missed_something_and_then_hears_the_newest() -> None:
    bus, events = Bus(), ticks(BACKLOG_LIMIT + 1)

    with bus.subscribe(TABLE) as slow:
        for event in events:
            bus.publish(TABLE, event)

        assert await slow.take() == [Missed(), events[-1]]


async def test_a_listener_that_keeps_up_misses_nothing_because_another_is_slow() -> None:
    bus, events = Bus(), ticks(BACKLOG_LIMIT * 3)
    heard: list[Event] = []

    with bus.subscribe(TABLE), bus.subscribe(TABLE) as quick:
        for event in events:
            bus.publish(TABLE, event)
            heard += await quick.take()

    assert heard == events


async def test_a_listener_may_fall_behind_again_and_is_told_again() -> None:
    bus, events = Bus(), ticks(BACKLOG_LIMIT + 1)

    with bus.subscribe(TABLE) as slow:
        for _ in range(3):
            for event in events:
                bus.publish(TABLE, event)

        heard = await slow.take()

    assert heard[0] == Missed()
    assert len(heard) <= BACKLOG_LIMIT


def test_unsubscribing_leaves_nothing_behind_even_when_the_listener_broke() -> None:
    bus = Bus()

    with suppress(RuntimeError), bus.subscribe(TABLE, OTHER_TABLE, TABLE):
        assert set(bus._subscriptions) == {TABLE, OTHER_TABLE}
        raise RuntimeError

    assert bus._subscriptions == {}


def test_publishing_to_nobody_is_fine_and_leaves_nothing() -> None:
    bus = Bus()

    bus.publish(TABLE, BatchQueued(uuid4()))

    assert bus._subscriptions == {}
