"""A clock in a hurry."""

from wrldbldr.kit.clock import SystemClock


class HurriedClock(SystemClock):
    """Nobody ever waits, and yet the time they asked for has passed afterwards."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.sleeps)

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await super().sleep(0)
