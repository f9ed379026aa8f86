"""Where pictures that people bring or ask for are worked on: threads of their own, and fair turns.

Decoding takes seconds and hundreds of megabytes. In the threads that all else shares, one account that asks for a hundred
things at once would hold up everybody.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar
from uuid import UUID

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.kit.tasks import to_its_end

T = TypeVar("T")

THREADS = 2
WAITING_LIMIT = 8  # a browser sends six files at once
STREAM_LIMIT = 2


class TooMuchAtOnceError(WrldBldrError):
    """Somebody has as much waiting as anybody may have."""

    status_code = 429
    code = "too_much_at_once"

    def __init__(self) -> None:
        super().__init__("You have asked for a lot at once already. Wait until some of it is done, then try again.")


class _Line:
    """Those who ask for one account, at most one of them served."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.asking = 0


class ImageWork:
    """Each account has one thing done at a time, and a few that wait; of several accounts each has its turn."""

    def __init__(self, *, waiting_limit: int = WAITING_LIMIT, stream_limit: int = STREAM_LIMIT) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "pictures")
        self._waiting_limit = waiting_limit
        self._stream_limit = stream_limit
        self._lines: dict[UUID, _Line] = {}
        self._streams = Counter[UUID]()

    @asynccontextmanager
    async def turn(self, who: Principal) -> AsyncGenerator[None]:
        """Inside, nothing else is done for this account; before, one waits for that. Raises TooMuchAtOnceError."""
        line = self._lines.setdefault(who.account_id, _Line())
        if line.asking > self._waiting_limit:
            raise TooMuchAtOnceError
        line.asking += 1
        try:
            async with line.turn:
                yield
        finally:
            line.asking -= 1
            if not line.asking:
                del self._lines[who.account_id]

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` gives, done in a thread for pictures. Whoever is cancelled meanwhile goes on only when it is done."""
        return await to_its_end(work, self._threads)

    def check_stream(self, who: Principal) -> None:
        """Raises TooMuchAtOnceError while there is no room for a `stream`."""
        if self._streams[who.account_id] >= self._stream_limit:
            raise TooMuchAtOnceError

    async def stream(self, who: Principal, pieces: Iterator[bytes]) -> AsyncGenerator[bytes]:
        """These pieces, each made in a thread for pictures, so that whoever takes them slowly holds up nobody.

        It is begun already: whoever goes away before taking a piece is noticed. Raises TooMuchAtOnceError.
        """
        begun = self._begin(who, pieces)
        await anext(begun)
        return _rest_of(begun)

    async def _begin(self, who: Principal, pieces: Iterator[bytes]) -> AsyncGenerator[bytes]:
        self.check_stream(who)
        self._streams[who.account_id] += 1
        try:
            yield b""
            while piece := await self.do(lambda: next(pieces, b"")):
                yield piece
        finally:
            self._streams[who.account_id] -= 1

    async def close(self) -> None:
        """What is not begun is not done any more."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


async def _rest_of(begun: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(begun):
        async for piece in begun:
            yield piece
