"""What the server keeps for a tab belongs to one account or player, and is forgotten before anybody else is shown it.

Reflex answers some events by itself, `hydrate` among them, with all that a tab holds; it asks nobody who they are. So
whoever has the tab's token, from a browser that was left open, must not be given what somebody else saw there.
"""

from contextlib import suppress

import reflex as rx
from reflex.app import App
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.state.principal import player_of, principal_of


class Belonging(rx.State):
    """Whose the tab is; never sent."""

    _owner: str = ""

    async def _hand_to(self, owner: str) -> None:
        if self._owner not in {"", owner}:
            await forget_everything(self)
        if self._owner != owner:
            self._owner = owner


class Belongings(Middleware):
    """Runs before every event, ours and Reflex's own, while the tab's state is locked."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """Make sure that what the tab holds is of whoever sends the event."""
        belonging = await state.get_state(Belonging)
        await belonging._hand_to(await _owner_of(belonging))  # noqa: SLF001 - else it were a handler for browsers
        return None


async def forget_everything(state: rx.State) -> None:
    """The tab is as if it had just been opened."""
    for cls in rx.State.get_substates():
        (await state.get_state(cls)).reset()


async def _owner_of(state: rx.State) -> str:
    """The account, or the seat of a player who has none; empty for nobody."""
    with suppress(UnauthenticatedError):
        return str((await principal_of(state)).account_id)
    with suppress(UnauthenticatedError):
        return str((await player_of(state)).player_id)
    return ""
