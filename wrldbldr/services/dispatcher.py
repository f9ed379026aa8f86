"""The one loop that hands batches to ComfyUI, one after the other, and sees each to its end."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from wrldbldr.comfyui.errors import (
    AnswerLostError,
    CircuitOpenError,
    ComfyUIError,
    MaxRetriesExceededError,
    NotComfyUIError,
    PictureBrokenError,
    ServiceUnavailableError,
    failure_of_history,
)
from wrldbldr.comfyui.graph import Graph
from wrldbldr.comfyui.port import ComfyUI, History, MessageStream, NodeCatalogue, PictureRef
from wrldbldr.comfyui.reconcile import Gone
from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.domain.batch import Batch, BatchStatus, Submission
from wrldbldr.domain.errors import WrldBldrError
from wrldbldr.domain.failure import Failure
from wrldbldr.domain.workflow import Workflow
from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.kit.ids import SEED_LIMIT
from wrldbldr.media.pictures import BrokenPictureError, CleanPicture, clean
from wrldbldr.media.store import CannotStoreError
from wrldbldr.services.easel import Easel
from wrldbldr.services.keeping import Keeper, Painted, PaintedPicture
from wrldbldr.services.prepare import CannotPrepareError, prepare
from wrldbldr.services.watch import PromptWatch, Withdrawn

logger = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
AWAY_SECONDS = 2.0
RESUBMISSION_LIMIT = 2
FETCH_ATTEMPTS = 3
FETCH_PAUSE_SECONDS = 1.0


class UnpaintableError(WrldBldrError):
    """The batch has failed; `failure` says why."""

    code = "unpaintable"

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.title}. {failure.message}", details=failure.details)
        self.failure = failure


class NotTakenError(WrldBldrError):
    """ComfyUI went away before it took a prompt: the batch waits on, unharmed."""

    code = "not_taken"


class OutOfReachError(WrldBldrError):
    """ComfyUI went away with a prompt it has taken, or has even finished: it is asked again when it answers."""

    code = "out_of_reach"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A batch this process paints. `is_resumed` when its prompts may already be on ComfyUI."""

    batch: Batch
    workflow: Workflow
    submissions: Sequence[Submission]
    is_resumed: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """ComfyUI does not have a prompt that was handed over. `doubt` is how that went, when there was no answer."""

    doubt: ComfyUIError | None


class Dispatcher:
    """Claims the first batch, paints it, stores it, and so on. Only one may run at a time for a database."""

    def __init__(
        self,
        *,
        database: Database,
        comfyui: ComfyUI,
        stream: MessageStream,
        keeper: Keeper,
        easel: Easel,
        clock: Clock,
    ) -> None:
        self._database = database
        self._comfyui = comfyui
        self._stream = stream
        self._keeper = keeper
        self._easel = easel
        self._clock = clock
        self._woken = asyncio.Event()
        self._watch: PromptWatch | None = None

    def wake(self) -> None:
        """Something changed: a batch was asked for, withdrawn, or ComfyUI is back."""
        self._woken.set()
        if self._watch is not None:
            self._watch.nudge()

    async def run(self) -> None:
        """Work for ever. What was being painted when the process ended is taken up first."""
        while True:
            try:
                has_painted = await self.paint_next()
            except DatabaseBusyError as error:  # what was painted is resumed, not failed: ComfyUI still has it
                logger.warning("The queue waits: %s", error)
                await self._rest()
                continue
            if not has_painted:
                await wait_for_event(self._woken, self._clock, IDLE_SECONDS)
                self._woken.clear()

    async def paint_next(self) -> bool:
        """Paint one batch to its end. False when there is none to paint now."""
        try:
            await self._withdraw_cancelled()
            assignment = await self._resume() or await self._claim()
        except ComfyUIError:  # the client has said why; the batch waits, and so do we
            await self._rest()
            return True
        if assignment is None:
            return False
        await self._paint(assignment)
        return True

    async def _rest(self) -> None:
        await wait_for_event(self._woken, self._clock, AWAY_SECONDS)
        self._woken.clear()

    async def _withdraw_cancelled(self) -> None:
        """Take off ComfyUI what was cancelled while it could not be reached: it would paint what nobody wants."""
        if not self._comfyui.connection.current.is_usable:
            return
        async with self._database.read() as unit:
            prompt_ids = await unit.batches.prompts_to_withdraw()
        for prompt_id in prompt_ids:
            await self._comfyui.cancel(prompt_id)
        await self._keeper.give_up(prompt_ids)

    async def _resume(self) -> Assignment | None:
        async with self._database.read() as unit:
            for batch in await unit.batches.generating():
                workflow = batch.workflow_id and await unit.workflows.find(batch.workflow_id)
                made = await unit.batches.submissions(batch.id, batch.attempt)
                if workflow:
                    return Assignment(batch, workflow, [s for s in made if s.lost_at is None], is_resumed=True)
                await self._keeper.fail(batch.id, _workflow_gone(batch))
        return None

    async def _claim(self) -> Assignment | None:
        """Take the first batch, if ComfyUI can be used. Its prompt ids are stored before anything is sent."""
        async with self._database.read() as unit:
            batch_id = await unit.batches.first_queued()
        if batch_id is None:
            return None
        if not self._comfyui.connection.current.is_usable:
            raise ServiceUnavailableError
        await self._comfyui.catalogue()
        async with self._database.write() as unit:
            batch = await unit.batches.find(batch_id, for_update=True)
            if batch is None or batch.status is not BatchStatus.QUEUED:
                return None
            now = self._clock.now()
            batch.start(now)
            workflow = batch.workflow_id and await unit.workflows.find(batch.workflow_id)
            for old in await unit.batches.submissions(batch.id, batch.attempt):
                old.lost_at = old.lost_at or now
            submissions = _plan(batch, workflow, self._clock) if workflow else []
            for submission in submissions:
                await unit.batches.add(submission)
        self._easel.started(batch)
        if workflow:
            return Assignment(batch, workflow, submissions, is_resumed=False)
        await self._keeper.fail(batch.id, _workflow_gone(batch))
        return await self._claim()

    async def _paint(self, assignment: Assignment) -> None:
        batch, pictures, off_comfyui = assignment.batch, list[PaintedPicture](), list[UUID]()
        try:
            model, is_simulated = await self._paint_all(assignment, pictures)
            await self._keeper.keep(batch, Painted(pictures, model, is_simulated))
        except Withdrawn as withdrawn:
            self._easel.left(batch.id)
            if withdrawn.is_off:
                off_comfyui = [submission.prompt_id for submission in assignment.submissions]
        except (UnpaintableError, CannotPrepareError) as error:
            await self._keeper.fail(batch.id, error.failure)
        except (NotTakenError, OutOfReachError) as error:
            if isinstance(error, OutOfReachError) or assignment.is_resumed or pictures:
                self._easel.waiting(batch)  # ComfyUI has some of it: it is resumed, not painted again
            else:
                await self._keeper.put_back(batch.id)
            await self._rest()
        except ComfyUIError as error:
            await self._keeper.fail(batch.id, error.to_failure())
        except CannotStoreError as error:
            await self._keeper.fail(batch.id, error.to_failure())
        except DatabaseBusyError:
            raise
        except Exception as error:  # one batch fails, not the queue: it would be resumed and break again for ever
            logger.exception("Batch %s broke the dispatcher", batch.id)
            await self._keeper.fail(batch.id, _our_mistake(error))
        await self._tidy(assignment)
        await self._keeper.give_up(off_comfyui)

    async def _paint_all(self, assignment: Assignment, pictures: list[PaintedPicture]) -> tuple[str, bool]:
        """Add what each prompt paints to `pictures`. Returns the model, and whether it was the simulator."""
        try:
            catalogue = await self._comfyui.catalogue()
            system = await self._comfyui.system()
        except ComfyUIError as error:
            raise NotTakenError(str(error)) from error
        model = ""
        for submission in assignment.submissions:
            _, model = prepare(assignment.workflow, assignment.batch, submission, catalogue)
            pictures += await self._run(assignment, submission, catalogue)
        return model, system.simulated

    async def _run(
        self, assignment: Assignment, submission: Submission, catalogue: NodeCatalogue
    ) -> list[PaintedPicture]:
        """One prompt to its pictures. One that ComfyUI lost is handed over anew under another id, at most twice."""
        must_send, times_lost = not assignment.is_resumed, await self._keeper.times_lost(assignment.batch, submission)
        while True:
            graph, _model = prepare(assignment.workflow, assignment.batch, submission, catalogue)
            ended = await self._hand_over_and_follow(assignment.batch, submission, graph, must_send=must_send)
            if not isinstance(ended, Lost):
                return await self._fetch(ended, submission)
            logger.warning("ComfyUI lost prompt %s of batch %s", submission.prompt_id, assignment.batch.id)
            if times_lost >= RESUBMISSION_LIMIT:
                raise UnpaintableError(_lost_too_often(ended))
            submission = await self._keeper.replace(submission)
            must_send, times_lost = True, times_lost + 1

    async def _hand_over_and_follow(
        self, batch: Batch, submission: Submission, graph: Graph, *, must_send: bool
    ) -> History | Lost:
        async def is_wanted() -> bool:
            async with self._database.read() as unit:
                now = await unit.batches.find(batch.id)
            return now is not None and now.status is BatchStatus.GENERATING

        watch = PromptWatch(self._comfyui, self._stream, self._clock, submission.prompt_id, graph)
        self._watch = watch
        try:
            with watch:
                if must_send and not await is_wanted():
                    raise Withdrawn(is_off=True)
                doubt = await self._send(graph, submission.prompt_id) if must_send else None
                witness, is_certain = self._easel.witness(batch, submission, is_wanted), must_send and doubt is None
                ended = await watch.follow(witness, is_certain=is_certain)
                return Lost(doubt) if isinstance(ended, Gone) else ended
        finally:
            self._watch = None

    async def _send(self, graph: Graph, prompt_id: UUID) -> ComfyUIError | None:
        """Hand over a prompt. Returns what went wrong when nobody knows whether it was taken: a proxy may answer with
        a page of its own for a prompt that was. Raises NotTakenError when it was not.
        """
        try:
            await self._comfyui.queue_prompt(graph, prompt_id)
        except AnswerLostError as error:
            return error.cause
        except NotComfyUIError as error:
            return error
        except (ServiceUnavailableError, CircuitOpenError, MaxRetriesExceededError) as error:
            raise NotTakenError(str(error)) from error
        return None

    async def _fetch(self, history: History, submission: Submission) -> list[PaintedPicture]:
        failure = failure_of_history(history)
        if failure is not None:
            raise UnpaintableError(failure)
        if len(history.pictures) < submission.count:
            raise UnpaintableError(
                Failure(
                    title=f"ComfyUI made {len(history.pictures)} of {submission.count} pictures",
                    message="Check in ComfyUI that every picture of the batch reaches the Save Image node, then retry.",
                )
            )
        return [
            PaintedPicture(await self._picture(ref), submission.seed) for ref in history.pictures[: submission.count]
        ]

    async def _picture(self, ref: PictureRef) -> CleanPicture:
        """Fetch one picture and look at every pixel. One that arrives broken is fetched again: the file may be whole."""
        for _ in range(FETCH_ATTEMPTS - 1):
            try:
                return await self._picture_once(ref)
            except (PictureBrokenError, BrokenPictureError) as error:
                logger.info("Picture %s arrived broken and is fetched again: %s", ref.filename, error)
            await self._clock.sleep(FETCH_PAUSE_SECONDS)
        try:
            return await self._picture_once(ref)
        except (PictureBrokenError, BrokenPictureError) as error:
            raise UnpaintableError(
                Failure(
                    title="A picture arrived broken from ComfyUI",
                    message="The file there may be damaged, or its disk full. Retry the batch to paint it anew.",
                    details={"File": ref.filename, "Problem": str(error)},
                )
            ) from error

    async def _picture_once(self, ref: PictureRef) -> CleanPicture:
        try:
            content = await self._comfyui.fetch_picture(ref)
        except ComfyUIError as error:
            if _is_away(error):
                raise OutOfReachError(str(error)) from error
            raise
        return await asyncio.to_thread(clean, content)

    async def _tidy(self, assignment: Assignment) -> None:
        """Give ComfyUI's memory back; it keeps every graph until it is told to forget. Failing that costs nothing.

        A prompt that was believed lost is withdrawn: it may have reached ComfyUI after all, to paint what nobody wants.
        """
        async with self._database.read() as unit:
            batch = await unit.batches.find(assignment.batch.id)
            made = await unit.batches.submissions(assignment.batch.id, assignment.batch.attempt)
        if (batch is not None and batch.is_open) or not self._comfyui.connection.current.is_usable:
            return
        for submission in made:
            try:
                if submission.lost_at is not None:
                    await self._comfyui.cancel(submission.prompt_id)
                await self._comfyui.forget(submission.prompt_id)
            except ComfyUIError as error:
                logger.debug("ComfyUI keeps the history of prompt %s: %s", submission.prompt_id, error.title)
                return


def _plan(batch: Batch, workflow: Workflow, clock: Clock) -> list[Submission]:
    """The prompts a batch needs: one, or one for each picture when the workflow cannot be told how many to paint."""
    if workflow.bindings.count:
        return [_submission(batch, 0, 0, batch.count, clock)]
    return [_submission(batch, index, index, 1, clock) for index in range(batch.count)]


def _submission(batch: Batch, ordinal: int, first_picture: int, count: int, clock: Clock) -> Submission:
    return Submission(
        batch_id=batch.id,
        attempt=batch.attempt,
        ordinal=ordinal,
        first_picture=first_picture,
        count=count,
        seed=(batch.seed + first_picture) % SEED_LIMIT,
        created_at=clock.now(),
    )


def _is_away(error: ComfyUIError) -> bool:
    """Whether it says that ComfyUI cannot be reached, rather than that it answers badly."""
    if isinstance(error, MaxRetriesExceededError):
        return _is_away(error.cause)
    return isinstance(error, ServiceUnavailableError | CircuitOpenError)


def _lost_too_often(lost: Lost) -> Failure:
    details = {"Handed over": f"{RESUBMISSION_LIMIT + 1} times"}
    if lost.doubt is not None:
        return Failure(
            title=lost.doubt.title,
            message=f"The batch was handed over again and again, and never arrived. {lost.doubt.advice}",
            details={**lost.doubt.details, **details},
        )
    return Failure(
        title="ComfyUI lost this picture again and again",
        message="It may be what makes ComfyUI crash. Look at ComfyUI's console, then retry the batch.",
        details=details,
    )


def _our_mistake(error: Exception) -> Failure:
    return Failure(
        title="WrldBldr made a mistake",
        message="Retry the batch. If that happens again, the log of the server tells what went wrong.",
        details={"Error": type(error).__name__},
    )


def _workflow_gone(batch: Batch) -> Failure:
    return Failure(
        title=f"The workflow {batch.workflow_name} is gone",
        message="Somebody removed it. Ask for the picture again with another workflow.",
    )
