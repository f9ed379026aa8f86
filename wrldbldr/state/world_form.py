"""Making, renaming and removing a world."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.engine import current
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.worlds import Worlds


class WorldForm(rx.State):
    """The dialog of one world: a new one when `world` is empty. `doomed` is the one a question is asked about."""

    is_open: rx.Field[bool] = rx.field(False)
    world: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    motto: rx.Field[str] = rx.field("")
    error_field: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")
    doomed: rx.Field[str] = rx.field("")
    doomed_name: rx.Field[str] = rx.field("")
    doomed_pictures: rx.Field[int] = rx.field(0)

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """An empty form."""
        self._show("", "", "")

    @rx.event
    @signed_in
    async def rename(self, who: Principal, world: str) -> None:
        """The form of a world there is."""
        found = await current().worlds.find(who, parsed_id(world, "world"))
        self._show(str(found.id), found.name, found.motto)

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed, by Esc or beside it."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def save(self, who: Principal, form: dict[str, Any]) -> Follow:
        """Make or rename. A value that is refused stays in the form, with the reason under it."""
        name, motto = str(form.get("name", "")), str(form.get("motto", ""))
        worlds = current().worlds
        try:
            if not self.world:
                made = await worlds.create(who, name, motto)
                self.is_open = False
                return rx.redirect(f"/worlds/{made.id}/create")
            await worlds.update(who, parsed_id(self.world, "world"), name=name, motto=motto)
        except InvalidInputError as error:
            self.error_field, self.error = error.field, error.message
            return None
        self.is_open = False
        return Worlds.refresh

    @rx.event
    @signed_in
    async def ask_to_delete(self, who: Principal, world: str) -> None:
        """Nothing is removed unasked."""
        summaries = await current().worlds.summaries(who)
        doomed = next((s for s in summaries if str(s.world.id) == world), None)
        if doomed is not None:
            self.doomed, self.doomed_name = world, doomed.world.name
            self.doomed_pictures = doomed.picture_count

    @rx.event
    @signed_in
    async def keep(self, who: Principal, is_open: bool) -> None:
        """The question was answered with no, or closed."""
        if not is_open:
            self.doomed = ""

    @rx.event
    @signed_in
    async def delete(self, who: Principal) -> Follow:
        """The question was answered with yes."""
        world, self.doomed = self.doomed, ""
        await current().worlds.delete(who, parsed_id(world, "world"))
        return Worlds.refresh

    def _show(self, world: str, name: str, motto: str) -> None:
        self.world, self.name, self.motto = world, name, motto
        self.error_field = self.error = ""
        self.is_open = True
