"""The event loop's own time, moved by hand: nobody sits out what a library waits for while it talks over a real socket."""

import asyncio

import pytest

from wrldbldr.kit.clock import SystemClock

STEP_SECONDS = 1.0
STEPS_OF_THE_LOOP = 10  # for what comes over a socket to be read and answered


class LoopTime:
    """Time limits and pauses in this event loop, whoever set them, end as soon as `advance` has gone past them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._real = loop.time
        self._ahead = 0.0
        monkeypatch.setattr(loop, "time", self.now)

    def now(self) -> float:
        """What the event loop takes for the time: seconds, of which only differences mean something."""
        return self._real() + self._ahead

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass in small steps, in each of which everybody can do what is due."""
        while seconds > 0:
            self._ahead += min(seconds, STEP_SECONDS)
            seconds -= STEP_SECONDS
            for _ in range(STEPS_OF_THE_LOOP):
                await SystemClock().sleep(0)
