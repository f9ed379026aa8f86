"""The dispatcher can be laid down for a moment, and takes up afterwards what it had begun."""

from collections.abc import AsyncGenerator

import pytest

from tests.fakes.studio import Studio
from wrldbldr.bus import SERVER_TOPIC
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.leader import Leader


@pytest.fixture
async def leader(studio: Studio) -> AsyncGenerator[Leader]:
    """It dispatches."""
    dispatcher, engine = studio._process.dispatcher, studio.engine
    async with TaskNursery(studio.clock) as nursery:
        leader = Leader(dispatcher, studio.data_dir, engine.bus, nursery=nursery, clock=studio.clock)
        leader.begin()
        await studio.rest()
        yield leader


async def test_nobody_paints_while_it_rests_and_what_was_begun_is_taken_up_again(
    leader: Leader, studio: Studio
) -> None:
    first, second = await studio.ask(), await studio.ask()
    studio.comfyui.start()

    async with leader.at_rest():
        studio.comfyui.finish()
        await studio.advance(60)
        assert await studio.status(first) is BatchStatus.GENERATING
        assert await studio.status(second) is BatchStatus.QUEUED
    await studio.advance(5)

    assert await studio.status(first) is BatchStatus.READY
    assert len(studio.comfyui.submissions) == 2


async def test_afterwards_every_screen_reads_anew_what_it_shows(leader: Leader, studio: Studio) -> None:
    everybody = studio.listener(SERVER_TOPIC)

    async with leader.at_rest():
        assert everybody.heard == []

    assert everybody.kinds == ["Missed"]


async def test_it_goes_on_though_what_it_rested_for_went_wrong(leader: Leader, studio: Studio) -> None:
    with pytest.raises(LookupError):
        async with leader.at_rest():
            raise LookupError

    await studio.ask()
    assert len(studio.comfyui.submissions) == 1


async def test_before_it_began_there_is_nothing_to_lay_down(studio: Studio) -> None:
    leader = Leader(
        studio._process.dispatcher,
        studio.data_dir,
        studio.engine.bus,
        nursery=TaskNursery(studio.clock),
        clock=studio.clock,
    )
    async with leader.at_rest():
        pass

    await studio.ask()
    assert studio.comfyui.submissions == []
