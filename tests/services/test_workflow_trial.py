"""A workflow is tried out: one picture as it is mapped, behind what ComfyUI has to do, and nothing is left of it."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from tests.comfyui.graphs import text_to_image
from tests.fakes.studio import Studio, other_game_master
from wrldbldr.domain.errors import ConflictError, ForbiddenError
from wrldbldr.domain.workflow import NodeInput, Workflow
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.media.pictures import CleanPicture
from wrldbldr.services.workflow_changes import InvalidWorkflowError, WorkflowChanges
from wrldbldr.services.workflow_trial import PROMPT, SEED, TrialFailedError


class Attempt:
    """One trial under way, and what came of it."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []
        self.picture: CleanPicture | None = None
        self.error: Exception | None = None

    async def tell(self, percent: int, phase: str) -> None:
        self.told.append((percent, phase))

    async def run(self, work: Awaitable[CleanPicture]) -> None:
        try:
            self.picture = await work
        except ConflictError as error:
            self.error = error


Begin = Callable[..., Awaitable[Attempt]]


@pytest.fixture
async def woodcut(studio: Studio) -> Workflow:
    return await studio.engine.workflows.add(studio.who, "Woodcut", text_to_image())


@pytest.fixture
async def begin(studio: Studio, woodcut: Workflow) -> AsyncGenerator[Begin]:
    async with TaskNursery(studio.clock) as nursery:

        async def start(changes: WorkflowChanges | None = None) -> Attempt:
            attempt = Attempt()
            work = studio.engine.trials.paint(studio.who, woodcut.id, changes or WorkflowChanges(), attempt.tell)
            nursery.start(attempt.run(work), name="trial")
            await studio.rest()
            return attempt

        yield start


async def test_the_picture_comes_back_and_nothing_is_stored_anywhere(studio: Studio, begin: Begin) -> None:
    before = studio.dump()

    attempt = await begin()
    await studio.paint()
    await studio.advance(2)

    assert attempt.picture is not None
    assert studio.dump() == before
    assert studio.stored_files() == []
    [sent] = studio.comfyui.submissions
    assert (sent.graph["6"]["inputs"]["text"], sent.graph["3"]["inputs"]["seed"]) == (PROMPT, SEED)
    assert sent.prompt_id in studio.comfyui.forgotten


async def test_it_is_painted_as_it_is_mapped_here_saved_or_not(studio: Studio, begin: Begin, woodcut: Workflow) -> None:
    at, steps = NodeInput(node_id="7", input_name="text"), NodeInput(node_id="3", input_name="steps")

    await begin(WorkflowChanges(bindings={"positive": (at,), "negative": ()}, values={steps: 9}))

    [sent] = studio.comfyui.submissions
    assert (sent.graph["7"]["inputs"]["text"], sent.graph["3"]["inputs"]["steps"]) == (PROMPT, 9)
    assert (await studio.engine.workflows.find(studio.who, woodcut.id)).bindings == woodcut.bindings
    await studio.engine.trials.stop(studio.who)


async def test_progress_is_told(studio: Studio, begin: Begin) -> None:
    attempt = await begin()
    studio.comfyui.start()
    studio.comfyui.step(2, of=4)
    await studio.rest()

    assert attempt.told[-1][1] == "painting"
    assert 0 < attempt.told[-1][0] < 100
    await studio.engine.trials.stop(studio.who)


async def test_what_comfyui_says_is_wrong_is_told_in_words(studio: Studio, begin: Begin) -> None:
    attempt = await begin()
    studio.comfyui.start()
    studio.comfyui.fail("CUDA out of memory", exception_type="OutOfMemoryError")
    await studio.advance(2)

    assert isinstance(attempt.error, TrialFailedError)
    assert "memory" in attempt.error.failure.title


async def test_while_comfyui_is_away_it_says_so_at_once(studio: Studio, begin: Begin) -> None:
    studio.comfyui.go_down()

    attempt = await begin()

    assert isinstance(attempt.error, TrialFailedError)
    assert studio.comfyui.submissions == []


async def test_comfyui_that_goes_away_meanwhile_ends_it(studio: Studio, begin: Begin) -> None:
    attempt = await begin()
    studio.comfyui.go_down()
    await studio.advance(3)

    assert isinstance(attempt.error, TrialFailedError)


async def test_it_can_be_stopped_and_leaves_comfyui_with_nothing_to_do(studio: Studio, begin: Begin) -> None:
    attempt = await begin()

    await studio.engine.trials.stop(studio.who)
    await studio.advance(2)

    assert isinstance(attempt.error, TrialFailedError)
    assert attempt.error.failure.title == "Stopped"
    queue = await studio.comfyui.queue()
    assert not queue.is_pending(studio.comfyui.submissions[0].prompt_id)


async def test_one_is_tried_at_a_time_and_the_next_after_it(studio: Studio, begin: Begin) -> None:
    first = await begin()
    second = await begin()
    assert isinstance(second.error, ConflictError)
    assert first.error is None

    await studio.engine.trials.stop(studio.who)
    await studio.advance(2)

    third = await begin()
    assert third.error is None
    await studio.engine.trials.stop(studio.who)


async def test_a_lost_answer_is_no_loss(studio: Studio, begin: Begin) -> None:
    studio.comfyui.lose_next_answer(but_take_it=True)

    attempt = await begin()
    await studio.paint()
    await studio.advance(3)

    assert attempt.picture is not None


async def test_a_mapping_that_cannot_be_used_is_refused_in_the_editor(studio: Studio, woodcut: Workflow) -> None:
    async def tell(_percent: int, _phase: str) -> None:
        pytest.fail("nothing is painted")

    with pytest.raises(InvalidWorkflowError):
        await studio.engine.trials.paint(studio.who, woodcut.id, WorkflowChanges(name=""), tell)
    with pytest.raises(InvalidWorkflowError):
        await studio.engine.trials.paint(studio.who, woodcut.id, WorkflowChanges(name=""), tell)


async def test_only_the_owner_tries_workflows_out_since_a_trial_passes_the_queue_by(
    studio: Studio, woodcut: Workflow
) -> None:
    other = await other_game_master(studio.engine)

    with pytest.raises(ForbiddenError):
        await studio.engine.trials.paint(other, woodcut.id, WorkflowChanges(), Attempt().tell)
