"""What one tab does with the order of the queue, and with many batches at once."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.line import Move, Side
from wrldbldr.engine import current
from wrldbldr.state.generate import edit_and_retry
from wrldbldr.state.ids import parsed_id, parsed_word
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in

MOVE = "move"


class Steering(rx.State):
    """`target` is the batch that the menu of what waits is open over. `said` is what the last move came to, for those who
    cannot see it. `is_asking` whether everything that waits shall be withdrawn.
    """

    target: rx.Field[str] = rx.field("")
    target_name: rx.Field[str] = rx.field("")
    said: rx.Field[str] = rx.field("")
    is_asking: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def aim(self, who: Principal, batch: str) -> None:
        """The menu opens over a batch."""
        report = await current().queue.report(who, parsed_id(batch, "batch"))
        self.target, self.target_name = batch, report.batch.entity_name

    @rx.event
    @signed_in
    async def move(self, who: Principal, batch: str, move: str) -> None:
        """Move a waiting batch; an empty one is the one that the menu is open over."""
        await self._move(who, batch or self.target, move)

    @rx.event
    @signed_in
    async def steer(self, who: Principal, words: str) -> None:
        """A hand or a key moved a row (assets/queue.js): `<batch> up`, or `<batch> before <batch>`."""
        match words.split():
            case [batch, move]:
                await self._move(who, batch, move)
            case [batch, side, anchor]:
                ids = parsed_id(batch, "batch"), parsed_id(anchor, "batch")
                place = await current().line.move_beside(who, *ids, parsed_word(Side, side, MOVE))
                await self._say(who, batch, place)
            case _:
                raise NotFoundError(MOVE)

    @rx.event
    @signed_in
    async def ask_to_cancel_all(self, who: Principal) -> None:
        """Nothing that was asked for is thrown away unasked."""
        self.is_asking = True

    @rx.event
    @signed_in
    async def toggle_question(self, who: Principal, is_open: bool) -> None:
        """The question was closed."""
        self.is_asking = is_open

    @rx.event
    @signed_in
    async def cancel_all(self, who: Principal) -> None:
        """The question was answered with yes."""
        self.is_asking = False
        place = await self.get_state(Place)
        await current().queue.cancel_waiting(who, parsed_id(place.table, "game session"))

    @rx.event
    @signed_in
    async def retry_all(self, who: Principal) -> None:
        """Ask once more for everything that failed."""
        place = await self.get_state(Place)
        await current().queue.retry_failed(who, parsed_id(place.table, "game session"))

    @rx.event
    @signed_in
    async def clear_failed(self, who: Principal) -> None:
        """Take everything that failed off the list."""
        place = await self.get_state(Place)
        await current().queue.clear_all(who, parsed_id(place.table, "game session"), {BatchStatus.FAILED})

    @rx.event
    @signed_in
    async def ask_again(self, who: Principal, batch: str) -> None:
        """Ask for what was withdrawn."""
        await current().queue.ask_again(who, parsed_id(batch, "batch"))

    @rx.event
    @signed_in
    async def edit(self, who: Principal, batch: str) -> Follow:
        """Open the dialog with everything a failed batch was asked for with."""
        report = await current().queue.report(who, parsed_id(batch, "batch"))
        await edit_and_retry(self, who, report.batch)
        return None

    async def _move(self, who: Principal, batch: str, move: str) -> None:
        place = await current().line.move(who, parsed_id(batch, "batch"), parsed_word(Move, move, MOVE))
        await self._say(who, batch, place)

    async def _say(self, who: Principal, batch: str, place: int) -> None:
        asked = (await current().queue.report(who, parsed_id(batch, "batch"))).batch
        self.said = f"{asked.asset_type.capitalize()} of {asked.entity_name} is #{place} in the queue now."
