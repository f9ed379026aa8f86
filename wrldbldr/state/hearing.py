"""How a tab hears of what happens: of the first thing at once, of what follows within a blink together."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from wrldbldr.api.failures import trace_of
from wrldbldr.bus import Subscription
from wrldbldr.domain.errors import NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import Event, Missed
from wrldbldr.engine import Engine
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import TaskNursery

logger = logging.getLogger(__name__)

T = TypeVar("T")
Read = Callable[[Sequence[Event]], Awaitable[T]]
"""Reads what a tab shows, having been told what happened."""
Looks = AsyncGenerator[tuple[Sequence[Event], T]]

HEARTBEAT_SECONDS = 25.0
RETRY_SECONDS = 2.0
GAP_SECONDS = 0.05  # between two changes of a browser; progress ticks come half as often, and so never wait


class Freshness:
    """Whether what a tab has read has to be read anew. `ticks` do not make it stale; a heartbeat does."""

    def __init__(self, clock: Clock, *ticks: type[Event]) -> None:
        self._clock = clock
        self._ticks = ticks
        self._read_at: float | None = None

    def is_lost(self, events: Iterable[Event]) -> bool:
        """Whether it is gone after these events."""
        if self._read_at is None or self._clock.monotonic() - self._read_at >= HEARTBEAT_SECONDS:
            return True
        return any(not isinstance(event, self._ticks) for event in events)

    def renew(self) -> None:
        """It was read just now."""
        self._read_at = self._clock.monotonic()


class Hearing:
    """What one tab hears."""

    def __init__(self, subscription: Subscription, clock: Clock) -> None:
        self._subscription = subscription
        self._clock = clock
        self._heard_at = -GAP_SECONDS

    async def looks(self, read: Read[T]) -> Looks[T]:
        """What `read` gives, at first and after whatever happens; what goes wrong meanwhile is tried again."""
        events: Sequence[Event] = [Missed()]
        while True:
            try:
                found = await read(events)
            except (UnauthenticatedError, NotFoundError):
                raise
            except Exception as error:  # noqa: BLE001 - a locked database must not leave the tab stale for good
                logger.error("A tab could not be brought up to date; it is tried again\n%s", trace_of(error))
                await self._clock.sleep(RETRY_SECONDS)
                continue
            yield events, found
            events = await self._next()

    async def _next(self) -> list[Event]:
        """What happens next, with what follows too soon to be shown by itself; nothing when a heartbeat is due."""
        events = await self._subscription.take()
        early = self._heard_at + GAP_SECONDS - self._clock.monotonic()
        if early > 0:
            await self._clock.sleep(early)
            events += self._subscription.rest()
        self._heard_at = self._clock.monotonic()
        return events


@asynccontextmanager
async def hearing(engine: Engine, *topics: str, read: Read[T]) -> AsyncGenerator[Looks[T]]:
    """Look at what `read` gives, at first and whenever something happens at `topics`, until the block ends.

    Raises UnauthenticatedError and NotFoundError when `read` does: then there is nothing to see any more.
    """
    # One heart for the whole time: a timer for each event would cost more than showing it. Subscribed before the first
    # look, so that nothing falls between.
    with engine.bus.subscribe(*topics) as subscription:
        async with TaskNursery(engine.clock) as nursery:
            nursery.start(_beat(subscription, engine.clock), name="heartbeat")
            async with aclosing(Hearing(subscription, engine.clock).looks(read)) as looks:
                yield looks


async def _beat(subscription: Subscription, clock: Clock) -> None:
    while True:
        await clock.sleep(HEARTBEAT_SECONDS)
        subscription.nudge()
