"""From a picture to the dialog in which another is asked for, filled with what was asked for then."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.engine import current
from wrldbldr.state.generate import Generate
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.more_inputs import MoreInputs
from wrldbldr.state.place import subject_on
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.recalled import Part
from wrldbldr.state.style_reference import recall_style


class Remix(rx.State):
    """Keeps nothing itself: what is taken over is a draft of the dialog, as if somebody had typed it."""

    @rx.event
    @signed_in
    async def begin(self, who: Principal, asset: str, part: str) -> Follow:
        """Ask again for whomever the picture is of, whoever is shown. `part` is a Part."""
        info = await current().gallery.info(who, parsed_id(asset, "picture"))
        wanted, subject = parsed_word(Part, part, "part of a picture"), await subject_on(self, who, asset)
        if wanted.has_settings:
            await recall_style(self, subject.entity_id, info.recipe.style)
        (await self.get_state(Lightbox)).is_open = False
        dialog = await self.get_state(Generate)
        await dialog._recall(who, subject, wanted, info.recipe)  # noqa: SLF001 - else it were a handler for browsers
        return MoreInputs.look
