"""A clock that runs ahead of the real one, for scenarios over real sockets and real processes: waits stay waits."""

from datetime import datetime

from wrldbldr.kit.clock import SystemClock


class FastClock:
    """`factor` seconds pass for each real one. Clocks with the same `since` agree, whichever process they run in."""

    def __init__(self, factor: float, since: datetime | None = None) -> None:
        self._real = SystemClock()
        self._factor = factor
        self._since = since or self._real.now()

    def now(self) -> datetime:
        return self._since + (self._real.now() - self._since) * self._factor

    def monotonic(self) -> float:
        return self._real.monotonic() * self._factor

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds / self._factor)
