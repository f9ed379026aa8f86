"""Pictures that somebody brings to the gallery. The browser sends the files (assets/picture-file.js), and says what came of it."""

from collections.abc import Sequence
from typing import Any, cast

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import ToastAction

from wrldbldr.domain.account import Principal
from wrldbldr.domain.asset import Asset
from wrldbldr.engine import current
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follows, signed_in
from wrldbldr.state.recalled import Part
from wrldbldr.state.remix import Remix
from wrldbldr.state.words import spoken

FILES_LIMIT = 20
WORDS_LIMIT = 400
RESTORED = "Its prompt and settings came along."
RESTORED_MILLISECONDS = 12_000


class PictureImport(rx.State):
    """`is_importing` while files are on their way."""

    is_importing: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> None:
        """Files were chosen, and are on their way."""
        self.is_importing = True

    @rx.event
    @signed_in
    async def take(self, who: Principal, answer: dict[str, Any]) -> Follows:
        """What became of them, as the browser was told: the pictures they are now, and why others are none."""
        self.is_importing = False
        ids = _texts(answer.get("ids"))
        found = [await current().gallery.find(who, parsed_id(asset, "picture")) for asset in ids]
        notices = _texts(answer.get("notices"))
        told: list[EventSpec] = [] if not found else [_here(found, notices, is_restored=answer.get("restored") == 1)]
        told += [rx.toast.error(spoken(error), close_button=True) for error in _texts(answer.get("errors"))]
        return [*told]


def _here(found: Sequence[Asset], notices: Sequence[str], *, is_restored: bool) -> EventSpec:
    """One that said how it came to be can be asked for again at once."""
    if len(found) > 1:
        return rx.toast.success(spoken(f"{len(found)} pictures are here"), description=spoken(" ".join(notices)))
    [asset] = found
    words = " ".join([*([RESTORED] if is_restored else []), *notices])
    if not is_restored or not asset.prompt:
        return rx.toast.success(spoken(f"{asset.label} is here"), description=spoken(words))
    return rx.toast.success(
        spoken(f"{asset.label} is here"),
        description=spoken(words),
        duration=RESTORED_MILLISECONDS,
        action=ToastAction(label="Use All", on_click=Remix.begin(str(asset.id), Part.ALL)),
    )


def _texts(sent: object) -> list[str]:
    """What a browser says is made of texts, as far as it is."""
    texts = cast("list[object]", sent) if isinstance(sent, list) else []
    return [text[:WORDS_LIMIT] for text in texts[:FILES_LIMIT] if isinstance(text, str)]
