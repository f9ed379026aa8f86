"""One prompt on ComfyUI: handed over once, followed to its end, and handed over anew only when ComfyUI has lost it."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.comfyui.errors import (
    AnswerLostError,
    CircuitOpenError,
    ComfyUIError,
    MaxRetriesExceededError,
    NotComfyUIError,
    ServiceUnavailableError,
)
from wrldbldr.comfyui.port import History, NodeCatalogue
from wrldbldr.comfyui.reconcile import Gone
from wrldbldr.db.database import Database
from wrldbldr.domain.batch import BatchStatus, Submission
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.style_reference import ReferenceUse, Style, StyleSource
from wrldbldr.services.easel import Easel
from wrldbldr.services.fetch import is_away
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.prepare import CannotPrepareError, prepare
from wrldbldr.services.styling import upload_names
from wrldbldr.services.turn import Turn
from wrldbldr.services.unpainted import (
    NotTakenError,
    OutOfReachError,
    UnpaintableError,
    lost_too_often,
    reference_gone,
)
from wrldbldr.services.watch import Lookout, PromptWatch, Withdrawn, Witness

logger = logging.getLogger(__name__)

RESUBMISSION_LIMIT = 2


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every errand needs."""

    lookout: Lookout
    database: Database
    keeper: Keeper
    easel: Easel


class Errand:
    """Enter it, hand the prompt over, wait for its end.

    `batch` is what it is for, `submission` what was handed over last, and `model` what it paints with, in which `style`.
    Raises CannotPrepareError when entered, and NotTakenError when ComfyUI is away then.
    """

    def __init__(self, place: Workplace, turn: Turn, submission: Submission, catalogue: NodeCatalogue) -> None:
        self.batch = turn.assignment.batch
        self.submission = submission
        self.model = ""
        self.style: Style | None = None
        self._place = place
        self._turn = turn
        self._assignment = turn.assignment
        self._catalogue = catalogue
        self._watching = ExitStack()
        self._is_certain = False
        self._doubt: ComfyUIError | None = None
        self._doubted_at = 0.0
        self._has_rested = False

    async def __aenter__(self) -> Self:
        try:
            self._take_up(self.submission)
        except CannotPrepareError:  # what it lacked when it was last asked may be there by now
            try:
                self._catalogue = await self._place.lookout.comfyui.catalogue(refresh=True)
            except ComfyUIError as error:
                raise NotTakenError(str(error)) from error
            self._take_up(self.submission)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.close()

    async def hand_over(self) -> None:
        """Send the prompt, unless ComfyUI may have it already.

        Raises Withdrawn, NotTakenError when ComfyUI was certainly not given it, and the ComfyUIError with which it refuses.
        """
        if not self._assignment.is_resumed:
            await self._send()

    async def end(self) -> History:
        """How it ended, however long that takes. One that ComfyUI lost goes under another id, at most twice.

        Raises Withdrawn, OutOfReachError, UnpaintableError when it is lost again, and the ComfyUIError of a refusal.
        """
        easel = self._place.easel
        while True:
            witness = easel.witness(self.batch, self.submission, self.is_wanted)
            ended = await self._watch.follow(witness, is_certain=self._is_certain)
            if not isinstance(ended, Gone):
                return ended
            retry = 1 + await self._place.keeper.times_lost(self.batch, self.submission)
            if self._doubt is not None and not self._has_rested and retry <= RESUBMISSION_LIMIT:
                await self._rest(witness, retry, self._doubt)
            else:
                await self._send_anew(retry)

    def _take_up(self, submission: Submission) -> None:
        """Watch before anything is sent: a quick prompt ends before the answer is read."""
        assignment, place = self._assignment, self._place
        prepared = prepare(assignment.workflow, assignment.batch, submission, self._catalogue)
        graph, self.model, self.style = prepared
        self._watching.close()
        self.submission, self._graph = submission, graph
        self._is_certain = self._has_rested = False
        watch = PromptWatch(place.lookout, submission.prompt_id, graph, self._hear_the_end)
        self._watch = self._watching.enter_context(watch)
        self._turn.follow(self._watch)

    def _hear_the_end(self) -> None:
        """The next batch need not wait until this one's history is read."""
        if self.submission.ordinal == self._assignment.submissions[-1].ordinal:
            self._turn.leave_comfyui()

    async def _send(self) -> None:
        comfyui = self._place.lookout.comfyui
        if self._turn.may_be_unwanted and not await self.is_wanted():
            raise Withdrawn(is_off=True)
        self._turn.may_be_unwanted = True
        if comfyui.connection.current.kind is ConnectionKind.STUCK:
            raise NotTakenError("Nothing is handed over to a ComfyUI that is stuck.")
        if self.style is not None and self.style.use is ReferenceUse.PICTURE:
            await self._bring_pictures(self.style)
        try:
            await comfyui.queue_prompt(self._graph, self.submission.prompt_id)
        except AnswerLostError as error:
            self._begin_to_doubt(error.cause)
        except NotComfyUIError as error:  # a proxy may answer with a page of its own for a prompt that was taken
            self._begin_to_doubt(error)
        except (ServiceUnavailableError, CircuitOpenError, MaxRetriesExceededError) as error:
            raise NotTakenError(str(error)) from error
        else:
            self._is_certain, self._doubt = True, None

    def _begin_to_doubt(self, cause: ComfyUIError) -> None:
        """Nobody knows whether ComfyUI has taken it."""
        self._doubt, self._doubted_at = cause, self._place.lookout.clock.monotonic()

    async def _bring_pictures(self, style: Style) -> None:
        """Upload what the graph is to take its style from, once for each batch.

        Raises NotTakenError while ComfyUI is away, UnpaintableError when a picture is gone, and the ComfyUIError of a refusal.
        """
        for source, name in zip(style.sources, upload_names(style), strict=True):
            if name not in self._turn.uploaded:
                self._turn.uploaded[name] = await self._upload(source, name)
            for node in self._graph.values():
                if node["inputs"].get("image") == name:
                    node["inputs"]["image"] = self._turn.uploaded[name]

    async def _upload(self, source: StyleSource, name: str) -> str:
        try:
            content = await self._place.keeper.picture(source.content_hash)
        except NotFoundError as error:
            raise UnpaintableError(reference_gone(source)) from error
        try:
            return await self._place.lookout.comfyui.upload_picture(name, content)
        except ComfyUIError as error:
            if is_away(error):
                raise NotTakenError(str(error)) from error
            raise

    async def _rest(self, witness: Witness, retry: int, cause: ComfyUIError) -> None:
        """What got no answer and did not arrive is retried as every other request is, after 5 s, then 15 (US-18A.2).

        Then it is looked for once more: it may have been on its way. Raises Withdrawn.
        """
        config, failed_at = self._place.lookout.config, self._doubted_at
        words = "Retry %d of %d for handing over prompt %s in %d s: %s"
        seconds = config().delay_before_retry(retry)
        logger.info(words, retry, RESUBMISSION_LIMIT, self.submission.prompt_id, seconds, cause.title)
        await self._watch.rest(witness, lambda: failed_at + config().delay_before_retry(retry))
        self._has_rested = True

    async def _send_anew(self, retry: int) -> None:
        lost, keeper = self.submission, self._place.keeper
        logger.warning("ComfyUI lost prompt %s of batch %s", lost.prompt_id, self.batch.id)
        if retry > RESUBMISSION_LIMIT:
            logger.error("Gave up batch %s: ComfyUI lost it %d times", self.batch.id, RESUBMISSION_LIMIT + 1)
            raise UnpaintableError(lost_too_often(RESUBMISSION_LIMIT + 1, self._doubt))
        try:
            self._catalogue = await self._place.lookout.comfyui.catalogue()  # it may have come back with other models
        except ComfyUIError as error:
            raise OutOfReachError(str(error)) from error
        fresh = await keeper.replace(lost)
        self._turn.replace(lost.prompt_id, fresh.prompt_id)
        self._turn.uploaded.clear()  # another machine may answer by now
        self._take_up(fresh)
        try:
            await self._send()
        except NotTakenError as error:  # the batch is under way all the same, and this was no loss
            await keeper.reinstate(lost, unsent=self.submission)
            raise OutOfReachError(str(error)) from error

    async def is_wanted(self) -> bool:
        """Whether its batch is still to be painted."""
        async with self._place.database.read() as unit:
            now = await unit.batches.find(self.batch.id)
        return now is not None and now.status is BatchStatus.GENERATING
