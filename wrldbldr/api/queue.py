"""Whether the one queue of this server goes on."""

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import Out

router = guarded_router("Queue")


class QueueOut(Out):
    """The queue. While it is paused no waiting batch is begun; the one under way is painted to its end."""

    is_paused: bool


@router.post("/api/queue/pause")
async def pause_queue(who: Who, engine: RunningEngine) -> QueueOut:
    """Begin no other batch, in any world, until the queue is resumed; also after a restart."""
    await engine.queue.pause(who)
    return QueueOut(is_paused=True)


@router.post("/api/queue/resume")
async def resume_queue(who: Who, engine: RunningEngine) -> QueueOut:
    """Go on with whatever waits, in order."""
    await engine.queue.resume(who)
    return QueueOut(is_paused=False)
