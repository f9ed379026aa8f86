"""Round tokens, and figures without their background."""

from collections.abc import AsyncGenerator

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.engine import current
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken


class Figures(rx.State):
    """`is_cutting` while one is cut out: it may take a while."""

    is_cutting: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def download_token(self, who: Principal, asset: str) -> Follow:
        """Let the browser fetch the round token of a picture."""
        found = await current().gallery.find(who, parsed_id(asset, "picture"))
        address = spoken(f"/api/assets/{found.id}/token")
        return rx.call_script(f"wrldbldrDownload({address})")

    @rx.event(background=True)
    @signed_in
    async def cut_out(self, who: Principal, asset: str) -> AsyncGenerator[Follows]:
        """Make a sprite of a picture, beside it; in the background, for a remover needs its time."""
        async with self:
            if self.is_cutting:
                return
            self.is_cutting = True
        try:
            sprite = await current().figures.cut_out(who, parsed_id(asset, "picture"))
            yield rx.toast.success(spoken(f"{sprite.label} is in the gallery"))
        finally:
            async with self:
                self.is_cutting = False
