"""The one loop that has batches painted, one after the other, for as long as ComfyUI takes them."""

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from wrldbldr.comfyui.errors import ComfyUIError, ServiceUnavailableError
from wrldbldr.comfyui.port import ComfyUI, MessageStream
from wrldbldr.comfyui.stall import Watchdog
from wrldbldr.db.database import Database, DatabaseBusyError
from wrldbldr.domain.comfyui_config import ComfyUIConfig
from wrldbldr.kit.clock import Clock, wait_for_event
from wrldbldr.kit.tasks import TaskNursery
from wrldbldr.services.claims import Assignment, Claims
from wrldbldr.services.easel import Easel
from wrldbldr.services.errand import Workplace
from wrldbldr.services.fetch import Fetcher
from wrldbldr.services.keeping import Keeper
from wrldbldr.services.painter import AWAY_SECONDS, Painter
from wrldbldr.services.tidying import Tidier
from wrldbldr.services.turn import Turn
from wrldbldr.services.watch import Lookout

logger = logging.getLogger(__name__)

IDLE_SECONDS = 30.0
IN_HAND_LIMIT = 2  # one is painted, and the one before it fetched and stored


class Dispatcher:
    """Claims the first batch, has it painted, and so on. Only one may run at a time for a database.

    One batch is painted at a time; meanwhile the pictures of the one before are fetched and stored. One that was begun
    before a restart of ours, and that ComfyUI turns out to have lost, may be handed over while another is painted.
    `config` is asked whenever it matters how patient to be with ComfyUI.
    """

    def __init__(
        self,
        *,
        database: Database,
        comfyui: ComfyUI,
        stream: MessageStream,
        keeper: Keeper,
        easel: Easel,
        clock: Clock,
        config: Callable[[], ComfyUIConfig] = ComfyUIConfig,
    ) -> None:
        self._database = database
        self._comfyui = comfyui
        self._keeper = keeper
        self._clock = clock
        self._tidier = Tidier(comfyui)
        self._watchdog = Watchdog(comfyui.connection, clock, config)
        place = Workplace(Lookout(comfyui, stream, self._watchdog, clock, config), database, keeper, easel)
        self._painter = Painter(place, Fetcher(comfyui, clock), self._tidier)
        self._claims = Claims(database, keeper, easel, clock)
        self._woken = asyncio.Event()
        self._in_hand: list[Turn] = []
        self._has_loose_ends = True
        self._is_to_rest = False

    def wake(self, *, may_be_unwanted: bool = True) -> None:
        """Something changed: a batch was asked for, withdrawn, the queue goes on, or ComfyUI is back.

        Unless `may_be_unwanted`, nothing that is in hand was withdrawn, and nobody looks whether it was.
        """
        self._woken.set()
        if may_be_unwanted:
            for turn in self._in_hand:
                turn.nudge()

    async def run(self) -> None:
        """Work for ever. What was being painted when the process ended is taken up first."""
        self._has_loose_ends = True
        async with self._database.read() as unit:
            self._watchdog.leave(*await unit.batches.given_up())
        async with TaskNursery(self._clock) as painting:
            while True:
                assignment = await self._next(painting)
                turn = Turn(assignment, self._in_hand, self._woken.set)
                self._in_hand.append(turn)
                painting.start(self._see_through(turn), name=f"batch {assignment.batch.id}")

    async def _next(self, painting: TaskNursery) -> Assignment:
        """Wait for a batch that can be begun or resumed now."""
        while True:
            if self._is_to_rest:
                self._is_to_rest = False
                self._woken.clear()
                await self._wait(AWAY_SECONDS, painting)
            try:
                assignment = await self._choose()
            except ComfyUIError as error:
                if self._comfyui.connection.current.is_usable:  # of an outage it says enough itself
                    self._comfyui.connection.obstruct(str(error))
                self._has_loose_ends = self._is_to_rest = True
            except DatabaseBusyError as error:
                logger.warning("The queue waits: %s", error)
                self._has_loose_ends = self._is_to_rest = True
            else:
                self._comfyui.connection.obstruct("")
                if assignment is not None:
                    return assignment
                await self._wait(IDLE_SECONDS, painting)

    async def _wait(self, seconds: float, painting: TaskNursery) -> None:
        """Until something changes, but no longer than this."""
        if not self._in_hand:
            painting.start(self._tidier.tidy(), name="tidying")
        await wait_for_event(self._woken, self._clock, seconds)
        self._woken.clear()

    async def _see_through(self, turn: Turn) -> None:
        """Paint a batch to its end. Whatever becomes of it, the others go on."""
        is_done = False
        try:
            is_done = await self._painter.paint(turn)
        except DatabaseBusyError as error:  # it is resumed, not failed: ComfyUI still has it
            logger.warning("The queue waits: %s", error)
        finally:
            self._in_hand.remove(turn)
            if not is_done:
                self._has_loose_ends = self._is_to_rest = True
            turn.end()
        if self._tidier.is_due:
            await self._tidier.tidy()

    async def _choose(self) -> Assignment | None:
        """What can be painted now, if anything: first what is under way, one after the other, as it was begun."""
        if len(self._in_hand) == IN_HAND_LIMIT:
            return None
        on_comfyui = [turn for turn in self._in_hand if not turn.is_off_comfyui]
        if self._has_loose_ends and not any(turn.assignment.is_resumed for turn in on_comfyui):
            assignment = await self._pick_up_loose_ends()
            if assignment is not None:
                return assignment
        return None if on_comfyui else await self._claim()

    async def _pick_up_loose_ends(self) -> Assignment | None:
        """Take off ComfyUI what was cancelled while it could not be reached: it would paint what nobody wants.

        Then take up what was begun and not ended.
        """
        in_hand = [turn.assignment.batch.id for turn in self._in_hand]
        self._has_loose_ends = not self._comfyui.connection.current.is_answering
        if not self._has_loose_ends:
            async with self._database.read() as unit:
                prompt_ids = await unit.batches.prompts_to_withdraw(besides=in_hand)
            for prompt_id in prompt_ids:
                await self._withdraw(prompt_id)
            await self._keeper.give_up(prompt_ids)
        assignment = await self._claims.under_way(besides=in_hand)
        self._has_loose_ends = self._has_loose_ends or assignment is not None
        return assignment

    async def _withdraw(self, prompt_id: UUID) -> None:
        """One that ComfyUI will not take back is left to it: the queue goes on. Raises ComfyUIError when it is away."""
        try:
            await self._comfyui.cancel(prompt_id)
        except ComfyUIError as error:
            if not self._comfyui.connection.current.is_answering:
                raise
            logger.warning("ComfyUI did not take back the cancelled prompt %s: %s", prompt_id, error.title)

    async def _claim(self) -> Assignment | None:
        """Take the first batch, if ComfyUI can be used."""
        await self._require_life()
        if not (self._in_hand or await self._claims.is_anyone_next()):  # nobody reads a catalogue for nothing
            return None
        if not self._comfyui.connection.current.is_usable:
            raise ServiceUnavailableError
        await self._comfyui.catalogue()
        return await self._claims.claim()

    async def _require_life(self) -> None:
        """Look again whether ComfyUI is stuck: with what was withdrawn nobody else does. Raises ServiceUnavailableError."""
        if self._watchdog.stall is not None and self._watchdog.look(await self._comfyui.queue()) is not None:
            raise ServiceUnavailableError
