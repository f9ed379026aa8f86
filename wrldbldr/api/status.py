"""How ComfyUI is, and whether this server lives."""

from typing import Literal, Self

from wrldbldr.api.door import RunningEngine, Who, guarded_router
from wrldbldr.api.models import Moment, Out
from wrldbldr.services.connection import ConnectionStatus

router = guarded_router("Status")


class ComfyUIStatusOut(Out):
    """ComfyUI in words and numbers. `simulated` is true for the simulator that comes with WrldBldr."""

    state: str
    message: str
    retry_in_seconds: int | None
    consecutive_failures: int
    open_until: Moment | None
    simulated: bool
    version: str
    queue_remaining: int | None

    @classmethod
    def of(cls, status: ConnectionStatus) -> Self:
        """The connection as it is shown. Its address is the server's business."""
        return cls(
            state=status.state,
            message=status.message,
            retry_in_seconds=status.retry_in_seconds,
            consecutive_failures=status.consecutive_failures,
            open_until=status.open_until,
            simulated=status.is_simulated,
            version=status.version,
            queue_remaining=status.queue_remaining,
        )


class HealthOut(Out):
    """A sign of life."""

    status: Literal["ok"] = "ok"


@router.get("/api/status/comfyui")
def show_comfyui_status(who: Who, engine: RunningEngine) -> ComfyUIStatusOut:
    """Whether ComfyUI can be used, and when it is tried again."""
    return ComfyUIStatusOut.of(engine.connection.status(who))


@router.post("/api/status/comfyui/retry")
async def retry_comfyui(who: Who, engine: RunningEngine) -> ComfyUIStatusOut:
    """Ask ComfyUI at once instead of waiting for the next try; how it is after that."""
    return ComfyUIStatusOut.of(await engine.connection.retry_now(who))


@router.get("/api/health")
def show_health() -> HealthOut:
    """Whether this server answers at all."""
    return HealthOut()
