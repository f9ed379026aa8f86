"""What one tab does with the queue: details, questions, and the verbs."""

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.engine import current
from wrldbldr.services.cards import Fact
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.selection import select_among
from wrldbldr.state.words import notice_id, spoken


class Queue(rx.State):
    """`opened` is the batch whose details show, `doomed` the one a question is asked about.

    `unseen` counts the batches that ended and that nobody in front of this tab has seen yet.
    `is_toggled` says that the dock is not as the window's width would have it: hidden on a wide one, shown on a small one.
    """

    opened: rx.Field[str] = rx.field("")
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    doomed: rx.Field[str] = rx.field("")
    doomed_name: rx.Field[str] = rx.field("")
    doomed_percent: rx.Field[int] = rx.field(0)
    doomed_is_painting: rx.Field[bool] = rx.field(False)
    is_toggled: rx.Field[bool] = rx.field(False)
    unseen: rx.Field[int] = rx.field(0)

    @rx.var
    def details(self) -> str:
        """The details as text, for the clipboard."""
        return "\n".join(f"{fact.label}: {fact.value}" for fact in self.facts)

    @rx.event
    @signed_in
    async def toggle_dock(self, who: Principal) -> None:
        """Show or hide the dock."""
        self.is_toggled = not self.is_toggled

    @rx.event
    @signed_in
    async def see(self, who: Principal) -> None:
        """Somebody looks at the queue: the browser says so (assets/ended.js)."""
        self.unseen = 0

    @rx.event
    @signed_in
    async def toggle_details(self, who: Principal, batch: str) -> None:
        """Open the details of a batch, or close them."""
        if self.opened == batch:
            self.opened, self.facts = "", []
            return
        await read_facts(self, who, batch)

    @rx.event
    @signed_in
    async def ask_to_cancel(self, who: Principal, batch: str) -> None:
        """Nothing that was asked for is thrown away unasked."""
        report = await current().queue.report(who, parsed_id(batch, "batch"))
        self.doomed, self.doomed_name = batch, report.batch.entity_name
        self.doomed_percent = report.progress.percent
        self.doomed_is_painting = report.batch.status is BatchStatus.GENERATING

    @rx.event
    @signed_in
    async def keep(self, who: Principal, is_open: bool) -> None:
        """The question was answered with no, or closed."""
        if not is_open:
            self.doomed = ""

    @rx.event
    @signed_in
    async def cancel(self, who: Principal) -> None:
        """The question was answered with yes."""
        batch, self.doomed = self.doomed, ""
        await current().queue.cancel(who, parsed_id(batch, "batch"))

    @rx.event
    @signed_in
    async def retry(self, who: Principal, batch: str) -> None:
        """Ask for the same again."""
        await current().queue.retry(who, parsed_id(batch, "batch"))
        self.opened = ""

    @rx.event
    @signed_in
    async def clear(self, who: Principal, batch: str) -> None:
        """Take it off the list."""
        await current().queue.clear(who, parsed_id(batch, "batch"))

    @rx.event
    @signed_in
    async def clear_completed(self, who: Principal) -> None:
        """Take everything ready off the list."""
        place = await self.get_state(Place)
        await current().queue.clear_all(who, parsed_id(place.table, "game session"), {BatchStatus.READY})

    @rx.event
    @signed_in
    async def pause(self, who: Principal) -> None:
        """Begin nothing more until somebody resumes."""
        await current().queue.pause(who)

    @rx.event
    @signed_in
    async def resume(self, who: Principal) -> None:
        """Go on with what waits."""
        await current().queue.resume(who)

    @rx.event
    @signed_in
    async def copied(self, who: Principal) -> Follow:
        """The details are in the clipboard."""
        return rx.toast.success("Details copied")

    @rx.event
    @signed_in
    async def choose(self, who: Principal, batch: str) -> Follow:
        """Open the pictures of a ready batch to choose among them; from another page, go to where they hang."""
        report = await current().queue.report(who, parsed_id(batch, "batch"))
        if (await self.get_state(Place)).world != str(report.batch.world_id):
            return rx.redirect(f"/worlds/{report.batch.world_id}/create?show={report.batch.entity_id}")
        await select_among(self, who, report)
        return rx.toast.dismiss(
            spoken(notice_id(str(report.batch.id), report.batch.attempt))
        )  # it lies over the dialog

    @rx.event
    @signed_in
    async def show(self, who: Principal, batch: str) -> Follow:
        """Bring a batch before the eyes, from a toast."""
        await read_facts(self, who, batch)
        return rx.call_script(f"wrldbldrShow('batch-{parsed_id(batch, 'batch')}')")


async def read_facts(queue: Queue, who: Principal, batch: str) -> None:
    """Show the details of a batch. Raises NotFoundError."""
    queue.facts = await current().queue.facts(who, parsed_id(batch, "batch"))
    queue.opened = batch
