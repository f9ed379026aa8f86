"""Who sits at the table of this tab, and how players find it."""

from dataclasses import dataclass

import reflex as rx
import segno

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import NotFoundError
from wrldbldr.domain.player import Player
from wrldbldr.engine import current
from wrldbldr.services.cards import iso
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in

ONLY_HERE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A player, for the game master."""

    id: str
    name: str
    joined_at: str


class Seats(rx.State):
    """The window about players. `is_only_here` when the browser's address of WrldBldr means nothing to other devices."""

    is_open: rx.Field[bool] = rx.field(False)
    code: rx.Field[str] = rx.field("")
    link: rx.Field[str] = rx.field("")
    picture: rx.Field[str] = rx.field("")  # the link as a QR code, an SVG in a data URL
    is_only_here: rx.Field[bool] = rx.field(False)
    players: rx.Field[list[SeatCard]] = rx.field(default_factory=list)

    @rx.event
    @signed_in
    async def refresh(self, who: Principal) -> None:
        """Somebody came or went, or the tab is at another table."""
        await read_seats(self, who)

    @rx.event
    @signed_in
    async def toggle(self, who: Principal, is_open: bool) -> None:
        """Open the window, or close it."""
        if is_open:
            await read_seats(self, who)
        self.is_open = is_open

    @rx.event
    @signed_in
    async def send_away(self, who: Principal, player: str) -> None:
        """Free a seat."""
        place = await self.get_state(Place)
        table_id = parsed_id(place.table, "game session")
        try:
            await current().players.send_away(who, table_id, parsed_id(player, "player"))
        finally:
            await read_seats(self, who)

    @rx.event
    @signed_in
    async def change_code(self, who: Principal) -> Follow:
        """The code went astray."""
        place = await self.get_state(Place)
        await current().players.change_code(who, parsed_id(place.table, "game session"))
        await read_seats(self, who)
        return rx.toast.success("The table has another code. Who sits there, stays.")


async def read_seats(seats: Seats, who: Principal) -> None:
    """Show who sits there now. A table that is gone has no seats."""
    place = await seats.get_state(Place)
    engine, origin = current(), seats.router.headers.origin
    try:
        tables = await engine.worlds.game_sessions(who, parsed_id(place.world, "world"))
        table = next(table for table in tables if str(table.id) == place.table)
        players = await engine.players.players(who, table.id)
    except (NotFoundError, StopIteration):
        change(seats, is_open=False, code="", link="", picture="", players=[])
        return
    link = f"{origin}/join/{table.join_code}"
    change(
        seats,
        code=table.join_code,
        link=link,
        picture=seats.picture if link == seats.link else _qr(link),
        is_only_here=origin.partition("://")[2].rpartition(":")[0] in ONLY_HERE,
        players=[_card(player) for player in players],
    )


def _card(player: Player) -> SeatCard:
    return SeatCard(str(player.id), player.name, iso(player.joined_at))


def _qr(link: str) -> str:
    return segno.make(link, error="m").svg_data_uri(scale=5, border=2, dark="#0a0a18", light="#fff")
