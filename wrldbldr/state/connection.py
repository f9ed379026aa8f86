"""How ComfyUI is, as the badge and the banner show it."""

import reflex as rx

from wrldbldr.comfyui.connection import ConnectionKind
from wrldbldr.domain.account import Principal
from wrldbldr.engine import Engine, current
from wrldbldr.services.cards import iso
from wrldbldr.services.connection import ConnectionStatus
from wrldbldr.state.change import change
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken

AWAY = (ConnectionKind.DISCONNECTED, ConnectionKind.CIRCUIT_OPEN, ConnectionKind.STUCK)


class Connection(rx.State):
    """A copy of the engine's view. `retry_at` is a time for the browser's own countdown, so that no tick is sent.

    `is_obstructed` when it answers and takes nothing; `message` says why. `asked_at` is when somebody here pressed Retry Now
    in vain; empty again when ComfyUI is back.
    """

    state_name: rx.Field[str] = rx.field(
        ""
    )  # connected, degraded, disconnected, circuit_open, stuck; empty before the first look
    message: rx.Field[str] = rx.field("")
    address: rx.Field[str] = rx.field("")
    is_obstructed: rx.Field[bool] = rx.field(False)
    is_simulated: rx.Field[bool] = rx.field(False)
    is_built_in: rx.Field[bool] = rx.field(False)
    is_trying: rx.Field[bool] = rx.field(False)
    asked_at: rx.Field[str] = rx.field("")
    retry_at: rx.Field[str] = rx.field("")
    version: rx.Field[str] = rx.field("")
    devices: rx.Field[str] = rx.field("")
    its_queue: rx.Field[str] = rx.field("")

    @rx.var
    def is_away(self) -> bool:
        """Whether it does not answer, or does nothing."""
        return self.state_name in AWAY

    @rx.var
    def is_waited_for(self) -> bool:
        """Whether nothing is handed over right now: it is away, or something is in the way."""
        return self.is_obstructed or self.state_name in AWAY

    @rx.event(background=True)
    @signed_in
    async def retry_now(self, who: Principal) -> Follows:
        """Ask at once, and say what came of it. In the background: an answer may take seconds, and the tab goes on."""
        async with self:
            if self.is_trying:
                return None
            self.is_trying = True
        try:
            await current().connection.retry_now(who)
        finally:
            async with self:
                self.is_trying = False
                await show_connection(self, current())
                is_away = self.is_away
                if is_away:
                    self.asked_at = iso(current().clock.now())
        return None if is_away else rx.toast.success("ComfyUI answers. Your batches go on.")


async def show_connection(state: rx.State, engine: Engine) -> None:
    """Bring the tab of `state`, which must be open for writing, up to date."""
    status = engine.connection.status()
    view = await state.get_state(Connection)
    change(
        view,
        state_name=str(status.state),
        message=_in_words(status),
        is_obstructed=status.is_obstructed,
        address=status.url.split("://", 1)[-1],
        is_simulated=status.is_simulated,
        is_built_in=status.is_built_in,
        retry_at=iso(status.retry_at),
        version=status.version,
        devices=", ".join(status.devices),
        its_queue=_jobs(status.queue_remaining),
        asked_at=view.asked_at if status.state in AWAY else "",
    )


def set_clock(engine: Engine) -> Follow:
    """Tell the browser what the time is here: it counts by the server's clock, however its own is set."""
    return rx.call_script(f"wrldbldrClock({spoken(iso(engine.clock.now()))})")


def _in_words(status: ConnectionStatus) -> str:
    """What was found when nobody answered helps more than that nobody did: a name nobody knows, a login, another program."""
    return (status.problem or status.message) if status.state == ConnectionKind.DISCONNECTED else status.message


def _jobs(remaining: int | None) -> str:
    if remaining is None:
        return ""
    return {0: "empty", 1: "1 job"}.get(remaining, f"{remaining} jobs")
