"""What happens elsewhere appears here: one listener per tab, between the engine's bus and what the tab shows."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import reflex as rx

from wrldbldr.bus import SERVER_TOPIC, account_topic, game_session_topic, world_topic
from wrldbldr.domain.account import Principal
from wrldbldr.domain.batch import OPEN, BatchStatus
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.events import (
    AccountChanged,
    BatchProgressed,
    ComfyUIQueueChanged,
    ConnectionChanged,
    Event,
    Missed,
    PicturesChanged,
    PreviewPainted,
    ShelfChanged,
    SignedOut,
    StageChanged,
    TableChanged,
    WorldChanged,
)
from wrldbldr.engine import Engine, current
from wrldbldr.services.cards import BatchCard
from wrldbldr.services.queue_look import QueueLook, Since
from wrldbldr.state.change import change
from wrldbldr.state.comfyui_form import ComfyUIForm
from wrldbldr.state.connection import set_clock, show_connection
from wrldbldr.state.creator import Creator
from wrldbldr.state.director import Director
from wrldbldr.state.gallery import Gallery
from wrldbldr.state.generate import Generate
from wrldbldr.state.hearing import Freshness, TabTurn, hearing, turn_of
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.lightbox import Lightbox
from wrldbldr.state.news import News, news_of
from wrldbldr.state.painting import Painting, Shown, progress_of
from wrldbldr.state.picked import Picked
from wrldbldr.state.place import Mode, Place
from wrldbldr.state.principal import Follow, Follows, principal_of, signed_in
from wrldbldr.state.queue import Queue
from wrldbldr.state.seats import Seats
from wrldbldr.state.settings_page import SettingsPage
from wrldbldr.state.toasts import dismissals, toasts_for
from wrldbldr.state.words import notice_id
from wrldbldr.state.workflow_list import WorkflowList
from wrldbldr.state.worlds import Worlds

ROWS = 30  # of each group: a browser draws them, and gets them whole whenever places change

PROGRESS = (BatchProgressed, PreviewPainted)
TICKS = (*PROGRESS, ConnectionChanged, ComfyUIQueueChanged)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a listener listens to."""

    world: str
    table: str
    mode: str

    def topics(self, who: Principal) -> tuple[str, ...]:
        """The topics this person may hear here: `world` and `table` were found in their own list."""
        here = (
            (world_topic(parsed_id(self.world, "world")), game_session_topic(parsed_id(self.table, "game session")))
            if self.table
            else ()
        )
        return (SERVER_TOPIC, account_topic(who.account_id), *here)


class Glance:
    """The queue as it was when it was last read. Ticks of progress do not make it stale; half a minute does."""

    def __init__(self, engine: Engine, known: int | None, rows: int) -> None:
        """`known` is where news begins: the last change the tab knew of this table when it was last here; None if never.

        Of each group `rows` are read.
        """
        self.queue = QueueLook()
        self.told: tuple[UUID, ...] = ()  # failures of which a notice hangs
        self.was_read = False  # after the last events, the same as before or not
        self._known = known
        self._rows = rows
        self.progress: Shown = {}
        self._freshness = Freshness(engine.clock, *TICKS)
        self._shown: QueueLook | None = None

    async def renewed(self, engine: Engine, tab: rx.State, here: Whereabouts, events: Sequence[Event]) -> News:
        """Read it anew if need be, and tell what is new. Raises NotFoundError when the table is gone."""
        self.was_read = self._freshness.is_lost(events)
        if not self.was_read:
            return News()
        who = await principal_of(tab)  # who signed out meanwhile sees nothing more
        self.queue = QueueLook()
        if here.table:
            since = None if self._known is None else Since(self._known, self.told)
            table = parsed_id(here.table, "game session")
            age = self._freshness.max_age(events)
            self.queue = await engine.queue.look(who, table, rows=self._rows, since=since, max_age=age)
        self._known = self.queue.change
        self._freshness.renew()
        return news_of(self.queue.changed)

    def is_new(self) -> bool:
        """Whether it differs from what it was when this was last asked: what is the same need not be shown again."""
        before, self._shown = self._shown, self.queue
        return before is not self.queue and before != self.queue

    @property
    def running(self) -> BatchCard | None:
        """What is being painted; a second one that ComfyUI may hold waits its turn there."""
        return next(iter(self.queue.painting), None)


class Live(Painting):
    """The queue at this tab's table, in the groups the dock shows, and what is said aloud for those who cannot see it.

    It is below `Painting` so that a tick finds what it changes without asking for another state, which takes a quarter of
    the time that showing it does.
    """

    painting: rx.Field[list[BatchCard]] = rx.field(default_factory=list)
    needs_you: rx.Field[list[BatchCard]] = rx.field(default_factory=list)
    waiting: rx.Field[list[BatchCard]] = rx.field(default_factory=list)
    ready: rx.Field[list[BatchCard]] = rx.field(default_factory=list)
    marks: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    left: rx.Field[list[BatchCard]] = rx.field(default_factory=list)
    open_count: rx.Field[int] = rx.field(0)
    failed_count: rx.Field[int] = rx.field(0)
    waiting_count: rx.Field[int] = rx.field(0)
    ready_count: rx.Field[int] = rx.field(0)
    attempts: rx.Field[int] = rx.field(0)
    is_paused: rx.Field[bool] = rx.field(False)
    sentence: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    _rows: int = ROWS
    _is_listening: bool = False  # not any more when the server has forgotten the tab, whatever still listens for it
    _known: int = (
        0  # the last change that was shown of the table below: what ends while the tab is elsewhere is told then
    )
    _known_table: str = ""
    _told: dict[str, int] = {}  # failures of which a notice may hang still, with the attempt that failed

    @rx.event
    @signed_in
    async def begin(self, who: Principal) -> Follow:
        """Listen, once the events before this one are done: one in the background would overtake them, and where the tab is."""
        return Live.listen

    @rx.event
    @signed_in
    async def show_more(self, who: Principal) -> Follow:
        """Further rows of each group, read by a listener of its own: a thousand at once would keep the browser busy."""
        self._rows += ROWS
        return Live.listen

    @rx.event(background=True)
    @signed_in
    async def listen(self, who: Principal) -> AsyncGenerator[Follows]:
        """Bring the tab up to date, and keep it so until it goes elsewhere, is closed, or another listener takes over."""
        with turn_of(self.router.session) as turn:
            async for follow in self._listen(who, turn):
                yield follow

    async def _listen(self, who: Principal, turn: TabTurn) -> AsyncGenerator[Follows]:
        engine = current()
        async with self:
            self._is_listening = True
            place = await self.get_state(Place)
            here = Whereabouts(place.world, place.table, place.mode)
            known = self._known if here.table and here.table == self._known_table else None
            glance, is_gone, is_forgotten = Glance(engine, known, self._rows), False, False
            glance.told = self._told_ids()
        yield set_clock(engine)
        read = partial(glance.renewed, engine, self, here)
        try:
            async with hearing(engine, *here.topics(who), turn=turn, read=read) as looks:
                async for events, news in looks:
                    async with self:
                        is_forgotten = not self._is_listening  # the tab slept so long that it starts over
                        if turn.is_over or is_forgotten:
                            break
                        is_new = glance.is_new()
                        settled = await self._show(glance, here.table, news) if is_new else []
                        glance.told = self._told_ids() if is_new else glance.told
                        await self._show_ticks(engine, glance, events)
                        ahead = await self._look_ahead() if glance.was_read else []
                    follows = (*refreshes(events, here), *ahead, *dismissals(settled), *toasts_for(news, here.mode))
                    for follow in follows:
                        yield follow
        except NotFoundError:
            is_gone = True
        if turn.is_over:
            return
        if is_forgotten:
            yield Live.listen
        elif is_gone:  # somebody removed the world on another screen
            async with self:
                settled = self._settled(QueueLook(), News())
            for follow in (*dismissals(settled), Director.enter if here.mode == Mode.DIRECT else Creator.enter):
                yield follow

    async def _show(self, glance: Glance, table: str, news: News) -> list[str]:
        """Change only what differs: what is assigned is sent. Returns the notices that are none any more."""
        queue = glance.queue
        counts = {status: queue.counts.get(status, 0) for status in BatchStatus}
        change(
            self,
            painting=[*queue.painting],
            needs_you=[*queue.failed],
            waiting=[*queue.waiting],
            ready=[*queue.ready],
            left=[*queue.left],
            marks={**queue.marks},
            open_count=sum(counts[status] for status in OPEN),
            failed_count=counts[BatchStatus.FAILED],
            waiting_count=counts[BatchStatus.QUEUED],
            ready_count=counts[BatchStatus.READY],
            is_paused=queue.is_paused,
            sentence=news.sentence or self.sentence,
            is_loaded=True,
        )
        await self._count(table, queue, news)
        return self._settled(queue, news)

    async def _show_ticks(self, engine: Engine, glance: Glance, events: Sequence[Event]) -> None:
        """What changes many times a second, whatever the length of the queue, and what is not in the queue's rows."""
        before, glance.progress = glance.progress, progress_of(glance.running, engine.progress)
        self._show_progress(before, glance.progress)
        if not events or any(not isinstance(event, PROGRESS) for event in events):
            change(self, attempts=engine.comfyui.config.current.max_retries)
            await show_connection(self, engine)

    async def _look_ahead(self) -> list[Follows]:
        """An open dialog says where a batch would stand among those of all tables, and when it would be ready from now."""
        return [Generate.look_ahead] if (await self.get_state(Generate)).is_open else []

    async def _count(self, table: str, look: QueueLook, news: News) -> None:
        """Remember what was shown, and how much of it nobody has seen yet. On a page without a queue nothing changes."""
        if not table:
            return
        queue = await self.get_state(Queue)
        unseen = queue.unseen if table == self._known_table else 0
        self._known_table, self._known = table, look.change
        change(queue, unseen=unseen + news.ended_count)

    def _told_ids(self) -> tuple[UUID, ...]:
        return tuple(parsed_id(batch, "batch") for batch in self._told)

    def _settled(self, queue: QueueLook, news: News) -> list[str]:
        """Notices of failures that are none any more: tried again, cleared, deleted, or of a table that was left."""
        still = {str(batch): attempt for batch, attempt in queue.still_failed.items()}
        before, self._told = self._told, {batch: at for batch, at in self._told.items() if still.get(batch) == at}
        settled = [notice_id(batch, attempt) for batch, attempt in before.items() if batch not in self._told]
        self._told = {**self._told, **{card.id: card.attempt for card in news.failed}}
        return settled


def refreshes(events: Iterable[Event], here: Whereabouts) -> list[Follows]:
    """Which parts of the page have to be read anew."""
    kinds = {type(event) for event in events if not _is_elsewhere(event, here)}
    follows: list[Follows] = [SettingsPage.refresh] if kinds & {AccountChanged, SignedOut} else []
    if not here.table:
        follows += [ComfyUIForm.look_back, WorkflowList.look_again] if ConnectionChanged in kinds else []
        return [*follows, Worlds.refresh] if kinds & {WorldChanged, ShelfChanged, Missed} else follows
    if here.mode == Mode.DIRECT:
        if kinds & {WorldChanged, PicturesChanged, StageChanged, TableChanged, Missed}:
            follows.append(Director.refresh)
    elif kinds & {WorldChanged, PicturesChanged, Missed}:
        follows.append(Creator.refresh)
        follows += [Gallery.refresh, Lightbox.refresh, Picked.refresh] if kinds & {PicturesChanged, Missed} else []
    if kinds & {TableChanged, Missed}:
        follows.append(Seats.refresh)
    return follows


def _is_elsewhere(event: Event, here: Whereabouts) -> bool:
    return bool(here.world) and isinstance(event, WorldChanged) and str(event.world_id) != here.world
