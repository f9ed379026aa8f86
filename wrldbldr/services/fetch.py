"""Brings the pictures of a finished prompt home, whole, and looks at every pixel of them."""

import asyncio
import logging

from wrldbldr.comfyui.errors import (
    CircuitOpenError,
    ComfyUIError,
    MaxRetriesExceededError,
    PictureBrokenError,
    ServiceUnavailableError,
    failure_of_history,
)
from wrldbldr.comfyui.port import ComfyUI, History, PictureRef
from wrldbldr.domain.batch import Submission
from wrldbldr.kit.clock import Clock
from wrldbldr.media.pictures import BrokenPictureError, CleanPicture, clean
from wrldbldr.services.keeping import PaintedPicture
from wrldbldr.services.unpainted import OutOfReachError, UnpaintableError, broken_picture, too_few_pictures

logger = logging.getLogger(__name__)

FETCH_ATTEMPTS = 3
FETCH_PAUSE_SECONDS = 1.0


class Fetcher:
    """Reads a history, and fetches what it names."""

    def __init__(self, comfyui: ComfyUI, clock: Clock) -> None:
        self._comfyui = comfyui
        self._clock = clock

    async def fetch(self, history: History, submission: Submission) -> list[PaintedPicture]:
        """The pictures the prompt was to paint. Raises UnpaintableError, OutOfReachError, or another ComfyUIError."""
        failure = failure_of_history(history)
        if failure is not None:
            raise UnpaintableError(failure)
        if len(history.pictures) < submission.count:
            raise UnpaintableError(too_few_pictures(len(history.pictures), submission.count))
        return [
            PaintedPicture(await self._picture(ref), submission.seed) for ref in history.pictures[: submission.count]
        ]

    async def _picture(self, ref: PictureRef) -> CleanPicture:
        """One that arrives broken is fetched again: the file may be whole."""
        for _ in range(FETCH_ATTEMPTS - 1):
            try:
                return await self._picture_once(ref)
            except (PictureBrokenError, BrokenPictureError) as error:
                logger.info("Picture %s arrived broken and is fetched again: %s", ref.filename, error)
            await self._clock.sleep(FETCH_PAUSE_SECONDS)
        try:
            return await self._picture_once(ref)
        except (PictureBrokenError, BrokenPictureError) as error:
            raise UnpaintableError(broken_picture(ref.filename, error)) from error

    async def _picture_once(self, ref: PictureRef) -> CleanPicture:
        try:
            content = await self._comfyui.fetch_picture(ref)
        except ComfyUIError as error:
            if is_away(error):
                raise OutOfReachError(str(error)) from error
            raise
        return await asyncio.to_thread(clean, content)


def is_away(error: ComfyUIError) -> bool:
    """Whether it says that ComfyUI cannot be reached, rather than that it answers badly."""
    if isinstance(error, MaxRetriesExceededError):
        return is_away(error.cause)
    return isinstance(error, ServiceUnavailableError | CircuitOpenError)
