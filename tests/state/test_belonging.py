"""A tab's state outlives the login that filled it. Nobody else is shown it, by whatever event they ask."""

from collections.abc import Awaitable, Callable

import pytest
from reflex.state import State

from tests.fakes.studio import OTHER_PASSWORD, Studio, other_game_master
from tests.state.tab import Tab
from wrldbldr.state.creator import Creator
from wrldbldr.state.live import Live
from wrldbldr.state.worlds import Worlds

NAMES = ("Elven Archer", "The Drowned Stair", "The Lantern Coast", "Aldwin")
ROOT = State.get_full_name()

Takeover = Callable[[Tab, Studio, str], Awaitable[None]]


async def no_cookie(tab: Tab, studio: Studio, secret: str) -> None:
    tab.turn_into("")


async def a_made_up_cookie(tab: Tab, studio: Studio, secret: str) -> None:
    tab.turn_into("made-up")


async def somebody_else(tab: Tab, studio: Studio, secret: str) -> None:
    other = await other_game_master(studio.engine)
    tab.turn_into((await studio.engine.accounts.log_in(other.name, OTHER_PASSWORD)).secret)


async def a_revoked_login(tab: Tab, studio: Studio, secret: str) -> None:
    await studio.engine.accounts.log_out(await studio.engine.accounts.principal(secret))


TAKEOVERS = (no_cookie, a_made_up_cookie, somebody_else, a_revoked_login)
ASKED_BY = (
    "hydrate",
    "hydrate_and_load",
    "reflex___state____on_load_internal_state.on_load_internal",
    "reflex___state____update_vars_internal_state.update_vars_internal",
)


async def test_whoever_filled_the_tab_is_shown_it_again(desk: Tab) -> None:
    await desk.send(State.event_handlers["hydrate"])

    assert all(name in str(desk.deltas) for name in NAMES)


@pytest.mark.parametrize("event", ASKED_BY)
@pytest.mark.parametrize("takeover", TAKEOVERS, ids=lambda takeover: takeover.__name__)
async def test_nobody_else_is_shown_what_the_tab_held(
    desk: Tab, studio: Studio, secret: str, takeover: Takeover, event: str
) -> None:
    await takeover(desk, studio, secret)

    await desk.send_raw(f"{ROOT}.{event}", **({"vars": {}} if "vars" in event else {}))
    await desk.send_raw(f"{ROOT}.hydrate")

    assert desk.deltas
    assert [name for name in NAMES if name in str(desk.deltas)] == []
    assert [name for name in NAMES if name in str(await desk.everything())] == []


@pytest.mark.parametrize("takeover", TAKEOVERS, ids=lambda takeover: takeover.__name__)
async def test_our_own_events_show_nobody_else_either(
    desk: Tab, studio: Studio, secret: str, takeover: Takeover
) -> None:
    await takeover(desk, studio, secret)

    await desk.send(Worlds.refresh)

    assert [name for name in NAMES if name in str(desk.deltas)] == []


async def test_somebody_else_in_the_same_tab_sees_their_own(desk: Tab, studio: Studio, secret: str) -> None:
    await somebody_else(desk, studio, secret)

    await desk.send(Worlds.enter)
    await desk.send(State.event_handlers["hydrate"])

    assert "Berta" in str(desk.deltas)


async def test_a_listener_from_before_tells_nobody_else_anything(desk: Tab, studio: Studio, secret: str) -> None:
    await studio.open()
    await desk.start(Live.listen)
    await studio.advance(1.0)
    await a_revoked_login(desk, studio, secret)
    desk.forget()

    await studio.ask()
    await studio.advance(1.0)
    await desk.send(State.event_handlers["hydrate"])

    assert [name for name in NAMES if name in str(desk.deltas)] == []
    assert studio.listener_count == 0


async def test_the_same_person_with_a_new_login_finds_the_tab_as_it_was(desk: Tab, studio: Studio) -> None:
    from tests.fakes.studio import OWNER_PASSWORD

    desk.turn_into((await studio.engine.accounts.log_in(studio.who.name, OWNER_PASSWORD)).secret)

    await desk.send(State.event_handlers["hydrate"])

    assert (await desk.see(Creator)).is_loaded


def test_the_app_asks_before_every_event() -> None:
    from wrldbldr.state.belonging import Belongings
    from wrldbldr.wrldbldr import app

    assert [type(each) for each in app._middlewares] == [Belongings]
