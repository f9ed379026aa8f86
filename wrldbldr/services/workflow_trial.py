"""Trying a workflow out: one picture, painted as it is mapped, that is shown and kept nowhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.comfyui.errors import AnswerLostError, ComfyUIError, ServiceUnavailableError
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.messages import Finished as FinishedMessage
from wrldbldr.comfyui.messages import Heard, Reconnected
from wrldbldr.comfyui.port import ComfyUI, History, MessageStream
from wrldbldr.comfyui.progress import PromptProgress
from wrldbldr.comfyui.reconcile import Finished, Gone, Pending, whereabouts
from wrldbldr.domain.account import Principal, Role
from wrldbldr.domain.batch import AssetType, Batch, Submission
from wrldbldr.domain.errors import ConflictError, ForbiddenError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.workflow import Workflow
from wrldbldr.domain.workflow_form import WorkflowForm
from wrldbldr.domain.world import EntityType
from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.kit.ids import new_id
from wrldbldr.media.pictures import CleanPicture
from wrldbldr.services.asking import DEFAULT_SIZES
from wrldbldr.services.fetch import Fetcher
from wrldbldr.services.prepare import CannotPrepareError, prepare
from wrldbldr.services.unpainted import OutOfReachError, UnpaintableError
from wrldbldr.services.workflow_changes import WorkflowChanges
from wrldbldr.services.workflows import WorkflowService

logger = logging.getLogger(__name__)

PROMPT = "an old lighthouse keeper with a lantern, at dusk"
SEED = 418_204_773
LOOK_SECONDS = 1.0
LIMIT_SECONDS = 20 * 60.0

Tell = Callable[[int, str], Awaitable[None]]
"""Is told how far it is, in percent, and what ComfyUI is at."""


class TrialFailedError(ConflictError):
    """No picture came of it; `failure` says why, and what to do."""

    code = "trial_failed"

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.title}. {failure.message}", details=failure.details)
        self.failure = failure


@dataclass(slots=True)
class _Trial:
    """The one under way. `stirred` wakes whoever follows it."""

    account_id: UUID
    prompt_id: UUID
    progress: PromptProgress
    stirred: asyncio.Event
    is_stopped: bool = False
    is_said_done: bool = False

    def hear(self, message: Heard) -> None:
        """Runs inside the socket's loop."""
        if isinstance(message, Reconnected) or getattr(message, "prompt_id", None) == self.prompt_id:
            self.progress.hear(message)
            self.is_said_done |= isinstance(message, FinishedMessage)
            self.stirred.set()


class WorkflowTrialService:
    """One at a time on this server: it is one more prompt in ComfyUI's queue, and takes its turn behind what is there."""

    def __init__(self, workflows: WorkflowService, comfyui: ComfyUI, stream: MessageStream, clock: Clock) -> None:
        self._workflows = workflows
        self._comfyui = comfyui
        self._stream = stream
        self._clock = clock
        self._trial: _Trial | None = None

    async def paint(self, who: Principal, workflow_id: UUID, changes: WorkflowChanges, tell: Tell) -> CleanPicture:
        """One picture of the workflow as it would be with `changes`, which are not stored.

        For the owner, whose workflows they are: it goes past the queue and its turns. Raises ForbiddenError, NotFoundError,
        InvalidWorkflowError, ConflictError while another one is tried, and TrialFailedError.
        """
        if who.role is not Role.OWNER:
            raise ForbiddenError("Only the owner of this WrldBldr tries workflows out.")
        if self._trial is not None:
            raise ConflictError("A workflow is being tried already. Wait until it is done, or stop it.")
        trial = self._trial = _Trial(who.account_id, new_id(), PromptProgress(new_id(), {}), asyncio.Event())
        try:
            workflow, form = await self._workflows.changed(who, workflow_id, changes)
            return await self._painted(trial, workflow, form, tell)
        except (UnpaintableError, CannotPrepareError) as error:
            raise TrialFailedError(error.failure) from error
        except OutOfReachError as error:
            raise TrialFailedError(ServiceUnavailableError(str(error)).to_failure()) from error
        except ComfyUIError as error:
            raise TrialFailedError(error.to_failure()) from error
        finally:
            self._trial = None

    async def stop(self, who: Principal) -> None:
        """Take back the one that this person tries, if any."""
        trial = self._trial
        if trial is not None and trial.account_id == who.account_id:
            trial.is_stopped = True
            trial.stirred.set()

    async def _painted(self, trial: _Trial, workflow: Workflow, form: WorkflowForm, tell: Tell) -> CleanPicture:
        if not self._comfyui.connection.current.is_usable:
            raise ServiceUnavailableError
        catalogue = await self._comfyui.catalogue()
        batch, submission = _example(workflow, form, trial.prompt_id)
        graph = (await asyncio.to_thread(prepare, workflow, batch, submission, catalogue)).graph
        trial.progress = PromptProgress(trial.prompt_id, graph)
        unsubscribe = self._stream.subscribe(trial.hear)
        is_over = False
        try:
            history = await self._followed(trial, graph, tell)
            is_over = True
            [picture] = await Fetcher(self._comfyui, self._clock).fetch(history, submission)
            return picture.picture
        finally:
            unsubscribe()
            await self._tidy(trial.prompt_id, is_over=is_over)

    async def _followed(self, trial: _Trial, graph: Graph, tell: Tell) -> History:
        """Hand it over, and wait for its end. Raises ComfyUIError, TrialFailedError."""
        try:
            await self._comfyui.queue_prompt(graph, trial.prompt_id, previews=False)
        except AnswerLostError:  # it may have been taken: that is seen below
            logger.info("The answer to a trial was lost")
        end = self._clock.monotonic() + LIMIT_SECONDS
        while self._clock.monotonic() < end:
            await wait_for_event(trial.stirred, self._clock, LOOK_SECONDS)
            is_news = trial.stirred.is_set() and not trial.is_said_done
            trial.stirred.clear()
            if trial.is_stopped:
                raise TrialFailedError(Failure(title="Stopped", message="Nothing was kept of it."))
            if not self._comfyui.connection.current.is_answering:
                raise ServiceUnavailableError
            ahead = 0
            if not is_news:
                found = await whereabouts(self._comfyui, trial.prompt_id, self._clock)
                if isinstance(found, Finished):
                    return found.history
                if isinstance(found, Gone):
                    raise TrialFailedError(
                        Failure(title="ComfyUI lost it", message="It may have been restarted. Try again.")
                    )
                ahead = found.ahead if isinstance(found, Pending) else 0
            await tell(trial.progress.percent, f"{ahead} ahead of it" if ahead else trial.progress.phase.value)
        raise TrialFailedError(Failure(title="It takes too long", message="Look at ComfyUI what keeps it busy."))

    async def _tidy(self, prompt_id: UUID, *, is_over: bool) -> None:
        """Leave nothing of it on ComfyUI. Failing that costs nothing."""
        try:
            if not is_over and self._comfyui.connection.current.is_answering:
                await self._comfyui.cancel(prompt_id)
            if self._comfyui.connection.current.is_answering:
                await self._comfyui.forget(prompt_id)
        except ComfyUIError as error:
            logger.debug("ComfyUI keeps a trial: %s", error.title)


def _example(workflow: Workflow, form: WorkflowForm, prompt_id: UUID) -> tuple[Batch, Submission]:
    """What would be asked for; it is never stored."""
    width, height = DEFAULT_SIZES[AssetType.PORTRAIT]
    nowhere = new_id()
    batch = Batch(
        game_session_id=nowhere,
        world_id=nowhere,
        requested_by=nowhere,
        entity_type=EntityType.CHARACTER,
        entity_id=nowhere,
        entity_name="",
        asset_type=AssetType.PORTRAIT,
        workflow_name=workflow.name,
        prompt=PROMPT,
        negative_prompt=workflow.default_negative_prompt,
        count=1,
        seed=SEED,
        width=form.width or width,
        height=form.height or height,
        rank=0.0,
        requested_at=workflow.created_at,
    )
    submission = Submission(
        prompt_id=prompt_id,
        batch_id=batch.id,
        attempt=1,
        ordinal=0,
        first_picture=0,
        count=1,
        seed=SEED,
        created_at=workflow.created_at,
    )
    return batch, submission
