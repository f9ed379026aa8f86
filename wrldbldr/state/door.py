"""The pages for whom nobody is signed in: they find out whether the visitor belongs somewhere else."""

import re

import reflex as rx

from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.engine import current
from wrldbldr.state.connection import show_connection
from wrldbldr.state.principal import Follow, Follows, player_of, principal_of

CODE_IN_PATH = re.compile(r"^/join/([A-Za-z0-9-]{1,20})/")


class Door(rx.State):
    """Guards /setup, /login and /join. Its handlers are the only ones open to everybody; they change nothing but this tab.

    `code` is the one in the address, looked up by nobody: only joining tells whether it opens a table.
    """

    is_ready: rx.Field[bool] = rx.field(False)
    code: rx.Field[str] = rx.field("")

    @rx.event
    async def at_setup(self) -> Follow:
        """Only while there is no owner; what will paint is shown so that nobody is surprised."""
        if not await current().accounts.needs_setup():
            return await self._onwards()
        await show_connection(self, current())
        self.is_ready = True
        return None

    @rx.event
    async def at_login(self) -> Follows:
        """Only for people who are not signed in, once there is an owner. Notices of what was before go: they name names."""
        if await current().accounts.needs_setup():
            return rx.redirect("/setup")
        self.is_ready = True
        onwards = await self._onwards(stay_at="/login")
        return [rx.toast.dismiss(), *([onwards] if onwards else [])]

    @rx.event
    async def at_join(self) -> Follow:
        """For whoever has a code; who sits already and brings none goes back to their table."""
        found = CODE_IN_PATH.match(f"{self.router.url.path}/")
        self.code = found[1].replace("-", "").upper() if found else ""
        if not self.code:
            try:
                return rx.redirect(f"/play/{(await player_of(self)).game_session_id}")
            except UnauthenticatedError:
                pass
        self.is_ready = True
        return None

    async def _onwards(self, stay_at: str = "") -> Follow:
        try:
            await principal_of(self)
        except UnauthenticatedError:
            return None if stay_at else rx.redirect("/login")
        return rx.redirect("/")
