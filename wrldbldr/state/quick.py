"""Somebody new while the game runs: a name, one line, and their portrait is on its way."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.engine import current
from wrldbldr.services.quick_character import quick_character
from wrldbldr.state.director import Director, into_view, read_director
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in


class Quick(rx.State):
    """The dialog: Enter in either field is enough."""

    is_open: rx.Field[bool] = rx.field(False)
    error_field: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """Open the dialog, or close it."""
        self.is_open, self.error_field, self.error = is_open, "", ""

    @rx.event
    @signed_in
    async def make(self, who: Principal, form: dict[str, Any]) -> Follow:
        """Make the character and ask for the portrait. What is refused stays in the dialog, with the reason."""
        engine, place = current(), await self.get_state(Place)
        name, line = str(form.get("name", "")), str(form.get("line", ""))
        table = parsed_id(place.table, "game session")
        try:
            made = await quick_character(
                engine.worlds, engine.queue, engine.templates, who, table, name=name, line=line
            )
        except InvalidInputError as error:
            self.error_field, self.error = "name" if error.field == "name" else "line", error.message
            return None
        self.is_open, self.error_field, self.error = False, "", ""
        director = await self.get_state(Director)
        director.find, director.npc = "", str(made.id)
        await read_director(director, who)
        return into_view()
