"""The tags of one picture, or of many at once."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError
from wrldbldr.engine import current
from wrldbldr.services.access import TOGETHER_LIMIT
from wrldbldr.services.tagging import TagUse
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lightbox import Lightbox, read_picture
from wrldbldr.state.place import Place
from wrldbldr.state.principal import signed_in


class Tagging(rx.State):
    """What is put on or taken off is kept at once, on all of the pictures. `form` is another after each tag: an empty field."""

    is_open: rx.Field[bool] = rx.field(False)
    count: rx.Field[int] = rx.field(0)
    tags: rx.Field[list[TagUse]] = rx.field(default_factory=list)
    known: rx.Field[list[str]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    form: rx.Field[int] = rx.field(0)
    _assets: list[str] = []

    @rx.event
    @signed_in
    async def begin_one(self, who: Principal, asset: str) -> None:
        """Open for one picture."""
        await self._begin(who, [asset])

    @rx.event
    @signed_in
    async def begin(self, who: Principal, assets: list[str]) -> None:
        """Open for these pictures."""
        await self._begin(who, assets)

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """It was closed."""
        self.is_open = is_open

    @rx.event
    @signed_in
    async def put_on(self, who: Principal, form: dict[str, Any]) -> None:
        """Another tag for all of them. What is refused stays typed, and says why."""
        try:
            await current().tagging.change(who, self._ids, add=str(form.get("tag", "")))
        except InvalidInputError as error:
            self.error = error.message
            return
        change(self, error="", form=self.form + 1)
        await self._show(who)

    @rx.event
    @signed_in
    async def take_off(self, who: Principal, tag: str) -> None:
        """One tag less on all of them."""
        await current().tagging.change(who, self._ids, remove=tag)
        await self._show(who)

    async def _begin(self, who: Principal, assets: list[str]) -> None:
        if not 0 < len(assets) <= TOGETHER_LIMIT:
            raise InvalidInputError("assets", f"Tag 1 to {TOGETHER_LIMIT} pictures at a time.")
        self._assets = assets
        await self._show(who)
        world_id = parsed_id((await self.get_state(Place)).world, "world")
        known = [*await current().gallery.tags(who, world_id)]
        change(self, known=known, count=len(assets), error="", is_open=True)

    @property
    def _ids(self) -> list[Any]:
        return [parsed_id(asset, "picture") for asset in self._assets]

    async def _show(self, who: Principal) -> None:
        change(self, tags=[*await current().tagging.uses(who, self._ids)])
        lightbox = await self.get_state(Lightbox)
        if lightbox.is_open and lightbox.asset.id in self._assets:
            await read_picture(lightbox, who, lightbox.asset.id)
