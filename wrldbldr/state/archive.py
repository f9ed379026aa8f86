"""Worlds as files, at the shelf: one leaves, another comes in."""

from typing import Any

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.engine import current
from wrldbldr.services.archive import WorldSize
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, Follows, signed_in
from wrldbldr.state.words import spoken
from wrldbldr.state.worlds import Worlds

TAKE_DROPS = "import('/drop.js')"
TOO_LARGE = "The file will be larger than the 4 GiB that can be brought in again."


class Archive(rx.State):
    """The file on its way in, and why the last one was refused."""

    is_importing: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")

    @rx.event
    @signed_in
    async def enter(self, who: Principal) -> Follow:
        """The page opens."""
        change(self, is_importing=False, error="")
        return rx.call_script(TAKE_DROPS)

    @rx.event
    @signed_in
    async def export(self, who: Principal, world: str) -> Follows:
        """Let the browser fetch the zip, and say how much it will be."""
        size = await current().archive.size(who, parsed_id(world, "world"))
        told = rx.toast.info(spoken(f"Exporting {size.name}"), description=spoken(_words(size)))
        address = spoken(f"/api/worlds/{parsed_id(world, 'world')}/export")
        return [told, rx.call_script(f"wrldbldrDownload({address})")]

    @rx.event
    @signed_in
    async def begin_import(self, who: Principal) -> None:
        """A file was chosen, and is on its way."""
        change(self, is_importing=True, error="")

    @rx.event
    @signed_in
    async def take(self, who: Principal, answer: dict[str, Any]) -> Follows:
        """What became of the file, as the browser was told: the world it is now, or why there is none."""
        change(self, is_importing=False)
        if not isinstance(answer.get("id"), str):
            change(self, error=str(answer.get("error") or "")[:400])
            return None
        made = await current().worlds.find(who, parsed_id(answer["id"], "world"))
        return [rx.toast.success(spoken(f"{made.name} is on your shelf")), Worlds.refresh]


def _words(size: WorldSize) -> str:
    """`31 pictures, about 14 MB`."""
    pictures = "1 picture" if size.picture_count == 1 else f"{size.picture_count:,} pictures"
    words = f"{pictures}, about {max(1, round(size.picture_bytes / 1_000_000)):,} MB"
    return f"{words}. {TOO_LARGE}" if size.is_too_large_to_come_back else words
