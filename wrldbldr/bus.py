"""Publish and subscribe of domain events, scoped by topic, inside one process."""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

from wrldbldr.domain.events import Event, Missed

SERVER_TOPIC = "server"
FAREWELL_TOPIC = "farewell"
BACKLOG_LIMIT = 256


def game_session_topic(game_session_id: UUID) -> str:
    """The topic of one game session: its batches."""
    return f"game_session:{game_session_id}"


def world_topic(world_id: UUID) -> str:
    """The topic of one world: its entities and pictures."""
    return f"world:{world_id}"


def account_topic(account_id: UUID) -> str:
    """The topic of one game master: what happens in any of their worlds' lists."""
    return f"account:{account_id}"


class Subscription:
    """What one listener has not read yet. A listener that falls behind loses the backlog and is told so by `Missed`."""

    def __init__(self) -> None:
        self._backlog: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG_LIMIT)

    def put(self, event: Event) -> None:
        """Add an event without waiting."""
        if self._backlog.full():
            self.rest()
            self._backlog.put_nowait(Missed())
        self._backlog.put_nowait(event)

    def nudge(self) -> None:
        """Let whoever waits have a look, though nothing happened."""
        if self._backlog.empty():
            self._backlog.put_nowait(None)

    async def take(self) -> list[Event]:
        """Wait for at least one event, then give everything that is there, oldest first; nothing after a nudge."""
        first = await self._backlog.get()
        return [*([] if first is None else [first]), *self.rest()]

    def rest(self) -> list[Event]:
        """Everything that is there, without waiting."""
        events = [self._backlog.get_nowait() for _ in range(self._backlog.qsize())]
        return [event for event in events if event is not None]


class Bus:
    """Hands each event to everyone subscribed to its topic, in the order of publishing."""

    def __init__(self) -> None:
        self._subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)

    @contextmanager
    def subscribe(self, *topics: str) -> Generator[Subscription]:
        """Listen to `topics` until the block ends. Subscribe before reading a snapshot, so that nothing falls between."""
        subscription = Subscription()
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)
                if not self._subscriptions[topic]:
                    del self._subscriptions[topic]

    def publish(self, topic: str, event: Event) -> None:
        """Give `event` to every listener of `topic`; never waits."""
        for subscription in tuple(self._subscriptions.get(topic, ())):
            subscription.put(event)
