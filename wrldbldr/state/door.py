"""The pages for whom nobody is signed in: they find out whether the visitor belongs somewhere else."""

import reflex as rx

from wrldbldr.domain.errors import UnauthenticatedError
from wrldbldr.engine import current
from wrldbldr.state.connection import show_connection
from wrldbldr.state.principal import Follow, Follows, principal_of


class Door(rx.State):
    """Guards /setup and /login. Its two handlers are the only ones open to everybody; they change nothing but this tab."""

    is_ready: rx.Field[bool] = rx.field(False)

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

    async def _onwards(self, stay_at: str = "") -> Follow:
        try:
            await principal_of(self)
        except UnauthenticatedError:
            return None if stay_at else rx.redirect("/login")
        return rx.redirect("/")
