"""Whoever opens a websocket can send any event of any state with any arguments. None of them does anything for nobody."""

import inspect
from typing import Any
from uuid import uuid4

import pytest
import reflex as rx
from reflex.event import EventHandler
from reflex_base.registry import RegistrationContext

from tests.fakes.studio import Studio
from tests.state.tab import Tab, open_tab, states_of_ours, vars_of
from wrldbldr.engine import Engine
from wrldbldr.state.worlds import Worlds

OPEN_TO_ALL = {"Door.at_setup", "Door.at_login", "Door.at_join"}
"""The pages for whom nobody is signed in; they look up where the visitor belongs."""

FRAMEWORKS_OWN = "setvar"
"""Reflex gives it to every state; it reaches only what has a setter, and a setter of ours is a guarded handler."""

FRAMEWORKS_EVENTS = {
    "hydrate",
    "set_is_hydrated",
    "hydrate_and_load",
    "handle_frontend_exception",
    "update_vars_internal",
    "on_load_internal",
}
"""Reflex answers these itself; `Belongings` runs before each (state/belonging.py)."""

KNOWN_HANDLERS = 260
"""A floor: an enumeration that finds nothing guards nothing."""


def handlers() -> dict[str, EventHandler]:
    return {
        f"{cls.__name__}.{name}": handler
        for cls in states_of_ours()
        for name, handler in cls.event_handlers.items()
        if handler.state is cls and name != FRAMEWORKS_OWN
    }


def arguments(handler: EventHandler) -> list[Any]:
    """Something of the right type for each argument."""
    samples = {str: str(uuid4()), bool: True, int: 1, float: 1.0}
    parameters = list(inspect.signature(handler.fn).parameters.values())[1:]
    return [samples.get(parameter.annotation, {}) for parameter in parameters]


def everything_stored(studio: Studio) -> list[list[Any]]:
    tables = ("world", "character", "location", "batch", "asset", "stagepiece")
    return [studio.committed(f"select * from {table}") for table in tables]  # noqa: S608 - our own words


def test_the_enumeration_finds_every_state_and_handler() -> None:
    assert len(handlers()) >= KNOWN_HANDLERS
    assert set(handlers()) >= OPEN_TO_ALL
    assert {cls.__name__ for cls in states_of_ours()} >= {"Live", "Creator", "Editor", "Generate", "Gallery", "Queue"}


def test_every_event_that_the_socket_lets_through_is_among_them() -> None:
    """Whatever kind of state, component or function it belongs to."""
    found = {f"{cls.state.get_full_name()}.{cls.fn.__name__}" for cls in handlers().values() if cls.state}
    passed = set(RegistrationContext.get().event_handlers)

    others = {name.rpartition(".")[2] for name in passed - found}
    assert others - {FRAMEWORKS_OWN} == FRAMEWORKS_EVENTS
    assert found <= passed


@pytest.mark.parametrize("name", sorted(set(handlers()) - OPEN_TO_ALL))
async def test_nobody_is_led_to_the_way_in_and_nothing_changes(name: str, nobody: Tab, studio: Studio) -> None:
    handler = handlers()[name]
    before, stored = await nobody.everything(), everything_stored(studio)

    await nobody.send(handler(*arguments(handler)))

    assert nobody.redirects == ["/join" if name.startswith("Play.") else "/login"]
    assert await nobody.everything() == before
    assert everything_stored(studio) == stored
    assert nobody.delta == {}


@pytest.mark.parametrize("name", sorted(name for name in set(handlers()) - OPEN_TO_ALL if not name.startswith("Play.")))
async def test_a_player_is_nobody_to_the_handlers_of_game_masters(name: str, guest: Tab, studio: Studio) -> None:
    handler = handlers()[name]
    before, stored = await guest.everything(), everything_stored(studio)

    await guest.send(handler(*arguments(handler)))

    assert guest.redirects == ["/login"]
    assert await guest.everything() == before
    assert everything_stored(studio) == stored
    assert guest.delta == {}


@pytest.mark.parametrize("cls", states_of_ours(), ids=lambda cls: cls.__name__)
async def test_the_frameworks_setvar_sets_nothing(cls: type[rx.State], nobody: Tab) -> None:
    before = await nobody.everything()

    for name in vars_of(await nobody.see(cls)):
        await nobody.send_raw(f"{cls.get_full_name()}.setvar", var_name=name, value="anything")

    assert await nobody.everything() == before


async def test_a_login_that_was_revoked_opens_nothing_from_the_next_event_on(
    shelf: Tab, secret: str, engine: Engine
) -> None:
    await shelf.send(Worlds.refresh)
    assert shelf.redirects == []
    await engine.accounts.log_out(await engine.accounts.principal(secret))

    await shelf.send(Worlds.refresh)

    assert shelf.redirects == ["/login"]


async def test_before_there_is_an_owner_the_way_in_is_the_page_for_the_first_visit(untouched: Engine) -> None:
    async with open_tab("") as tab:
        await tab.send(Worlds.refresh)

        assert tab.redirects == ["/setup"]


async def test_a_made_up_cookie_opens_nothing(studio: Studio) -> None:
    async with open_tab("made-up") as tab:
        await tab.send(Worlds.refresh)

        assert tab.redirects == ["/login"]
