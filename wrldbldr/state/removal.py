"""Deleting pictures: the question before, and the way back after."""

from collections.abc import Sequence

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import ToastAction

from wrldbldr.domain.account import Principal
from wrldbldr.engine import current
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.words import spoken

UNDO_MILLISECONDS = 15_000


class Removing(rx.State):
    """`title` asks, `says` tells what uses the pictures, `answer` is the red button."""

    is_asking: rx.Field[bool] = rx.field(False)
    title: rx.Field[str] = rx.field("")
    says: rx.Field[str] = rx.field("")
    answer: rx.Field[str] = rx.field("")
    _world: str = ""
    _assets: list[str] = []

    @rx.event
    @signed_in
    async def ask(self, who: Principal, asset: str) -> None:
        """Nothing is removed unasked."""
        await self._ask(who, [asset])

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """The question was closed."""
        self.is_asking = is_open

    @rx.event
    @signed_in
    async def delete(self, who: Principal) -> Follow:
        """The question was answered with yes. What somebody else deleted meanwhile is gone as it should be."""
        self.is_asking = False
        assets, self._assets = self._assets, []
        return await delete_pictures(who, self._world, assets)

    @rx.event
    @signed_in
    async def undo(self, who: Principal, removal: str) -> Follow:
        """It was not meant."""
        back = await current().removals.undo(who, parsed_id(removal, "deletion"))
        return rx.toast.success(spoken(f"{_named([asset.label for asset in back])} back"))

    async def _ask(self, who: Principal, assets: Sequence[str]) -> None:
        engine, ids = current(), [parsed_id(asset, "picture") for asset in assets]
        uses = await engine.removals.uses(who, ids)
        is_one = uses.count == 1
        first = await engine.gallery.find(who, ids[0])
        self.title = f"Delete {first.label}?" if is_one else f"Delete {uses.count} pictures?"
        self.answer = "Delete 1 Picture" if is_one else f"Delete {uses.count} Pictures"
        self.says = " ".join([*uses.sentences, "You can undo this for a moment."])
        self._world, self._assets, self.is_asking = str(first.world_id), [*assets], True


async def delete_pictures(who: Principal, world: str, assets: Sequence[str]) -> EventSpec | None:
    """Delete those of a world that are still there, and offer to undo it. None when none is. Raises NotFoundError."""
    if not assets:
        return None
    engine, ids = current(), [parsed_id(asset, "picture") for asset in assets]
    there = await engine.bulk.there(who, parsed_id(world, "world"), ids)
    if not there:  # somebody was faster
        return None
    removal = await engine.removals.delete(who, [asset.id for asset in there])
    return rx.toast.success(
        spoken(f"{_named([asset.label for asset in there])} deleted"),
        duration=UNDO_MILLISECONDS,
        action=ToastAction(label="Undo", on_click=Removing.undo(str(removal))),
    )


async def ask_to_delete(state: rx.State, who: Principal, assets: Sequence[str]) -> None:
    """Put the question about these pictures in the tab of `state`. Raises NotFoundError, InvalidInputError."""
    await (await state.get_state(Removing))._ask(who, assets)  # noqa: SLF001 - else it were a handler for browsers


def _named(labels: Sequence[str]) -> str:
    return f"{labels[0]} is" if len(labels) == 1 else f"{len(labels)} pictures are"
