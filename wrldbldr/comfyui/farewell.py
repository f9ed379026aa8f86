"""Leaving a ComfyUI: what is ours is taken off it, so that nothing is painted there that nobody fetches."""

import logging
from collections.abc import Sequence
from uuid import UUID

from wrldbldr.comfyui.address import ConnectionSettings
from wrldbldr.comfyui.errors import ComfyUIError
from wrldbldr.comfyui.queue import parse_queue
from wrldbldr.comfyui.transport import Transport
from wrldbldr.kit.clock import Clock, within

logger = logging.getLogger(__name__)

FAREWELL_SECONDS = 5.0
REQUEST_SECONDS = 3.0
LOOK_SECONDS = 0.2


async def take_leave(settings: ConnectionSettings, ours: Sequence[UUID], clock: Clock) -> None:
    """Withdraw our prompts from a ComfyUI we no longer use, as far as it lets us within five seconds.

    Nothing else there is touched. A server that cannot be reached keeps them; nobody will fetch what it makes of them.
    """
    http = Transport(settings)
    try:
        if await within(FAREWELL_SECONDS, clock, _withdraw(http, ours, clock)) is None:
            logger.warning("The ComfyUI that was left takes too long to give our prompts up")
    except ComfyUIError as error:
        logger.warning("The ComfyUI that was left keeps our prompts: %s", error.title)
    finally:
        await http.aclose()


async def _withdraw(http: Transport, ours: Sequence[UUID], clock: Clock) -> bool:
    """Delete what waits, interrupt what runs (once: an old server stops whatever runs by then), and forget it all."""
    names = [str(prompt_id) for prompt_id in ours]
    await _post(http, "/queue", {"delete": names})
    interrupted: set[UUID] = set()
    while running := await _running(http, ours):
        for prompt_id in running - interrupted:
            await _post(http, "/interrupt", {"prompt_id": str(prompt_id)})
        interrupted |= running
        await clock.sleep(LOOK_SECONDS)
    await _post(http, "/history", {"delete": names})
    return True


async def _running(http: Transport, ours: Sequence[UUID]) -> set[UUID]:
    queue = parse_queue(await http.get_json("/queue", timeout_seconds=REQUEST_SECONDS, what="the queue"))
    return {prompt_id for prompt_id in ours if queue.is_running(prompt_id)}


async def _post(http: Transport, path: str, body: dict[str, object]) -> None:
    await http.post_json(path, body, timeout_seconds=REQUEST_SECONDS, what="a farewell")
