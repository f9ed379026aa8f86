"""What takes room on the disk, for owners."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import reflex as rx

from wrldbldr.domain.account import Principal
from wrldbldr.domain.text import size_in_words
from wrldbldr.engine import current
from wrldbldr.services.housekeeping import DiskUse, Share
from wrldbldr.services.sweeping import TRASH_AGE, Swept
from wrldbldr.state.change import change
from wrldbldr.state.principal import Follow, signed_in

LOW = (
    "The disk with WrldBldr's data is almost full. Make room, or pictures that are painted soon can no longer be kept."
)


@dataclass(frozen=True, slots=True)
class StorageLine:
    """Something that takes room, and how much."""

    label: str
    size: str
    says: str = ""


class Storage(rx.State):
    """`lines` are empty until they were counted. `report` is what the last look for unused files came upon; `warning` is empty while there is room."""

    lines: rx.Field[list[StorageLine]] = rx.field(default_factory=list)
    people: rx.Field[list[StorageLine]] = rx.field(default_factory=list)
    free: rx.Field[str] = rx.field("")
    warning: rx.Field[str] = rx.field("")
    report: rx.Field[str] = rx.field("")
    has_trash: rx.Field[bool] = rx.field(False)
    is_looking: rx.Field[bool] = rx.field(False)
    is_asking: rx.Field[bool] = rx.field(False)

    @rx.event
    @signed_in
    async def look(self, who: Principal) -> Follow:
        """The section is opened: count in the background, for there may be very many files."""
        change(self, report="", is_asking=False)
        return Storage.count

    @rx.event(background=True)
    @signed_in
    async def count(self, who: Principal) -> None:
        """Show what takes room."""
        use = await current().housekeeping.use(who)
        async with self:
            _show(self, use)

    @rx.event(background=True)
    @signed_in
    async def sweep(self, who: Principal) -> None:
        """Look for files that no picture uses. Whatever else the tab does goes on meanwhile."""
        await self._at_work(who, _swept)

    @rx.event
    @signed_in
    async def ask(self, who: Principal, is_open: bool) -> None:
        """Whether to empty the trash, or no longer."""
        change(self, is_asking=is_open)

    @rx.event(background=True)
    @signed_in
    async def empty(self, who: Principal) -> None:
        """Yes: what is in the trash goes for good."""
        await self._at_work(who, _emptied)

    async def _at_work(self, who: Principal, work: Callable[[Principal], Awaitable[str]]) -> None:
        """Do it once at a time, and show what came of it."""
        async with self:
            if self.is_looking:
                return
            change(self, is_looking=True, is_asking=False, report="")
        report = ""
        try:
            report = await work(who)
        finally:
            async with self:
                change(self, is_looking=False, report=report)
        use = await current().housekeeping.use(who)
        async with self:
            _show(self, use)


async def _swept(who: Principal) -> str:
    return _told(await current().housekeeping.sweep(who))


async def _emptied(who: Principal) -> str:
    deleted = await current().housekeeping.empty_trash(who)
    return f"The trash is empty: {size_in_words(deleted)} are free again."


def _show(storage: Storage, use: DiskUse) -> None:
    change(
        storage,
        lines=_lines(use),
        people=[_person(share) for share in use.shares],
        free=f"{size_in_words(use.free_bytes)} of {size_in_words(use.total_bytes)} are free on this disk.",
        warning=warning_of(use),
        has_trash=use.stored.trash > 0,
    )


def warning_of(use: DiskUse) -> str:
    """A sentence when there is little room; empty while there is enough."""
    return LOW if use.is_low else ""


def _lines(use: DiskUse) -> list[StorageLine]:
    stored = use.stored
    return [
        StorageLine("Pictures", size_in_words(stored.pictures)),
        StorageLine("Thumbnails", size_in_words(stored.thumbnails), "Small copies, for galleries"),
        StorageLine("Database", size_in_words(use.database_bytes), "Everything that is written"),
        StorageLine(
            "Trash",
            size_in_words(stored.trash),
            f"Files that no picture uses; each goes for good after {TRASH_AGE.days} days",
        ),
    ]


def _person(share: Share) -> StorageLine:
    return StorageLine(share.name, size_in_words(share.picture_bytes), _pictures(share.picture_count))


def _told(swept: Swept) -> str:
    found = "Every file that is older than an hour belongs to a picture."
    if swept.discarded_count:
        files = "the file" if swept.discarded_count == 1 else "the files"
        found = (
            f"Found {files} of {_pictures(swept.discarded_count)}, {size_in_words(swept.discarded_bytes)}, "
            "that nothing uses: moved to the trash."
        )
    if swept.lost_count:
        lack = "lacks its file" if swept.lost_count == 1 else "lack their files"
        found += f" {_pictures(swept.lost_count)} {lack}; a backup may have it."
    return found


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count:,} pictures"
