"""Who sits at the table of this tab, and how players find it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import reflex as rx
import segno

from wrldbldr.domain.account import Principal
from wrldbldr.domain.errors import InvalidInputError, NotFoundError
from wrldbldr.domain.player import Player
from wrldbldr.engine import current
from wrldbldr.kit.network import address_in_network
from wrldbldr.services.cards import iso
from wrldbldr.state.change import change
from wrldbldr.state.ids import parsed_id
from wrldbldr.state.place import Place
from wrldbldr.state.principal import Follow, signed_in
from wrldbldr.state.words import spoken

ONLY_HERE = ("localhost", "127.0.0.1", "::1")


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
    place: rx.Field[str] = rx.field("")  # the host and port of the link
    picture: rx.Field[str] = rx.field("")  # the link as a QR code, an SVG in a data URL
    is_only_here: rx.Field[bool] = rx.field(False)
    players: rx.Field[list[SeatCard]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")  # about the name of another table

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
        self.is_open, self.error = is_open, ""

    @rx.event
    @signed_in
    async def send_away(self, who: Principal, player: str) -> Follow:
        """Free a seat."""
        place = await self.get_state(Place)
        table_id = parsed_id(place.table, "game session")
        name = next((card.name for card in self.players if card.id == player), "The player")
        try:
            await current().players.send_away(who, table_id, parsed_id(player, "player"))
        finally:
            await read_seats(self, who)
        return rx.toast.info(
            spoken(f"{name} was sent away, and could come back with the code. New Code keeps them out.")
        )

    @rx.event
    @signed_in
    async def set_up(self, who: Principal, form: dict[str, Any]) -> Follow:
        """Another table in this world, with a queue and players of its own; the tab goes there."""
        place = await self.get_state(Place)
        try:
            table = await current().worlds.create_game_session(
                who, parsed_id(place.world, "world"), str(form.get("name", ""))
            )
        except InvalidInputError as error:
            self.error = error.message
            return None
        self.error, self.is_open = "", False
        return rx.redirect(f"/worlds/{place.world}/create?table={table.id}")

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
    origin, is_only_here = origin_for_others(origin)
    link = f"{origin}/join/{table.join_code}"
    change(
        seats,
        code=table.join_code,
        link=link,
        place=urlsplit(link).netloc,
        picture=seats.picture if link == seats.link else _qr(link),
        is_only_here=is_only_here,
        players=[_card(player) for player in players],
    )


def origin_for_others(origin: str) -> tuple[str, bool]:
    """What other devices call the place at which this browser has WrldBldr, and whether its own name means nothing to them."""
    here = urlsplit(origin)
    if here.hostname not in ONLY_HERE:
        return origin, False
    address, port = address_in_network(), "" if here.port is None else f":{here.port}"
    return (f"{here.scheme}://{address}{port}" if address else origin), True


def _card(player: Player) -> SeatCard:
    return SeatCard(str(player.id), player.name, iso(player.joined_at))


def _qr(link: str) -> str:
    return segno.make(link, error="m").svg_data_uri(scale=5, border=2, dark="#0a0a18", light="#fff")
