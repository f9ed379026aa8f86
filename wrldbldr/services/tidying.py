"""Gives ComfyUI's memory back: it keeps every graph until it is told to forget. Failing that costs nothing."""

import logging
from collections.abc import Iterable
from uuid import UUID

from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.port import ComfyUI

logger = logging.getLogger(__name__)

AT_ONCE = 16


class Tidier:
    """Collects prompts that have ended, and has many of them forgotten with one request."""

    def __init__(self, comfyui: ComfyUI) -> None:
        self._comfyui = comfyui
        self._ended: list[UUID] = []
        self._lost: list[UUID] = []

    def leave(self, ended: Iterable[UUID], lost: Iterable[UUID]) -> None:
        """Nobody needs these any more. What was believed lost may have reached ComfyUI after all: it is withdrawn."""
        self._ended += ended
        self._lost += lost

    @property
    def is_due(self) -> bool:
        """Whether enough has come together."""
        return bool(self._lost) or len(self._ended) >= AT_ONCE

    async def tidy(self) -> None:
        """Do it now. What is to be withdrawn waits while ComfyUI is away; what cannot be forgotten is left to it."""
        if not self._comfyui.connection.current.is_answering:
            return
        ended, lost, self._ended, self._lost = self._ended, self._lost, [], []
        withdrawn = [prompt_id for prompt_id in lost if await self._withdraw(prompt_id)]
        try:
            if ended or withdrawn:
                await self._comfyui.forget(*ended, *withdrawn)
        except ComfyUIError as error:
            logger.debug("ComfyUI keeps the history of %d prompts: %s", len(ended), error.title)

    async def _withdraw(self, prompt_id: UUID) -> bool:
        try:
            await self._comfyui.cancel(prompt_id)
        except ComfyUIError as error:
            if not self._comfyui.connection.current.is_answering:
                self._lost.append(prompt_id)
            logger.debug("ComfyUI may paint prompt %s for nobody: %s", prompt_id, error.title)
            return False
        return True
