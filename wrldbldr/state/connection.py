"""How ComfyUI is, as the badge and the banner show it."""

from datetime import timedelta

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.engine import Engine, current
from wrldbldr.services.cards import iso
from wrldbldr.state.change import change
from wrldbldr.state.principal import signed_in


class Connection(rx.State):
    """A copy of the engine's view. `retry_at` is a time for the browser's own countdown, so that no tick is sent."""

    state_name: rx.Field[str] = rx.field(
        ""
    )  # connected, degraded, disconnected, circuit_open, stuck; empty before the first look
    message: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    is_simulated: rx.Field[bool] = rx.field(False)
    is_built_in: rx.Field[bool] = rx.field(False)
    is_trying: rx.Field[bool] = rx.field(False)
    retry_at: rx.Field[str] = rx.field("")
    version: rx.Field[str] = rx.field("")
    devices: rx.Field[str] = rx.field("")
    its_queue: rx.Field[str] = rx.field("")

    @rx.var
    def is_away(self) -> bool:
        """Whether nothing can be painted right now."""
        return self.state_name in {"disconnected", "circuit_open", "stuck"}

    @rx.event(background=True)
    @signed_in
    async def retry_now(self, who: Principal) -> None:
        """Ask at once. In the background: an answer may take seconds, and the tab goes on meanwhile."""
        async with self:
            if self.is_trying:
                return
            self.is_trying = True
        try:
            await current().connection.retry_now(who)
        finally:
            async with self:
                self.is_trying = False
                await show_connection(self, current())


async def show_connection(state: rx.State, engine: Engine) -> None:
    """Bring the tab of `state`, which must be open for writing, up to date."""
    status = engine.connection.status()
    view = await state.get_state(Connection)
    seconds = status.retry_in_seconds
    retry_at = None if seconds is None else (engine.clock.now() + timedelta(seconds=seconds)).replace(microsecond=0)
    change(
        view,
        state_name=str(status.state),
        message=status.message,
        address=status.url.split("://", 1)[-1],
        is_simulated=status.is_simulated,
        is_built_in=status.is_built_in,
        retry_at=iso(retry_at),
        version=status.version,
        devices=", ".join(status.devices),
        its_queue=_jobs(status.queue_remaining),
    )


def _jobs(remaining: int | None) -> str:
    if remaining is None:
        return ""
    return {0: "empty", 1: "1 job"}.get(remaining, f"{remaining} jobs")
