"""Making, renaming and removing a world."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.engine import current
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.unsaved import Unsaved, forget_unsaved
from wrldbldr.state.worlds import Worlds

NEW_WORLD_FORM = "world:"  # how the browser calls it; that of a world there is ends in its id
FIELDS = ("name", "motto")


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
    _typed: dict[str, str] = {}  # for a new world

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """The form of a new world; what was typed before is there still."""
        self._show("", self._typed)

    @rx.event
    @signed_in
    async def rename(self, who: Principal, world: str) -> Follow:
        """The form of a world there is."""
        found = await current().worlds.find(who, parsed_id(world, "world"))
        self._show(str(found.id), {"name": found.name, "motto": found.motto})
        return rx.call_script("wrldbldrFocus('world-name')")

    @rx.event
    @signed_in
    async def keep_typed(self, who: Principal, field: str, typed: str) -> None:
        """Remember what was typed for a new world, should the dialog be closed."""
        if self.is_open and not self.world and field in FIELDS:
            setattr(self, field, typed)
            self._typed = {**self._typed, field: typed}

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The dialog was closed, by Esc or beside it."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def save(self, who: Principal, form: dict[str, Any]) -> Follows:
        """Make or rename. A value that is refused stays in the form, with the reason under it."""
        name, motto = str(form.get("name", "")), str(form.get("motto", ""))
        worlds = current().worlds
        try:
            if not self.world:
                made = await worlds.create(who, name, motto)
                self.is_open, self._typed = False, {}
                return [forget_unsaved(NEW_WORLD_FORM), rx.redirect(f"/worlds/{made.id}/create")]
            await worlds.update(who, parsed_id(self.world, "world"), name=name, motto=motto)
        except InvalidInputError as error:
            self.error_field, self.error = error.field, error.message
            return None
        self.is_open = False
        return [forget_unsaved(f"{NEW_WORLD_FORM}{self.world}"), Worlds.refresh]

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

    def _show(self, world: str, texts: Mapping[str, str]) -> None:
        self.world, self.name, self.motto = world, texts.get("name", ""), texts.get("motto", "")
        self.error_field = self.error = ""
        self.is_open = True

    async def _put_back(self, who: Principal, unsaved: Unsaved) -> bool:
        new = {field: unsaved.forms.get(NEW_WORLD_FORM, {}).get(field, "") for field in FIELDS}
        is_news = not self._typed and any(text.strip() for text in new.values())
        if is_news:
            self._typed = new
        is_open_there = unsaved.open_form.startswith(NEW_WORLD_FORM) and unsaved.open_form in unsaved.forms
        is_shelf = not (await self.get_state(Place)).world
        if is_open_there and is_shelf and (unsaved.is_return or not self.is_open):
            is_news |= await self._open_again(who, unsaved.open_form.removeprefix(NEW_WORLD_FORM), unsaved)
        return is_news

    async def _open_again(self, who: Principal, world: str, unsaved: Unsaved) -> bool:
        """True when it shows what is stored nowhere. Raises NotFoundError when the world is gone."""
        if not world:
            self._show("", self._typed)
            return False
        found = await current().worlds.find(who, parsed_id(world, "world"))
        texts = unsaved.forms[f"{NEW_WORLD_FORM}{world}"]
        self._show(str(found.id), texts)
        return (self.name, self.motto) != (found.name, found.motto)


async def put_back_world_form(state: rx.State, who: Principal, unsaved: Unsaved) -> bool:
    """Take up what the browser kept of this dialog, and open it where it was open. True when something came back."""
    dialog = await state.get_state(WorldForm)
    with suppress(NotFoundError):  # the world that was to be renamed is gone
        return await dialog._put_back(who, unsaved)  # noqa: SLF001 - else it were a handler for browsers
    return False
