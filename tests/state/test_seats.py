"""The game master's window about players."""

import pytest

from tests.fakes.studio import Studio
from tests.state.tab import ORIGIN, Tab
from wrldbldr.kit.network import address_in_network
from wrldbldr.state.live import Live
from wrldbldr.state.seats import Seats, origin_for_others


@pytest.fixture
async def window(desk: Tab) -> Tab:
    """Open."""
    await desk.send(Seats.toggle(True))
    return desk


async def test_the_window_shows_how_players_join(window: Tab, studio: Studio) -> None:
    seats = await window.see(Seats)

    assert seats.code == studio.scene.game_session.join_code
    assert seats.link == f"{ORIGIN}/join/{seats.code}"
    assert seats.picture.startswith("data:image/svg+xml")
    assert not seats.is_only_here
    assert seats.is_open


async def test_whoever_joins_or_leaves_shows_at_once(desk: Tab, studio: Studio) -> None:
    await studio.open()
    await desk.start(Live.listen)
    for _ in range(2):
        await studio.advance(1)
    assert (await desk.see(Seats)).players == []

    joined = await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")
    for _ in range(2):
        await studio.advance(1)
    assert [player.name for player in (await desk.see(Seats)).players] == ["Bram"]

    await studio.engine.players.leave(joined.who)
    for _ in range(2):
        await studio.advance(1)
    assert (await desk.see(Seats)).players == []


@pytest.mark.parametrize(
    ("origin", "is_only_here"),
    [("http://localhost:3000", True), ("http://127.0.0.1", True), ("http://[::1]:3000", True),
     ("http://table.lan:3000", False), ("https://worlds.example.org", False), ("http://192.168.1.20:3000", False)],
)  # fmt: skip
def test_the_link_names_the_machine_as_other_devices_know_it(origin: str, is_only_here: bool) -> None:
    shared, is_it = origin_for_others(origin)

    assert is_it is is_only_here
    address = address_in_network()
    assert (f"://{address}" in shared) if is_only_here and address else shared == origin


async def test_a_player_is_sent_away_with_one_click(window: Tab, studio: Studio) -> None:
    joined = await studio.engine.players.join(studio.scene.game_session.join_code, "Bram")

    await window.send(Seats.send_away(str(joined.who.player_id)))

    assert (await window.see(Seats)).players == []
    assert list(await studio.engine.players.players(studio.who, studio.scene.game_session.id)) == []


async def test_a_new_code_is_shown_with_its_link(window: Tab, studio: Studio) -> None:
    before = await window.see(Seats)
    code, picture = before.code, before.picture

    await window.send(Seats.change_code)

    after = await window.see(Seats)
    assert after.code != code
    assert after.link.endswith(after.code)
    assert after.picture != picture


async def test_another_table_is_set_up_and_the_tab_goes_there(window: Tab, studio: Studio) -> None:
    await window.send(Seats.set_up({"name": " "}))
    seats = await window.see(Seats)
    assert (seats.is_open, seats.error) == (True, "The name cannot be empty.")

    await window.send(Seats.set_up({"name": "The Thursday table"}))

    world = studio.scene.world.id
    tables = {table.name: table.id for table in await studio.engine.worlds.game_sessions(studio.who, world)}
    assert window.redirects == [f"/worlds/{world}/create?table={tables['The Thursday table']}"]
    assert not (await window.see(Seats)).is_open


async def test_when_the_world_is_gone_the_window_closes(window: Tab, studio: Studio) -> None:
    await studio.engine.worlds.delete(studio.who, studio.scene.world.id)

    await window.send(Seats.refresh)

    seats = await window.see(Seats)
    assert (seats.is_open, seats.code, seats.players) == (False, "", [])
