"""What many ask for at the same moment is read once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

from wrldbldr.kit.clock import Clock

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

KEPT = 64  # readings; one that is dropped is read again
PATIENCE_SECONDS = 5.0  # with a reading that is under way


@dataclass(slots=True)
class _Reading(Generic[T]):
    """The last reading of one thing. `began` is its place among all that were asked for and begun here.

    `under_way` is when the next one began, while it is read.
    """

    began: int = -1
    began_at: float = 0.0
    found: list[T] = field(default_factory=list[T])
    asking: int = 0
    under_way: float | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class SharedReads(Generic[K, T]):
    """Readings by what they are of. Nobody gets one that began before they asked, unless they say how old it may be."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places = count()
        self._readings: dict[K, _Reading[T]] = {}

    async def get(self, key: K, read: Callable[[], Awaitable[T]], *, max_age: float = 0.0) -> T:
        """What `read` gives, or gave whoever asked for the same: since this was called, or no more than `max_age` seconds
        ago.

        Raises what `read` raises, to whoever called for that: the next one waiting reads for itself. Who comes when a
        reading hangs does not wait for it.
        """
        asked, oldest = next(self._places), self._clock.monotonic() - max_age
        reading = self._reading_of(key)
        reading.asking += 1
        try:
            async with reading.turn:
                is_old = reading.began_at < oldest if max_age else reading.began < asked
                if is_old or not reading.found:
                    await self._read(reading, read)
                return reading.found[0]
        finally:
            reading.asking -= 1
            self._drop_old()

    def _reading_of(self, key: K) -> _Reading[T]:
        """The one there is, as the youngest; another one in its place when it hangs."""
        reading = self._readings.pop(key, None)
        since = None if reading is None else reading.under_way
        hangs = since is not None and self._clock.monotonic() - since >= PATIENCE_SECONDS
        if reading is None or hangs:
            reading = _Reading[T]()
        self._readings[key] = reading
        return reading

    async def _read(self, reading: _Reading[T], read: Callable[[], Awaitable[T]]) -> None:
        began, began_at = next(self._places), self._clock.monotonic()
        reading.under_way = began_at
        try:
            reading.found = [await read()]
            reading.began, reading.began_at = began, began_at
        finally:
            reading.under_way = None

    def _drop_old(self) -> None:
        idle = [key for key, reading in self._readings.items() if not reading.asking]
        for key in idle[: max(0, len(self._readings) - KEPT)]:
            del self._readings[key]
