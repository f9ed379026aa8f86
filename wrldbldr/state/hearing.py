"""How a tab hears of what happens: of the first thing at once, of what follows within a blink together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from wrldbldr.bus import Subscription
from wrldbldr.domain.events import Event
from wrldbldr.engine import Engine
from wrldbldr.kit.clock import Clock
from wrldbldr.kit.tasks import TaskNursery

HEARTBEAT_SECONDS = 25.0
GAP_SECONDS = 0.05  # between two changes of a browser; progress ticks come half as often, and so never wait


class Hearing:
    """What one tab hears."""

    def __init__(self, subscription: Subscription, clock: Clock) -> None:
        self._subscription = subscription
        self._clock = clock
        self._heard_at = -GAP_SECONDS

    async def next(self) -> list[Event]:
        """What happens next, with what follows too soon to be shown by itself; nothing when a heartbeat is due."""
        events = await self._subscription.take()
        early = self._heard_at + GAP_SECONDS - self._clock.monotonic()
        if early > 0:
            await self._clock.sleep(early)
            events += self._subscription.rest()
        self._heard_at = self._clock.monotonic()
        return events


@asynccontextmanager
async def hearing(engine: Engine, *topics: str) -> AsyncGenerator[Hearing]:
    """Listen to `topics` until the block ends. Enter it before the first look: nothing falls between."""
    # One heart for the whole time: a timer for each event would cost more than showing it.
    with engine.bus.subscribe(*topics) as subscription:
        async with TaskNursery(engine.clock) as nursery:
            nursery.start(_beat(subscription, engine.clock), name="heartbeat")
            yield Hearing(subscription, engine.clock)


async def _beat(subscription: Subscription, clock: Clock) -> None:
    while True:
        await clock.sleep(HEARTBEAT_SECONDS)
        subscription.nudge()
