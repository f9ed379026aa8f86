"""Finding out what became of a prompt."""

import asyncio
from uuid import uuid4

import pytest

from tests.comfyui.graphs import model_free
from tests.fakes.clock import FakeClock
from tests.fakes.comfyui import FakeComfyUI
from wrldbldr.comfyui.errors import ComfyUIError, ServiceUnavailableError, UnexpectedAnswerError
from wrldbldr.comfyui.port import History, QueueSnapshot
from wrldbldr.comfyui.reconcile import Finished, Gone, Pending, Running, Whereabouts, whereabouts
from wrldbldr.kit.tasks import TaskNursery

ID, OTHER_OF_OURS = uuid4(), uuid4()


@pytest.fixture
def comfy() -> FakeComfyUI:
    return FakeComfyUI()


async def test_a_waiting_prompt_is_pending_behind_what_others_put_before_it(
    comfy: FakeComfyUI, clock: FakeClock
) -> None:
    comfy.add_foreign(running=True)
    comfy.add_foreign()
    await comfy.queue_prompt(model_free(), OTHER_OF_OURS)
    await comfy.queue_prompt(model_free(), ID)
    comfy.add_foreign()
    assert await whereabouts(comfy, ID, clock, ours=[ID, OTHER_OF_OURS]) == Pending(ahead=2)


async def test_a_prompt_being_executed_is_running(comfy: FakeComfyUI, clock: FakeClock) -> None:
    await comfy.queue_prompt(model_free(), ID)
    comfy.start()
    assert await whereabouts(comfy, ID, clock) == Running()


async def test_an_ended_prompt_is_finished_with_its_history(comfy: FakeComfyUI, clock: FakeClock) -> None:
    await comfy.queue_prompt(model_free(), ID)
    comfy.start()
    comfy.finish(pictures=2)
    found = await whereabouts(comfy, ID, clock)
    assert isinstance(found, Finished)
    assert len(found.history.pictures) == 2
    assert clock.sleeps == []


async def look(comfy: FakeComfyUI, clock: FakeClock, found: list[Whereabouts]) -> None:
    found.append(await whereabouts(comfy, ID, clock))


async def test_a_prompt_is_gone_only_after_two_looks_two_seconds_apart(comfy: FakeComfyUI, clock: FakeClock) -> None:
    found: list[Whereabouts] = []
    async with TaskNursery(clock) as nursery:
        nursery.start(look(comfy, clock, found), name="look")
        await clock.advance(1.9)
        assert found == []
        await clock.advance(0.1)
    assert found == [Gone()]


async def test_a_prompt_that_turns_up_at_the_second_look_is_not_gone(comfy: FakeComfyUI, clock: FakeClock) -> None:
    found: list[Whereabouts] = []
    async with TaskNursery(clock) as nursery:
        nursery.start(look(comfy, clock, found), name="look")
        await clock.advance(1)
        await comfy.queue_prompt(model_free(), ID)
        await clock.advance(1)
    assert found == [Pending(ahead=0)]


async def test_a_prompt_that_ends_between_the_two_reads_is_never_missed(clock: FakeClock) -> None:
    """Read the other way round, history then queue, it would be in neither."""

    class EndsWhileWeLook(FakeComfyUI):
        async def queue(self) -> QueueSnapshot:
            snapshot = await super().queue()
            self.end()
            return snapshot

        async def history(self, prompt_id: object) -> History | None:
            history = await super().history(ID)
            self.end()
            return history

        def end(self) -> None:
            if self.running:
                self.finish()

    comfy = EndsWhileWeLook()
    await comfy.queue_prompt(model_free(), ID)
    comfy.start()
    async with asyncio.timeout(5):  # a wrong order would wait for a second look
        assert await whereabouts(comfy, ID, clock) == Running()
        assert isinstance(await whereabouts(comfy, ID, clock), Finished)


async def test_the_queue_of_every_look_is_shown_to_whoever_wants_to_see_it(
    comfy: FakeComfyUI, clock: FakeClock
) -> None:
    seen: list[QueueSnapshot] = []
    await comfy.queue_prompt(model_free(), ID)
    comfy.start()

    await whereabouts(comfy, ID, clock, saw=seen.append)

    assert [queue.is_running(ID) for queue in seen] == [True]


async def test_where_the_queue_cannot_be_read_the_history_alone_is_believed(
    comfy: FakeComfyUI, clock: FakeClock
) -> None:
    seen: list[QueueSnapshot] = []
    await comfy.queue_prompt(model_free(), ID)
    comfy.start()
    comfy.fail_next("queue", UnexpectedAnswerError("Its answer is far longer than it should be."))
    running = await whereabouts(comfy, ID, clock, saw=seen.append)
    comfy.finish()
    comfy.fail_next("queue", UnexpectedAnswerError("It answered with status 418."))
    finished = await whereabouts(comfy, ID, clock, saw=seen.append)

    assert running == Running()
    assert isinstance(finished, Finished)
    assert seen == []


@pytest.mark.parametrize("method", ["queue", "history"])
async def test_when_the_server_does_not_answer_nothing_is_concluded(
    comfy: FakeComfyUI, clock: FakeClock, method: str
) -> None:
    error: ComfyUIError = ServiceUnavailableError()
    comfy.fail_next(method, error)
    with pytest.raises(ServiceUnavailableError):
        await whereabouts(comfy, ID, clock)
