"""How ComfyUI is, as the badge and the banner show it."""

from datetime import timedelta

import reflex as rx

from wrldbldr.engine import Engine
from wrldbldr.services.cards import iso
from wrldbldr.state.change import change


class Connection(rx.State):
    """A copy of the engine's view. `retry_at` is a time for the browser's own countdown, so that no tick is sent."""

    state_name: rx.Field[str] = rx.field(
        ""
    )  # connected, degraded, disconnected, circuit_open; empty before the first look
    message: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    is_simulated: rx.Field[bool] = rx.field(False)
    retry_at: rx.Field[str] = rx.field("")

    @rx.var
    def is_away(self) -> bool:
        """Whether nothing can be painted right now."""
        return self.state_name in {"disconnected", "circuit_open"}


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
        retry_at=iso(retry_at),
    )
