"""Nobody's pictures hold up those of others, and nobody has more on its way than anybody may."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator
from threading import Event, current_thread

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.quiet import until
from wrldbldr.domain.account import Principal, Role
from wrldbldr.kit.ids import new_id
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.image_work import STREAM_LIMIT, THREADS, WAITING_LIMIT, ImageWork, TooMuchAtOnceError


@pytest.fixture
async def work() -> AsyncGenerator[ImageWork]:
    work = ImageWork()
    yield work
    await work.close()


def somebody(name: str) -> Principal:
    return Principal(account_id=new_id(), token_id=new_id(), name=name, role=Role.DM)


ADA, BO = somebody("Ada"), somebody("Bo")


class Board:
    """Who is being served, who was, and a door that holds them up."""

    def __init__(self, work: ImageWork) -> None:
        self._work = work
        self.door = Event()
        self.inside: list[str] = []
        self.done: list[str] = []

    async def ask(self, who: Principal, name: str) -> None:
        async with self._work.turn(who):
            await self._work.do(lambda: self._serve(name))
        self.done.append(name)

    def _serve(self, name: str) -> None:
        self.inside.append(name)
        self.door.wait()


async def test_an_account_has_one_thing_done_at_a_time_and_another_is_served_beside_it(work: ImageWork) -> None:
    board = Board(work)
    async with TaskNursery(FakeClock()) as nursery:
        for number in range(3):
            nursery.start(board.ask(ADA, f"Ada {number}"), name="Ada")
        await until(lambda: board.inside == ["Ada 0"])
        nursery.start(board.ask(BO, "Bo"), name="Bo")
        await until(lambda: board.inside == ["Ada 0", "Bo"])

        board.door.set()
        await until(lambda: len(board.done) == 4)

    assert board.inside == ["Ada 0", "Bo", "Ada 1", "Ada 2"]


async def test_whoever_asks_for_too_much_is_told_so_and_served_again_when_some_of_it_is_done(work: ImageWork) -> None:
    board = Board(work)
    async with TaskNursery(FakeClock()) as nursery:
        for number in range(1 + WAITING_LIMIT):
            nursery.start(board.ask(ADA, str(number)), name="Ada")
        await until(lambda: bool(board.inside))

        with pytest.raises(TooMuchAtOnceError, match="Wait until some of it is done") as caught:
            await board.ask(ADA, "one more")
        assert caught.value.status_code == 429
        board.door.set()
        await until(lambda: len(board.done) == 1 + WAITING_LIMIT)
        await board.ask(ADA, "one more")

    assert board.done[-1] == "one more"
    assert not work._lines, "nobody who was served is remembered"


async def test_whoever_goes_away_while_served_keeps_their_turn_until_the_thread_is_free(work: ImageWork) -> None:
    board = Board(work)
    async with TaskNursery(FakeClock()) as nursery:
        leaving = nursery.start(board.ask(ADA, "leaving"), name="leaving")
        await until(lambda: board.inside == ["leaving"])
        leaving.cancel()
        nursery.start(board.ask(ADA, "next"), name="next")
        for _ in range(20):
            await FakeClock().advance(0)
        assert board.inside == ["leaving"]
        board.door.set()
        await until(lambda: board.done == ["next"])


async def test_the_threads_that_all_else_shares_stay_free(work: ImageWork) -> None:
    board, names = Board(work), list[str]()
    async with TaskNursery(FakeClock()) as nursery:
        for number in range(4 * THREADS):
            nursery.start(board.ask(somebody(str(number)), str(number)), name="somebody")
        await until(lambda: len(board.inside) == THREADS)

        names.append(await asyncio.to_thread(lambda: current_thread().name))
        board.door.set()

    assert not names[0].startswith("pictures")


def endless() -> Iterator[bytes]:
    while True:
        yield current_thread().name.encode()


async def test_what_is_sent_in_pieces_is_made_in_the_threads_for_pictures(work: ImageWork) -> None:
    sent = [piece async for piece in await work.stream(ADA, iter([b"one", b"two"]))]
    first = await anext(await work.stream(ADA, endless()))

    assert sent == [b"one", b"two"]
    assert first.startswith(b"pictures")
    assert [piece async for piece in await work.stream(BO, iter(()))] == []


async def test_only_so_many_streams_are_open_for_an_account_until_one_ends_or_is_left(work: ImageWork) -> None:
    streams = [await work.stream(ADA, endless()) for _ in range(STREAM_LIMIT)]
    with pytest.raises(TooMuchAtOnceError):
        await work.stream(ADA, endless())
    assert await anext(await work.stream(BO, endless()))

    await anext(streams[0])
    await streams[0].aclose()
    streams[0] = await work.stream(ADA, endless())
    del streams[:]  # a browser that went away before it took anything
    gc.collect()

    await until(lambda: work._streams[ADA.account_id] == 0, "the end of what nobody takes")
