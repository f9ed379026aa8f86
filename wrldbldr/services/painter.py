"""Paints one batch to its end: prompt after prompt, then its pictures and READY, or the reason why not."""

import logging
from uuid import UUID

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.port import History
from wrldbldr.db.database import DatabaseBusyError
from wrldbldr.media.store import CannotStoreError
from wrldbldr.services.errand import Errand, Workplace
from wrldbldr.services.fetch import Fetcher
from wrldbldr.services.keeping import Painted, PaintedPicture
from wrldbldr.services.prepare import CannotPrepareError
from wrldbldr.services.tidying import Tidier
from wrldbldr.services.turn import Turn
from wrldbldr.services.unpainted import NotTakenError, OutOfReachError, UnpaintableError, our_mistake
from wrldbldr.services.watch import Withdrawn

logger = logging.getLogger(__name__)

AWAY_SECONDS = 2.0


class Painter:
    """Sees a batch through. Whatever goes wrong with it is the batch's fate, and never the queue's."""

    def __init__(self, place: Workplace, fetcher: Fetcher, tidier: Tidier) -> None:
        self._place = place
        self._fetcher = fetcher
        self._tidier = tidier

    async def paint(self, turn: Turn) -> bool:
        """Paint it. False when something is left to do: ComfyUI went away over it, and is not to be pressed.

        Raises DatabaseBusyError: what was painted is then resumed, not failed.
        """
        batch, pictures, ended = turn.assignment.batch, list[PaintedPicture](), set[UUID]()
        keeper, easel = self._place.keeper, self._place.easel
        try:
            painted = await self._paint_all(turn, pictures)
            await turn.come_after()
            await keeper.keep(batch, painted)
            ended |= turn.prompts
        except Withdrawn as withdrawn:
            easel.left(batch.id)
            if not withdrawn.is_off:
                await self._leave_if_deleted(turn)
                return False
            ended |= turn.prompts
            await keeper.give_up(turn.prompts)
        except (UnpaintableError, CannotPrepareError) as error:
            await keeper.fail(batch.id, error.failure)
        except (NotTakenError, OutOfReachError) as error:
            if isinstance(error, OutOfReachError) or turn.assignment.is_resumed or pictures:
                easel.waiting(batch)  # ComfyUI has some of it: it is resumed, not painted again
            else:
                await keeper.put_back(batch.id)
            return False
        except (ComfyUIError, CannotStoreError) as error:
            await keeper.fail(batch.id, error.to_failure())
        except DatabaseBusyError:
            raise
        except Exception as error:  # one batch fails, not the queue: it would be resumed and break again for ever
            logger.exception("Batch %s broke the dispatcher", batch.id)
            await keeper.fail(batch.id, our_mistake(error))
        self._tidier.leave(ended, (turn.prompts - ended) | turn.lost)  # after a failure ComfyUI may still have some
        return True

    async def _leave_if_deleted(self, turn: Turn) -> None:
        """What was cancelled is on record, and taken off ComfyUI when that answers; of what was deleted nothing is."""
        async with self._place.database.read() as unit:
            if await unit.batches.find(turn.assignment.batch.id) is None:
                self._tidier.leave((), turn.prompts | turn.lost)

    async def _paint_all(self, turn: Turn, pictures: list[PaintedPicture]) -> Painted:
        """Add what each prompt paints to `pictures`, and return it with how it was painted."""
        comfyui, painted = self._place.lookout.comfyui, Painted(pictures, "", is_simulated=False)
        try:
            catalogue = await comfyui.catalogue()
            system = await comfyui.system()
        except ComfyUIError as error:
            raise NotTakenError(str(error)) from error
        *_, last = turn.assignment.submissions
        for submission in turn.assignment.submissions:
            async with Errand(self._place, turn, submission, catalogue) as errand:
                await errand.hand_over()
                history = await errand.end()
            if submission is last:
                turn.leave_comfyui()
            pictures += await self._bring_home(errand, history)
            painted = Painted(pictures, errand.model, system.simulated, errand.style)
        return painted

    async def _bring_home(self, errand: Errand, history: History) -> list[PaintedPicture]:
        """Fetch what a prompt has painted. While ComfyUI is away that waits: its files outlast it, unlike its memory.

        When they have not, OutOfReachError is raised: it is asked about the prompt anew.
        """
        is_back = False
        while True:
            try:
                return await self._fetcher.fetch(history, errand.submission)
            except OutOfReachError:
                self._place.easel.waiting(errand.batch)
            except UnpaintableError as error:
                if is_back:
                    raise OutOfReachError(str(error)) from error
                raise
            await self._place.lookout.clock.sleep(AWAY_SECONDS)
            if not await errand.is_wanted():
                raise Withdrawn(is_off=True)
            is_back = True
