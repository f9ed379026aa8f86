"""What a player's tab shows of the table, and how it stays true: everything in here reaches a player's browser."""

import re
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from uuid import UUID

import reflex as rx

from wrldbldr.bus import game_session_topic, world_topic
from wrldbldr.domain.batch import BatchStatus
from wrldbldr.domain.errors import NotFoundError, UnauthenticatedError
from wrldbldr.domain.events import BatchProgressed, Event, PreviewPainted
from wrldbldr.domain.player import SeatedPlayer
from wrldbldr.domain.world import EntityType
from wrldbldr.engine import Engine, current
from wrldbldr.services.player_cards import FigureCard, Scene, SightCard, painting_words, scene, sight_card
from wrldbldr.state.change import change
from wrldbldr.state.hearing import Freshness, TabTurn, hearing, turn_of
from wrldbldr.state.principal import Follow, Follows, player_of, seated, way_to_a_table
from wrldbldr.state.words import spoken

TABLE_IN_PATH = re.compile(r"^/play/([^/]+)/")
NOTICE_MILLISECONDS = 6_000


class Glance:
    """The table as it was when it was last read. Ticks of progress do not make it stale; a heartbeat does."""

    def __init__(self, engine: Engine) -> None:
        self.world_name = self.table_name = self.painting = ""
        self.cards: list[SightCard] = []
        self.scene: Scene = scene([])
        self.running: UUID | None = None
        self._freshness = Freshness(engine.clock, BatchProgressed, PreviewPainted)

    async def renew(self, engine: Engine, tab: rx.State, events: Sequence[Event]) -> None:
        """Read it anew if need be. Raises UnauthenticatedError for whoever does not sit there any more."""
        if not self._freshness.is_lost(events):
            return
        try:
            table = await engine.audience.table(await player_of(tab))
        except NotFoundError as error:
            raise UnauthenticatedError from error
        running = next((bulletin for bulletin in table.painting if bulletin.status is BatchStatus.GENERATING), None)
        self.world_name, self.table_name = table.world_name, table.name
        self.cards, self.scene = [sight_card(shown) for shown in table.shown], scene(table.stage)
        self.painting, self.running = (painting_words(running, table), running.batch_id) if running else ("", None)
        self._freshness.renew()


class Play(rx.State):
    """The table as its players see it. `shown` is whose picture is open: a handout opens by itself, and goes when taken back."""

    world_name: rx.Field[str] = rx.field("")
    table_name: rx.Field[str] = rx.field("")
    player: rx.Field[str] = rx.field("")
    people: rx.Field[list[SightCard]] = rx.field(default_factory=list)
    places: rx.Field[list[SightCard]] = rx.field(default_factory=list)
    backdrop: rx.Field[str] = rx.field("")
    place: rx.Field[str] = rx.field("")
    figures: rx.Field[list[FigureCard]] = rx.field(default_factory=list)
    handouts: rx.Field[list[SightCard]] = rx.field(default_factory=list)
    painting: rx.Field[str] = rx.field("")
    percent: rx.Field[int] = rx.field(0)
    shown: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    _is_listening: bool = False  # not any more when the server has forgotten the tab, whatever still listens for it

    @rx.var
    def shown_card(self) -> SightCard:
        """Whose picture is open; one without a name when none is."""
        found = (card for card in self._sights() if card.id == self.shown and card.image)
        return next(found, SightCard("", "", "", "", ""))

    @rx.event
    @seated
    async def enter(self, who: SeatedPlayer) -> Follow:
        """The page opens. Another table's address leads to one's own."""
        found = TABLE_IN_PATH.match(f"{self.router.url.path}/")
        if found is None or found[1] != str(who.game_session_id):
            return rx.redirect(f"/play/{who.game_session_id}")
        self.player = who.name
        return Play.listen

    @rx.event
    @seated
    async def show(self, who: SeatedPlayer, shown: str) -> None:
        """Open a picture, or close it when nobody is named."""
        self.shown = shown if shown in {card.id for card in self._sights()} else ""

    @rx.event
    @seated
    async def close(self, who: SeatedPlayer, is_open: bool) -> None:
        """Esc, or a click beside the picture."""
        if not is_open:
            self.shown = ""

    @rx.event(background=True)
    @seated
    async def listen(self, who: SeatedPlayer) -> AsyncGenerator[Follows]:
        """Bring the tab up to date, and keep it so until it is closed, the player leaves, or another listener takes over."""
        with turn_of(self.router.session) as turn:
            async for follow in self._listen(who, turn):
                yield follow

    async def _listen(self, who: SeatedPlayer, turn: TabTurn) -> AsyncGenerator[Follows]:
        engine, is_forgotten = current(), False
        async with self:
            self._is_listening = True
        topics = game_session_topic(who.game_session_id), world_topic(who.world_id)
        glance = Glance(engine)
        try:
            async with hearing(engine, *topics, turn=turn, read=partial(glance.renew, engine, self)) as looks:
                async for _ in looks:
                    async with self:
                        is_forgotten = (
                            not self._is_listening
                        )  # the tab starts over: it slept, or somebody else was here
                        if turn.is_over or is_forgotten:
                            break
                        news = self._show(engine, glance)
                    for name in news:
                        yield rx.toast(spoken(f"A new picture of {name}"), duration=NOTICE_MILLISECONDS)
        except UnauthenticatedError:  # they left, were sent away, or the table is gone
            yield await self._leave()
        if is_forgotten and not turn.is_over:
            yield Play.enter

    async def _leave(self) -> Follows:
        """Nothing of the table stays on the screen."""
        async with self:
            self.reset()
        return await way_to_a_table(self)

    def _show(self, engine: Engine, glance: "Glance") -> list[str]:
        """Change only what differs: what is assigned is sent. Returns the names of whom there is a new picture."""
        before = {card.id: card.image for card in (*self.people, *self.places)}
        news = [card.name for card in glance.cards if card.image and before.get(card.id, "") != card.image]
        is_first, known = not self.is_loaded, {card.id for card in self.handouts}
        handed = [card.id for card in glance.scene.handouts if card.id not in known]
        change(
            self,
            world_name=glance.world_name,
            table_name=glance.table_name,
            people=[card for card in glance.cards if card.kind == EntityType.CHARACTER],
            places=[card for card in glance.cards if card.kind == EntityType.LOCATION],
            backdrop=glance.scene.backdrop,
            place=glance.scene.place,
            figures=glance.scene.figures,
            handouts=glance.scene.handouts,
            shown=handed[-1] if handed else self.shown,
            painting=glance.painting,
            percent=engine.progress.of(glance.running).percent if glance.running else 0,
            is_loaded=True,
        )
        return [] if is_first else news

    def _sights(self) -> list[SightCard]:
        """Everything that can be looked at by itself."""
        return [*self.people, *self.places, *self.handouts]
