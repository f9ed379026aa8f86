"""Another label for the picture that is shown large."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.engine import current
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lightbox import Lightbox, read_picture
from wrldbldr.state.principal import Follow, signed_in

FIELD = "asset-label"


class Relabel(rx.State):
    """`asset` is the picture whose label is a field now; empty while there is none."""

    asset: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """The pencil was pressed."""
        change(self, asset=(await self.get_state(Lightbox)).asset.id, error="")

    @rx.event
    @signed_in
    async def stop(self, who: Principal) -> None:
        """It stays as it is."""
        change(self, asset="", error="")

    @rx.event
    @signed_in
    async def save(self, who: Principal, form: dict[str, Any]) -> Follow:
        """The new label. What is refused stays typed, and says why."""
        try:
            changed = await current().gallery.update(
                who, parsed_id(self.asset, "picture"), label=str(form.get("label", ""))
            )
        except InvalidInputError as error:
            self.error = error.message
            return None
        change(self, asset="", error="")
        lightbox = await self.get_state(Lightbox)
        if lightbox.asset.id == str(changed.id):
            await read_picture(lightbox, who, lightbox.asset.id)
        return None
