"""What the server keeps for a tab belongs to one account or player, and is forgotten before anybody else is shown it.

Reflex answers some events by itself, `hydrate` among them, with all that a tab holds; it asks nobody who they are. So
whoever has the tab's token, from a browser that was left open, must not be given what somebody else saw there.
"""

import reflex as rx
from reflex.app import App
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.state.play import Play
from wrldbldr.state.principal import player_of, principal_of


class Belonging(rx.State):
    """Whose the tab is; never sent."""

    _owner: str = ""
    _seat: str = ""

    async def _hand_to(self, owner: str) -> None:
        if self._owner not in {"", owner}:
            await forget_everything(self)
        if self._owner != owner:
            self._owner = owner

    async def _seat_at(self, seat: str) -> None:
        """A game master may sit at another's table too: with the seat goes what was seen from it, and nothing else."""
        if self._seat not in {"", seat}:
            (await self.get_state(Play)).reset()
        if self._seat != seat:
            self._seat = seat


class Belongings(Middleware):
    """Runs before every event, ours and Reflex's own, while the tab's state is locked."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """Make sure that what the tab holds is of whoever sends the event."""
        belonging = await state.get_state(Belonging)
        seat = await _seat_of(belonging)
        await belonging._hand_to(await _account_of(belonging) or seat)  # noqa: SLF001 - else it were a browser's to call
        await belonging._seat_at(seat)  # noqa: SLF001 - as above
        return None


async def forget_everything(state: rx.State) -> None:
    """The tab is as if it had just been opened."""
    for cls in rx.State.get_substates():
        (await state.get_state(cls)).reset()


async def _account_of(state: rx.State) -> str:
    try:
        return str((await principal_of(state)).account_id)
    except UnauthenticatedError:
        return ""


async def _seat_of(state: rx.State) -> str:
    try:
        return str((await player_of(state)).player_id)
    except UnauthenticatedError:
        return ""
