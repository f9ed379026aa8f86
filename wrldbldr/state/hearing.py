"""How a tab hears of what happens: of the first thing at once, of what follows within a blink together."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Container, Generator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TypeVar

from reflex.istate.data import SessionData

from wrldbldr.api.failures import trace_of
from wrldbldr.bus import Subscription
from wrldbldr.domain.errors import NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import Event, Missed
from wrldbldr.engine import Engine
from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.kit.shared_reads import PATIENCE_SECONDS
from wrldbldr.kit.tasks import TaskNursery

logger = logging.getLogger(__name__)

T = TypeVar("T")
Read = Callable[[Sequence[Event]], Awaitable[T]]
"""Reads what a tab shows, having been told what happened."""
Looks = AsyncGenerator[tuple[Sequence[Event], T]]

HEARTBEAT_SECONDS = 25.0
SHARED_SECONDS = 5.0  # a heartbeat's reading serves those of other tabs as long
RETRY_SECONDS = 2.0
GAP_SECONDS = 0.05  # between two changes of a browser; progress ticks come half as often, and so never wait


class Freshness:
    """Whether what a tab has read has to be read anew. `ticks` do not make it stale; a heartbeat does."""

    def __init__(self, clock: Clock, *ticks: type[Event]) -> None:
        self._clock = clock
        self._ticks = ticks
        self._read_at: float | None = None

    def is_lost(self, events: Sequence[Event]) -> bool:
        """Whether it is gone after these events; without any this is a heartbeat.

        Upon that it is read, whatever the clock says: the second beat comes a moment less than its time after what was read
        upon the first.
        """
        return not events or self._is_told(events) or self._is_old()

    def max_age(self, events: Iterable[Event]) -> float:
        """How many seconds old what is read after these events may be: where nothing happened, another tab's will do."""
        return 0.0 if self._is_told(events) else SHARED_SECONDS

    def renew(self) -> None:
        """It was read just now."""
        self._read_at = self._clock.monotonic()

    def _is_told(self, events: Iterable[Event]) -> bool:
        return any(not isinstance(event, self._ticks) for event in events)

    def _is_old(self) -> bool:
        return self._read_at is None or self._clock.monotonic() - self._read_at >= HEARTBEAT_SECONDS


class TabTurn:
    """A tab's turn to hear: it lasts until the tab begins another, or is closed."""

    def __init__(self, socket: str) -> None:
        self.before: TabTurn | None = None  # to be waited for
        self.has_ended = asyncio.Event()
        self._socket = socket
        self._is_ended = False
        self._subscription: Subscription | None = None

    @property
    def is_over(self) -> bool:
        """Whether it hears no more. Of a tab that was closed this is noticed when something happens, or its heart beats."""
        return self._is_ended or any(self._socket not in sockets for sockets in _served)

    def end(self) -> "TabTurn | None":
        """Hear no more; whoever waits for something to happen need not. Returns whom the next one waits for, if anybody."""
        self._is_ended = True
        if self._subscription is None:  # it has not begun, and will not
            return self.before
        self._subscription.nudge()
        return self

    async def begin(self, subscription: Subscription, clock: Clock) -> None:
        """Wait until the turn before has ended: however many are begun, one of them reads.

        For one that hangs nobody waits long: it shows nothing any more, and the tab is not to stay deaf. By then nobody who
        comes shares its look either.
        """
        if self.before is not None:
            await wait_for_event(self.before.has_ended, clock, PATIENCE_SECONDS)
            self.before = None
        self._subscription = subscription


_turns: dict[str, TabTurn] = {}  # the last of each tab that listens
_served: list[Container[str]] = []


@contextmanager
def served(sockets: Container[str]) -> Generator[None]:
    """Until the block ends, who came by another socket than one of these is gone."""
    _served.append(sockets)
    try:
        yield
    finally:
        _served.remove(sockets)


@contextmanager
def turn_of(session: SessionData) -> Generator[TabTurn]:
    """The one turn of a tab: whatever of it heard before is ended, unless this comes too late, by a socket that is gone."""
    tab, turn = session.client_token, TabTurn(session.session_id)
    if not turn.is_over:
        if tab in _turns:
            turn.before = _turns[tab].end()
        _turns[tab] = turn
    try:
        yield turn
    finally:
        turn.has_ended.set()
        if _turns.get(tab) is turn:
            del _turns[tab]


class Hearing:
    """What one tab hears."""

    def __init__(self, turn: TabTurn, subscription: Subscription, clock: Clock) -> None:
        self._turn = turn
        self._subscription = subscription
        self._clock = clock
        self._heard_at = -GAP_SECONDS

    async def looks(self, read: Read[T]) -> Looks[T]:
        """What `read` gives, at first and after whatever happens; what goes wrong meanwhile is tried again."""
        events: Sequence[Event] = [Missed()]
        while not self._turn.is_over:
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
async def hearing(engine: Engine, *topics: str, turn: TabTurn, read: Read[T]) -> AsyncGenerator[Looks[T]]:
    """Look at what `read` gives, at first and whenever something happens at `topics`, until the block or the turn ends.

    Raises UnauthenticatedError and NotFoundError when `read` does: then there is nothing to see any more.
    """
    # One heart for the whole time: a timer for each event would cost more than showing it. Subscribed before the first
    # look, so that nothing falls between.
    with engine.bus.subscribe(*topics) as subscription:
        await turn.begin(subscription, engine.clock)
        async with TaskNursery(engine.clock) as nursery:
            nursery.start(_beat(subscription, engine.clock), name="heartbeat")
            async with aclosing(Hearing(turn, subscription, engine.clock).looks(read)) as looks:
                yield looks


async def _beat(subscription: Subscription, clock: Clock) -> None:
    while True:
        await clock.sleep(HEARTBEAT_SECONDS)
        subscription.nudge()
